"""What models of one provider's file share: `defaults`, `families`, and `none` where a model has no rule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.conftest import shipped

from tokenquote.catalog import Catalog, CatalogError, Model, load_catalog

SHIPPED = shipped()
FILE = "providers/acme.yaml"
HEAD = """\
id: acme
name: Acme
first_party: true
media_limits: openai
"""
PRICES = """\
    prices:
      - {rates: {input: "1", output: "2"}, source: made up, checked: 2026-11-20}
"""
DEFAULTS = "defaults: {counting: openai-gpt-5, caching: openai, images: claude-standard, documents: claude}\n"
FAMILIES = "families:\n  big: {counting: claude-5, reasoning_kept: always, media_limits: claude}\n"


def one_model(lines: str, shared: str = DEFAULTS + FAMILIES) -> str:
    """A provider's file with a model of these lines."""
    own = "".join(f"    {line}\n" for line in lines.splitlines())
    return f"{HEAD}{shared}models:\n  - id: acme-1\n    name: Acme 1\n{own}{PRICES}"


def overlaid(directory: Path, content: str) -> Catalog:
    """The shipped catalog with this provider's file over it."""
    (directory / "providers").mkdir(exist_ok=True)
    (directory / FILE).write_text(content)
    return load_catalog(directory)


def problems_of(directory: Path, content: str) -> tuple[str, ...]:
    with pytest.raises(CatalogError) as caught:
        overlaid(directory, content)
    return caught.value.problems


def facts(model: Model) -> dict[str, Any]:
    """Everything that a model's file may share, as it is used."""
    entry = model.entry.model_dump(exclude={"id", "name", "prices", "context"})
    return {**entry, "limits": model.media_limits, "rule": model.counting, "image_rule": model.images}


SPELT_OUT = "counting: openai-gpt-5\ncaching: openai\nimages: claude-standard\ndocuments: claude"


@pytest.mark.parametrize(
    ("lines", "spelt_out"),
    [
        pytest.param("", SPELT_OUT, id="defaults"),
        pytest.param("caching: groq", SPELT_OUT.replace("caching: openai", "caching: groq"), id="own-field"),
        pytest.param("caching: none", SPELT_OUT.replace("caching: openai\n", ""), id="no-cache"),
        pytest.param(
            "images: none\ndocuments: none", "counting: openai-gpt-5\ncaching: openai", id="no-images"
        ),
        pytest.param(
            "family: big",
            SPELT_OUT.replace("openai-gpt-5", "claude-5") + "\nreasoning_kept: always\nmedia_limits: claude",
            id="family-before-defaults",
        ),
        pytest.param(
            "family: big\ncounting: mistral\nreasoning_kept: never\nmedia_limits: gemini",
            SPELT_OUT.replace("openai-gpt-5", "mistral") + "\nmedia_limits: gemini",
            id="own-field-before-family",
        ),
    ],
)
def test_shared_fields_are_as_if_each_model_stated_them(tmp_path: Path, lines: str, spelt_out: str) -> None:
    shared = overlaid(tmp_path, one_model(lines))
    stated = overlaid(tmp_path, one_model(spelt_out, shared=""))
    assert facts(shared.models["acme/acme-1"]) == facts(stated.models["acme/acme-1"])
    assert shared.revision == stated.revision


def test_a_model_may_have_no_limits_where_its_provider_has_some(tmp_path: Path) -> None:
    assert overlaid(tmp_path, one_model("")).models["acme/acme-1"].media_limits is not None
    assert overlaid(tmp_path, one_model("media_limits: none")).models["acme/acme-1"].media_limits is None


def test_defaults_hold_in_their_own_file_only(tmp_path: Path) -> None:
    """An overlay may sell more models of a shipped provider, and says itself what they are."""
    own = one_model("counting: openai-gpt-5", shared="").replace("id: acme\n", "id: mistral\n")
    found = overlaid(tmp_path, own)
    assert found.models["mistral/acme-1"].caching is None
    assert found.models["mistral/mistral-large-4"].entry == SHIPPED.models["mistral/mistral-large-4"].entry


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(
            one_model("", DEFAULTS.replace("images", "image")),
            "defaults.image: no such field here; did you mean 'images'?",
            id="unknown-default",
        ),
        pytest.param(
            one_model("", DEFAULTS + FAMILIES.replace("reasoning_kept", "reasoning")),
            "families.big.reasoning: no such field here; did you mean 'reasoning_kept'?",
            id="unknown-field-of-a-family",
        ),
        pytest.param(
            one_model("", DEFAULTS.replace("counting: openai-gpt-5, ", "")),
            "models[acme-1].counting: missing: state a rule of counting.yaml here, "
            "for its family or in `defaults`",
            id="default-removed",
        ),
        pytest.param(
            one_model("counting: none"),
            "models[acme-1].counting: missing: state a rule of counting.yaml here, "
            "for its family or in `defaults`",
            id="no-counting",
        ),
        pytest.param(
            one_model("family: bigg"),
            "models[acme-1].family: this file has no 'bigg' under `families`; did you mean 'big'?",
            id="unknown-family",
        ),
        pytest.param(
            one_model("family: gpt-5", DEFAULTS + FAMILIES),
            "models[acme-1].family: this file has no 'gpt-5' under `families`; there are big",
            id="family-unlike-any",
        ),
        pytest.param(
            one_model("family: gpt-5", DEFAULTS),
            "models[acme-1].family: this file has no 'gpt-5' under `families`, and those of other files do "
            "not hold here: state the model's rules itself, such as `counting`",
            id="no-families",
        ),
        pytest.param(
            one_model("images:"),
            "models[acme-1].images: write `none` for no rule, or leave the line out",
            id="nothing-written",
        ),
        pytest.param(
            one_model("images: non"),
            "models[acme-1].images: image_rules.yaml has no 'non'",
            id="misspelt-none",
        ),
        pytest.param(
            one_model("images: none", DEFAULTS.replace("documents: claude", "documents: mistral")),
            "models[acme-1].documents: 'mistral' counts pages as",
            id="documents-without-images",
        ),
        pytest.param(
            one_model("", DEFAULTS.replace("claude-standard", "claude-standart")),
            "defaults.images: image_rules.yaml has no 'claude-standart'; did you mean 'claude-standard'",
            id="misspelt-default",
        ),
        pytest.param(
            one_model("family: big", DEFAULTS + FAMILIES.replace("claude-5", "claude-55")),
            "families.big.counting: counting.yaml has no 'claude-55'; did you mean 'claude-5'",
            id="misspelt-in-a-family",
        ),
        pytest.param(
            one_model("", DEFAULTS.replace("documents: claude", "documents: claud")),
            "defaults.documents: media_rules.yaml has no 'claud' among document_rules; did you mean 'claude'",
            id="misspelt-media-rule",
        ),
        pytest.param(
            one_model("", DEFAULTS + FAMILIES.replace("claude-5", "claude-55")),
            "families.big.counting: counting.yaml has no 'claude-55'; did you mean 'claude-5'",
            id="misspelt-in-a-family-that-no-model-uses",
        ),
        pytest.param(
            one_model("", DEFAULTS + FAMILIES.replace("reasoning_kept: always", "audio: gemin")),
            "families.big.audio: media_rules.yaml has no 'gemin' among audio_rules; did you mean 'gemini-3'",
            id="misspelt-media-rule-in-a-family-that-no-model-uses",
        ),
        pytest.param(
            one_model("counting: claude-5", DEFAULTS.replace("openai-gpt-5", "openai-gpt-55")),
            "defaults.counting: counting.yaml has no 'openai-gpt-55'; did you mean 'openai-gpt-5'",
            id="misspelt-default-that-no-model-takes",
        ),
        pytest.param(
            one_model("", DEFAULTS.replace("openai-gpt-5", "none")),
            "defaults.counting: every model needs a rule: name one, or leave the line out",
            id="no-counting-in-the-defaults",
        ),
        pytest.param(
            one_model("counting: claude-5", DEFAULTS.replace("openai-gpt-5", "none")),
            "defaults.counting: every model needs a rule: name one, or leave the line out",
            id="no-counting-in-defaults-that-no-model-takes",
        ),
        pytest.param(
            one_model("family: big", DEFAULTS + FAMILIES.replace("claude-5", "none")),
            "families.big.counting: every model needs a rule: name one, or leave the line out",
            id="no-counting-in-a-family",
        ),
        pytest.param(
            one_model("documents: none", DEFAULTS.replace("claude-standard", "null")),
            "defaults.images: write `none` for no rule, or leave the line out",
            id="nothing-written-in-the-defaults",
        ),
        pytest.param(
            one_model("", DEFAULTS + FAMILIES.replace("claude-5", "null")),
            "families.big.counting: write `none` for no rule, or leave the line out",
            id="nothing-written-in-a-family",
        ),
    ],
)
def test_a_mistake_is_told_once_where_it_is_written(tmp_path: Path, content: str, sentence: str) -> None:
    (problem,) = problems_of(tmp_path, content)
    assert problem.startswith(f"{FILE}: {sentence}")


def test_one_mistake_in_the_defaults_is_one_problem(tmp_path: Path) -> None:
    first = one_model("", DEFAULTS.replace("claude-standard", "standard"))
    second = first.split("models:\n")[1].replace("acme-1", "acme-2")
    (problem,) = problems_of(tmp_path, first + second)
    assert problem.startswith(f"{FILE}: defaults.images: image_rules.yaml has no 'standard'")


def test_no_rule_may_be_called_none(tmp_path: Path) -> None:
    (tmp_path / "caching.yaml").write_text("caching:\n  none: {by_default: true, source: made up}\n")
    with pytest.raises(CatalogError) as caught:
        load_catalog(tmp_path)
    (problem,) = caught.value.problems
    assert problem.startswith("caching.yaml: caching.none: ")
