"""The dashboard explains itself, and shows only metrics that exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tokenquote.catalog import Catalog
from tokenquote.http.telemetry import Telemetry
from tokenquote_client.catalog import CatalogState

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
}
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
    catalog: Catalog, expressions: dict[str, str], rules: list[dict[str, Any]]
) -> None:
    telemetry = Telemetry()
    telemetry.describe(catalog, CatalogState(revision=catalog.revision))
    known = {
        name for family in telemetry.registry.collect() for name in (family.name, f"{family.name}_total")
    }
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
    dashboard: dict[str, Any], panels: list[dict[str, Any]]
) -> None:
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids))
    for panel in panels:
        assert panel["title"], panel["id"]
        assert len(panel["description"]) > 30, panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}, panel["title"]


def test_every_rate_of_a_panel_follows_the_zoom(panels: list[dict[str, Any]]) -> None:
    for panel in panels:
        for target in panel["targets"]:
            ranges = re.findall(r"\[(.*?)\]", target["expr"])
            assert set(ranges) <= {"$__rate_interval"}, panel["title"]


def test_panels_fill_the_grid_without_overlap(dashboard: dict[str, Any]) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells
    assert len(taken) == 24 * (1 + max(y for _, y in taken))


def test_whoever_sees_quoted_dollars_reads_that_they_are_not_spend(
    dashboard: dict[str, Any], panels: list[dict[str, Any]]
) -> None:
    assert "not spend" in dashboard["description"]
    dollars = [panel for panel in panels if "cost_dollars" in str(panel["targets"])]
    assert len(dollars) == 2
    assert all("not spend" in panel["description"] for panel in dollars)


def test_the_dashboard_can_be_linked_to_and_moved_to_another_data_source(dashboard: dict[str, Any]) -> None:
    assert dashboard["uid"] == "tokenquote"
    assert "id" not in dashboard
    assert [v["name"] for v in dashboard["templating"]["list"]] == ["datasource", "job", "model", "app"]
    rows = [panel["title"] for panel in dashboard["panels"] if panel["type"] == "row"]
    assert rows[0] == "Objective and traffic"
