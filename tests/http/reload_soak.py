"""A service under load while a second process edits, breaks and mends its catalog: `make soak`.

The catalog is an overlay of two files, linked as Kubernetes links a ConfigMap. Each version gives both files
one rate of its own, so that an answer of two versions, or a version read in part, shows. Counted are quotes
that failed, answers of more than one revision, revisions that had two prices, broken versions that no metric
named, and the memory of the service over the reloads.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

_START = "from tokenquote.cli import main; main()"
_FILES = ("left", "right")
_PROVIDER = """\
id: {name}
name: {name}
first_party: false
models:
  - id: model
    name: Model
    counting: openai-gpt-4o
    prices: [{{rates: {{input: "{rate}", output: "0"}}, source: version {rate}, checked: 2026-11-29}}]
"""
PLAN = {
    "models": [f"{name}/model" for name in _FILES],
    "turns": [{"user": 1_000_000, "assistant": 0, "reasoning": 0}],
}
BROKEN = 'id: left\nname: left\nfirst_party: false\nmodels:\n  - {id: model, name: Model, price: "1"}\n'
_PATIENCE_SECONDS = 60


@dataclass
class Findings:
    """What a soak has seen."""

    reloads: int = 0
    """The number of changes that the service loaded."""
    failed_reloads: int = 0
    """The number of changes that it refused, as it should."""
    quotes: int = 0
    failures: list[str] = field(default_factory=list)
    """The quotes that failed, each in words."""
    mixed: list[str] = field(default_factory=list)
    """The answers that were made of more than one version, each in words."""
    costs_by_revision: dict[str, set[str]] = field(default_factory=dict)
    unnamed: int = 0
    """The broken versions whose file, line and field the metrics did not name."""
    memory: list[int] = field(default_factory=list)
    """The resident bytes of the service after each change that it loaded."""

    def see(self, quotes: list[dict[str, Any]]) -> None:
        """Take one answer into account."""
        self.quotes += 1
        revisions = {quote["catalog_revision"] for quote in quotes}
        costs = {quote["totals"]["cost"] for quote in quotes}
        if len(revisions) != 1 or len(costs) != 1:
            self.mixed.append(f"revisions {revisions}, costs {costs}")
        for revision in revisions:
            self.costs_by_revision.setdefault(revision, set()).update(costs)


def soak(reloads: int, askers: int) -> Findings:
    """Run a service, change its catalog as many times, and ask it for quotes all the while."""
    findings = Findings()
    with tempfile.TemporaryDirectory() as folder:
        overlay = Path(folder) / "overlay"
        write_version(overlay, 0)
        with serving(overlay) as (url, process):
            stop = threading.Event()
            threads = [threading.Thread(target=_ask, args=(url, stop, findings)) for _ in range(askers)]
            for thread in threads:
                thread.start()
            try:
                _change(overlay, url, process.pid, reloads, findings)
            finally:
                stop.set()
                for thread in threads:
                    thread.join()
    return findings


def write_version(overlay: Path, number: int) -> None:
    """Write a version beside the one before and swap the links, as Kubernetes does with a ConfigMap."""
    version = overlay / f"..version_{number}"
    (version / "providers").mkdir(parents=True)
    for name in _FILES:
        (version / "providers" / f"{name}.yaml").write_text(_PROVIDER.format(name=name, rate=number + 1))
    new = overlay / "..data_tmp"
    new.symlink_to(version.name)
    os.replace(new, overlay / "..data")
    if not (overlay / "providers").is_symlink():
        (overlay / "providers").symlink_to("..data/providers")
    shutil.rmtree(overlay / f"..version_{number - 1}", ignore_errors=True)


def break_version(overlay: Path) -> None:
    """Write over one of the files in its place, in two parts: wrong for a while, and then for good."""
    with (overlay / "providers" / "left.yaml").open("w") as file:
        file.write(BROKEN[:40])
        file.flush()
        time.sleep(0.02)
        file.write(BROKEN[40:])


@contextmanager
def serving(overlay: Path, reload_seconds: str = "0.05") -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run a service of its own process; yield its address and the process."""
    own = {"TOKENQUOTE_CATALOG_DIR": str(overlay), "TOKENQUOTE_RELOAD_SECONDS": reload_seconds}
    environment = {**os.environ, **own}
    command = [sys.executable, "-c", _START, "serve", "--port", "0"]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    found = None
    while found is None and (line := process.stdout.readline()):
        found = re.search(r"running on (http://127\.0\.0\.1:\d+)", line)
    assert found is not None, "the service did not start"
    try:
        # Somebody has to read the log, or its pipe fills up.
        reader = threading.Thread(target=process.stdout.read)
        reader.start()
        yield found[1], process
    finally:
        process.terminate()
        process.wait(timeout=60)
        reader.join()
        process.stdout.close()


def _ask(url: str, stop: threading.Event, findings: Findings) -> None:
    with httpx2.Client(base_url=url, timeout=30, trust_env=False) as client:
        while not stop.is_set():
            try:
                answer = client.post("/v1/quotes", json=PLAN)
                answer.raise_for_status()
                findings.see(answer.json()["quotes"])
            except (httpx2.HTTPError, KeyError) as error:
                findings.failures.append(repr(error))


def _change(overlay: Path, url: str, pid: int, reloads: int, findings: Findings) -> None:
    """Give the service one version after the other; every second one is broken before the next comes."""
    with httpx2.Client(base_url=url, timeout=30, trust_env=False) as client:
        for number in range(1, reloads + 1):
            _in_a_process(write_version, overlay, number)
            wait_for(client, "reloads", number)
            findings.memory.append(_resident_bytes(pid))
            if number % 2:
                broken = findings.failed_reloads + 1
                _in_a_process(break_version, overlay)
                findings.failed_reloads = wait_for(client, "failed_reloads", broken)
                named = 'file="providers/left.yaml",line="5",field="models[model].prices"'
                findings.unnamed += named not in _sorted_labels(client.get("/metrics").text)
        findings.reloads = client.get("/readyz").json()["catalog"]["reloads"]


def _sorted_labels(metrics: str) -> str:
    """Write the labels of problems in the order file, line, field."""
    return re.sub(
        r'\{field="([^"]*)",file="([^"]*)",line="([^"]*)"\}', r'{file="\2",line="\3",field="\1"}', metrics
    )


def _in_a_process(edit: Any, *arguments: object) -> None:
    process = multiprocessing.get_context("spawn").Process(target=edit, args=arguments)
    process.start()
    process.join()
    if process.exitcode:
        raise RuntimeError(f"{edit.__name__} failed")


def wait_for(client: httpx2.Client, what: str, number: int) -> int:
    """Return the count once it has reached the number."""
    give_up = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < give_up:
        count = client.get("/readyz").json()["catalog"][what]
        if isinstance(count, int) and count >= number:
            return count
        time.sleep(0.02)
    raise RuntimeError(f"{what} did not reach {number} within {_PATIENCE_SECONDS} seconds")


def _resident_bytes(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    """Print what a long soak has seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reloads", type=int, default=200)
    parser.add_argument("--askers", type=int, default=2)
    asked = parser.parse_args()
    began = time.monotonic()
    found = soak(asked.reloads, asked.askers)
    seconds = time.monotonic() - began
    print(f"{found.reloads} reloads and {found.failed_reloads} refused ones in {seconds:.0f} s")
    print(
        f"{found.quotes} quotes, {len(found.failures)} failed, {len(found.mixed)} of more than one revision"
    )
    twice = sum(len(costs) > 1 for costs in found.costs_by_revision.values())
    print(f"{len(found.costs_by_revision)} revisions answered, {twice} of them with more than one price")
    print(f"{found.unnamed} broken versions whose file, line and field no metric named")
    quarter = max(1, len(found.memory) // 4)
    for i in range(0, len(found.memory), quarter):
        part = found.memory[i : i + quarter]
        print(f"memory after reload {i + 1} and on: {sum(part) / len(part) / 2**20:.1f} MiB on average")


if __name__ == "__main__":
    main()
