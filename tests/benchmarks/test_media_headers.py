"""The benchmark of headers runs; what it prints is not judged here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[2] / "benchmarks" / "speed" / "media_headers.py"


@pytest.mark.parametrize("way", ["header", "read all"])
def test_it_prints_milliseconds_and_memory(way: str) -> None:
    command = [sys.executable, str(PROGRAM), "PNG of 400 megapixels", way]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    milliseconds, mebibytes = map(float, done.stdout.split())
    assert milliseconds > 0
    assert mebibytes >= 0
