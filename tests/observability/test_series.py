"""The cap on series: how many there may be, what counts as `other` beyond it, and that sums stay right."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from tokenquote.catalog import Catalog
from tokenquote.http.counter_groups import COUNTER_GROUPS, FAMILIES
from tokenquote.http.increments import Increment
from tokenquote.http.provider_names import ModelLabels, find_modes, name_models
from tokenquote.http.routes import routes
from tokenquote.http.series import CountedSeries
from tokenquote.http.telemetry import Telemetry
from tokenquote_client.catalog import CatalogState

MODELS = {f"acme/m{i}": ModelLabels("acme", f"m{i}") for i in range(9)}
APPS = [f"app{i}" for i in range(6)]
ASKED = st.lists(
    st.tuples(
        st.sampled_from([*MODELS, "acme/unknown"]),
        st.sampled_from(APPS),
        st.sampled_from(["standard", "batch", "unknown"]),
        st.sampled_from(["complete", "incomplete"]),
    )
)
MOST_STATUSES = 12
"""200, 304, 400, 404, 405, 408, 413, 422, 429, 499, 500, 503."""


def quote(model: str, app: str, mode: str = "standard", outcome: str = "complete") -> list[Increment]:
    """What a quote of ten tokens and half a dollar adds."""
    amounts = (7, 0, 0, 3, 0, 0.5, 0.5)
    labels = (model, app, mode)
    return [Increment("quoted", labels, amounts), Increment("quotes", (*labels, outcome), (1,))]


def counters(series: CountedSeries) -> dict[str, dict[tuple[str, ...], float]]:
    """The values of each counter by the values of its labels, as a scrape reads them."""
    return {
        family.name: {tuple(sample.labels.values()): sample.value for sample in family.samples}
        for family in text_string_to_metric_families(series.write())
    }


def known(limit: int) -> CountedSeries:
    series = CountedSeries(limit)
    series.know(MODELS, {"standard", "batch"})
    return series


@given(ASKED, st.integers(0, 120))
def test_sums_stay_right_and_the_limit_holds(asked: list[tuple[str, str, str, str]], limit: int) -> None:
    series = known(limit)
    for each in asked:
        series.add(quote(*each))
    assert series.size <= limit
    seen = counters(series)
    quotes, tokens = seen.get("tokenquote_quotes", {}), seen.get("tokenquote_quoted_tokens", {})
    assert sum(quotes.values()) == len(asked)
    assert sum(tokens.values()) == 10 * len(asked)
    # What one counter tells of a model, no other counts as another model; an outcome more may have no room.
    told_by_quotes = {labels[:-1] for labels in quotes}
    told_by_tokens = {labels[:-1] for labels in tokens}
    assert told_by_tokens == told_by_quotes or series.size == limit
    assert told_by_tokens <= told_by_quotes
    by_app: Counter[str] = Counter()
    for (_, _, app, _, _), number in quotes.items():
        by_app[app] += int(number)
    if "other" not in by_app:
        assert by_app == Counter(app for _, app, _, _ in asked)


@given(ASKED)
def test_with_room_nothing_that_is_known_is_other(asked: list[tuple[str, str, str, str]]) -> None:
    series = known(10_000)
    for each in asked:
        series.add(quote(*each))
    expected: Counter[tuple[str, ...]] = Counter()
    for model, app, mode, outcome in asked:
        named = MODELS.get(model, ModelLabels("other", "other"))
        expected[*named, app, "other" if mode == "unknown" else mode, outcome] += 1
    assert counters(series).get("tokenquote_quotes", {}) == expected
    assert series.folded == 0


def test_beyond_the_limit_first_models_then_apps_are_other() -> None:
    """Three quarters of 32 are room for three models of 8 series; the rest for one app's others."""
    series = known(32)
    for model in MODELS:
        series.add(quote(model, "app0"))
    series.add(quote("acme/m0", "app1"))
    assert counters(series)["tokenquote_quotes"] == {
        ("acme", "m0", "app0", "standard", "complete"): 1,
        ("acme", "m1", "app0", "standard", "complete"): 1,
        ("acme", "m2", "app0", "standard", "complete"): 1,
        ("other", "other", "app0", "standard", "complete"): 6,
        ("other", "other", "other", "standard", "complete"): 1,
    }
    assert series.size == 32
    assert series.folded == 2 * 7


def test_a_model_that_has_series_gets_another_outcome_though_no_other_model_does() -> None:
    series = known(34)
    for model in MODELS:
        series.add(quote(model, "app0"))
    series.add(quote("acme/m1", "app0", outcome="incomplete"))
    assert counters(series)["tokenquote_quotes"]["acme", "m1", "app0", "standard", "incomplete"] == 1


def test_fifty_apps_and_the_whole_catalog_make_fewer_than_10_000_series(catalog: Catalog) -> None:
    """With every status on every route, which no service ever answers."""
    telemetry = Telemetry()
    telemetry.describe(catalog, CatalogState(revision=catalog.revision))
    apps = [f"app-{i}" for i in range(50)]
    for app in apps:
        for model in catalog.models:
            telemetry.add(quote(model, app))
    paths = {path for route in routes() for path in route.paths} | {"unmatched"}
    for path in paths:
        for i in range(MOST_STATUSES):
            telemetry.finished("POST", path, 200 + 100 * (i % 4) + i, 0.1)
    text = telemetry.exposition().decode()
    assert text.count("\n") - text.count("# ") < 10_000
    families = {family.name: family for family in text_string_to_metric_families(text)}
    quotes = families["tokenquote_quotes"].samples
    assert sum(sample.value for sample in quotes) == 50 * len(catalog.models)
    by_app = Counter[str]()
    for sample in quotes:
        by_app[sample.labels["app"]] += int(sample.value)
    assert by_app == dict.fromkeys(apps, len(catalog.models))


def test_models_are_named_as_opentelemetry_does(catalog: Catalog) -> None:
    names = name_models(catalog)
    assert names["openai/gpt-5.4-mini"] == ("openai", "gpt-5.4-mini")
    assert names["meta-llama/Llama-3.1-8B"] == ("open-weights", "meta-llama/Llama-3.1-8B")
    assert names["google/gemini-3.8-flash"].provider == "gcp.gemini"
    assert {name.provider for name in names.values()} >= {
        "aws.bedrock",
        "azure.ai.openai",
        "x_ai",
        "mistral_ai",
    }
    assert len(set(names.values())) == len(names)
    assert find_modes(catalog) >= {"standard", "batch", "priority"}


@pytest.mark.parametrize("group", COUNTER_GROUPS)
def test_every_group_adds_to_counters_that_are_described(group: str) -> None:
    assert {column.family for column in COUNTER_GROUPS[group].columns} <= FAMILIES.keys()


def test_every_counter_belongs_to_a_group() -> None:
    used = {column.family for group in COUNTER_GROUPS.values() for column in group.columns}
    assert used == FAMILIES.keys()


def test_signs_that_the_format_escapes_come_back_as_they_were() -> None:
    series = CountedSeries(100)
    series.know({"a/b": ModelLabels('q"uote', "back\\slash\nline")}, {"standard"})
    series.add(quote("a/b", "app0"))
    assert ('q"uote', "back\\slash\nline", "app0", "standard", "complete") in counters(series)[
        "tokenquote_quotes"
    ]
