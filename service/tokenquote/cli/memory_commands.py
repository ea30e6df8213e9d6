"""The commands of `tokenquote memory`, for a model of the catalog, a config.json or a model file's header."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from tokenquote.cli.model_files import ModelSource
    from tokenquote_client import KvCacheAnswer, TrainingAnswer, WeightsAnswer

__all__ = ["ask_estimator", "gib", "memory", "read_model_source", "remarks"]


@click.group()
def memory() -> None:
    """Print the memory of weights, of KV caches and of training.

    SOURCE is a model of the catalog, a config.json, a .gguf or .safetensors file (its header alone is read),
    or a folder of a model.
    """


@memory.command()
@click.argument("source")
@click.option(
    "--quantization", help="fp16, fp8, awq-4bit-g128, nf4-dq, q4_k_m, … (a file's header has its own)"
)
@click.option("--json", "as_json", is_flag=True, help="Print the whole answer as JSON.")
def weights(source: str, quantization: str | None, as_json: bool) -> None:
    """Print the bytes of the weights, part by part."""
    found = read_model_source(source)
    question: dict[str, Any] = {"quantization": quantization}
    if found is None:
        question["model"] = source
    elif found.header is not None and quantization is None:
        question = {"header": _posted(found)}
    elif found.config is not None:
        question["architecture"] = found.config
    else:
        raise click.UsageError("a header has its own types: leave --quantization out")
    if "header" not in question and quantization is None:
        raise click.UsageError("--quantization is needed: fp16, awq-4bit-g128, q4_k_m, …")
    answer = ask_estimator(lambda estimator: estimator.weights(question))
    click.echo(answer.model_dump_json(indent=2) if as_json else _weights_table(answer))


@memory.command("kv-cache")
@click.argument("source")
@click.option("--context", type=click.IntRange(0), required=True, help="Tokens that each sequence holds.")
@click.option("--sequences", type=click.IntRange(1), default=1, show_default=True)
@click.option("--dtype", default="fp16", show_default=True, help="fp16, fp8, int8, q8_0, q4_0, …")
@click.option("--block", type=click.IntRange(1), help="Tokens of a block, if the engine pages: 16 for vLLM.")
@click.option("--engine", type=click.Choice(["vllm", "sglang", "llama.cpp", "ollama"]))
@click.option("--engine-version", help="The engine's version, such as 0.33 or b7000; else the newest known.")
@click.option("--tensor-parallel", type=click.IntRange(1), default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the whole answer as JSON.")
def kv_cache(
    source: str,
    context: int,
    as_json: bool,
    block: int | None,
    engine_version: str | None,
    **plan: Any,
) -> None:
    """Print the bytes of the keys and values of running sequences."""
    found = read_model_source(source)
    if engine_version is not None:
        if plan["engine"] is None:
            raise click.UsageError("--engine-version is of an --engine: name it")
        plan["engine"] = {"name": plan["engine"], "version": engine_version}
    question: dict[str, Any] = {"context_tokens": context, "block_tokens": block, **plan}
    if found is None:
        question["model"] = source
    elif found.config is not None:
        question["architecture"] = found.config
    else:
        question["header"] = _posted(found)
    answer = ask_estimator(lambda estimator: estimator.kv_cache(question))
    click.echo(answer.model_dump_json(indent=2) if as_json else _cache_table(answer))


def read_model_source(name: str) -> ModelSource | None:
    """Return the config or header of a file of this name; None: a model of the catalog is meant."""
    from tokenquote.cli.model_files import ModelFileError, read_source

    path = Path(name)
    if not path.exists():
        if path.suffix in (".gguf", ".safetensors", ".json"):
            raise click.ClickException(f"{name}: no such file")
        return None
    try:
        return read_source(path)
    except (ModelFileError, OSError) as error:
        raise click.ClickException(str(error)) from None


def _posted(found: ModelSource) -> dict[str, Any]:
    """Return the header as a question has it."""
    header = found.header
    if header is None:
        raise click.ClickException("there is neither a header nor a config.json to tell memory from")
    tensors = [
        {"name": tensor.name, "type": tensor.type, "shape": list(tensor.shape)} for tensor in header.tensors
    ]
    return {"format": header.format, "metadata": dict(header.metadata), "tensors": tensors}


def ask_estimator(question: Any) -> Any:
    """Return what an estimator answers; a question that it refuses ends the command with its words."""
    from tokenquote.estimator import Estimator
    from tokenquote_client import ClientError

    with Estimator() as estimator:
        try:
            return question(estimator)
        except ClientError as error:
            raise click.ClickException(str(error)) from None


def _weights_table(answer: WeightsAnswer) -> str:
    parts = sorted(answer.components.items(), key=lambda part: -part[1])
    lines = [
        f"{gib(answer.bytes)}  weights: {answer.parameters:,} of {answer.bits_per_weight:.4g} bits",
        *(f"{gib(size)}    {part}" for part, size in parts),
        *(f"{gib(size)}    in {kind}" for kind, size in sorted(answer.types.items())),
        *remarks(answer),
    ]
    return "\n".join(lines)


def _cache_table(answer: KvCacheAnswer) -> str:
    layers = ", ".join(f"{number} {kind}" for kind, number in answer.layers.items())
    lines = [
        f"{gib(answer.bytes)}  KV cache; on one GPU {gib(answer.bytes_per_gpu).strip()}",
        f"{answer.bytes_per_token:>14,} B  a token within every window; {layers}",
        *([f"{gib(answer.state_bytes)}  state of each sequence, however long"] if answer.state_bytes else []),
        f"                  {answer.formula}",
        *remarks(answer),
    ]
    return "\n".join(lines)


def remarks(answer: WeightsAnswer | KvCacheAnswer | TrainingAnswer) -> list[str]:
    """Return the lines on how the bytes are known, what is assumed, and what could mislead."""
    return [
        f"method: {answer.method}",
        *answer.assumptions,
        *(f"warning: {warning}" for warning in answer.warnings),
    ]


def gib(size: int) -> str:
    """Return bytes in GiB, at the right of a column."""
    return f"{size / 2**30:>12,.3f} GiB"
