"""docs/metrics.md is what the registry says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

HERE = Path(__file__).parent
PAGE = (HERE.parents[1] / "docs" / "metrics.md").read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="the process metrics are read from /proc")
def test_the_page_is_up_to_date() -> None:
    command = [sys.executable, str(HERE / "metrics_reference.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == PAGE, "run `make metrics`"


def test_the_service_exposes_nothing_that_the_page_lacks(http: httpx2.Client) -> None:
    documented = set(re.findall(r"^\| `(\w+?)(?:_total)?` \| (\w+)", PAGE, flags=re.MULTILINE))
    exposed = re.findall(r"^# TYPE (\w+?)(?:_total)? (\w+)", http.get("/metrics").text, flags=re.MULTILINE)
    assert set(exposed) <= documented
