"""POST /v1/deployments: the one place that knows the order of memory, speed and cost of a deployment.

question + catalog -> model -> GPUs and layout -> does it fit, and how much of it -> how fast -> break-even
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from tokenquote.api.deployments.assumptions import list_assumptions, list_warnings
from tokenquote.api.deployments.break_even import Economy, Quotes, answer_break_even, quote_both
from tokenquote.api.deployments.explanations import Findings, explain
from tokenquote.api.deployments.gpu_choice import Choice, choose, gpu_option, options
from tokenquote.api.deployments.hosted_model import HostedModel, read_hosted
from tokenquote.api.deployments.speed import Machine, bound_speed, read_machine
from tokenquote.catalog import Catalog
from tokenquote.errors import LocatedError
from tokenquote.memory.gpus.fit import Placement, StageDemand
from tokenquote.tokens import Vocabularies
from tokenquote_client.deployments import BreakEvenAnswer, DeploymentAnswer, DeploymentQuestion, GpuShare

__all__ = ["answer_deployment"]

_MOST_SEQUENCES, _MOST_TOKENS = 1_000_000, 1_000_000_000


def answer_deployment(
    question: DeploymentQuestion, catalog: Catalog, vocabularies: Vocabularies, now: dt.datetime
) -> DeploymentAnswer:
    """Return whether the model fits on the GPUs, how much fits, how fast it is, and what a plan costs there.

    Raises:
        LocatedError: model, format, GPU, layout or plan is unknown or wrong.
    """
    hosted = read_hosted(question, catalog)
    found = options(hosted, catalog)
    choice = choose(hosted, catalog, found)
    hosting = hosted.on(choice.gpu, choice.layout)
    largest = hosting.largest_batch(question.context_tokens, _MOST_SEQUENCES)
    running = min(question.concurrency, largest, hosted.engine_on(choice.gpu).max_num_seqs)
    machine = read_machine(hosted, choice, catalog) if running else None
    quotes = _quotes(hosted, catalog, vocabularies, now)
    findings = Findings(
        hosted=hosted,
        choice=choice,
        machine=machine,
        fits=hosting.fits(question.context_tokens, question.concurrency),
        largest_batch=largest,
        running=running,
        found_options=len(found),
        break_even=_break_even(hosted, choice, machine, running, quotes),
        peak_tokens=quotes.hosted.context.peak_tokens if quotes else None,
    )
    return _answer(findings, hosting, found)


def _answer(findings: Findings, hosting: Placement, found: Sequence[Choice]) -> DeploymentAnswer:
    hosted, choice, machine = findings.hosted, findings.choice, findings.machine
    question, layout = hosted.question, choice.layout
    return DeploymentAnswer(
        model=hosted.model.id if hosted.model else None,
        quantization=hosted.format.name,
        kv_dtype=hosted.element.name,
        context_tokens=question.context_tokens,
        concurrency=question.concurrency,
        gpu=choice.gpu_id,
        gpu_count=layout.gpus,
        tensor_parallel=layout.tensor_parallel,
        pipeline_parallel=layout.pipeline_parallel,
        fits=findings.fits,
        per_gpu=[_share(hosted, choice, hosting, stage) for stage in range(len(hosting.stages))],
        kv_cache_pool_bytes=min(hosting.pool(stage) for stage in hosting.stages),
        kv_cache_pool_tokens=hosting.pool_tokens(),
        largest_batch=findings.largest_batch,
        longest_context_tokens=hosting.longest_context(question.concurrency, _MOST_TOKENS),
        options=[gpu_option(option) for option in found],
        speed=bound_speed(hosted, choice, machine, findings.running) if machine else None,
        break_even=findings.break_even,
        explained=explain(findings),
        assumptions=list_assumptions(findings),
        warnings=list_warnings(findings),
    )


def _share(hosted: HostedModel, choice: Choice, hosting: Placement, number: int) -> GpuShare:
    stage: StageDemand = hosting.stages[number]
    weights = hosted.shards(choice.layout)[number]
    question = hosted.question
    cache = hosting.cache(stage, question.context_tokens, question.concurrency)
    in_flight = hosting.in_flight(stage, question.context_tokens)
    total = hosting.need(stage, question.context_tokens, question.concurrency)
    return GpuShare(
        stage=number,
        gpus=choice.layout.tensor_parallel,
        layers=weights.layers,
        memory_bytes=choice.gpu.usable_bytes,
        budget_bytes=hosting.budget,
        weights_bytes=stage.weights,
        weights=dict(weights.components),
        draft_bytes=stage.draft,
        kv_cache_bytes=cache,
        kv_in_flight_bytes=in_flight,
        activation_bytes=stage.overhead.activations,
        cuda_graph_bytes=stage.overhead.cuda_graphs,
        runtime_bytes=stage.overhead.non_torch,
        padding_bytes=stage.overhead.padding,
        total_bytes=total,
        free_bytes=hosting.budget - total,
    )


def _quotes(
    hosted: HostedModel, catalog: Catalog, vocabularies: Vocabularies, now: dt.datetime
) -> Quotes | None:
    question = hosted.question.break_even
    return None if question is None else quote_both(question, hosted, catalog, vocabularies, now)


def _break_even(
    hosted: HostedModel, choice: Choice, machine: Machine | None, running: int, quotes: Quotes | None
) -> BreakEvenAnswer | None:
    """Return the comparison with the API; None if the question does not ask for it.

    Raises:
        LocatedError: the deployment does not fit, or its speed is not known, so that it has no cost.
    """
    question = hosted.question.break_even
    if question is None or quotes is None:
        return None
    if not running:
        raise LocatedError(
            ("break_even",), "the model does not fit on these GPUs: there is nothing to compare"
        )
    if machine is None:
        detail = f"no source says how fast {choice.gpu.name} is: there is nothing to compare"
        raise LocatedError(("break_even",), detail)
    return answer_break_even(question, Economy(hosted, choice, machine, running), quotes)
