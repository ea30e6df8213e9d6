"""`tokenquote deployment`: a question file in, a breakdown or JSON out, or one sentence that says why not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.written_catalog import gpus

from tokenquote.cli import main

QUESTION = """\
model: meta-llama/Llama-3.1-8B
context_tokens: 8192
concurrency: 16
gpu: h100
gpu_count: 1
among: [h100, l4]
"""
TRAFFIC = """\
break_even:
  conversations_per_day: 24000
  gpu_price_per_hour: "2.50"
  plan:
    model: gpt-5.4-mini
    turns: [{user: 1000, assistant: 100, reasoning: 0}]
    at: "2026-11-23T12:00:00Z"
"""


def run(*arguments: str, question: str = QUESTION) -> Result:
    return CliRunner().invoke(main, ["deployment", "-", *arguments], input=question, env={"COLUMNS": "130"})


def test_the_breakdown_shows_what_each_gpu_holds() -> None:
    """14.96 + 16.00 + 1.89 + 0.89 + 0.25 GiB are 33.98 of 72.85."""
    result = run()
    assert result.exit_code == 0, result.output
    shown = " ".join(result.output.split())
    for row in (
        "meta-llama/Llama-3.1-8B in bf16 on 1 x h100-sxm-80gb fits",
        "0 1 32 14.96 16.00 1.89 0.89 0.25 33.98 72.85 38.86",
        "largest batch 54 of these sequences; longest context 28,080 tokens each",
        "at best: 104.1 tokens a second for each of 16, 1,665 in all (bound by memory bandwidth)",
        f"h100-sxm-80gb 1 1 1 79 ${gpus()['h100-sxm-80gb']['price']['per_hour']}",
    ):
        assert row in shown, row


def test_the_crossing_is_shown() -> None:
    shown = " ".join(run(question=QUESTION + TRAFFIC).output.split())
    assert "openai/gpt-5.4-mini $0.0012" in shown
    assert "hosted, at this traffic $0.0025 1 deployment" in shown
    assert "utilisation on: 50,000 conversations a day" in shown


def test_options_take_the_place_of_the_question_s() -> None:
    answer = json.loads(run("--format", "json", "--gpu", "l4", "--gpu-count", "4").output)
    assert (answer["gpu"], answer["gpu_count"]) == ("l4-24gb", 4)


def test_a_config_takes_the_place_of_the_model(tmp_path: Path) -> None:
    config = {
        "model_type": "llama", "num_hidden_layers": 32, "hidden_size": 4096, "intermediate_size": 14336,
        "num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": 128256,
        "tie_word_embeddings": False,
    }  # fmt: skip
    (tmp_path / "config.json").write_text(json.dumps(config))
    answer = json.loads(run("--format", "json", "--config", str(tmp_path / "config.json")).output)
    assert answer["model"] is None
    assert answer["per_gpu"][0]["weights_bytes"] == 16_060_522_496
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    refused = run("--config", str(tmp_path / "config.json"))
    assert refused.exit_code == 1
    assert "<stdin>: /architecture: missing: num_hidden_layers" in refused.output


def test_what_does_not_fit_says_so() -> None:
    shown = run("--gpu", "t4").output
    assert "does not fit" in shown
    assert "at best" not in shown


@pytest.mark.parametrize(
    ("arguments", "question", "said"),
    [
        (("--gpu", "h1000"), QUESTION, "<stdin>: /gpu: no such GPU; near names: h100-sxm-80gb"),
        ((), "model: meta-llama/Llama-3.1-8B\n", "<stdin>: /context_tokens: missing"),
        ((), "model: x/y\ncontext_tokens: 1\n", "The catalog has no model 'x/y'"),
        ((), "- 1\n", "<stdin>: the question: an object is expected"),
        ((), "model: [\n", "<stdin>:"),
    ],
)
def test_what_is_wrong_is_one_sentence(arguments: tuple[str, ...], question: str, said: str) -> None:
    result = run(*arguments, question=question)
    assert result.exit_code == 1
    assert said in result.output
    assert "Traceback" not in result.output
