"""What a service stands on gives way: the disk is full, the clock jumps."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx2
from tests.http.reload_soak import write_version
from tests.http.service_process import SMALL, ServiceProcess
from tests.trials.seen import Seen

__all__ = ["COMPILER", "clock_jump", "clock_of", "disk_full", "overlay_beside"]

COMPILER = Path("/usr/bin/cc")
"""What makes a library of wall_clock.c."""
_ROOM_AGAIN = "room-again"
_HOUR = 3_600
_JUMPS = (400 * 24 * _HOUR, -400 * 24 * _HOUR, _HOUR, -_HOUR, 0)
"""The seconds by which the wall clock is wrong, one after the other."""


def clock_of(folder: Path) -> dict[str, str]:
    """Return the environment of a process whose wall clock a file of the folder moves, and no other clock."""
    library = folder / "wall_clock.so"
    source = Path(__file__).with_name("wall_clock.c")
    subprocess.run(
        [COMPILER, "-Wall", "-Werror", "-shared", "-fPIC", "-O2", source, "-o", library, "-ldl"], check=True
    )
    (folder / "clock").write_text("0")
    return {"LD_PRELOAD": str(library), "WALL_CLOCK_FILE": str(folder / "clock")}


def overlay_beside(folder: Path) -> Path:
    """Return where the changing catalog lies, which is not on the disk that fills up."""
    return folder.with_name(f"{folder.name}-overlay")


async def clock_jump(service: ServiceProcess, seen: Seen, seconds: float) -> None:
    """The wall clock jumps by 400 days and by an hour, there and back, as the log shows."""
    async with httpx2.AsyncClient(base_url=service.url, timeout=30) as http:
        for jump in _JUMPS:
            (service.log_file.parent / "clock").write_text(str(jump))
            answer = await http.post("/v1/quotes", json=SMALL)
            seen.note(f"{answer.status_code} at {jump / _HOUR:+.0f} h")
            if answer.status_code != 200:
                seen.fault(f"{answer.status_code} after a jump of {jump} s")
            await asyncio.sleep(seconds / len(_JUMPS))
            away = dt.datetime.fromisoformat(_last_line(service)["time"]) - dt.datetime.now(dt.UTC)
            if abs(away.total_seconds() - jump) > _HOUR / 4:
                seen.fault(f"the clock is wrong by {away}, not by {jump} s")


async def disk_full(service: ServiceProcess, seen: Seen, seconds: float) -> None:
    """The disk with log and kept catalog is full while the catalog changes; then there is room again."""
    folder = service.log_file.parent
    filling = folder / "filling"
    with filling.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 512)
        except OSError:
            pass
    length = service.log_file.stat().st_size
    async with httpx2.AsyncClient(base_url=service.url, timeout=30) as http:
        before = (await http.get("/readyz")).json()["catalog"]["reloads"]
        write_version(overlay_beside(folder), 1)
        over = time.monotonic() + seconds
        while time.monotonic() < over:
            answer = await http.post("/v1/quotes", json=SMALL)
            seen.note(answer.status_code)
            await asyncio.sleep(0.01)
        if (await http.get("/readyz")).json()["catalog"]["reloads"] != before + 1:
            seen.fault("the changed catalog was not loaded")
        if service.log_file.stat().st_size > length + 4096:
            seen.fault("the disk was not full")
        filling.unlink()
        await http.post("/v1/quotes", json=SMALL, headers={"x-request-id": _ROOM_AGAIN})
        await asyncio.sleep(0.5)
        lines = service.log().splitlines()
        events = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
        if _ROOM_AGAIN not in [event.get("request_id") for event in events]:
            seen.fault("the log does not go on")
        seen.note(f"{sum(event.get('lines', 0) for event in events)} lines lost")
    if parts := list((folder / "cache").rglob("*.part")):
        seen.fault(f"{len(parts)} files are left that were written in part")


def _last_line(service: ServiceProcess) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(service.log().splitlines()[-1])
    return line
