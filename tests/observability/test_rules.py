"""Rules and alerts: promtool's opinion, and that nothing is forgotten."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "observability" / "alerts_test.yaml"
RULE_FILES = ["docker/prometheus/recording_rules.yaml", "docker/prometheus/alerts.yaml"]


def test_promtool_accepts_the_configuration_and_the_rules(promtool: Callable[..., str]) -> None:
    promtool("check", "config", "docker/prometheus/prometheus.yaml")
    promtool("check", "rules", *RULE_FILES)


def test_every_alert_fires_when_it_should_and_only_then(promtool: Callable[..., str]) -> None:
    assert "SUCCESS" in promtool("test", "rules", str(CASES))


def test_every_alert_has_a_case_that_fires_and_one_that_does_not(alerts: dict[str, dict[str, Any]]) -> None:
    cases = [case for test in yaml.safe_load(CASES.read_text())["tests"] for case in test["alert_rule_test"]]
    assert {case["alertname"] for case in cases if case["exp_alerts"]} == alerts.keys()
    assert {case["alertname"] for case in cases if not case["exp_alerts"]} == alerts.keys()


def test_every_alert_says_what_is_wrong_and_what_to_do(alerts: dict[str, dict[str, Any]]) -> None:
    assert len(alerts) == 6
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


@pytest.mark.parametrize("words", [("14.4 times", "0.0144"), ("6 times", "0.006")])
def test_the_burn_rates_are_those_of_the_objective(words: tuple[str, str]) -> None:
    """99.9 %: one failure in a thousand answers; the factors are those of Google's SRE workbook."""
    factor, threshold = words
    text = (ROOT / "docker" / "prometheus" / "alerts.yaml").read_text()
    assert factor in text
    assert float(factor.split()[0]) * 0.001 == pytest.approx(float(threshold))
    assert text.count(f"> {threshold}") == 2
