"""What a model's name meant on the day of a recording, where vendors or recorders have moved it."""

from __future__ import annotations

from typing import Any

import pytest
from benchmarks.recordings.snapshots import name_on_its_day

TOOL = {"function": {"name": "f", "description": "", "parameters": {}}}


@pytest.mark.parametrize(
    ("api", "name", "date", "request_body", "meant"),
    [
        ("mistral.chat", "mistral-medium-latest", "2026-03-31", {}, "mistral-medium-2508"),
        ("mistral.chat", "mistral-medium-latest", "2026-04-01", {}, "mistral-medium-latest"),
        ("mistral.chat", "mistral-medium-latest", None, {}, "mistral-medium-latest"),
        ("mistral.chat", "mistral-medium-latest", None, {"tools": [TOOL]}, "mistral-medium-2508"),
        (
            "mistral.chat",
            "mistral-medium-latest",
            None,
            {"tools": [{**TOOL, "type": "function"}]},
            "mistral-medium-latest",
        ),
        (
            "bedrock.converse",
            "us.anthropic.claude-sonnet-5",
            "Wed, 11 Jun 2025 14:32:17 GMT",
            {},
            "claude-sonnet-4-20250514",
        ),
        (
            "bedrock.converse",
            "us.anthropic.claude-sonnet-5",
            "2026-08-01",
            {},
            "us.anthropic.claude-sonnet-5",
        ),
        ("deepseek.chat", "deepseek-chat", None, {}, "deepseek-v3.2"),
    ],
)
def test_a_name_means_what_it_meant(
    api: str, name: str, date: str | None, request_body: dict[str, Any], meant: str
) -> None:
    assert name_on_its_day(name, {"api": api, "date": date, "request": request_body}) == meant
