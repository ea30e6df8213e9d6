"""Reads usage as Anthropic's Messages API states it: cache reads and writes stand beside `input_tokens`.

Source: https://platform.claude.com/docs/en/api/messages and .../build-with-claude/compaction: where the
usage has `iterations`, the bill is their sum.
"""

from __future__ import annotations

from collections.abc import Sequence

from tokenquote.api.usage.billed import Billed, BilledRequest, Hint
from tokenquote.api.usage.members import Members
from tokenquote.api.usage.splits import split_output
from tokenquote.api.usage.tool_uses import read_anthropic_tools
from tokenquote.errors import LocatedError
from tokenquote.ledger.fees import Use

__all__ = ["read_anthropic"]

_WHOLES = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
_OWN_STEPS = ("message", "compaction")
"""The kinds of step that the asked model bills; a step of another model names it."""


def read_anthropic(usage: Members) -> Billed:
    """Read a usage object of the Messages API.

    Raises:
        LocatedError: numbers that cannot be, or that contradict each other.
    """
    tools = tuple(read_anthropic_tools(usage))
    assumed: list[str] = []
    steps = usage.items("iterations")
    if steps:
        stated = [usage.counted(name) for name in _WHOLES]
        usage.part("output_tokens_details").leave("thinking_tokens")
        creation = usage.part("cache_creation")
        creation.leave(*creation.data)
        requests = [_read_step(step, assumed) for step in steps]
        if any(stated) and stated not in (_sum_steps(steps), _sum_steps(_without_compactions(steps))):
            assumed.append("the usage says other numbers than its iterations add up to: those are billed")
        requests[-1] = BilledRequest(requests[-1].kinds, tools)
    else:
        requests = [_read_request(usage, tools, assumed)]
    mode, region = _find_mode(usage), _find_region(usage)
    return Billed(tuple(requests), mode, region, None, tuple(assumed), tuple(usage.unread()))


def _without_compactions(steps: Sequence[Members]) -> list[Members]:
    """Return the steps that the usage itself is documented to sum up."""
    return [step for step in steps if step.word("type") != "compaction"]


def _sum_steps(steps: Sequence[Members]) -> list[int]:
    return [sum(step.counted(name) for step in steps) for name in _WHOLES]


def _read_step(step: Members, assumed: list[str]) -> BilledRequest:
    kind = step.word("type")
    if kind not in (None, *_OWN_STEPS):
        where = (*step.at, "type")
        raise LocatedError(where, "a step of another kind may be another model's: send its usage by itself")
    return _read_request(step, (), assumed)


def _read_request(usage: Members, uses: tuple[Use, ...], assumed: list[str]) -> BilledRequest:
    written = usage.counted("cache_creation_input_tokens")
    creation = usage.part("cache_creation")
    by_ttl = {
        f"ttl {name.removeprefix('ephemeral_').removesuffix('_input_tokens')}": tokens
        for name in creation.data
        if (tokens := creation.counted(name))
    }
    split = sum(by_ttl.values())
    if by_ttl and "cache_creation_input_tokens" in usage and split != written:
        where = (*usage.at, "cache_creation")
        raise LocatedError(where, f"adds up to {split}, and cache_creation_input_tokens says {written}")
    reasoning = usage.part("output_tokens_details").counted("thinking_tokens")
    outputs, found = split_output(
        usage.counted("output_tokens"), reasoning=reasoning, media={}, at=(*usage.at, "output_tokens")
    )
    assumed += found
    kinds = {
        "input": usage.counted("input_tokens"),
        "cache_read": usage.counted("cache_read_input_tokens"),
        **(by_ttl or {"ttl": written}),
        **outputs,
    }
    return BilledRequest(kinds, uses)


def _find_mode(usage: Members) -> Hint | None:
    """Return the service tier or the speed that the answer names."""
    speed, tier = usage.word("speed"), usage.word("service_tier")
    if speed not in (None, "", "standard"):
        return Hint(str(speed), ("usage", "speed"))
    if tier not in (None, "", "standard"):
        return Hint(str(tier), ("usage", "service_tier"))
    return None


def _find_region(usage: Members) -> Hint | None:
    """Return where the request was kept; `global` and `not_available` mean nowhere in particular."""
    place = usage.word("inference_geo")
    if place in (None, "", "global", "not_available"):
        return None
    return Hint(str(place), ("usage", "inference_geo"))
