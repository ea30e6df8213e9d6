"""Find what a model's name meant on the day of a recording, as vendors move names to newer models.

The service counts for today; without this, the benchmark would blame it for what a name meant last year.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

__all__ = ["name_on_its_day", "recorded_day"]

_V4 = re.compile(r"^deepseek-v4-(flash|pro)$")

# A name, and for each day on which it moved what it had meant before. Days: the vendors' change logs.
_MOVED: tuple[tuple[re.Pattern[str], dict[str, str]], ...] = (
    (
        re.compile(r"^deepseek-chat$"),
        {"2025-08-21": "deepseek-v3-0324", "2025-12-01": "deepseek-v3.1", "2026-04-24": "deepseek-v3.2"},
    ),
    (
        re.compile(r"^gemini-flash(-lite)?-latest$"),
        {"2026-01-21": "gemini-2.5-flash"},
    ),
    (_V4, {"2026-07-31": "deepseek-v4-2604"}),
    (re.compile(r"^gpt-3.5-turbo$"), {"2023-06-27": "gpt-3.5-turbo-0301"}),
    (re.compile(r"^gpt-35-turbo$"), {"2024-01-01": "gpt-35-turbo-0301"}),
    (
        re.compile(r"^mistral-small$"),
        {"2025-06-20": "mistral-small-2402", "2026-03-01": "mistral-small-2506"},
    ),
    (
        re.compile(r"^mistral-small-latest$"),
        {"2025-06-20": "mistral-small-2503", "2026-03-01": "mistral-small-2506"},
    ),
    (re.compile(r"^mistral-large-latest$"), {"2025-02-01": "mistral-large-2407"}),
    (re.compile(r"^mistral-medium$"), {"2025-06-20": "mistral-medium-2312"}),
    (re.compile(r"^ministral-3b-la"), {"2025-12-02": "ministral-3b-2410"}),
    (re.compile(r"^mistral-medium-latest$"), {"2026-04-01": "mistral-medium-2508"}),
    (re.compile(r"^magistral-small-latest$"), {"2026-05-01": "magistral-small-2509"}),
    # A recorder that writes today's name over the one that was asked for (3 of 3 bills): Sonnet 5 is of 2026.
    (re.compile(r"^us\.anthropic\.claude-sonnet-5$"), {"2026-01-01": "claude-sonnet-4-20250514"}),
)


def name_on_its_day(name: str, row: Mapping[str, Any]) -> str:
    """Return the name of the model that answered on the day of the recording.

    Without a date, the name as it is; but DeepSeek's names are taken as before their last move where a
    request says nothing of thinking, which it does since: so are 49 of 49 agent runs with deepseek-chat, and
    10 of 14 calls to V4. So are those of Mistral Medium by a client whose tools do not say yet that they are
    functions, which it says since (5 of 5 calls).
    """
    day = recorded_day(row)
    silent = not {"thinking", "reasoning_effort"} & row["request"].keys()
    if day is None and row["api"] == "deepseek.chat" and silent:
        day = dt.date(2026, 5, 1) if _V4.search(name) else dt.date(2026, 4, 1)
    tools = row["request"].get("tools")
    if day is None and row["api"] == "mistral.chat" and tools and not any("type" in tool for tool in tools):
        day = dt.date(2026, 3, 1)
    for pattern, until in _MOVED:
        if day is not None and pattern.search(name):
            return next(
                (before for first, before in until.items() if day < dt.date.fromisoformat(first)), name
            )
    return name


def recorded_day(row: Mapping[str, Any]) -> dt.date | None:
    """Return the day of the recording; None where it is not known.

    Recordings of xAI's Responses without a date are of the months before Grok's prompt grew (23 of 27 bills).
    """
    date = row.get("date")
    if date is None and row["api"] == "xai.responses":
        return dt.date(2026, 6, 1)
    try:
        return dt.date.fromisoformat(str(date)[:10])
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(str(date)).date()
    except ValueError:
        return None
