"""Log lines on a disk that is full: lost ones are counted, and no other line is written instead."""

from __future__ import annotations

import json
import logging
import os
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tokenquote.http.log_lines import LineHandler


def line(text: str) -> logging.LogRecord:
    return logging.makeLogRecord({"msg": text})


def handler_on(descriptor: int) -> LineHandler:
    handler = LineHandler(descriptor)
    handler.setFormatter(logging.Formatter('{"event": "%(message)s"}'))
    return handler


def test_each_record_is_a_line(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as file:
        handler = handler_on(file.fileno())
        handler.emit(line("one"))
        handler.emit(line("zwei \ud800"))
    assert (tmp_path / "log").read_text() == '{"event": "one"}\n{"event": "zwei \\ud800"}\n'


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux' own")
def test_what_a_full_disk_does_not_take_is_counted_and_said_once_there_is_room(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    handler = handler_on(full)
    for _ in range(1000):
        handler.emit(line("lost"))
    with (tmp_path / "log").open("wb") as file:
        os.dup2(file.fileno(), full)
        handler.emit(line("kept"))
        handler.emit(line("kept too"))
        os.close(full)
    lines = [json.loads(each) for each in (tmp_path / "log").read_text().splitlines()]
    assert lines == [
        {"level": "error", "event": "log.lines_lost", "lines": 1000},
        {"event": "kept"},
        {"event": "kept too"},
    ]
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(sys.platform == "win32", reason="pipes that do not wait are POSIX' own")
def test_a_line_that_is_written_in_part_ends_there() -> None:
    """A pipe that is nearly full takes a part of a long line, as a disk does."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    os.set_blocking(reading, False)
    with suppress(BlockingIOError):
        while os.write(writing, b"x" * 4096):
            pass
    os.read(reading, 8192)
    handler = handler_on(writing)
    handler.emit(line("y" * 20_000))
    torn = read_all(reading)
    handler.emit(line("next"))
    end, lost, after = read_all(reading).decode().splitlines()
    assert torn.endswith(b"y" * 1000)
    assert end == ""
    assert json.loads(lost)["lines"] == 1
    assert json.loads(after) == {"event": "next"}


def read_all(reading: int) -> bytes:
    received = b""
    with suppress(BlockingIOError):
        while part := os.read(reading, 65_536):
            received += part
    return received
