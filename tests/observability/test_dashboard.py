"""The dashboards explain themselves, parse, and show only metrics that exist."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.observability.conftest import DASHBOARDS, fill_in
from tests.observability.dashboards import written
from tests.observability.metrics_reference import used_telemetry, written_families

FUNCTIONS = {
    "sum",
    "min",
    "max",
    "count",
    "rate",
    "by",
    "or",
    "and",
    "absent",
    "time",
    "scalar",
    "histogram_quantile",
    "increase",
    "topk",
    "sort_desc",
    "vector",
    "abs",
}
UIDS = [dashboard["uid"] for dashboard in DASHBOARDS]
METRICS_PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"
# Prometheus makes it, for every target.
MADE_BY_PROMETHEUS = {"up"}


def find_metrics(expression: str) -> set[str]:
    """The names in an expression that are neither function, label nor value."""
    without_labels = re.sub(r"\{.*?\}|\bby \(.*?\)|\[.*?\]", "", expression)
    return set(re.findall(r"[a-z_][a-z_:0-9]*", without_labels)) - FUNCTIONS


def find_labels(expression: str) -> set[str]:
    return set(re.findall(r"(\w+)(?:=~|!~|!=|=)\"", expression)) | {
        label.strip() for group in re.findall(r"\bby \((.*?)\)", expression) for label in group.split(",")
    }


def test_every_metric_of_a_panel_or_rule_exists(
    expressions: dict[str, str], rules: list[dict[str, Any]]
) -> None:
    families = list(written_families(used_telemetry()))
    known = {name for family in families for name in (family.name, f"{family.name}_total")}
    known |= {f"{name}_{part}" for name in known for part in ("bucket", "count", "sum")}
    known |= {rule["record"] for rule in rules if "record" in rule} | MADE_BY_PROMETHEUS
    for place, expression in expressions.items():
        assert find_metrics(expression), place
        assert find_metrics(expression) <= known, f"{place}: {find_metrics(expression) - known}"


def test_every_label_of_a_panel_or_rule_exists(
    expressions: dict[str, str],
) -> None:
    rows = re.findall(r"^\| .*? \| \w+ \| (.*?) \|", METRICS_PAGE.read_text(), flags=re.MULTILINE)
    known = {label for row in rows for label in re.findall(r"`(\w+)`", row)}
    for place, expression in expressions.items():
        assert find_labels(expression) <= known | {"job", "instance", "le"}, place


def test_panels_have_a_title_a_description_a_unit_and_an_id_of_their_own(
    panels: list[dict[str, Any]],
) -> None:
    for dashboard in DASHBOARDS:
        ids = [panel["id"] for panel in dashboard["panels"]]
        assert len(ids) == len(set(ids))
    titles = [panel["title"] for panel in panels]
    assert len(titles) == len(set(titles))
    for panel in panels:
        assert panel["title"], panel["id"]
        assert len(panel["description"]) > 30, panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}, panel["title"]


def test_every_rate_of_a_panel_follows_the_zoom(panels: list[dict[str, Any]]) -> None:
    """But for what is said of an hour, or of the 30 days of the objective."""
    for panel in panels:
        for target in panel["targets"]:
            ranges = set(re.findall(r"\[(.*?)\]", target["expr"]))
            said = {"1h": "hour", "30d": "30 days"}
            allowed = {length for length, words in said.items() if words in panel["description"]}
            assert ranges <= {"$__rate_interval", "$__range"} | allowed, panel["title"]


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=UIDS)
def test_panels_fill_the_grid_without_overlap(dashboard: dict[str, Any]) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells
    assert len(taken) == 24 * (1 + max(y for _, y in taken))


def test_whoever_sees_dollars_reads_that_they_are_not_spend(panels: list[dict[str, Any]]) -> None:
    dollars = [panel for panel in panels if "_dollars" in str(panel["targets"])]
    assert len(dollars) >= 12
    assert [panel["title"] for panel in dollars if "spend" not in panel["description"].lower()] == []
    for dashboard in DASHBOARDS:
        if "_dollars" in str(dashboard["panels"]):
            assert "not spend" in dashboard["description"], dashboard["title"]


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=UIDS)
def test_a_dashboard_can_be_linked_to_and_moved_to_another_data_source(dashboard: dict[str, Any]) -> None:
    assert "id" not in dashboard
    assert [v["name"] for v in dashboard["templating"]["list"]][:2] == ["datasource", "job"]
    assert {link["url"] for link in dashboard["links"]} == {
        f"/d/{uid}" for uid in UIDS if uid != dashboard["uid"]
    }


def test_there_are_four_dashboards_and_each_is_as_its_source_has_it() -> None:
    assert sorted(UIDS) == ["tokenquote", "tokenquote-accuracy", "tokenquote-catalog", "tokenquote-forecast"]
    for path, text in written().items():
        assert path.read_text() == text, f"{path.name}: run `make dashboards`"


def test_every_promql_of_a_panel_parses(
    promtool: Callable[..., str], panels: list[dict[str, Any]], tmp_path: Path
) -> None:
    """As an expression of a recording rule, of which promtool reads a file."""
    expressions = [fill_in(target["expr"]) for panel in panels for target in panel["targets"]]
    rules = [{"record": f"panel:{i}", "expr": expression} for i, expression in enumerate(expressions)]
    file = tmp_path / "panels.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    assert f"{len(rules)} rules found" in promtool("check", "rules", "--lint=none", str(file))
