"""What a name means: a catalog id, an alias or a bare name, to the letter; never what it resembles."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import shipped

from tokenquote.catalog import AmbiguousModel, Catalog, ModelNotFound, load_catalog

CATALOG = shipped()


def catalog_with(directory: Path, provider: str, *models: str, first_party: bool = True) -> Catalog:
    """The shipped catalog and one more provider that sells models of these names."""
    entry = """
  - id: {}
    name: Another
    counting: openai-gpt-5
    prices: [{{rates: {{input: "1"}}, source: made up, checked: 2026-11-12}}]"""
    head = f"id: {provider}\nname: Another\nfirst_party: {str(first_party).lower()}\nmodels:"
    (directory / "providers").mkdir()
    (directory / "providers" / f"{provider}.yaml").write_text(head + "".join(map(entry.format, models)))
    return load_catalog(directory)


@pytest.mark.parametrize(
    ("name", "model"),
    [
        pytest.param("openai/gpt-5.4-mini", "openai/gpt-5.4-mini", id="catalog-id"),
        pytest.param("gpt-5.4-mini", "openai/gpt-5.4-mini", id="bare-name"),
        pytest.param("openai/gpt-5.6", "openai/gpt-5.6-sol", id="alias"),
        pytest.param("gpt-5.6", "openai/gpt-5.6-sol", id="bare-alias"),
        pytest.param("x-ai/grok-4.7", "xai/grok-4.7", id="provider-alias"),
        pytest.param("x-ai/grok-4.7-latest", "xai/grok-4.7", id="provider-alias-and-alias"),
        pytest.param("gemini/gemini-4-argon", "google/gemini-4-argon", id="gemini"),
        pytest.param("moonshotai/kimi-k3", "moonshot/kimi-k3", id="moonshotai"),
        pytest.param("z-ai/glm-5.3", "zai/glm-5.3", id="z-ai"),
        pytest.param("bedrock/amazon.nova-pro-v1:0", "amazon/amazon.nova-pro-v1:0", id="name-with-a-colon"),
        pytest.param("groq/openai/gpt-oss-120b", "groq/openai/gpt-oss-120b", id="name-with-a-slash"),
        pytest.param("openai/gpt-oss-120b", "openai/gpt-oss-120b", id="open-weights"),
        pytest.param("openai/gpt-oss-20b", "openai/gpt-oss-20b", id="open-weights-of-a-provider"),
        pytest.param("meta-llama/Meta-Llama-3.1-8B", "meta-llama/Llama-3.1-8B", id="open-weights-alias"),
        pytest.param("azure/gpt-4o", "azure/gpt-4o", id="reseller"),
        pytest.param("gpt-4o", "openai/gpt-4o", id="bare-name-that-a-reseller-sells-too"),
        pytest.param("gpt-5.6-sol", "openai/gpt-5.6-sol", id="and-another"),
    ],
)
def test_a_name_means_exactly_one_model(name: str, model: str) -> None:
    assert CATALOG.resolve(name).id == model


@pytest.mark.parametrize("model", CATALOG.models)
def test_every_model_has_its_id_and_its_bare_name_only_where_its_maker_sells_it(model: str) -> None:
    found = CATALOG.models[model]
    assert CATALOG.resolve(model) is found
    for name in (found.entry.id, *found.entry.aliases):
        assert CATALOG.resolve(f"{found.provider.id}/{name}") is found
        if found.provider.first_party:
            assert CATALOG.resolve(name) is found


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("gpt-5.4-min", "openai/gpt-5.4-mini"),
        ("GPT-5.4-MINI", "openai/gpt-5.4-mini"),
        ("GLM-5.3", "zai/glm-5.3"),
        ("minimax-m3", "minimax/MiniMax-M3"),
        ("gpt-5.4-mini ", "openai/gpt-5.4-mini"),
        ("open-ai/gpt-5.4-mini", "openai/gpt-5.4-mini"),
        ("gpt-5.4-mini-2099-01-01", "openai/gpt-5.4-mini"),
        ("google/gpt-5.4-mini", "openai/gpt-5.4-mini"),
        ("openai/claude-opus-5", "anthropic/claude-opus-5"),
    ],
)
def test_a_name_that_only_resembles_one_is_unknown_and_told_what_is_near(name: str, near: str) -> None:
    with pytest.raises(ModelNotFound) as caught:
        CATALOG.resolve(name)
    assert name[:100] in caught.value.detail
    assert near in caught.value.near
    assert len(caught.value.near) <= 3


@pytest.mark.parametrize("name", ["", " ", "/", "x" * 10_000], ids=["empty", "blank", "slash", "endless"])
def test_a_name_that_resembles_none_is_unknown(name: str) -> None:
    with pytest.raises(ModelNotFound) as caught:
        CATALOG.resolve(name)
    assert caught.value.near == []


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("llama-3.3-70b-versatile", "groq/llama-3.3-70b-versatile"),
        ("Qwen/Qwen3.8-2.4T-A95B", "together/Qwen/Qwen3.8-2.4T-A95B"),
    ],
)
def test_the_bare_name_of_a_reseller_means_nothing(name: str, near: str) -> None:
    with pytest.raises(ModelNotFound) as caught:
        CATALOG.resolve(name)
    assert caught.value.near[0] == near


def test_a_bare_name_of_two_makers_is_ambiguous_and_each_id_is_not(tmp_path: Path) -> None:
    catalog = catalog_with(tmp_path, "acme", "gpt-5.4-mini", "acme-1")
    with pytest.raises(AmbiguousModel) as caught:
        catalog.resolve("gpt-5.4-mini")
    assert not caught.value.is_placed
    assert caught.value.ids == ["acme/gpt-5.4-mini", "openai/gpt-5.4-mini"]
    for name in ("acme/gpt-5.4-mini", "openai/gpt-5.4-mini", "acme/acme-1"):
        assert catalog.resolve(name).id == name


def test_a_reseller_does_not_make_a_bare_name_ambiguous(tmp_path: Path) -> None:
    catalog = catalog_with(tmp_path, "acme", "gpt-5.4-mini", first_party=False)
    assert catalog.resolve("gpt-5.4-mini").id == "openai/gpt-5.4-mini"
    assert catalog.resolve("acme/gpt-5.4-mini").id == "acme/gpt-5.4-mini"
