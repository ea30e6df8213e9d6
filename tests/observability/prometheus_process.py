"""A real Prometheus with the configuration of docker/, for a service that runs beside it."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import yaml
from tests.conftest import START_SECONDS

__all__ = ["RULES", "ask", "ask_range", "find_free_port", "prometheus", "running"]

_ROOT = Path(__file__).parents[2]
RULES = _ROOT / "docker" / "prometheus"
Vector = list[tuple[dict[str, str], float]]


@contextmanager
def prometheus(folder: Path, target: str, every_seconds: int = 1) -> Iterator[str]:
    """Scrape a service until the end of the block, and evaluate the rules.

    Args:
        folder: where its data lie.
        target: the host and port of the service.
        every_seconds: the time between two scrapes, which are 15 s in docker/.

    Yields:
        Where it answers.
    """
    config = yaml.safe_load((RULES / "prometheus.yaml").read_text())
    config["global"] = dict.fromkeys(("scrape_interval", "evaluation_interval"), f"{every_seconds}s")
    config["rule_files"] = [str(RULES / name) for name in config["rule_files"]]
    config["scrape_configs"][0]["static_configs"] = [{"targets": [target]}]
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(config))
    url = f"http://127.0.0.1:{find_free_port()}"
    command = [
        "prometheus",
        f"--config.file={folder / 'prometheus.yaml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={url.removeprefix('http://')}",
        f"--web.user-assets={_ROOT / 'docs/runbooks'}",
    ]
    with running(command, folder / "log", f"{url}/-/ready"):
        yield url


def ask(url: str, expression: str) -> Vector:
    """The instant vector of an expression, or its scalar as a vector of one."""
    data = _get(url, "query", query=expression)
    if data["resultType"] == "scalar":
        return [({}, float(data["result"][1]))]
    return [(series["metric"], float(series["value"][1])) for series in data["result"]]


def ask_range(
    url: str, expression: str, start: float, end: float, step: float
) -> list[tuple[dict[str, str], list[tuple[float, float]]]]:
    """The values of an expression from one time to another, in Unix seconds."""
    data = _get(url, "query_range", query=expression, start=start, end=end, step=step)
    return [
        (series["metric"], [(float(at), float(value)) for at, value in series["values"]])
        for series in data["result"]
    ]


def _get(url: str, way: str, **parameters: Any) -> dict[str, Any]:
    answer = httpx2.get(f"{url}/api/v1/{way}", params=parameters, timeout=30).json()
    assert answer["status"] == "success", answer
    data: dict[str, Any] = answer["data"]
    return data


@contextmanager
def running(
    command: list[str], log: Path, ready_url: str, environment: dict[str, str] | None = None
) -> Iterator[None]:
    """Run a process until the end of the block, which begins once it answers."""
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


def find_free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port
