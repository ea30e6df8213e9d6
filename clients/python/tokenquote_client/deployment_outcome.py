"""How fast a deployment is, and what a plan costs there: parts of the answer of POST /v1/deployments."""

from __future__ import annotations

from typing import Literal

from tokenquote_client.wire_types import Dollars, Received

__all__ = ["BreakEvenAnswer", "DecodeSpeed", "PrefillSpeed", "Speed"]

Bound = Literal["memory bandwidth", "compute", "link"]


class PrefillSpeed(Received):
    """The best possible speed of reading one prompt of which nothing is cached."""

    prompt_tokens: int
    """The length of the prompt in tokens."""
    seconds: float
    """The seconds until the first token, with the GPUs to itself."""
    tokens_per_second: float
    """The prompt tokens per second of the whole deployment when prompts follow one another without a
    pause."""
    bound_by: Bound
    """What limits the speed on the slowest stage: `memory bandwidth`, `compute`, or the `link` between
    GPUs."""
    flops: float
    """The number of floating-point operations for the prompt, of one GPU of each stage, added up."""


class DecodeSpeed(Received):
    """The best possible speed of generating, with every sequence at its longest context."""

    sequences: int
    """The number of sequences that run at the same time: `concurrency`, or as many of them as fit and as the
    engine runs (`max_num_seqs`)."""
    step_seconds: float
    """The seconds of one step of the whole batch, drafting included."""
    tokens_per_step: float
    """The tokens that one step yields for each sequence: 1, or what a verified draft is expected to
    yield."""
    tokens_per_second_per_user: float
    """The tokens per second that one sequence gets: `tokens_per_step` / `step_seconds`."""
    tokens_per_second: float
    """The tokens per second of all running `sequences` together."""
    bound_by: Bound
    """What limits the speed on the slowest stage: `memory bandwidth`, `compute`, or the `link` between
    GPUs."""
    weight_bytes_read: float
    """The bytes of weights that one GPU of each stage reads in a step, added up; of experts, those that are
    expected to be chosen."""
    kv_cache_bytes_read: float
    """The bytes of KV cache that one GPU of each stage reads in a step, added up; not part of
    `weight_bytes_read`."""
    flops: float
    """The number of floating-point operations of a step, of one GPU of each stage, added up."""


class Speed(Received):
    """How fast the deployment is: upper bounds where the efficiency is 1."""

    prefill: PrefillSpeed
    """The speed of reading a prompt."""
    decode: DecodeSpeed
    """The speed of generating the answer."""
    multiplied_as: str
    """The number format in which matrices are multiplied: fp16, which stands for bf16 too, fp8 and others."""


class BreakEvenAnswer(Received):
    """The cost of hosting beside the API's for this plan; a lower bound where speeds are upper bounds."""

    api_model: str
    """The catalog id of the model that is sold by an API."""
    api_cost_per_conversation: Dollars | None
    """The API's cost of one conversation in US dollars, as a decimal string; without what has no price if not
    `api_cost_complete`, and null if nothing has one."""
    api_cost_complete: bool
    """Whether everything that the API bills has a price in the catalog. If false, the API's costs leave out
    what has none, and are too low; `cheaper` is null."""
    gpu_price_per_hour: Dollars
    """The price of one GPU per hour in US dollars, as a decimal string."""
    price_source: str
    """Where the GPU's price comes from, in words: the question, or the catalog's source with the day it was
    checked."""
    replicas: int
    """The number of deployments like this one that the traffic needs, at least 1."""
    conversations_per_hour: float
    """The most conversations per hour that one deployment can serve; 0 if a conversation has nothing to
    compute."""
    seconds_per_conversation: float
    """The seconds of the whole deployment that one conversation takes at full utilization: its prefill, and
    its share of the batch's decoding."""
    prefill_seconds: float
    """The part of `seconds_per_conversation` in which its prompts are read, one after the other."""
    decode_seconds: float
    """The part of `seconds_per_conversation` in which its answers are generated: its share of the batch's
    time, which is shorter than the time that its user waits."""
    utilization: float
    """The share of the replicas' time that the stated traffic takes, from 0 to 1."""
    hosted_cost_per_conversation: Dollars
    """The cost in US dollars of one hosted conversation at the stated traffic, as a decimal string of at most
    ten places; GPUs are paid for while they idle."""
    hosted_cost_per_conversation_at_full_load: Dollars
    """The cost in US dollars of one hosted conversation if the GPUs never idled, as a decimal string of at
    most ten places."""
    break_even_utilization: float | None
    """The utilization of a deployment from which hosting is cheaper; above 1: never. Null: the API costs
    nothing, or nothing of it has a price."""
    break_even_conversations_per_day: float | None
    """The number of conversations per day, not rounded, at which one deployment costs as much as the API;
    with more it is cheaper. Null: `break_even_utilization` is null, or above 1, so that one deployment cannot
    serve that number."""
    cheaper: Literal["api", "hosted"] | None
    """The side that costs less at the stated traffic, and `api` if both cost the same; null: not everything
    of the API has a price."""
    api_cost_per_month: Dollars | None
    """The API's cost in US dollars of a month of 730 hours at the stated traffic, as a decimal string; null:
    nothing has a price."""
    hosted_cost_per_month: Dollars
    """The cost in US dollars of all replicas for a month of 730 hours, as a decimal string."""
