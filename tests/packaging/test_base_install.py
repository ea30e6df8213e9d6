"""The base install is the client: from the built wheel, with httpx2 and pydantic alone."""

from __future__ import annotations

import email
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# What the extras bring must not be needed: importing any of it fails here, as if it were not installed.
PROGRAM = """
import sys
sys.path[:0] = [{wheel!r}]
absent = {{"numpy", "yaml", "tiktoken", "imagesize", "litestar", "click", "rich", "uvicorn",
          "prometheus_client", "pydantic_settings", "tzdata"}}
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Absent())
{work}
"""


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("unpacked")
    zipfile.ZipFile(wheel).extractall(target)
    return target


def run(unpacked: Path, work: str) -> subprocess.CompletedProcess[str]:
    program = PROGRAM.format(wheel=str(unpacked), work=work)
    return subprocess.run(
        [sys.executable, "-c", program], cwd=unpacked, capture_output=True, text=True, timeout=60, check=False
    )


def test_the_client_works_without_any_extra(unpacked: Path, base_url: str) -> None:
    work = f"""
import tokenquote, tokenquote_client
assert tokenquote.__file__.startswith({str(unpacked)!r})
with tokenquote.Client({base_url!r}) as client:
    turn = tokenquote.Turn(user=1000)
    plan = tokenquote.Plan(model="gpt-5.4-mini", turns=[turn], at="2026-11-23T12:00:00Z")
    print(client.quote(plan).totals.cost)
"""
    done = run(unpacked, work)
    assert done.stderr == ""
    assert done.stdout == "0.00075\n"


def test_the_estimator_says_which_extra_it_needs(unpacked: Path) -> None:
    done = run(unpacked, "import tokenquote\ntokenquote.Estimator()")
    assert done.returncode == 1
    assert "tokenquote[estimator]" in done.stderr.splitlines()[-1]


def test_the_command_says_which_extra_it_needs(unpacked: Path) -> None:
    done = run(unpacked, "import tokenquote.cli")
    assert done.returncode == 1
    assert done.stderr == "The tokenquote command needs its extra: pip install 'tokenquote[service]'\n"


def test_the_wheel_requires_httpx2_and_pydantic_alone(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    metadata = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    required = email.message_from_bytes(archive.read(metadata)).get_all("Requires-Dist") or []
    base = sorted(line.split("<")[0].split(">")[0] for line in required if "extra ==" not in line)
    assert base == ["httpx2", "pydantic"]
