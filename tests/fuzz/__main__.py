"""Coverage-guided fuzzing of what reads other people's bytes: `make fuzz`.

    python -m tests.fuzz NAME... --seconds N    by default every target, for ten minutes each

Each target is fuzzed in a process of its own. What it finds worth keeping lies in build/fuzz/NAME, where the
next run goes on, and what it fails at in build/fuzz/NAME-failures. Printed is a row for each target; one that
failed ends the command with 1.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from pathlib import Path

from tests.fuzz.names import TARGETS

_ROOT = Path("build/fuzz")
_HANGS_SECONDS = 120
"""The seconds of the clock after which an input counts as one that never ends; each target states less of
processor time."""
_MOST_MEGABYTES = 4096
_HEAD = "| target | inputs | minutes | branches | kept inputs | failures |\n|---|---:|---:|---:|---:|---|"


def fuzz(name: str, seconds: int) -> str:
    """Fuzz one target; return what it failed with, or nothing."""
    kept, failures = _ROOT / name, _ROOT / f"{name}-failures"
    for folder in (kept, failures):
        folder.mkdir(parents=True, exist_ok=True)
    began, log = time.monotonic(), _ROOT / f"{name}.log"
    with log.open("wb") as output:
        code = subprocess.run(
            [
                sys.executable, "-m", "tests.fuzz.worker", name,
                f"-max_total_time={seconds}", "-len_control=0",
                f"-timeout={_HANGS_SECONDS}", f"-rss_limit_mb={_MOST_MEGABYTES}", "-print_final_stats=1",
                f"-artifact_prefix={failures}/", str(kept),
            ],
            stdout=output, stderr=subprocess.STDOUT, check=False,
        ).returncode  # fmt: skip
    said = log.read_text(errors="replace")
    failure = "" if code == 0 else _describe(said) or f"ended with {code}, see {log}"
    branches = re.findall(r"\bcov: (\d+)", said)
    print(
        f"| {name} | {_number(said, 'number_of_executed_units'):,} | {(time.monotonic() - began) / 60:.1f} "
        f"| {int(branches[-1]) if branches else 0:,} | {len([*kept.iterdir()]):,} | {failure or 'none'} |",
        flush=True,
    )
    return failure


def _number(said: str, name: str) -> int:
    found = re.search(rf"stat::{name}:\s+(\d+)", said)
    if found is None:  # a failure ends libFuzzer before its statistics
        counts = re.findall(r"^#(\d+)\t", said, re.MULTILINE)
        return int(counts[-1]) if counts else 0
    return int(found[1])


def _describe(said: str) -> str:
    """Return the kind and place of the exception; its text may hold anything."""
    exception = re.search(r"Uncaught Python exception: ===\s*\n(\w+)", said)
    places = re.findall(r'File "[^"]*?/((?:tokenquote\w*|tests|site-packages)/[^"]+)", line (\d+)', said)
    last = f" at {places[-1][0]}:{places[-1][1]}" if places else ""
    return f"{exception[1]}{last}" if exception else ""


def main() -> None:
    """Fuzz what is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(TARGETS)}; all by default")
    parser.add_argument("--seconds", type=int, default=600, help="for each target; 600 by default")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - TARGETS.keys():
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    print(_HEAD, flush=True)
    failed = [name for name in chosen.names or TARGETS if fuzz(name, chosen.seconds)]
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
