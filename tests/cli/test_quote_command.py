"""`tokenquote quote`: a plan file in, a breakdown or JSON out, or one sentence that says why not."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.written_catalog import providers

from tokenquote.cli import main

PLAN = """\
model: gpt-5.4-mini
system: You are a support agent of a bicycle shop. Answer briefly.
tools: 350
turns:
  - user: Where is my order 4711?
    tool_rounds:
      - calls: [{call: 20, result: 150}]
        reasoning: 0
    reasoning: 200
    assistant: 120
    repeat: 10
conversations: 1000
at: "2026-11-23T12:00:00Z"
"""


def run(*arguments: str, plan: str = PLAN) -> Result:
    return CliRunner().invoke(main, ["quote", "-", *arguments], input=plan, env={"COLUMNS": "120"})


def test_the_breakdown_shows_amounts_requests_prices_and_totals() -> None:
    """The figures are those of the README's quote."""
    mini = next(model for model in providers()["openai"] if model["id"] == "gpt-5.4-mini")
    result = run()
    assert result.exit_code == 0, result.output
    shown = " ".join(result.output.split())
    for row in (
        "openai/gpt-5.4-mini prices of 2026-11-23 12:00 UTC",
        "system 13 exact, o200k_base",
        f"input 7,444 $0.75 a million base $0.005583 {mini['prices'][0]['checked']}",
        "20 requests, 36,500 input (29,056 read from cache), 3,400 output $0.0230622 without cache $0.042675",
        "1,000 conversations $23.0622",
        "Quoted dollars are an estimate, not spend.",
    ):
        assert row in shown, row
    assert "*" not in result.output


def test_long_conversations_show_their_ends() -> None:
    result = run(plan=PLAN.replace("repeat: 10", "repeat: 500"))
    assert "\n…" in result.output
    assert len(result.output.splitlines()) < 50


def test_what_is_assumed_or_fitted_is_starred() -> None:
    result = run(plan=PLAN.replace("tools: 350", "tools: {profile: medium}"))
    assert "tools*" in result.output
    assert "* rests on a fit or an assumption" in result.output
    assert "tools: profile `medium` stands for 340 tokens" in result.output


def test_what_has_no_price_is_not_found_and_never_zero() -> None:
    result = run("--model", "meta-llama/Llama-3.1-8B")
    assert "not found" in result.output
    assert "$0" not in result.output
    assert "self-hosted: KV cache" in result.output


def test_json_is_the_services_own_answer() -> None:
    quote = json.loads(run("--format", "json").output)
    assert quote["totals"]["cost"] == "0.0230622"
    assert len(quote["requests"]) == 20


def test_a_picture_loads_nothing() -> None:
    """The pages where prices are published stand in it as text alone."""
    picture = run("--format", "svg").output
    assert picture.startswith("<svg")
    markup = re.sub(r">[^<]*</text>", "></text>", picture)
    assert set(re.findall(r"https?://([\w.-]+)", markup)) <= {"www.w3.org", "www.textualize.io"}
    assert re.findall(r"price&#160;from&#160;https://[\w.-]+", picture)
    assert "$0.0230622" in picture
    assert run("--format", "svg").output == picture


def test_several_models_are_compared() -> None:
    result = run("--model", "gpt-5.4-mini", "--model", "xai/grok-4", "--model", "gpt-5.4-nano")
    rows = [line.split()[0] for line in result.output.splitlines()[1:4]]
    assert rows == ["openai/gpt-5.4-nano", "openai/gpt-5.4-mini", "xai/grok-4*"]


def test_all_models_that_pass_filters_are_compared() -> None:
    result = run("--model", "all", "--provider", "openai", "--input", "image", "--at-most", "3")
    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.output.splitlines()[1:5]]
    assert all(line[0].startswith("openai/") for line in lines[:3])
    costs = [float(next(cell for cell in line if cell.startswith("$"))[1:]) for line in lines[:3]]
    assert costs == sorted(costs)
    assert lines[3][:2] == ["3", "of"]


def test_all_models_without_a_filter_are_those_of_the_service() -> None:
    answered = json.loads(run("--model", "all", "--format", "json").output)
    assert answered["considered"] > 500
    assert len(answered["quotes"]) == min(1000, answered["considered"])
    assert all(quote.get("requests") is None for quote in answered["quotes"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--model", "all", "--model", "gpt-4o"), "`all` stands alone"),
        (("--provider", "openai"), "--provider: a filter needs `--model all`"),
        (("--model", "gpt-4o", "--at-most", "3"), "--at-most: a filter needs `--model all`"),
        (("--model", "all", "--provider", "nobody"), "no provider of the catalog"),
        (("--model", "all", "--input", "smell"), "/models"),
    ],
)
def test_filters_that_choose_no_models_are_refused(arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code != 0
    assert said in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        pytest.param("a: [", "<stdin>:2: did not find expected node content", id="not YAML"),
        pytest.param(
            "turns: [{user: 1}]\nturns: []", "<stdin>:2: the key 'turns' stands here twice", id="a key twice"
        ),
        pytest.param("just words", "<stdin>: the plan: an object is expected", id="words"),
        pytest.param("", "an object is expected", id="nothing"),
        pytest.param(
            "model: gpt-9\nturns: [{user: 1}]", "The catalog has no model 'gpt-9'", id="unknown model"
        ),
        pytest.param(
            "model: gpt-4o\nturns: [{usr: 1}]", "<stdin>: /turns/0/usr: no such field", id="unknown field"
        ),
        pytest.param(
            "model: gpt-4o\nmode: turbo\nturns: [{user: 1}]", "/mode: the model is offered in", id="mode"
        ),
        pytest.param("a: " + "[" * 1000, "nested deeper than 50 levels", id="bottomless"),
    ],
)
def test_a_plan_that_cannot_be_quoted_is_one_sentence(plan: str, said: str) -> None:
    result = run(plan=plan)
    assert result.exit_code == 1
    assert said in result.output
    assert "Traceback" not in result.output


def test_a_file_that_is_not_there_and_a_catalog_of_ones_own(tmp_path: Path) -> None:
    missing: Any = CliRunner().invoke(main, ["quote", str(tmp_path / "gone.yaml")])
    assert missing.exit_code == 2
    (tmp_path / "counting.yaml").write_text("counting: {}\n")
    (tmp_path / "plan.yaml").write_text(PLAN)
    result = CliRunner().invoke(main, ["quote", str(tmp_path / "plan.yaml"), "--catalog-dir", str(tmp_path)])
    assert "plan.yaml: no file of a catalog" in result.output


def test_the_breakdown_says_where_prices_are_from_and_what_a_contract_takes_off(tmp_path: Path) -> None:
    (tmp_path / "discounts.yaml").write_text(
        "discounts: [{provider: openai, percent: '12', source: contract of May 2026}]"
    )
    mini = next(model for model in providers()["openai"] if model["id"] == "gpt-5.4-mini")
    source = mini["prices"][0]["source"]
    shown = " ".join(run("--catalog-dir", str(tmp_path)).output.split())
    assert f"price from {source}, less 12 % (contract of May 2026)" in shown
    assert shown.count("price from ") == 1
    stated = " ".join(
        run("--rate", "input=1", "--rate", "output=2", "--rate", "cache_read=0.1").output.split()
    )
    assert "price from " not in stated


def test_a_fee_says_what_one_unit_costs() -> None:
    turns = "[{user: [{type: audio, seconds: 60}], assistant: 9}]"
    plan = f"{{model: whisper-1, at: '2026-11-23T12:00:00Z', turns: {turns}}}"
    assert "input_audio 0.016667 hours $0.36 per hour" in " ".join(run(plan=plan).output.split())


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tokenquote", "--help"], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.startswith("Usage: tokenquote [OPTIONS] COMMAND")


def test_rates_per_minute_stand_beside_the_limits_of_each_tier() -> None:
    """Ten conversations a minute with two requests each, 21 in the busiest minute."""
    plan = """\
model: anthropic/claude-fable-5
system: 20000
turns: [{user: 1000, assistant: 500, reasoning: 0, repeat: 2}]
conversations_per_hour: 600
at: "2026-11-23T12:00:00Z"
"""
    shown = " ".join(run(plan=plan).output.split())
    assert "a minute 20–42 requests, 435,000–913,500 input" in shown
    for told in (
        "tier Start: 1,000 requests, 500,000 input, 100,000 output; the busiest minute is above it",
        "tier Build: 2,000 requests, 1,500,000 input, 300,000 output; enough",
        "! the busiest minute is more than anthropic/claude-fable-5 answers on tier Start",
    ):
        assert told in shown


def test_the_breakdown_names_agents() -> None:
    """The plan of the page on agents: 600 + 810 in for the plan itself, 360 + 780 for the researcher."""
    plan = """\
model: openai/gpt-5.4-mini
system: 500
turns:
  - {user: 100, reasoning: 0, assistant: 200,
     tool_rounds: [{calls: [{call: 60, agent: researcher}], reasoning: 0}]}
agents:
  - name: researcher
    system: 300
    turns:
      - {user: 60, reasoning: 0, assistant: 150,
         tool_rounds: [{calls: [{call: 20, result: 400}], reasoning: 0}]}
at: "2026-11-23T12:00:00Z"
"""
    shown = " ".join(run(plan=plan).output.split())
    assert "cost so far agent" in shown
    assert "1 1 780 0 0 150 $0.00126 $0.00234 researcher" in shown
    assert "agent requests input output cost the plan itself 2 1,410 260 $0.0022275" in shown
    assert "researcher 2 1,140 170 $0.00162" in shown
