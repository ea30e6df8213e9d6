"""A service under loads that are not fair and faults that are not its own: `make trials`.

Each trial starts a service of its own, does it harm, and looks at what another client sees meanwhile. Printed
is a row for each: how long a small quote, /livez and the answer of a bare server took that client, what
became of the load, the memory of all processes (shared pages counted once) before, at most and after, the
length of the log in all, and whether what is asked was kept: the table of docs/operations.md.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.http.reload_soak import write_version
from tests.http.service_process import ServiceProcess, serving
from tests.trials import crowds, endings, held_connections, surroundings
from tests.trials.another_client import another_client
from tests.trials.proxy import NGINX
from tests.trials.seen import HEAD, Seen

_OWN_NAMESPACES = "TRIALS_INSIDE"
"""Stands in the environment of a trial that has a network and mounts of its own."""
_MEMORY_SECONDS = 0.5
"""The pause between two looks at the memory: a look holds up the process that is looked at."""
_DISK_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Trial:
    """One trial."""

    load: Callable[[ServiceProcess, Seen, float], Coroutine[Any, Any, None]]
    check: Callable[[Seen], None] = lambda _: None
    """Notes what the trial asks besides what all ask."""
    has_another_client: bool = True
    settings: Mapping[str, object] = field(default_factory=dict)
    environment: Callable[[Path], dict[str, str]] = lambda _: {}
    """The environment of the service, by the folder of its log."""
    descriptors: int | None = None
    small_disk: bool = False
    """Whether the folder of the log is a disk of its own."""
    own_network: bool = False
    needs: Path | None = None
    """A file without which the trial cannot be made."""


def _changing_overlay(folder: Path) -> dict[str, str]:
    overlay = surroundings.overlay_beside(folder)
    write_version(overlay, 0)
    return {"TOKENQUOTE_CATALOG_DIR": str(overlay), "TOKENQUOTE_CACHE_DIR": str(folder / "cache")}


TRIALS = {
    "crowd": Trial(crowds.crowd, check=crowds.check_crowd),
    "abandoned": Trial(crowds.abandoned),
    "stalled": Trial(held_connections.stalled),
    "idle": Trial(held_connections.idle),
    "idle_at_64": Trial(held_connections.idle, descriptors=64),
    "half_heads": Trial(held_connections.half_heads),
    "half_open": Trial(held_connections.half_open, own_network=True),
    "killed": Trial(endings.killed, has_another_client=False, settings={"workers": 2}),
    "replicas": Trial(endings.replicas, has_another_client=False, needs=NGINX),
    "stopped": Trial(endings.stopped, has_another_client=False),
    "disk_full": Trial(surroundings.disk_full, environment=_changing_overlay, small_disk=True),
    "clock_jump": Trial(
        surroundings.clock_jump, environment=surroundings.clock_of, needs=surroundings.COMPILER
    ),
}


def run_trial(name: str, seconds: float) -> bool:
    """Run one trial and print its row; return whether what it asks was kept."""
    trial = TRIALS[name]
    if trial.needs is not None and not trial.needs.exists():
        print(f"| {name} | not run: there is no {trial.needs} |", flush=True)
        return False
    if (trial.small_disk or trial.own_network) and _OWN_NAMESPACES not in os.environ:
        return _run_in_namespaces(name, seconds)
    seen = Seen()
    with _folder(trial.small_disk) as folder:
        started = serving(
            trial.descriptors, folder=folder, environment=trial.environment(folder), **trial.settings
        )
        with started as service:
            _run(trial, service, seen, seconds)
    trial.check(seen)
    if trial.has_another_client:
        seen.check_another_client()
    seen.check_everywhere()
    print(seen.row(name), flush=True)
    return not seen.faults


def _run(trial: Trial, service: ServiceProcess, seen: Seen, seconds: float) -> None:
    seen.bytes_before = service.resident_bytes()
    done = threading.Event()
    looking = threading.Thread(target=_look_at_memory, args=(service, seen, done))
    looking.start()
    try:
        with another_client(service.port, seen) if trial.has_another_client else nullcontext():
            asyncio.run(trial.load(service, seen, seconds))
    finally:
        done.set()
        looking.join()
    seen.load_average = os.getloadavg()[0]
    time.sleep(2)
    seen.bytes_after = service.resident_bytes()
    seen.read_log(service.log())


def _look_at_memory(service: ServiceProcess, seen: Seen, done: threading.Event) -> None:
    while not done.wait(_MEMORY_SECONDS) and service.process.poll() is None:
        seen.most_bytes = max(seen.most_bytes, service.resident_bytes())
        seen.most_worker_bytes = max(seen.most_worker_bytes, *service.resident_bytes_of_each())


@contextmanager
def _folder(small_disk: bool) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as outer:
        folder = Path(outer) / "service"
        folder.mkdir()
        if small_disk:
            mount = ["mount", "-t", "tmpfs", "-o", f"size={_DISK_BYTES}", "none", str(folder)]
            subprocess.run(mount, check=True)
        try:
            yield folder
        finally:
            if small_disk:
                subprocess.run(["umount", str(folder)], check=True)


def _run_in_namespaces(name: str, seconds: float) -> bool:
    """Run the trial in a process with a network and mounts that nobody else sees."""
    unshare = shutil.which("unshare")
    assert unshare is not None, "unshare is of util-linux"
    command = [
        unshare, "--map-root-user", "--net", "--mount",
        "sh", "-c", 'ip link set lo up && exec "$@"', "sh",
        sys.executable, "-m", "tests.trials", name, "--seconds", str(seconds), "--rows",
    ]  # fmt: skip
    return subprocess.run(command, env={**os.environ, _OWN_NAMESPACES: "1"}, check=False).returncode == 0


def main() -> None:
    """Run the trials that are named, and end with 1 if one of them was not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("trials", nargs="*", default=[*TRIALS], help="the trials to run; all by default")
    parser.add_argument("--seconds", type=float, default=30, help="the length of each load; 30 by default")
    parser.add_argument("--rows", action="store_true", help="no head of the table")
    chosen = parser.parse_args()
    if not chosen.rows:
        print(HEAD, flush=True)
    kept = [run_trial(name, chosen.seconds) for name in chosen.trials]
    sys.exit(0 if all(kept) else 1)


if __name__ == "__main__":
    main()
