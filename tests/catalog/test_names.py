"""What a name means: a catalog id, an alias or a bare name, to the letter; never what it resembles."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from tests.conftest import shipped

from tokenquote.catalog import AmbiguousModel, Catalog, CatalogError, ModelNotFound, load_catalog
from tokenquote.catalog.names import Names

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


def test_every_model_has_its_id_and_its_bare_name_only_where_its_maker_sells_it() -> None:
    names = Names(CATALOG.models, CATALOG.providers)
    expected, resold = {}, []
    for model in CATALOG.models.values():
        expected[model.id] = (model.id,)
        for name in (model.entry.id, *model.entry.aliases):
            expected[f"{model.provider.id}/{name}"] = (model.id,)
            if model.provider.has_bare_names:
                expected[name] = (model.id,)
            else:
                resold.append((name, model.id))
    assert {name: names.find(name) for name in expected} == expected
    assert len(resold) > 100
    assert [(name, model_id) for name, model_id in resold if model_id in names.find(name)] == []


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("gpt-5.4-min", "openai/gpt-5.4-mini"),
        ("GPT-5.4-MINI", "openai/gpt-5.4-mini"),
        ("GLM-5.3-flash", "zai/glm-5.3-flash"),
        ("minimax-M3", "minimax/MiniMax-M3"),
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
        ("ricursive-ai/Ripple-65B-Preview", "together/ricursive-ai/Ripple-65B-Preview"),
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


WRAPPED = [
    # Amazon Bedrock: profiles, ARNs, and the words that litellm puts before them
    ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
    ("eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
    ("bedrock/us.anthropic.claude-opus-4-8", "bedrock/us.anthropic.claude-opus-4-8"),
    ("bedrock/converse/us.anthropic.claude-opus-4-8", "bedrock/us.anthropic.claude-opus-4-8"),
    ("bedrock/us.amazon.nova-pro-v1:0", "amazon/amazon.nova-pro-v1:0"),
    (
        "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-5",
        "bedrock/anthropic.claude-sonnet-5",
    ),
    (
        "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.anthropic.claude-opus-5",
        "bedrock/us.anthropic.claude-opus-5",
    ),
    # Google, and Vertex AI
    ("models/gemini-3.8-flash", "google/gemini-3.8-flash"),
    ("gemini/models/gemini-3.8-flash", "google/gemini-3.8-flash"),
    ("vertex_ai/gemini-3.8-flash", "vertex/gemini-3.8-flash"),
    ("vertex_ai/claude-sonnet-4-5@20250929", "vertex/claude-sonnet-4-5"),
    ("publishers/google/models/gemini-3.5-flash", "vertex/gemini-3.5-flash"),
    ("projects/p/locations/global/publishers/anthropic/models/claude-opus-5", "vertex/claude-opus-5"),
    # Others
    ("azure/gpt-4.1", "azure/gpt-4.1"),
    ("azure/gpt-4.1-2025-04-14", "azure/gpt-4.1"),
    ("azure_ai/grok-4.7", "azure/grok-4.7"),
    ("accounts/fireworks/models/kimi-k3", "fireworks/kimi-k3"),
    ("fireworks_ai/accounts/fireworks/models/kimi-k3", "fireworks/kimi-k3"),
    ("fireworks_ai/kimi-k3", "fireworks/kimi-k3"),
    ("together_ai/moonshotai/Kimi-K3", "together/moonshotai/Kimi-K3"),
    ("cerebras/gpt-oss-120b", "cerebras/gpt-oss-120b"),
    ("openrouter/anthropic/claude-sonnet-4.5", "openrouter/anthropic/claude-sonnet-4.5"),
    ("openrouter/openai/gpt-oss-120b:free", "openrouter/openai/gpt-oss-120b:free"),
    ("deepinfra/deepseek-ai/DeepSeek-V3.2", "deepinfra/deepseek-ai/DeepSeek-V3.2"),
    # Fine-tuned models: the name under which they are sold, and names that end with the customer's own
    ("ft:gpt-4o-mini-2024-07-18", "openai/ft:gpt-4o-mini-2024-07-18"),
    ("ft:gpt-4o-mini-2024-07-18:acme::abc", "openai/ft:gpt-4o-mini-2024-07-18"),
    ("openai/ft:gpt-4o-2024-08-06:acme:support:abc", "openai/ft:gpt-4o-2024-08-06"),
    ("ft:gpt-4o:acme::abc", "openai/ft:gpt-4o-2024-08-06"),
    # Snapshots, and names that 404 named in November 2026
    ("gpt-4.1-2025-04-14", "openai/gpt-4.1"),
    ("claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4-5"),
    ("qwen-max", "qwen/qwen-max"),
    ("qwen-turbo", "qwen/qwen-turbo"),
    ("deepseek-chat", "deepseek/deepseek-chat"),
    ("MiniMax-M2.1", "minimax/MiniMax-M2.1"),
    ("claude-mythos-5-1", "anthropic/claude-mythos-5-1"),
    ("sonar-pro", "perplexity/sonar-pro"),
    ("gpt-6-cyber", "openai/gpt-6-cyber"),
    ("o3-deep-research", "openai/o3-deep-research"),
    ("gemini-flash-latest", "google/gemini-3.8-flash"),
    ("mistral-large-latest", "mistral/mistral-large-2512"),
]


@pytest.mark.parametrize(("name", "model"), WRAPPED)
def test_what_hosts_wrap_around_an_id_is_taken_off_by_rule(name: str, model: str) -> None:
    assert CATALOG.resolve(name).id == model


@pytest.mark.parametrize(
    "name",
    [
        "us.anthropic.claude-sonnet-9",
        "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123",
        "arn:aws:bedrock:us-east-1/extra:1:foundation-model/anthropic.claude-sonnet-5",
        "publishers/google/models/",
        "models/claude-opus-5",
        "accounts/acme/models/kimi-k3",
        "ft:gpt-9:acme::abc",
        "ft::::",
        "openrouter/openai/gpt-5.4-mini:nitro",
        "x" * 100 + ":" * 100_000,
        "ft:" * 50_000,
    ],
)
def test_what_no_rule_takes_off_stays(name: str) -> None:
    with pytest.raises(ModelNotFound):
        CATALOG.resolve(name)


@pytest.mark.parametrize(
    ("at", "model"),
    [
        ("2025-12-01T23:59:59Z", "mistral/mistral-large-2411"),
        ("2025-12-02T00:00:00Z", "mistral/mistral-large-2512"),
        ("2026-11-29T12:00:00Z", "mistral/mistral-large-2512"),
    ],
)
@pytest.mark.parametrize("name", ["mistral-large-latest", "mistral/mistral-large-latest"])
def test_a_moving_name_means_what_it_meant_on_that_day(name: str, at: str, model: str) -> None:
    assert CATALOG.resolve(name, dt.datetime.fromisoformat(at)).id == model


def test_a_bare_name_of_several_hosts_is_told_with_their_ids() -> None:
    with pytest.raises(AmbiguousModel) as caught:
        CATALOG.resolve("gpt-oss-120b")
    assert "each at its own price" in caught.value.detail
    for model_id in ("cerebras/gpt-oss-120b", "groq/openai/gpt-oss-120b", "openai/gpt-oss-120b"):
        assert model_id in caught.value.ids


def test_moves_are_in_order_and_mean_models_of_the_provider(tmp_path: Path) -> None:
    (tmp_path / "providers").mkdir()
    path = tmp_path / "providers" / "acme.yaml"
    head = "id: acme\nname: Acme\nfirst_party: true\n"
    prices = "prices: [{rates: {input: '1'}, source: s, checked: 2026-11-12}]"
    model = f"models: [{{id: a-1, name: A, counting: openai-gpt-5, {prices}}}]\n"
    later, earlier = (f"{{to: a-1, from: 2026-{month}-01, source: s}}" for month in ("02", "01"))
    moves = f"moving_names: {{a-latest: [{later}, {earlier}]}}\n"
    path.write_text(head + moves + model)
    with pytest.raises(CatalogError, match="in the order of their days"):
        load_catalog(tmp_path)
    path.write_text(head + "moving_names: {a-latest: [{to: a-2, source: s}]}\n" + model)
    with pytest.raises(CatalogError, match="the provider has no model 'a-2'"):
        load_catalog(tmp_path)
    path.write_text(
        head + "moving_names: {a-latest: [{to: a-1, source: s}]}\nprefixes: ['team/*/']\n" + model
    )
    catalog = load_catalog(tmp_path)
    for name in ("a-latest", "acme/a-latest", "team/red/a-1", "acme/team/red/a-latest"):
        assert catalog.resolve(name).id == "acme/a-1"
