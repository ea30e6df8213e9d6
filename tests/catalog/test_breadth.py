"""The catalog is broad, and every price in it says where it stands."""

from __future__ import annotations

import re

import pytest
from tests.conftest import shipped

from tokenquote.catalog import ModelNotFound
from tokenquote.catalog.models import OPEN_WEIGHTS

SOLD = {name: model for name, model in shipped().models.items() if model.provider.id != OPEN_WEIGHTS.id}


def test_nine_hundred_models_at_least_have_a_price_with_a_source() -> None:
    assert len(SOLD) >= 900
    named = re.compile(r"https?://\S+|secondary price lists of \w+ \d{4}")
    for model_id, model in SOLD.items():
        for block in model.entry.prices:
            assert named.search(block.source), f"{model_id}: {block.source}"
            assert block.rates.stated() or block.fees, model_id


def test_every_kind_of_model_is_there() -> None:
    kinds = {model.entry.kind for model in SOLD.values()}
    assert kinds >= {
        "chat", "embedding", "rerank", "image", "video", "speech", "transcription", "realtime", "ocr",
    }  # fmt: skip


def test_successors_and_reroutes_are_models_of_the_catalog_and_not_the_model_itself() -> None:
    for model_id, model in SOLD.items():
        for named in (model.entry.successor, model.entry.rerouted_to):
            assert named is None or (named in SOLD and named != model_id), (model_id, named)


def test_hosts_count_one_model_with_one_vocabulary() -> None:
    """Only an assumed count may differ: nobody has seen the host's own."""
    vocabularies: dict[str, set[str]] = {}
    for model_id, model in shipped().models.items():
        name = re.sub(r"(:free|-maas|-v\d:\d|@.*)$", "", model_id.lower().rsplit("/", 1)[-1])
        name = re.sub(r"^((us|eu|apac|jp|global)\.)?[a-z0-9]+\.(?=[a-z])|(?<=\d)p(?=\d)", ".", name)
        if model.counting.method in ("exact", "calibrated"):
            vocabularies.setdefault(name.strip("."), set()).add(model.counting.vocabulary)
    assert len(vocabularies) > 600
    assert {name: found for name, found in vocabularies.items() if len(found) > 1} == {}


@pytest.mark.parametrize(
    ("model", "medium", "rule"),
    [
        pytest.param("openai/o1-mini", "image", None, id="reads-text-only"),
        pytest.param("azure/o3-mini", "image", None, id="reads-text-only-at-a-host"),
        pytest.param("openrouter/openai/o3-mini", "document", None, id="and-no-pages"),
        pytest.param("together/mistralai/Mistral-Small-24B-Instruct-2501", "image", None, id="small-3"),
        pytest.param("deepinfra/Qwen/Qwen3.7-Max", "image", None, id="without-eyes"),
        pytest.param("together/google/gemma-4-31B-it", "audio", None, id="only-small-gemmas-hear"),
        pytest.param("deepinfra/google/gemma-4-E4B-it", "audio", "gemma-4", id="a-small-gemma"),
        pytest.param(
            "vertex/gemini-2.5-computer-use-preview-10-2025", "image", "gemini-2.5", id="of-its-own-maker"
        ),
        pytest.param("vertex/gemini-2.5-pro-preview-tts", "image", None, id="reads-aloud"),
    ],
)
def test_media_of_a_host_are_those_of_the_model(model: str, medium: str, rule: str | None) -> None:
    assert shipped().models[model].media.rule_names.get(medium) == rule


@pytest.mark.parametrize(
    ("name", "vocabulary", "method"),
    [
        ("mistralai/Mistral-Nemo-Instruct-2407", "tekken", "exact"),
        ("mistral-nemo:12b", "tekken", "exact"),
        ("mistral-large-2407", "mistral-spm-v3", "calibrated"),
        ("nemotron-mini-4b-instruct", None, None),
    ],
)
def test_nemotron_is_no_mistral_nemo(name: str, vocabulary: str | None, method: str | None) -> None:
    if vocabulary is None:
        with pytest.raises(ModelNotFound):
            shipped().find_counting(name, "somebody.chat")
        return
    counting = shipped().find_counting(name, "somebody.chat").counting
    assert (counting.vocabulary, counting.method) == (vocabulary, method)
