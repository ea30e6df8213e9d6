"""Calls that differ only in their tools: found among rows made here, and equal to recorded bills."""

from __future__ import annotations

from itertools import chain
from typing import Any

import pytest
from benchmarks.recordings.calls import SHARED, rows
from benchmarks.recordings.tool_pairs import ToolPair, find_tool_pairs, tool_pair_table
from tests.conftest import shipped

PATHS = [SHARED / "recordings.jsonl.gz", SHARED / "recordings_2.jsonl.gz"]
RECORDED = pytest.mark.skipif(
    not all(path.is_file() for path in PATHS), reason="no recordings at ../shared/truth"
)


def tool(name: str) -> dict[str, Any]:
    function = {"name": name, "description": "d", "parameters": {"type": "object", "properties": {}}}
    return {"type": "function", "function": function}


def row(name: str, tools: list[Any], billed: int, answer: str = "", text: str = "Hi") -> dict[str, Any]:
    """A recorded call, made up; gpt-4o takes 9 tokens around tools, and 11 for each of these."""
    body = {"messages": [{"role": "user", "content": text}], "tools": tools}
    return {
        "id": name, "source": "ours:file#0", "api": "openai.chat", "model_requested": "gpt-4o",
        "request": body, "response": {"text": answer or name}, "input_tokens": billed, "output_tokens": 5,
    }  # fmt: skip


def found(*calls: dict[str, Any]) -> list[ToolPair]:
    return [*find_tool_pairs(calls, shipped())]


def test_a_pair_is_two_calls_that_differ_in_their_tools_alone() -> None:
    none, one, two = row("a", [], 8), row("b", [tool("f")], 40), row("c", [tool("f"), tool("g")], 51)
    other = row("d", [tool("f"), tool("g")], 51, text="Hello")
    pairs = found(none, one, two, other)
    assert [pair.ids for pair in pairs] == [("a", "b"), ("b", "c")]
    assert [pair.billed for pair in pairs] == [32, 11]
    assert pairs[1].predicted is not None
    assert 0 < pairs[1].predicted < (pairs[0].predicted or 0)


def test_calls_that_were_edited_after_they_were_recorded_are_left_out() -> None:
    recorded, edited = row("a", [tool("f")], 40, "same"), row("b", [tool("g")], 40, "same")
    assert found(recorded, edited, row("c", [], 8)) == []


def test_tools_that_the_provider_runs_have_no_parts() -> None:
    (pair,) = found(row("a", [], 8), row("b", [{"type": "web_search"}], 300))
    assert pair.predicted is None
    assert "300" not in tool_pair_table([pair])


@RECORDED
def test_parts_add_up_to_the_billed_difference() -> None:
    """In nine of ten pairs of OpenAI and of Anthropic, and of those whose bills differ in eight of ten."""
    pairs = [*find_tool_pairs(chain.from_iterable(map(rows, PATHS)), shipped())]
    for apis, least in ((("openai.chat", "openai.responses"), 80), (("anthropic.messages",), 70)):
        here = [pair for pair in pairs if pair.api in apis and pair.predicted is not None]
        differ = [pair for pair in here if pair.billed]
        assert len(here) >= least
        assert sum(pair.billed == pair.predicted for pair in here) >= 0.9 * len(here)
        assert sum(pair.billed == pair.predicted for pair in differ) >= 0.8 * len(differ)
