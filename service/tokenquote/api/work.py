"""Guesses how long a question takes before anything of it is done, so that long ones let short ones pass.

The guess is coarse and rather too high: it only decides where a question is answered and how much room it
takes in the queue, never what is answered. A long body is guessed by its length alone, as reading it is work
already.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

from pydantic import BaseModel

from tokenquote.ledger import MAX_ROWS
from tokenquote_client.endpoint import Endpoint
from tokenquote_client.endpoints import Endpoints

__all__ = ["QUICK_SECONDS", "READ_BYTES", "SHORT_SECONDS", "estimate_seconds"]

QUICK_SECONDS = 0.02
"""The longest question that is quick: one that others may well wait for, as any other place costs more."""
SHORT_SECONDS = 0.05
"""The longest question that is short: one that others need not be kept from."""
READ_BYTES = 64 * 1024
"""The longest body that is read for the guess; reading it takes less than a millisecond."""

# Measured on 2026-11-29 with CPython 3.11 on two shared cores, and rounded up.
_ANSWER_SECONDS = 0.003
_OTHER_ANSWER_SECONDS = 0.02
"""What an answer takes of an endpoint that searches, or whose work does not follow from what is counted."""
_ROW_SECONDS = 60e-6
_SAMPLED_ROW_SECONDS = 2e-6
_BYTE_SECONDS = 1e-6
_MEDIA_BYTE_SECONDS = 20e-6
"""Files are read by their headers, which hostile ones make long: 3.6 s for a PDF of some 200 kB."""
_GRID_POINT_SECONDS = 20e-6
_UNFOLDING_SECONDS = 1.0
_UNFOLDED = (b"$ref", b'"workflow"', b'"p50"', b'"min"', b'"retries"')
"""What means much work in few bytes: schemas of 200,000 types, the plan of a workflow, samples of what is
drawn."""
_FILES = (b'"data', b'"bytes"', b'"images"', b"base64")
"""What stands before or in a file, in one API or another."""
_HIDDEN = re.compile(rb"\\u00(?:[4-7]|24|3[0-9])")
"""An escaped letter, digit or `$`, which no library writes: it may hide any of these words."""
_COUNTED = frozenset((Endpoints.quotes, Endpoints.tokens, Endpoints.usage))
"""The endpoints whose work is what is counted here."""
_SEARCH_SECONDS = 1.0
"""What a solution may cost: it quotes plans that may be far longer than the one that is sent."""

_MOST_MODELS = 1_000
"""The number of models that `models: "all"` may choose."""
_MOST_AGENTS = 100
"""The number of agents that a plan may have: a longer list is refused."""
_LARGEST = 1e9
"""What any larger number counts as: JSON may state one that no float holds, and infinite work could never be
taken off a queue again."""


def estimate_seconds(endpoint: Endpoint[BaseModel], body: bytes, question: object) -> float:
    """Guess the seconds of one core that the answer to a body takes, from 0.003 on.

    Args:
        endpoint: the row of the table.
        body: the body as it was sent.
        question: what it says as JSON; None if it is longer than READ_BYTES, or says nothing.
    """
    least = _ANSWER_SECONDS if endpoint in _COUNTED else _OTHER_ANSWER_SECONDS
    seconds = least + len(body) * _BYTE_SECONDS
    hides = _HIDDEN.search(body) is not None
    if hides or any(map(body.__contains__, _FILES)):
        seconds += len(body) * _MEDIA_BYTE_SECONDS
    if hides or any(map(body.__contains__, _UNFOLDED)):
        seconds += _UNFOLDING_SECONDS
    if endpoint is Endpoints.solve:
        seconds += _SEARCH_SECONDS
    return seconds + _question_seconds(endpoint, question)


def _question_seconds(endpoint: Endpoint[BaseModel], question: object) -> float:
    if not isinstance(question, dict):
        return 0
    if endpoint is Endpoints.quotes:
        return _plan_seconds(question)
    if endpoint is Endpoints.memory_grid:
        axes = ("context_tokens", "sequences", "quantization")
        return prod(_length(question.get(axis)) for axis in axes) * _GRID_POINT_SECONDS
    if endpoint is Endpoints.deployment:
        return _plan_seconds(_member(_member(question, "break_even"), "plan"))
    if endpoint is Endpoints.context_tax:
        return _plan_seconds(_member(question, "plan"))
    if endpoint is Endpoints.what_if:
        plan = _member(question, "plan")
        patches = [_member(variant, "patch") for variant in _items(question.get("variants"))]
        return sum(_plan_seconds({**plan, **patch}) for patch in [{}, *patches])
    return 0


def _plan_seconds(plan: Mapping[str, Any]) -> float:
    """Guess a plan by its rows, for each of its models and samples."""
    rows = _count_plan_rows(plan)
    sampled = rows * _number(plan.get("samples")) * _SAMPLED_ROW_SECONDS
    return _count_models(plan) * (_ANSWER_SECONDS + rows * _ROW_SECONDS + sampled)


@dataclass(slots=True)
class _Requests:
    """What turns ask for."""

    own: float = 0.0
    """The requests of the turns themselves, with their rounds and repetitions."""
    calls: dict[str, float] = field(default_factory=dict)
    """How often they call each agent."""

    def add(self, turn: object, times: float) -> None:
        """Add a turn that happens this number of times."""
        self.own += times
        for made in _member(turn, "tool_rounds", of=list):
            each = times * _repetitions(made)
            self.own += each
            for call in _member(made, "calls", of=list):
                if name := _member(call, "agent", of=str):
                    self.calls[name] = self.calls.get(name, 0.0) + each


def _count_plan_rows(plan: Mapping[str, Any]) -> float:
    """Count the requests of a plan and of its agents in all calls, up to the most that a quote holds."""
    agents = {_member(agent, "name", of=str): agent for agent in _items(plan.get("agents"))[:_MOST_AGENTS]}
    known: dict[str, float] = {}

    def count(asked: _Requests) -> float:
        called = sum(times * count_agent(name) for name, times in asked.calls.items())
        return min(MAX_ROWS, asked.own + called)

    def count_agent(name: str) -> float:
        if name not in known:
            known[name] = MAX_ROWS  # what an agent that comes to call itself is taken for
            known[name] = count(_read_call(agents.get(name)))
        return known[name]

    return count(_read_turns(plan.get("turns")))


def _read_turns(turns: object) -> _Requests:
    """Return what turns ask for."""
    asked = _Requests()
    for turn in _items(turns):
        asked.add(turn, _repetitions(turn))
    return asked


def _read_call(agent: object) -> _Requests:
    """Return what one call of an agent asks for; of one that goes through some turns only, too much."""
    turns = _member(agent, "turns", of=list)
    through = _number(agent.get("turns_per_call")) if isinstance(agent, dict) else 0
    if not through:
        return _read_turns(turns)
    asked = _Requests()
    for turn in turns:
        asked.add(turn, through)
    return asked


def _repetitions(repeated: object) -> float:
    """Return how often a turn or a round is repeated: of a range the largest number that it states."""
    repeat = repeated.get("repeat", 1) if isinstance(repeated, dict) else 1
    if not isinstance(repeat, dict):
        return max(1, _number(repeat))
    stated = repeat.values()
    return max(1, *map(_number, stated), 1)


def _count_models(plan: Mapping[str, Any]) -> int:
    models = plan.get("models")
    if isinstance(models, list):
        return len(models)
    return 1 if models is None else _MOST_MODELS


def _member(holder: object, name: str, of: type[Any] = dict) -> Any:
    """Return a member of an object that is of this type, else an empty one; nothing is validated yet."""
    found = holder.get(name) if isinstance(holder, dict) else None
    return found if isinstance(found, of) else of()


def _items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _length(value: object) -> int:
    return len(value) if isinstance(value, list) else 1


def _number(value: object) -> float:
    """Return a number up to the largest that counts, and 0 for anything else, such as one below 0."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return 0.0
    return float(max(0, min(value, _LARGEST)))
