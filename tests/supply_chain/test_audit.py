"""An audit that audited nothing, or not all, has failed."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.supply_chain.audit import judge, main
from tests.supply_chain.shipped import ROOT, applicable, pins

WANTED = ("anyio", "rich")
CLEAN: list[dict[str, Any]] = [
    {"name": "anyio", "version": "4.16.0", "vulns": []}, {"name": "rich", "version": "15.0.0", "vulns": []}
]  # fmt: skip
SKIPPED = [{"name": row["name"], "skip_reason": "Dependency not found on PyPI"} for row in CLEAN]
FOUND = {"id": "PYSEC-2026-1", "fix_versions": ["15.0.1"], "aliases": [], "description": "…"}
HARMFUL = [CLEAN[0], {**CLEAN[1], "vulns": [FOUND]}]


@pytest.mark.parametrize(
    ("report", "audited", "is_clean"),
    [
        pytest.param(json.dumps({"dependencies": CLEAN}), 2, True, id="all audited"),
        pytest.param(json.dumps({"dependencies": SKIPPED}), 0, False, id="all passed over"),
        pytest.param(json.dumps({"dependencies": [CLEAN[0], SKIPPED[1]]}), 1, False, id="one passed over"),
        pytest.param(json.dumps({"dependencies": CLEAN[:1]}), 1, False, id="one is not named"),
        pytest.param(json.dumps({"dependencies": HARMFUL}), 2, False, id="a vulnerability"),
        pytest.param(json.dumps({"dependencies": []}), 0, False, id="an empty report"),
        pytest.param("", 0, False, id="no report"),
        pytest.param("Traceback (most recent call last):", 0, False, id="no JSON"),
        pytest.param("[]", 0, False, id="JSON that is no report"),
    ],
)
def test_what_counts_as_audited(report: str, audited: int, is_clean: bool) -> None:
    audit = judge(report, WANTED)
    assert (len(audit.audited), audit.is_clean) == (audited, is_clean)
    assert len(audit.audited) + len(audit.missed) == len(WANTED)


def test_nothing_wanted_is_nothing_audited() -> None:
    assert not judge(json.dumps({"dependencies": CLEAN}), ()).is_clean


def test_a_vulnerability_is_named() -> None:
    audit = judge(json.dumps({"dependencies": HARMFUL}), WANTED)
    assert audit.vulnerable == ("rich 15.0.0: PYSEC-2026-1, mended in 15.0.1",)


@pytest.mark.parametrize(
    ("by_source", "code", "says"),
    [
        pytest.param({"pypi": CLEAN}, 0, "2 of 2 packages audited", id="the index knows all"),
        pytest.param({"pypi": SKIPPED, "osv": CLEAN}, 0, "osv.dev: 2 of 2", id="the second source knows all"),
        pytest.param({"pypi": SKIPPED}, 1, "audit FAILED", id="the second source is not reached"),
        pytest.param({"pypi": HARMFUL}, 1, "PYSEC-2026-1", id="a vulnerability"),
    ],
)
def test_the_command(
    by_source: dict[str, Any], code: int, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a program in place of pip-audit that ends well whatever it has found, as the real one may."""
    program = tmp_path / "pip-audit"
    program.write_text(
        f"#!{sys.executable} -S\n"
        "import json, sys\n"
        f"found = {by_source!r}.get(sys.argv[sys.argv.index('--vulnerability-service') + 1])\n"
        "print(json.dumps({'dependencies': found}) if found else 'no answer')\n"
    )
    program.chmod(stat.S_IRWXU)
    lock = tmp_path / "lock.txt"
    lock.write_text("".join(f"{row['name']}=={row['version']} \\\n    --hash=sha256:00\n" for row in CLEAN))
    assert main(str(program), [str(lock)]) == code
    assert says in capsys.readouterr().out


def test_the_lock_is_read_whole() -> None:
    text = (ROOT / "requirements" / "service.txt").read_text()
    found = pins()
    assert len(found) == sum("==" in line and not line.startswith(" ") for line in text.splitlines())
    assert {"httpx2-jsfetch", "numpy"} <= {pin.name for pin in found}
    assert [pin.name for pin in applicable(found)].count("numpy") == 1
