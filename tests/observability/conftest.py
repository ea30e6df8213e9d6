"""The files of docker/, and a real Prometheus that scrapes a real service by them."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from tests.conftest import START_SECONDS

ROOT = Path(__file__).parents[2]
RULES = ROOT / "docker" / "prometheus"

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
def service_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`tokenquote serve` as a process, with the app `support` and a model without a price for its output."""
    folder = tmp_path_factory.mktemp("service")
    (folder / "catalog" / "providers").mkdir(parents=True)
    (folder / "catalog" / "providers" / "acme.yaml").write_text(INPUT_ONLY)
    port = _free_port()
    environment = {"TOKENQUOTE_APPS": "support", "TOKENQUOTE_CATALOG_DIR": str(folder / "catalog")}
    command = [str(Path(sys.executable).parent / "tokenquote"), "serve", "--port", str(port)]
    with _running(command, folder / "log", f"http://127.0.0.1:{port}/readyz", environment):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def prometheus_url(service_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Prometheus with the configuration of docker/, but quick and with the service of the test as target."""
    if shutil.which("prometheus") is None:
        pytest.skip("no prometheus here: `make test-tools` installs Debian's package")
    folder = tmp_path_factory.mktemp("prometheus")
    config = yaml.safe_load((RULES / "prometheus.yaml").read_text())
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["rule_files"] = [str(RULES / name) for name in config["rule_files"]]
    config["scrape_configs"][0]["static_configs"] = [{"targets": [service_url.removeprefix("http://")]}]
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(config))
    url = f"http://127.0.0.1:{_free_port()}"
    command = [
        "prometheus",
        f"--config.file={folder / 'prometheus.yaml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={url.removeprefix('http://')}",
        f"--web.user-assets={ROOT / 'docs/runbooks'}",
    ]
    with _running(command, folder / "log", f"{url}/-/ready"):
        yield url


@pytest.fixture(scope="session")
def query(prometheus_url: str) -> Callable[[str], list[tuple[dict[str, str], float]]]:
    """The instant vector of an expression, or its scalar as a vector of one."""

    def ask(expression: str) -> list[tuple[dict[str, str], float]]:
        answer = httpx2.get(f"{prometheus_url}/api/v1/query", params={"query": expression}).json()
        assert answer["status"] == "success", answer
        data = answer["data"]
        if data["resultType"] == "scalar":
            return [({}, float(data["result"][1]))]
        return [(series["metric"], float(series["value"][1])) for series in data["result"]]

    return ask


@contextmanager
def _running(
    command: list[str], log: Path, ready_url: str, environment: dict[str, str] | None = None
) -> Iterator[None]:
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, env={**os.environ, **(environment or {})}, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        _wait_for(process, ready_url, log)
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        finally:
            process.kill()


def _wait_for(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up:
        assert process.poll() is None, log.read_text()
        try:
            if httpx2.get(url).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"{url} did not answer: {log.read_text()}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port
