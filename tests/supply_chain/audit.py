"""Ask for known vulnerabilities of what is pinned, and fail where nothing was asked: `make audit`.

    python -m tests.supply_chain.audit PIP_AUDIT LOCK...

pip-audit passes over packages that its source does not know, and ends well even if these are all. Here each
package of a lock file has to be audited. Two sources are tried, the second where the first did not audit all:
what an index of packages says of them (a mirror often says nothing), then osv.dev.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.supply_chain.shipped import applicable, pins

__all__ = ["Audit", "judge"]

_SOURCES = {"pypi": "the index that pip uses here", "osv": "osv.dev"}
_SECONDS = 600


@dataclass(frozen=True)
class Audit:
    """What an audit said."""

    audited: tuple[str, ...]
    """The packages that the source knows."""
    missed: tuple[str, ...]
    """Those that it was to audit and did not."""
    vulnerable: tuple[str, ...]
    """What is known against packages, a sentence each."""

    @property
    def is_clean(self) -> bool:
        return bool(self.audited) and not self.missed and not self.vulnerable


def judge(report: str, wanted: Sequence[str]) -> Audit:
    """Read pip-audit's report in JSON.

    Args:
        report: what it printed; anything but a report counts as nothing audited.
        wanted: the names of the packages that it was to audit.
    """
    try:
        rows = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        rows = []
    known = {row["name"]: row["vulns"] for row in rows if "vulns" in row and not row.get("skip_reason")}
    vulnerable = [
        f"{row['name']} {row['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or '-'}"
        for row in rows
        for fault in known.get(row["name"], ())
    ]
    return Audit(
        tuple(name for name in wanted if name in known),
        tuple(name for name in wanted if name not in known),
        tuple(vulnerable),
    )


def main(pip_audit: str, locks: Sequence[str]) -> int:
    """Return 0 if every package of the lock files was audited and nothing is known against any, else 1."""
    wanted = sorted({pin.name for lock in locks for pin in applicable(pins(Path(lock)))})
    for source, shown_as in _SOURCES.items():
        command = [
            pip_audit,
            "--disable-pip",
            "--require-hashes",
            "--format",
            "json",
            "--progress-spinner",
            "off",
        ]
        command += ["--vulnerability-service", source, *(part for lock in locks for part in ("-r", lock))]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
        audit = judge(done.stdout, wanted)
        print(f"audit by {shown_as}: {len(audit.audited)} of {len(wanted)} packages audited")
        for sentence in audit.vulnerable:
            print(f"  {sentence}")
        if audit.vulnerable or audit.is_clean:
            return int(not audit.is_clean)
        last = (done.stderr.strip().splitlines() or ["nothing was said"])[-1]
        print(f"  not audited: {', '.join(audit.missed[:5])}{', …' * (len(audit.missed) > 5)}; {last[:300]}")
    print("audit FAILED: no source said of every package whether something is known against it")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
