"""A service asked what its OpenAPI document allows, and what it does not: `make schemathesis`.

    python -m tests.openapi_cases SCHEMATHESIS [--examples N] [--seed N] [--keys without|with|both]
        [--operations ID ...]

schemathesis makes cases of the document and applies all its checks, once to a service that asks nobody for
a key and once to one that does. In build/openapi_cases stand what it says of each operation, and for each
service a line of JSON for every case and every finding, written as soon as it is known. Printed is a row for
each service with the cases that were asked; a finding ends the command with 1.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.http.service_process import ServiceProcess, serving

from tokenquote.http.access.key_file import append_line, write_line
from tokenquote.http.access.keys import Key, hash_secret, make_secret
from tokenquote.settings import Settings
from tokenquote_client.endpoints import ENDPOINTS

_HOOKS = Path(__file__).with_name("hooks.py")
_LOGS = Path("build/openapi_cases")
_EXAMPLES = 600
"""The examples of an operation in the phase that makes up some; with those of the phases that go through the
document, the operations come to 10,000 cases."""
_ANSWER_SECONDS = Settings().answer_seconds + 10
"""How long an answer may take: as long as the service gives itself."""
_HEAD = (
    "| service | seed | cases | allowed by the document | answered 200 | findings | minutes | operations |\n"
    + ("|---|---:|---:|---:|---:|---:|---:|---|")
)


def ask(
    command: str, service: ServiceProcess, name: str, more: Sequence[str], chosen: argparse.Namespace
) -> bool:
    """Ask one service, operation by operation, and print its row; return whether nothing was found."""
    _LOGS.mkdir(parents=True, exist_ok=True)
    stem = "-".join([*name.split(), str(chosen.seed), *chosen.operations])
    cases = _LOGS / f"{stem}.jsonl"
    cases.write_text("")
    began, clean, left_out = time.monotonic(), True, list[str]()
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": str(_HOOKS), "OPENAPI_CASES_FILE": str(cases)}
    with (_LOGS / f"{stem}.txt").open("wb") as output:
        for row in reversed(ENDPOINTS):  # what asks for whole plans comes last: it takes longest
            if chosen.operations and row.operation_id not in chosen.operations:
                continue
            if chosen.seconds < time.monotonic() - began:
                left_out.append(row.operation_id)
                continue
            asked = subprocess.run(
                [
                    command, "run", f"{service.url}/openapi.json", "--no-color", "--checks", "all",
                    "--continue-on-failure", "--workers", "1", "--max-failures", "1000",
                    "--generation-database", "none", "--max-examples", str(chosen.examples),
                    "--seed", str(chosen.seed), "--request-timeout", str(_ANSWER_SECONDS),
                    "--max-response-time", str(_ANSWER_SECONDS),
                    "--output-sanitize", "false", "--include-operation-id", row.operation_id, *more,
                ],
                env=environment, stdout=output, stderr=subprocess.STDOUT, check=False,
            )  # fmt: skip
            clean &= asked.returncode == 0
    ended = f"without {', '.join(left_out)}" if left_out else ", ".join(chosen.operations) or "all"
    print(_row(name, chosen.seed, cases, time.monotonic() - began, ended), flush=True)
    return clean and not left_out


def _row(name: str, seed: int, cases: Path, seconds: float, ended: str) -> str:
    """Write what was asked: of the file, which has it also where schemathesis was stopped."""
    said = Counter[str]()
    for line in map(json.loads, cases.read_text().splitlines()):
        said[line["event"]] += 1
        if line["event"] == "asked":
            said["allowed"] += line["mode"] == "positive"
            said["answered"] += line["status"] == 200
    numbers = " | ".join(f"{said[event]:,}" for event in ("asked", "allowed", "answered", "found"))
    return f"| {name} | {seed} | {numbers} | {seconds / 60:.1f} | {ended} |"


@contextmanager
def _asking_for_a_key() -> Iterator[tuple[ServiceProcess, Sequence[str]]]:
    """Run a service that asks for a key; yield it with what states one that is good for everything."""
    with tempfile.TemporaryDirectory() as folder:
        secret, file = make_secret(), Path(folder) / "keys"
        key = Key("cases", bytes.fromhex(hash_secret(secret)), frozenset({"quote", "usage", "metrics"}))
        append_line(file, write_line(key))
        with serving(keys_file=file) as service:
            yield service, ["--header", f"Authorization:Bearer {secret}"]


def main() -> None:
    """Ask the services."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("command", help="schemathesis, in its environment")
    parser.add_argument("--examples", type=int, default=_EXAMPLES, help=f"{_EXAMPLES} by default")
    parser.add_argument("--seed", type=int, default=1, help="1 by default")
    parser.add_argument("--operations", nargs="*", default=(), help="by their operationId; all by default")
    parser.add_argument("--keys", choices=("without", "with", "both"), default="both", help="both by default")
    parser.add_argument(
        "--seconds",
        type=int,
        default=14_400,
        help="when no further operation is begun, for each service; 14,400 by default",
    )
    chosen = parser.parse_args()
    print(_HEAD, flush=True)
    clean = True
    if chosen.keys != "with":
        with serving() as service:
            clean &= ask(chosen.command, service, "without keys", [], chosen)
    if chosen.keys != "without":
        with _asking_for_a_key() as (service, more):
            clean &= ask(chosen.command, service, "with keys", more, chosen)
    sys.exit(0 if clean else 1)


if __name__ == "__main__":
    main()
