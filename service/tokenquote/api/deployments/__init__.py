"""POST /v1/deployments: the one place that knows the order of memory, speed and cost of a deployment.

question + catalog -> model -> GPUs and layout -> does it fit, and how much of it -> how fast -> break-even
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from tokenquote.api.deployments.assumptions import list_assumptions, list_warnings
from tokenquote.api.deployments.break_even import Economy, Quotes, answer_break_even, quote_both
from tokenquote.api.deployments.explanations import MOST_SEQUENCES, MOST_TOKENS, Findings, explain
from tokenquote.api.deployments.gpu_choice import Choice, choose, gpu_option, options
from tokenquote.api.deployments.hosted_model import HostedModel, read_hosted
from tokenquote.api.deployments.placements import Placed, place
from tokenquote.api.deployments.shares import gpu_share, host_share, most_gpu_layers, pool_band
from tokenquote.api.deployments.speed import Machine, bound_speed, read_machine
from tokenquote.catalog import Catalog
from tokenquote.errors import LocatedError
from tokenquote.tokens import Vocabularies
from tokenquote_client.deployments import (
    BreakEvenAnswer,
    DeploymentAnswer,
    DeploymentQuestion,
    EngineUsed,
)

__all__ = ["answer_deployment"]


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
    placed = place(hosted, choice.stage_gpus, choice.layout)
    hosting = placed.placement
    largest = hosting.largest_batch(question.context_tokens, MOST_SEQUENCES)
    limit = hosted.engine_on(choice.gpu, choice.layout).max_num_seqs * choice.layout.data_parallel
    running = min(question.concurrency, largest, limit)
    machine = read_machine(hosted, choice, catalog) if running and hosted.is_whole else None
    quotes = _quotes(hosted, catalog, vocabularies, now)
    findings = Findings(
        hosted=hosted,
        choice=choice,
        machine=machine,
        fits=hosting.fits(question.context_tokens, question.concurrency),
        largest_batch=largest,
        longest_context=hosting.longest_context(question.concurrency, MOST_TOKENS),
        running=running,
        found_options=len(found),
        break_even=_break_even(hosted, choice, machine, running, quotes),
        peak_tokens=quotes.hosted.context.peak_tokens if quotes else None,
    )
    return _answer(findings, placed, found)


def _answer(findings: Findings, placed: Placed, found: Sequence[Choice]) -> DeploymentAnswer:
    hosted, choice, machine = findings.hosted, findings.choice, findings.machine
    hosting = placed.placement
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
        data_parallel=layout.data_parallel,
        expert_parallel=layout.expert_parallel,
        engine=EngineUsed(name=hosted.engine.name, version=hosted.engine.version),
        gpu_layers=hosted.gpu_layers,
        most_gpu_layers=most_gpu_layers(hosted, choice),
        host=host_share(hosted, placed),
        fits=findings.fits,
        per_gpu=[gpu_share(hosted, choice, placed, stage) for stage in range(len(hosting.stages))],
        kv_cache_pool_bytes=min(hosting.pools()),
        kv_cache_pool_band=pool_band(hosting),
        kv_cache_pool_tokens=hosting.pool_tokens(question.context_tokens),
        largest_batch=findings.largest_batch,
        longest_context_tokens=findings.longest_context,
        options=[gpu_option(option) for option in found],
        speed=bound_speed(hosted, choice, machine, findings.running) if machine else None,
        break_even=findings.break_even,
        explained=explain(findings),
        assumptions=list_assumptions(findings),
        warnings=list_warnings(findings),
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
