"""The answer on a deployment as text: what each GPU holds, what fits, how fast it is, what it costs."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from tokenquote.cli.tables import dollars, plain_table
from tokenquote_client.deployments import BreakEvenAnswer, DeploymentAnswer, Speed

__all__ = ["print_answer"]

MAX_OPTIONS_SHOWN = 8
_GIB = 2**30


def print_answer(answer: DeploymentAnswer, console: Console) -> None:
    """Print the breakdown of a deployment."""
    console.print(Group(*_sections(answer)))


def _sections(answer: DeploymentAnswer) -> Iterator[RenderableType]:
    verdict = ("fits", "bold green") if answer.fits else ("does not fit", "bold red")
    yield Text.assemble(
        (answer.model or "your architecture", "bold"),
        f" in {answer.quantization} on {answer.gpu_count} x {answer.gpu}  ",
        verdict,
    )
    yield Text(
        f"{answer.concurrency} sequences of {answer.context_tokens:,} tokens, KV cache in {answer.kv_dtype}; "
        f"tensor parallel {answer.tensor_parallel}, pipeline parallel {answer.pipeline_parallel}"
        f"{_groups(answer)}; {answer.engine.name} {answer.engine.version}"
    )
    yield Text()
    yield _shares(answer)
    yield Text()
    yield Text(
        f"largest batch {answer.largest_batch:,} of these sequences; longest context "
        f"{answer.longest_context_tokens:,} tokens each"
    )
    yield from _in_part(answer)
    if answer.speed is not None:
        yield from _speed(answer.speed)
    yield Text()
    yield _options(answer)
    if answer.break_even is not None:
        yield Text()
        yield from _break_even(answer.break_even)
    yield Text()
    yield from _notes(answer)


def _groups(answer: DeploymentAnswer) -> str:
    """Return how attention and experts are spread, if otherwise than by tensor and pipeline parallelism."""
    if answer.data_parallel == 1 and not answer.expert_parallel:
        return ""
    experts = "whole experts on each GPU" if answer.expert_parallel else "experts shared by all"
    return f", data parallel {answer.data_parallel}, {experts}"


def _in_part(answer: DeploymentAnswer) -> Iterator[RenderableType]:
    """Yield the tokens of the pool, and what is in RAM."""
    if answer.kv_cache_pool_tokens is not None:
        band = answer.kv_cache_pool_band
        between = ""
        if band is not None:
            between = f", {band.low_bytes / _GIB:,.2f} to {band.high_bytes / _GIB:,.2f} by logs"
        yield Text(
            f"pool of {answer.kv_cache_pool_tokens:,} tokens in {answer.kv_cache_pool_bytes / _GIB:,.2f} "
            f"GiB{between}"
        )
    host = answer.host
    if host is not None:
        yield Text(
            f"in RAM {host.total_bytes / _GIB:,.2f} GiB: {host.layers} layers and the input embedding "
            f"{host.weights_bytes / _GIB:,.2f}, KV cache {host.kv_cache_bytes / _GIB:,.2f}; of "
            f"{answer.gpu_layers} layers on the GPUs at most {answer.most_gpu_layers} fit"
        )


def _shares(answer: DeploymentAnswer) -> Table:
    table = plain_table(
        "GiB, stage", ">GPUs", ">layers", ">weights", ">KV cache", ">activ.", ">graphs",
        ">runtime", ">total", ">of", ">free",
    )  # fmt: skip
    for share in answer.per_gpu:
        sizes = (
            share.weights_bytes + share.draft_bytes + share.padding_bytes,
            share.kv_cache_bytes + share.kv_in_flight_bytes,
            share.activation_bytes,
            share.cuda_graph_bytes,
            share.runtime_bytes,
            share.total_bytes,
            share.budget_bytes,
            share.free_bytes,
        )
        counts = (share.stage, share.gpus, share.layers)
        table.add_row(*map(str, counts), *(f"{size / _GIB:,.2f}" for size in sizes))
    return table


def _speed(speed: Speed) -> Iterator[RenderableType]:
    prefill, decode = speed.prefill, speed.decode
    yield Text(
        f"at best: {decode.tokens_per_second_per_user:,.1f} tokens a second for each of {decode.sequences}, "
        f"{decode.tokens_per_second:,.0f} in all (bound by {decode.bound_by})"
    )
    yield Text(
        f"         first token of {prefill.prompt_tokens:,} after {prefill.seconds:,.3f} s, "
        f"{prefill.tokens_per_second:,.0f} prompt tokens a second (bound by {prefill.bound_by})"
    )


def _options(answer: DeploymentAnswer) -> Table:
    table = plain_table("fewest GPUs that do", ">GPUs", ">tensor", ">pipeline", ">GiB", ">an hour")
    for option in answer.options[:MAX_OPTIONS_SHOWN]:
        table.add_row(
            option.gpu,
            str(option.gpu_count),
            str(option.tensor_parallel),
            str(option.pipeline_parallel),
            f"{option.memory_bytes / _GIB:,.0f}",
            dollars(option.price_per_hour),
        )
    more = len(answer.options) - MAX_OPTIONS_SHOWN
    if more > 0:
        table.add_row(f"… {more} more")
    return table


def _break_even(answer: BreakEvenAnswer) -> Iterator[RenderableType]:
    table = plain_table("a conversation costs", ">dollars", "")
    api = dollars(answer.api_cost_per_conversation)
    table.add_row(answer.api_model, api, "" if answer.api_cost_complete else "incomplete")
    replicas = "deployment" if answer.replicas == 1 else "deployments"
    table.add_row(
        "hosted, at this traffic",
        dollars(answer.hosted_cost_per_conversation),
        f"{answer.replicas} {replicas}, {answer.utilization:.1%} busy",
    )
    table.add_row("hosted, at full load", dollars(answer.hosted_cost_per_conversation_at_full_load), "")
    yield table
    if answer.break_even_utilization is not None:
        yield Text(_crossing(answer), "bold")


def _crossing(answer: BreakEvenAnswer) -> str:
    if answer.break_even_conversations_per_day is None:
        return "hosting costs more even at full load"
    return (
        f"hosting is cheaper from {answer.break_even_utilization:.1%} utilisation on: "
        f"{answer.break_even_conversations_per_day:,.0f} conversations a day"
    )


def _notes(answer: DeploymentAnswer) -> Iterator[RenderableType]:
    for note in answer.assumptions:
        yield Text(f"· {note}", style="dim")
    for warning in answer.warnings:
        yield Text(f"! {warning.detail}", style="yellow")
