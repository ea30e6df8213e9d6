"""Rules and alerts: promtool's opinion, and that nothing is forgotten."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CASES = [
    ROOT / "tests" / "observability" / name for name in ("alerts_test.yaml", "alerts_of_hours_test.yaml")
]
RULE_FILES = ["docker/prometheus/recording_rules.yaml", "docker/prometheus/alerts.yaml"]


def test_promtool_accepts_the_configuration_and_the_rules(promtool: Callable[..., str]) -> None:
    promtool("check", "config", "docker/prometheus/prometheus.yaml")
    promtool("check", "rules", *RULE_FILES)


def test_every_alert_fires_when_it_should_and_only_then(promtool: Callable[..., str]) -> None:
    assert promtool("test", "rules", *map(str, CASES)).count("SUCCESS") == len(CASES)


def test_every_alert_has_a_case_that_fires_and_one_that_does_not(alerts: dict[str, dict[str, Any]]) -> None:
    tests = [test for file in CASES for test in yaml.safe_load(file.read_text())["tests"]]
    cases = [case for test in tests for case in test["alert_rule_test"]]
    assert {case["alertname"] for case in cases if case["exp_alerts"]} == alerts.keys()
    assert {case["alertname"] for case in cases if not case["exp_alerts"]} == alerts.keys()


def test_every_alert_says_what_is_wrong_and_what_to_do(alerts: dict[str, dict[str, Any]]) -> None:
    assert len(alerts) == 13
    for name, alert in alerts.items():
        assert alert["labels"]["severity"] in ("critical", "warning"), name
        assert re.fullmatch(r"\d+[mh]", alert["for"]), name
        texts = alert["annotations"]
        assert "{{" not in texts["summary"], f"{name}: alerts are grouped by their summary"
        assert "{{" in texts["description"], f"{name}: the description has the values"
        assert texts["runbook_url"].endswith(f"/{name}.md")


def test_every_alert_has_a_runbook_and_every_runbook_an_alert(alerts: dict[str, dict[str, Any]]) -> None:
    runbooks = {path.stem: path.read_text() for path in (ROOT / "docs" / "runbooks").glob("*.md")}
    assert runbooks.keys() == alerts.keys()
    for name, text in runbooks.items():
        headings = re.findall(r"^#+ (.*)", text, flags=re.MULTILINE)
        assert headings == [name, "Meaning", "Impact", "Diagnosis", "Mitigation"]
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (ROOT / "docs" / "runbooks" / target).exists(), f"{name}: {target}"


@pytest.mark.parametrize(
    ("alert", "metric", "budget", "pairs"),
    [
        ("TokenquoteErrorBudgetBurn", "http_errors", 0.001, {("1h", "5m"): 14.4, ("6h", "30m"): 6}),
        ("TokenquoteErrorBudgetLeak", "http_errors", 0.001, {("1d", "2h"): 3, ("3d", "6h"): 1}),
        ("TokenquoteSlow", "quotes_slow", 0.01, {("1h", "5m"): 14.4, ("6h", "30m"): 6}),
    ],
)
def test_the_burn_rates_are_those_of_the_objective(
    alerts: dict[str, dict[str, Any]],
    alert: str,
    metric: str,
    budget: float,
    pairs: dict[tuple[str, str], float],
) -> None:
    """The windows and factors are those of Google's SRE workbook, chapter 5, table 5-8."""
    found = re.findall(rf"{metric}:ratio_rate(\w+) > ([\d.]+)", alerts[alert]["expr"])
    wanted = [(window, factor * budget) for pair, factor in pairs.items() for window in pair]
    assert [window for window, _ in found] == [window for window, _ in wanted]
    assert [float(bound) for _, bound in found] == pytest.approx([bound for _, bound in wanted])
