"""The command `tokenquote memory training`: what a training step takes on each GPU, moment by moment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from tokenquote.cli.memory_commands import ask_estimator, gib, read_model_source, remarks

if TYPE_CHECKING:
    from tokenquote_client import TrainingAnswer

__all__ = ["print_training"]

_PRECISIONS = click.Choice(["mixed", "mixed-fp32-gradients", "autocast", "bf16", "fp32"])
_OFFLOADS = click.Choice(["none", "optimizer", "optimizer-and-weights"])
_HELP_OBJECTIVE = 'dpo, or JSON: {"kind": "grpo", "rollout": {"sequences": 16, …}}'


@click.command("training")
@click.argument("source")
@click.option("--batch", "batch_size", type=click.IntRange(1), default=1, show_default=True)
@click.option("--tokens", "sequence_tokens", type=click.IntRange(1), default=2048, show_default=True)
@click.option(
    "--lora-rank", type=click.IntRange(1), help="Train adapters of this rank beside frozen weights."
)
@click.option("--lora-targets", help="q_proj,v_proj (the default), all-linear, …; with --lora-rank.")
@click.option("--quantization", help="The format of frozen weights: nf4-dq for QLoRA.")
@click.option("--precision", type=_PRECISIONS, default="mixed", show_default=True)
@click.option("--optimizer", default="adamw", show_default=True, help="adamw, adamw-8bit, lion, adafactor, …")
@click.option("--optimizer-step", type=click.Choice(["foreach", "fused", "loop"]))
@click.option("--accumulate", "gradient_accumulation_steps", type=click.IntRange(1), default=1)
@click.option("--checkpointing", is_flag=True, help="Keep the inputs of layers only.")
@click.option("--eager", is_flag=True, help="Attention keeps its scores.")
@click.option("--fused-loss", is_flag=True, help="Logits are made in pieces (Liger).")
@click.option("--zero-stage", type=click.IntRange(0, 3), default=0, show_default=True)
@click.option("--gpus", "data_parallel", type=click.IntRange(1), default=1, show_default=True)
@click.option("--offload", type=_OFFLOADS, default="none", show_default=True)
@click.option("--objective", help=_HELP_OBJECTIVE)
@click.option("--json", "as_json", is_flag=True, help="Print the whole answer as JSON.")
def print_training(
    source: str,
    lora_rank: int | None,
    lora_targets: str | None,
    objective: str | None,
    *,
    checkpointing: bool,
    eager: bool,
    as_json: bool,
    **settings: Any,
) -> None:
    """Print the bytes of a training step on each GPU, with their band."""
    question = {
        **_subject(source),
        **settings,
        "lora": _lora(lora_rank, lora_targets),
        "objective": _objective(objective),
        "checkpointing": "full" if checkpointing else "none",
        "attention": "eager" if eager else "flash",
    }
    answer = ask_estimator(lambda estimator: estimator.training(question))
    click.echo(answer.model_dump_json(indent=2) if as_json else _training_table(answer))


def _subject(source: str) -> dict[str, Any]:
    found = read_model_source(source)
    if found is None:
        return {"model": source}
    if found.config is None:
        raise click.UsageError("training is told from a model of the catalog or a config.json, not a header")
    return {"architecture": found.config}


def _lora(rank: int | None, targets: str | None) -> dict[str, Any] | None:
    if rank is None:
        if targets is not None:
            raise click.UsageError("--lora-targets needs --lora-rank")
        return None
    return {"rank": rank, **({} if targets is None else {"targets": targets.split(",")})}


def _objective(stated: str | None) -> Any:
    if stated is None or not stated.lstrip().startswith("{"):
        return None if stated is None else {"kind": stated}
    try:
        return json.loads(stated)
    except json.JSONDecodeError as error:
        raise click.UsageError(f"--objective is no JSON: {error}") from None


def _training_table(answer: TrainingAnswer) -> str:
    parts = sorted(answer.components.items(), key=lambda part: -part[1])
    band = f"from {gib(answer.low).strip()} to {gib(answer.high).strip()}"
    host = [f"{gib(answer.host_bytes_per_gpu)}  in the host's memory"] if answer.host_bytes_per_gpu else []
    lines = [
        f"{gib(answer.bytes_per_gpu)}  on each GPU, {band}; the peak is {answer.peak}",
        *(f"{gib(size)}    {part}" for part, size in parts),
        *host,
        *(f"{gib(size)}  at its most in {moment}" for moment, size in answer.moments.items()),
        f"{answer.trainable_parameters:,} of {answer.parameters:,} weights are trained",
        *remarks(answer),
    ]
    return "\n".join(lines)
