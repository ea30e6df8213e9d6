"""The accuracy harness on calls made here, and what it does without recordings."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest
from benchmarks.recordings.plan_from_requests import NotAPlan, plan_from_requests
from tests.conftest import shipped

from benchmarks import accuracy

USER = {"role": "user", "content": "Hello world"}
CALL = {
    "role": "assistant",
    "content": None,
    "tool_calls": [{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
}
RESULT = {"role": "tool", "tool_call_id": "a", "content": "42"}
ANSWER = {"role": "assistant", "content": "Hello world"}


class Run(Protocol):
    """Runs the harness; returns its exit status and what it printed."""

    def __call__(self, *arguments: str) -> Done: ...


@dataclass
class Done:
    """What a run of the harness said."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The harness in this process, with the catalog that is loaded already."""

    def call(*arguments: str) -> Done:
        capsys.readouterr()
        returncode = accuracy.main(arguments)
        return Done(returncode, *capsys.readouterr())

    monkeypatch.setattr(accuracy, "load_catalog", shipped)
    return call


def row(name: str, messages: list[Any], billed: int, api: str = "openai.chat") -> dict[str, Any]:
    """A recorded call, made up: gpt-4o bills 3 a request and 4 around the 2 tokens of `Hello world`."""
    return {
        "id": name, "source": f"ours:{name}#0", "api": api, "model_requested": "gpt-4o",
        "request": {"messages": messages}, "input_tokens": billed, "features": ["plain_text"],
    }  # fmt: skip


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    rows = [
        row("a", [USER], 9),
        row("b", [USER, ANSWER, USER], 21),
        row("c", [USER], 9, api="cohere.generate"),
        {**row("d", [USER], 9), "model_requested": "nobody-knows"},
    ]
    path = tmp_path / "recordings.jsonl.gz"
    with gzip.open(path, "wt") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)
    return path


def test_every_row_gets_a_line_attempted_or_not(run: Run, recordings: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    done = run("tokens", "--recordings", str(recordings), "--predictions", str(out))
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert lines[0] == {"id": "a", "predicted": 9, "low": 9, "high": 9, "method": "exact"}
    assert lines[1]["predicted"] == 21
    assert (lines[2]["predicted"], lines[2]["reason"][:11]) == (None, "body/prompt")
    assert lines[3]["method"] == "assumed"
    assert lines[3]["low"] < lines[3]["predicted"] < lines[3]["high"]


def test_growth_predicts_each_request_of_a_conversation(run: Run, recordings: Path, tmp_path: Path) -> None:
    """The second request sends the answer and a new message: 9 + 6 + 6."""
    conversations, out = tmp_path / "conversations.json", tmp_path / "out.jsonl"
    conversations.write_text(json.dumps([{"api": "openai.chat", "model": "gpt-4o", "ids": ["a", "b"]}]))
    done = run(
        "growth",
        "--recordings",
        str(recordings),
        "--conversations",
        str(conversations),
        "--predictions",
        str(out),
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(out.read_text()) == {"ids": ["a", "b"], "predicted": [9, 21], "cache_read": [0, 0]}


def test_long_runs_predict_each_step(run: Run, tmp_path: Path) -> None:
    runs, out = tmp_path / "runs.jsonl", tmp_path / "out.jsonl"
    usage = {"prompt_tokens": 9, "prompt_tokens_details": {"cached_tokens": 0}}
    steps = [{"n_messages": n, "usage": usage} for n in (1, 3)]
    run_row = {"run": "r", "model": "gpt-4o", "tools": [], "messages": [USER, CALL, RESULT], "steps": steps}
    runs.write_text(json.dumps(run_row) + "\n")
    assert run("growth", "--runs", str(runs), "--predictions", str(out)).returncode == 0
    found = json.loads(out.read_text())
    assert found["run"] == "r"
    assert found["predicted"][0] == 9
    assert found["predicted"][1] > 9
    assert "| deepseek.chat, gpt-4o | 1 | 2 |" in run("growth", "--runs", str(runs)).stdout


def test_runs_are_counted_as_their_own_api_bills_them(run: Run, tmp_path: Path) -> None:
    """A user message beside a result is part of the plan; the cache reads 128 tokens at a time."""
    runs, out = tmp_path / "runs.jsonl", tmp_path / "out.jsonl"
    long = {"role": "user", "content": " the" * 1100}
    messages = [long, CALL, RESULT, USER]
    usage = {"prompt_tokens": 9}
    steps = [{"n_messages": n, "usage": usage} for n in (1, 4)]
    run_row = {"run": "r", "model": "gpt-4o", "api": "openai.chat", "tools": None, "messages": messages}
    runs.write_text(json.dumps({**run_row, "steps": steps}) + "\n")
    assert run("growth", "--runs", str(runs), "--predictions", str(out)).returncode == 0
    found = json.loads(out.read_text())
    assert found["predicted"] == [1107, 1107 + 9 + 8 + 6]
    assert found["cache_read"] == [0, 1024]


def test_caches_are_told_for_conversations_and_runs(run: Run, recordings: Path, tmp_path: Path) -> None:
    """The second step sends 1,107 tokens again, and 1,024 are read as quoted; the third reads nothing."""
    runs, conversations = tmp_path / "runs.jsonl", tmp_path / "conversations.json"
    conversations.write_text(json.dumps([{"api": "openai.chat", "model": "gpt-4o", "ids": ["a", "b"]}]))
    long = {"role": "user", "content": " the" * 1100}
    messages = [long, CALL, RESULT, CALL, RESULT]
    reads = [(1, 1107, 0), (3, 1124, 1024), (5, 1141, 0)]
    steps = [
        {
            "n_messages": n,
            "usage": {"prompt_tokens": tokens, "prompt_tokens_details": {"cached_tokens": read}},
        }
        for n, tokens, read in reads
    ]
    run_row = {"run": "r", "model": "gpt-4o", "api": "openai.chat", "tools": None, "messages": messages}
    runs.write_text(json.dumps({**run_row, "steps": steps}) + "\n")
    given = ("--recordings", str(recordings), "--conversations", str(conversations), "--runs", str(runs))
    printed = run("caches", *given).stdout
    assert (
        "| openai.chat, gpt-4o | 1 | 2 | 1,024 | 2,048 | +100.0% | 50% | +0.0% | 50% | 50% | 0 |" in printed
    )
    nothing = "nothing was read, though the prefix was sent again"
    assert f"| openai.chat, gpt-4o | {nothing} | 1 | 50% | 1,024 | 100% |" in printed
    missing = run("caches", "--runs", str(tmp_path / "none"))
    assert (missing.returncode, missing.stdout) == (0, "")


def test_requests_that_are_no_plan_are_counted_singly_with_their_cache(run: Run, tmp_path: Path) -> None:
    """A question asked twice in a row: no turn of a plan, so its tokens stand as stated."""
    runs, out = tmp_path / "runs.jsonl", tmp_path / "out.jsonl"
    long = {"role": "user", "content": " the" * 1100}
    steps = [{"n_messages": n, "usage": {"prompt_tokens": 9}} for n in (1, 2)]
    run_row = {"run": "r", "model": "gpt-4o", "api": "openai.chat", "tools": None, "messages": [long, USER]}
    runs.write_text(json.dumps({**run_row, "steps": steps}) + "\n")
    assert run("growth", "--runs", str(runs), "--predictions", str(out)).returncode == 0
    assert json.loads(out.read_text()) == {"run": "r", "predicted": [1107, 1113], "cache_read": [0, 1024]}


def test_texts_have_a_line_for_each_family(run: Run, tmp_path: Path) -> None:
    counts, out = tmp_path / "counts.jsonl", tmp_path / "out.jsonl"
    tokens = {"v3": 9, "v5": 9, "v99": 9}
    text_row = {"set": "s", "id": "1", "language": "en", "text": "Hello world", "input_tokens": tokens}
    counts.write_text(json.dumps(text_row) + "\n")
    assert run("texts", "--counts", str(counts), "--predictions", str(out)).returncode == 0
    first, second, third = (json.loads(line) for line in out.read_text().splitlines())
    assert (first["set"], first["id"], first["family"], second["family"]) == ("s", "1", "v3", "v5")
    assert 5 < first["predicted"] < 15
    assert (third["predicted"], third["reason"]) == (None, "no model is known for family v99")
    assert "| v3 | all | 1 |" in run("texts", "--counts", str(counts)).stdout


def test_tokens_tell_what_each_label_is_worth(run: Run, recordings: Path) -> None:
    """Of three counted calls two are exact and labelled so; nobody knows the third's model."""
    printed = run("tokens", "--recordings", str(recordings)).stdout
    assert "| recordings | `exact` | 2 | 50.0% | 100.0% | 100.0% |  |" in printed
    assert "| recordings | all | 3 | 75.0% |" in printed


def test_plans_and_bodies_agree(run: Run, recordings: Path, tmp_path: Path) -> None:
    conversations = tmp_path / "conversations.json"
    conversations.write_text(json.dumps([{"api": "openai.chat", "model": "gpt-4o", "ids": ["a", "b"]}]))
    done = run("agreement", "--recordings", str(recordings), "--conversations", str(conversations))
    assert "| openai.chat | 1 | 1 | 0 | 0 |" in done.stdout


def test_media_predicts_pictures_and_says_why_not_the_rest(run: Run, tmp_path: Path) -> None:
    vectors, out = tmp_path / "vectors.json", tmp_path / "out.jsonl"
    known = {"family": "openai_tile", "model": "gpt-4o", "config": {"detail": "high"}, "modality": "image"}
    rows = [
        {**known, "width": 1024, "height": 1024, "tokens": 765},
        {**known, "modality": "audio", "tokens": 5},
    ]
    vectors.write_text(json.dumps(rows))
    assert run("media", "--vectors", str(vectors), "--predictions", str(out)).returncode == 0
    first, second = (json.loads(line) for line in out.read_text().splitlines())
    assert first == {"row": 0, "predicted": 765, "low": 765, "high": 765, "method": "rule"}
    assert second["predicted"] is None


def test_without_recordings_it_says_so_and_does_nothing(tmp_path: Path) -> None:
    """As a program, which `make accuracy` starts."""
    command = [sys.executable, accuracy.__file__, "tokens", "--recordings", str(tmp_path / "gone.jsonl.gz")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert "skipped: no recordings at" in done.stderr
    assert done.stdout == ""


def test_what_is_added_becomes_a_round_or_a_turn() -> None:
    prefixes = [[USER], [USER, CALL, RESULT], [USER, CALL, RESULT, ANSWER, USER]]
    plan = plan_from_requests(
        "openai.chat", [{"model": "gpt-4o", "messages": messages} for messages in prefixes]
    )
    assert plan["start"]["body"] == {"model": "gpt-4o", "messages": [USER]}
    assert [len(turn["tool_rounds"]) for turn in plan["turns"]] == [1, 0]
    assert plan["turns"][0]["assistant"] == "Hello world"
    assert plan["turns"][1]["user"] == [{"type": "text", "text": "Hello world"}]


@pytest.mark.parametrize(
    ("prefixes", "why"),
    [
        ([[USER], [RESULT]], "does not continue"),
        ([[USER], [USER]], "is missing"),
        ([[USER], [USER, USER]], "is missing"),
        ([[USER], [USER, ANSWER]], "without a question"),
        ([[USER], [USER, ANSWER, USER, ANSWER, USER]], "between two recorded ones is missing"),
        ([[USER], [USER, {**ANSWER, "name": "bob"}, USER]], "names who speaks"),
        ([[USER], [USER, ANSWER, ANSWER, USER]], "several messages"),
        ([[USER], [USER, CALL, RESULT, USER, USER]], "several questions"),
    ],
)
def test_requests_that_do_not_follow_from_one_another_are_no_plan(prefixes: list[Any], why: str) -> None:
    with pytest.raises(NotAPlan, match=why):
        plan_from_requests("openai.chat", [{"messages": messages} for messages in prefixes])


def test_conversations_on_gemini_stand_apart_where_a_router_chose(run: Run, tmp_path: Path) -> None:
    """AI Studio bills one figure; OpenRouter either of two, unless the body asks for one. 3 + 1 tokens."""
    recordings, conversations = tmp_path / "recordings.jsonl", tmp_path / "conversations.json"
    contents = [{"role": "user", "parts": [{"text": "Hello big world"}]}]
    chat = {"model": "google/gemini-2.5-flash", "messages": [{"role": "user", "content": "Hello big world"}]}
    asked = {**chat, "provider": {"only": ["google-ai-studio"]}}
    bodies = [("gemini.generateContent", {"contents": contents}), ("openrouter.chat", chat)]
    bodies.append(("openrouter.chat", asked))
    shared = {"source": "s", "features": [], "input_tokens": 4, "cached_tokens": 0}
    lines = [
        {"id": str(i), "api": api, "model_requested": "google/gemini-2.5-flash", "request": body, **shared}
        for i, (api, body) in enumerate(bodies)
    ]
    recordings.write_text("".join(json.dumps(line) + "\n" for line in lines))
    chains = [{"api": line["api"], "model": "m", "ids": [line["id"]]} for line in lines]
    conversations.write_text(json.dumps(chains))
    done = run("growth", "--recordings", str(recordings), "--conversations", str(conversations))
    assert done.returncode == 0, done.stderr
    found = [[cell.strip() for cell in line.split("|")[1:5]] for line in done.stdout.splitlines()[2:]]
    assert found == [
        ["gemini.generateContent, Gemini", "1", "1", "100.0%"],
        ["openrouter.chat, Gemini", "1", "1", "100.0%"],
        ["openrouter.chat, Gemini by a route that the router chose", "1", "1", "0.0%"],
        ["Gemini, every api", "2", "2", "100.0%"],
        ["other formats", "0", "", ""],
    ]


def test_reads_of_marked_conversations_stand_with_and_without_the_first_request(
    run: Run, tmp_path: Path
) -> None:
    """The first request read what another run had left; the second reads 5,006 of 5,006."""
    recordings, conversations = tmp_path / "recordings.jsonl", tmp_path / "conversations.json"
    mark = {"cache_control": {"type": "ephemeral"}}
    opening = {"role": "user", "content": [{"type": "text", "text": " the" * 5000, **mark}]}
    more = [{"role": "assistant", "content": "Yes."}, {"role": "user", "content": "Why?"}]
    shared = {
        "api": "anthropic.messages",
        "source": "s",
        "features": [],
        "model_requested": "claude-opus-4-8",
    }
    lines = [
        {"id": str(i), "request": {"messages": [opening, *rest]}, "input_tokens": 1, **shared, **billed}
        for i, (rest, billed) in enumerate((([], {"cached_tokens": 1000}), (more, {"cached_tokens": 5006})))
    ]
    recordings.write_text("".join(json.dumps(line) + "\n" for line in lines))
    conversations.write_text(json.dumps([{"api": "anthropic.messages", "model": "m", "ids": ["0", "1"]}]))
    done = run("growth", "--recordings", str(recordings), "--conversations", str(conversations))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "| anthropic.messages | 1 | 0.83 | 0% | 1.00 | 100% |"
