"""`tokenquote memory training`: a table of the peak, and questions that contradict themselves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tokenquote import Estimator
from tokenquote.cli import main

MODEL = "Qwen/Qwen2.5-3B-Instruct"


def test_the_table_shows_the_peak_with_its_band_and_every_moment() -> None:
    done = CliRunner().invoke(main, ["memory", "training", MODEL, "--precision", "bf16", "--checkpointing"])
    assert done.exit_code == 0, done.output
    first = done.output.splitlines()[0]
    # 3,085,938,688 weights: 2 bytes each of weights, gradients, two states and the copy of a step.
    assert first.split()[:6] == ["28.740", "GiB", "on", "each", "GPU,", "from"]
    assert first.endswith(" to 30.177 GiB; the peak is step")
    assert "3,085,938,688 of 3,085,938,688 weights are trained" in done.output
    assert "at its most in backward" in done.output


def test_all_options_reach_the_question() -> None:
    options = [
        "--batch", "2", "--tokens", "512", "--lora-rank", "8", "--lora-targets", "q_proj,v_proj",
        "--quantization", "nf4-dq", "--optimizer", "paged-adamw-8bit", "--accumulate", "4", "--checkpointing",
        "--eager", "--fused-loss", "--zero-stage", "3", "--gpus", "2", "--objective",
        '{"kind": "grpo", "rollout": {"sequences": 4, "prompt_tokens": 64, "answer_tokens": 64}}',
    ]  # fmt: skip
    done = CliRunner().invoke(main, ["memory", "training", MODEL, *options, "--json"])
    assert done.exit_code == 0, done.output
    with Estimator() as estimator:
        asked = estimator.training(
            model=MODEL,
            batch_size=2,
            sequence_tokens=512,
            lora={"rank": 8, "targets": ["q_proj", "v_proj"]},
            quantization="nf4-dq",
            optimizer="paged-adamw-8bit",
            gradient_accumulation_steps=4,
            checkpointing="full",
            attention="eager",
            fused_loss=True,
            zero_stage=3,
            data_parallel=2,
            objective={
                "kind": "grpo",
                "rollout": {"sequences": 4, "prompt_tokens": 64, "answer_tokens": 64},
            },
        )
    assert json.loads(done.output) == json.loads(asked.model_dump_json())
    assert asked.host_bytes_per_gpu > 0


def test_a_config_is_a_source_and_a_header_is_none(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    sizes = {"num_hidden_layers": 2, "hidden_size": 64, "num_attention_heads": 4, "vocab_size": 100}
    config.write_text(json.dumps({"model_type": "llama", "intermediate_size": 128, **sizes}))
    done = CliRunner().invoke(main, ["memory", "training", str(config), "--objective", "dpo"])
    assert "reference" in done.output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--lora-targets", "q_proj"], "--lora-rank"),
        (["--objective", "{"], "no JSON"),
        (["--objective", "kto"], "dpo, ppo or grpo"),
        (["--offload", "optimizer"], "zero_stage"),
    ],
)
def test_the_command_says_what_is_wrong(options: list[str], said: str) -> None:
    done = CliRunner().invoke(main, ["memory", "training", MODEL, *options])
    assert done.exit_code != 0
    assert said in done.output
