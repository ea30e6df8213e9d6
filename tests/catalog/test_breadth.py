"""The catalog is broad, and every price in it says where it stands."""

from __future__ import annotations

import re

from tests.conftest import shipped

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
