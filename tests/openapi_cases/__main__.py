"""A service asked what its OpenAPI document allows, and what it does not: `make schemathesis`.

    python -m tests.openapi_cases SCHEMATHESIS [--examples N] [--seed N]

schemathesis makes cases of the document and applies all its checks, once to a service that asks nobody for
a key and once to one that does. What it says is kept in build/openapi_cases. Printed is a row for each
service with the cases that were asked; a finding ends the command with 1.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from tests.http.service_process import ServiceProcess, serving

from tokenquote.http.access.key_file import append_line, write_line
from tokenquote.http.access.keys import Key, hash_secret, make_secret

_HOOKS = Path(__file__).with_name("hooks.py")
_LOGS = Path("build/openapi_cases")
_EXAMPLES = 350
"""The examples of an operation in each phase that makes up some; 19 operations come to 10,000 cases."""
_HEAD = "| service | cases | failures | minutes |\n|---|---:|---:|---:|"


def ask(command: str, service: ServiceProcess, name: str, more: Sequence[str], seconds: int) -> bool:
    """Ask one service and print its row; return whether nothing was found."""
    _LOGS.mkdir(parents=True, exist_ok=True)
    log = _LOGS / f"{name}.txt"
    with log.open("wb") as output:
        code = subprocess.run(
            [
                command, "run", f"{service.url}/openapi.json", "--no-color", "--checks", "all",
                "--exclude-checks", "positive_data_acceptance", "--continue-on-failure", "--workers", "1",
                "--max-failures", "1000", "--generation-database", "none", "--max-time", str(seconds), *more,
            ],
            env={**os.environ, "SCHEMATHESIS_HOOKS": str(_HOOKS)},
            stdout=output, stderr=subprocess.STDOUT, check=False,
        ).returncode  # fmt: skip
    print(_row(name, log.read_text(errors="replace"), code), flush=True)
    return code == 0


def _row(name: str, said: str, code: int) -> str:
    generated = re.search(r"([\d,]+) generated", said)
    found = re.search(r"([\d,]+) found (\d+) unique failures", said)
    took = re.search(r" in (\d+)\.\d+s =+\s*$", said)
    failures = found[2] if found else "0" if code == 0 else f"ended with {code}"
    minutes = f"{int(took[1]) / 60:.1f}" if took else ""
    return f"| {name} | {generated[1] if generated else 0} | {failures} | {minutes} |"


def _with_keys(folder: Path) -> tuple[str, AbstractContextManager[ServiceProcess]]:
    """Return a key for everything, and the service that asks for one."""
    secret, file = make_secret(), folder / "keys"
    key = Key("cases", bytes.fromhex(hash_secret(secret)), frozenset({"quote", "usage", "metrics"}))
    append_line(file, write_line(key))
    return secret, serving(keys_file=file)


def main() -> None:
    """Ask both services."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("command", help="schemathesis, in its environment")
    parser.add_argument("--examples", type=int, default=_EXAMPLES, help=f"{_EXAMPLES} by default")
    parser.add_argument("--seed", type=int, default=1, help="1 by default")
    parser.add_argument(
        "--seconds", type=int, default=7_200, help="the most for each service; 7,200 by default"
    )
    chosen = parser.parse_args()
    more = ["--max-examples", str(chosen.examples), "--seed", str(chosen.seed)]
    print(_HEAD, flush=True)
    with serving() as service:
        clean = ask(chosen.command, service, "without keys", more, chosen.seconds)
    with tempfile.TemporaryDirectory() as folder:
        secret, started = _with_keys(Path(folder))
        with started as service:
            more += ["--header", f"Authorization:Bearer {secret}"]
            clean &= ask(chosen.command, service, "with keys", more, chosen.seconds)
    sys.exit(0 if clean else 1)


if __name__ == "__main__":
    main()
