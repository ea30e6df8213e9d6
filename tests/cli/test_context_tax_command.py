"""`tokenquote context-tax`: files in, a table or JSON out, or one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tokenquote.cli import main

FIND = {
    "name": "find_order",
    "description": "Find an order by its number.",
    "inputSchema": {"type": "object"},
}
MODEL = ("--model", "openai/gpt-5.4-mini")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "list.json").write_text(json.dumps({"tools": [FIND, {**FIND, "name": "[bold]list"}]}))
    (tmp_path / "tools.json").write_text(json.dumps([{"type": "function", "function": {"name": "find"}}]))
    (tmp_path / "CLAUDE.md").write_text("Be kind. " * 100)
    (tmp_path / "plan.yaml").write_text(
        "model: openai/gpt-5.4-mini\nturns: [{user: 10, assistant: 5, reasoning: 0, repeat: 3}]\n"
    )
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    return tmp_path


def run(*command: str | Path) -> Result:
    return CliRunner().invoke(main, ["context-tax", *map(str, command)], env={"COLUMNS": "140"})


def test_a_row_for_each_part_the_dearest_first(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(files)
    result = run("CLAUDE.md", *MODEL, "--mcp", "list.json", "--plan", "plan.yaml")
    assert result.exit_code == 0, result.output
    assert "3 requests in a conversation" in result.output
    kinds = [line.split("│")[2].strip() for line in result.output.splitlines() if line.count("│") > 5]
    assert kinds == ["file", "frame", "tool", "tool", "frame", ""]
    assert "[bold]list" in result.output
    assert "deferring every tool saves $" in result.output
    assert "assumed: files: one after the other in the system message" in result.output


def test_json_is_what_the_service_answers(files: Path) -> None:
    result = run(*MODEL, "--tools", files / "tools.json", "--format", "json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.output)
    assert [part["name"] for part in answer["parts"]] == ["find", "tools"]
    assert sum(part["tokens"] for part in answer["parts"]) == answer["totals"]["tokens"]


@pytest.mark.parametrize(
    ("command", "says"),
    [
        pytest.param([], "state `tools`, `mcp_tools` or `files`", id="nothing"),
        pytest.param(["--tools", "tools.json", "--mcp", "list.json"], "not both", id="two lists"),
        pytest.param(["--mcp", "tools.json"], "/mcp_tools/0/name", id="no answer of a server"),
        pytest.param(["--tools", "list.json"], "/tools", id="no list of tools"),
        pytest.param(["CLAUDE.md", "CLAUDE.md"], "/files/1/name", id="one file twice"),
        pytest.param(["picture.png"], "no text in UTF-8", id="a picture"),
    ],
)
def test_what_cannot_be_answered_ends_in_a_sentence(
    files: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], says: str
) -> None:
    monkeypatch.chdir(files)
    result = run(*command, *MODEL)
    assert result.exit_code == 1
    assert says in result.output
    assert "Traceback" not in result.output
