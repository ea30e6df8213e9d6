"""The files of docker/, and a real Prometheus that scrapes a real service by them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.observability.prometheus_process import RULES, ask, find_free_port, prometheus, running

ROOT = Path(__file__).parents[2]

INPUT_ONLY = """
id: acme
name: Acme
first_party: false
models:
  - id: input-only
    name: A model whose output has no price
    context: {window: 131072}
    counting: llama
    prices:
      - {rates: {input: "1"}, source: made up, checked: 2026-11-01}
"""


DASHBOARDS: list[dict[str, Any]] = [
    json.loads(path.read_text()) for path in sorted((ROOT / "docker/grafana/dashboards").glob("*.json"))
]


@pytest.fixture(scope="session")
def panels() -> list[dict[str, Any]]:
    """Those of all dashboards that show something: not the rows."""
    return [panel for each in DASHBOARDS for panel in each["panels"] if panel["type"] != "row"]


@pytest.fixture(scope="session")
def rules() -> list[dict[str, Any]]:
    """Recording rules and alerts."""
    files = [yaml.safe_load((RULES / name).read_text()) for name in ("recording_rules.yaml", "alerts.yaml")]
    return [rule for file in files for group in file["groups"] for rule in group["rules"]]


@pytest.fixture(scope="session")
def alerts(rules: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {rule["alert"]: rule for rule in rules if "alert" in rule}


@pytest.fixture(scope="session")
def expressions(panels: list[dict[str, Any]], rules: list[dict[str, Any]]) -> dict[str, str]:
    """All PromQL, by where it stands: without comments, with Grafana's variables filled in."""
    found = {rule.get("record") or rule["alert"]: rule["expr"] for rule in rules}
    for panel in panels:
        found |= {f"{panel['title']} {target['refId']}": target["expr"] for target in panel["targets"]}
    return {place: fill_in(expression) for place, expression in found.items()}


def fill_in(expression: str, interval: str = "1m") -> str:
    """PromQL without comments, and with what Grafana writes for its variables."""
    for variable, value in {
        "$__rate_interval": interval, "$__range": interval, "$job": "tokenquote",
        "$provider": ".*", "$model": ".*", "$app": ".*",
    }.items():  # fmt: skip
        expression = expression.replace(variable, value)
    return re.sub(r"#.*", "", expression).strip()


@pytest.fixture(scope="session")
def promtool() -> Callable[..., str]:
    """Run promtool; its output if it succeeds."""
    if shutil.which("promtool") is None:
        pytest.skip("no promtool here: `make test-tools` installs Debian's package prometheus")

    def run(*arguments: str) -> str:
        done = subprocess.run(["promtool", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def service_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where `service_url` logs."""
    return tmp_path_factory.mktemp("service") / "log"


@pytest.fixture(scope="session")
def service_url(service_log: Path) -> Iterator[str]:
    """`tokenquote serve` as a process, with the app `support` and a model without a price for its output."""
    providers = service_log.parent / "catalog" / "providers"
    providers.mkdir(parents=True)
    (providers / "acme.yaml").write_text(INPUT_ONLY)
    port = find_free_port()
    environment = {"TOKENQUOTE_APPS": "support", "TOKENQUOTE_CATALOG_DIR": str(providers.parent)}
    command = [str(Path(sys.executable).parent / "tokenquote"), "serve", "--port", str(port)]
    with running(command, service_log, f"http://127.0.0.1:{port}/readyz", environment):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def prometheus_url(service_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Prometheus with the configuration of docker/, but quick and with the service of the test as target."""
    if shutil.which("prometheus") is None:
        pytest.skip("no prometheus here: `make test-tools` installs Debian's package")
    with prometheus(tmp_path_factory.mktemp("prometheus"), service_url.removeprefix("http://")) as url:
        yield url


@pytest.fixture(scope="session")
def query(prometheus_url: str) -> Callable[[str], list[tuple[dict[str, str], float]]]:
    """The instant vector of an expression, or its scalar as a vector of one."""
    return lambda expression: ask(prometheus_url, expression)
