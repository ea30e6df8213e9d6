"""Requests per second of the service beside a bare Litestar route, in one run: `make bench-service`.

Each round asks every service each kind of question in turn, with wrk on 8 connections and the same cores;
printed are the medians over the rounds, and the ratios of the service to the bare route that validates the
same questions and answers as many bytes, to itself with two workers, and to LiteLLM's proxy where `--peer`
names a Python that has it. An answer that is not 2xx ends the run. The second table is the processor time of
each service, which a machine that is busy with something else disturbs less.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.speed.service_questions import KINDS, STAMP, Kind, write_bodies

_ROOT = Path(__file__).resolve().parents[2]
_SCRIPT = Path(__file__).with_name("rotating_bodies.lua")
_CONNECTIONS = 8
_START_SECONDS = 120
_PEER_KEY = f"sk-{secrets.token_hex(32)}"
"""What LiteLLM's proxy asks for; any key does that nobody knows, as it is started with this one."""


@dataclass(frozen=True)
class Asked:
    """A service that is asked."""

    name: str
    url: str
    pid: int
    key: str = ""


@dataclass(frozen=True)
class Rate:
    """What one measurement has shown."""

    per_second: float
    """The requests answered in a second."""
    milliseconds: float
    """The processor time of the service, in user and system mode, for each of them."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4, help="the length of one measurement")
    parser.add_argument("--loop", default="asyncio", help="the event loop of the bare route, as ours has it")
    parser.add_argument("--http", default="h11", help="the parser of the bare route, as ours has it")
    parser.add_argument("--peer", type=Path, help="a Python whose environment has LiteLLM's proxy")
    given = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("service_speed: needs wrk, which is a package of Debian and of Homebrew")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        bodies = _write_all_bodies(folder)
        asked = [stack.enter_context(_ours(folder, workers)) for workers in (1, 2)]
        answers = [_keep_answer(asked[0], kind, folder, bodies) for kind in KINDS]
        asked.append(stack.enter_context(_bare(folder, given.loop, given.http, answers)))
        if given.peer is not None:
            asked.append(stack.enter_context(_peer(folder, given.peer)))
        _report(_measure(asked, bodies, given.rounds, given.seconds))


def _write_all_bodies(folder: Path) -> dict[tuple[Kind, bool], Path]:
    files = {}
    for number, kind in enumerate(KINDS):
        for for_peer in (False, True) if kind.peer_path else (False,):
            file = files[kind, for_peer] = folder / f"bodies_{number}_{for_peer}.jsonl"
            write_bodies(kind, file, for_peer=for_peer)
    return files


@contextmanager
def _ours(folder: Path, workers: int) -> Iterator[Asked]:
    name = f"ours, {workers} worker{'s'[: workers - 1]}"
    command = [sys.executable, "-c", "from tokenquote.cli import main; main()", "serve"]
    settings = {"TOKENQUOTE_PORT": "{port}", "TOKENQUOTE_WORKERS": str(workers)}
    with _running(name, command, folder, "/readyz", settings) as (url, pid):
        yield Asked(name, url, pid)


@contextmanager
def _bare(folder: Path, loop: str, http: str, answers: list[Path]) -> Iterator[Asked]:
    script = str(Path(__file__).with_name("bare_service.py"))
    command = [sys.executable, script, "--port", "{port}", "--loop", loop, "--http", http, *map(str, answers)]
    with _running("bare", command, folder, "/") as (url, pid):
        yield Asked("bare route", url, pid)


@contextmanager
def _peer(folder: Path, python: Path) -> Iterator[Asked]:
    command = [str(python.with_name("litellm")), "--port", "{port}", "--host", "127.0.0.1"]
    settings = {
        "LITELLM_MASTER_KEY": _PEER_KEY,
        "LITELLM_LOG": "ERROR",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }
    with _running("peer", command, folder, "/health/liveliness", settings) as (url, pid):
        yield Asked("LiteLLM's proxy", url, pid, f"Bearer {_PEER_KEY}")


@contextmanager
def _running(
    name: str, command: list[str], folder: Path, ready: str, settings: dict[str, str] | None = None
) -> Iterator[tuple[str, int]]:
    """Run a server on a free port until the end of the block; yield its URL and process once it answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    variables = [f"{variable}={value}" for variable, value in (settings or {}).items()]
    filled = [part.replace("{port}", port) for part in ["env", *variables, *command]]
    log = folder / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(filled, stdout=output, stderr=subprocess.STDOUT, cwd=_ROOT)  # noqa: S603
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(f"{url}{ready}", process, log)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + _START_SECONDS
    while time.monotonic() < give_up and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=1).close()  # noqa: S310
            return
        except urllib.error.HTTPError as error:
            if error.code == 404:  # the bare service has no probe
                return
        except OSError:
            pass
        time.sleep(0.2)
    sys.exit(f"service_speed: {url} does not answer; its log ends:\n{log.read_text()[-2000:]}")


def _keep_answer(ours: Asked, kind: Kind, folder: Path, bodies: dict[tuple[Kind, bool], Path]) -> Path:
    """Write an answer of ours to a question of this kind, for the bare route."""
    body = bodies[kind, False].read_text().split("\n", 1)[0].encode()
    request = urllib.request.Request(ours.url + kind.path, body, {"content-type": "application/json"})  # noqa: S310
    file = folder / f"answer_{KINDS.index(kind)}.json"
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        file.write_bytes(answer.read())
    return file


def _measure(
    asked: list[Asked], bodies: dict[tuple[Kind, bool], Path], rounds: int, seconds: float
) -> dict[tuple[Kind, str], list[Rate]]:
    """Ask every service each kind of question in every round; the first round is for warmth."""
    measured: dict[tuple[Kind, str], list[Rate]] = {}
    for turn in range(rounds + 1):
        for kind in KINDS:
            for each in asked:
                path = _path(each, kind)
                if path is None:
                    continue
                rate = _ask(each, path, bodies[kind, bool(each.key)], seconds, cold=not turn)
                if turn:
                    measured.setdefault((kind, each.name), []).append(rate)
    return measured


def _path(asked: Asked, kind: Kind) -> str | None:
    if asked.key:
        return kind.peer_path
    return kind.bare_path if asked.name == "bare route" else kind.path


def _ask(asked: Asked, path: str, bodies: Path, seconds: float, *, cold: bool) -> Rate:
    before = _processor_seconds(asked.pid)
    done = subprocess.run(  # noqa: S603
        ["wrk", "-t1", f"-c{_CONNECTIONS}", f"-d{seconds:g}s", "-s", str(_SCRIPT), asked.url + path,  # noqa: S607
         "--", str(bodies), STAMP, asked.key],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    took = _processor_seconds(asked.pid) - before
    found = re.search(r"(\d+) requests in [^\0]*Requests/sec: +([\d.]+)", done.stdout)
    faults = ("Non-2xx",) if cold else ("Non-2xx", "Socket errors")
    if found is None or any(fault in done.stdout for fault in faults):
        sys.exit(f"service_speed: {asked.name} at {path}:\n{done.stdout}")
    return Rate(float(found[2]), took * 1000 / max(1, int(found[1])))


def _processor_seconds(pid: int) -> float:
    """Return what a process and all that it has started have computed so far."""
    spent = 0.0
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        spent += sum(_processor_seconds(int(child)) for child in path.read_text().split())
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = sum(map(int, fields[11:15]))  # proc(5): utime and stime, of itself and of what has ended
    return spent + ticks / os.sysconf("SC_CLK_TCK")


def _report(measured: dict[tuple[Kind, str], list[Rate]]) -> None:
    rates = {key: median(each.per_second for each in found) for key, found in measured.items()}
    times = {key: median(each.milliseconds for each in found) for key, found in measured.items()}
    names = list(dict.fromkeys(name for _, name in measured))
    _print_table("requests per second", names, rates, ",.0f", lambda ours, other: ours / other)
    print()
    _print_table("processor ms per request", names, times, ".2f", lambda ours, other: other / ours)


def _print_table(
    title: str,
    names: list[str],
    medians: dict[tuple[Kind, str], float],
    form: str,
    ratio: Callable[[float, float], float],
) -> None:
    print(f"| {title} | " + " | ".join(names) + " | × bare route | × LiteLLM's | 2 workers × 1 |")
    print("|---|" + "---:|" * (len(names) + 3))
    for kind in KINDS:
        one, two, bare = (medians[kind, name] for name in names[:3])
        peer = medians.get((kind, "LiteLLM's proxy"))
        cells = [format(medians[kind, name], form) if (kind, name) in medians else "" for name in names]
        cells += [
            f"{ratio(one, bare):.2f}",
            f"{ratio(one, peer):.1f}" if peer else "",
            f"{ratio(two, one):.2f}",
        ]
        print(f"| {kind.name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
