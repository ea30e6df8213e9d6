"""Agents done the slow, obvious way: a list of messages for each, and a run of its turns for each call."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from tests.quotes.slow_histories import Simulated, SlowHistory, unrolled

__all__ = ["simulate_with_agents", "timed"]


class SlowConversation(SlowHistory):
    """A conversation that knows the conversations of all agents."""

    others: dict[str, SlowAgent]

    def answer_call(self, call: Any) -> None:
        if "agent" in call:
            self.others[call["agent"]].run()

    def result(self, call: Any) -> int:
        if "result" in call:
            return int(call["result"])
        return int(self.others[call["agent"]].plan["turns"][-1]["assistant"])


class SlowAgent(SlowConversation):
    """The conversation of an agent, whose system message and tools are the same tokens in every call."""

    called = False

    def run(self) -> None:
        if not self.called or not self.plan["keep"]:
            self.forget()
        self.called = True
        for turn in unrolled(self.plan["turns"]):
            self.turn(turn)


def simulate_with_agents(plan: Any, kept: dict[str, str], windows: dict[str, int]) -> list[Simulated]:
    """Return the requests of a plan and of its agents, in their order."""
    fresh: Iterator[int] = count()
    requests: list[Simulated] = []
    agents = {
        agent["name"]: SlowAgent(
            {"model": plan["model"], **agent}, kept, windows, fresh, requests, agent["name"]
        )
        for agent in plan["agents"]
    }
    own = SlowConversation(plan, kept, windows, fresh, requests)
    for conversation in (own, *agents.values()):
        conversation.others = agents
        conversation.open()
    return own.simulate()


def timed(requests: list[Simulated], agent: str | None, model: str) -> list[Simulated]:
    """Return the requests of one conversation to one model, each with the time since the one before it."""
    found: list[Simulated] = []
    passed = 0.0
    for request in requests:
        passed += request.gap
        if (request.agent, request.model) == (agent, model):
            found.append(Simulated(model, request.blocks, request.written, passed, request.purpose, agent))
            passed = 0
    return found
