"""Agents against lists of messages: nested, repeated, kept, of other models, with caches and strategies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.quotes.slow_agents import simulate_with_agents, timed
from tests.quotes.slow_histories import Simulated, SlowCache
from tests.quotes.test_against_slow_histories import KEPT, OPUS, SOL, SONNET, WINDOWS, amounts, histories

from tokenquote_client import Quote

Ask = Callable[..., Quote]

NAMES = ("planner", "researcher", "reader")


def calls(agents: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """Calls of tools and of these agents, whose results are stated or not."""
    tool = st.fixed_dictionaries({"call": amounts, "result": amounts})
    if not agents:
        return tool
    agent = st.fixed_dictionaries(
        {"call": amounts, "agent": st.sampled_from(agents)}, optional={"result": amounts}
    )
    return st.one_of(agent, agent, agent, tool)


def turns(agents: tuple[str, ...]) -> st.SearchStrategy[Any]:
    rounds = st.fixed_dictionaries(
        {
            "calls": st.lists(calls(agents), min_size=1, max_size=2),
            "reasoning": amounts,
            "repeat": st.sampled_from([1, 1, 2]),
        }
    )
    return st.fixed_dictionaries(
        {
            "user": amounts,
            "tool_rounds": st.lists(rounds, min_size=len(agents[:1]), max_size=2),
            "reasoning": amounts,
            "assistant": amounts,
            "gap_seconds": st.sampled_from([0, 0, 60, 301]),
            "repeat": st.sampled_from([1, 1, 2, 3] if len(agents) in (0, 3) else [1]),
        },
        optional={"model": st.sampled_from([SOL, SONNET, OPUS])},
    )


def conversations(agents: tuple[str, ...]) -> dict[str, st.SearchStrategy[Any]]:
    """What plans and agents have in common; `agents` are those that their calls may start."""
    return {
        "system": st.sampled_from([0, 300, 1100, 2000]),
        "tools": amounts,
        "turns": st.lists(turns(agents), min_size=1, max_size=2),
        "history": histories,
    }


def agent(name: str, calls_these: tuple[str, ...]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {"name": st.just(name), "keep": st.booleans(), **conversations(calls_these)},
        optional={"model": st.sampled_from([SOL, SONNET, OPUS])},
    )


plans = st.fixed_dictionaries(
    {
        "model": st.sampled_from([SOL, SONNET, OPUS]),
        "agents": st.tuples(*(agent(name, NAMES[i + 1 :]) for i, name in enumerate(NAMES))).map(list),
        **conversations(NAMES),
    }
)


def caches(conversation: Any) -> dict[str, SlowCache]:
    head = conversation["tools"], conversation["tools"] + conversation["system"]
    return {
        SOL: SlowCache(1024, 128, 300),
        SONNET: SlowCache(1024, 1, 300, breakpoints=True, head=head),
        OPUS: SlowCache(512, 1, 300, breakpoints=True, head=head),
    }


@settings(max_examples=50)
@given(plan=plans)
def test_agents_send_and_read_what_lists_of_messages_give(quoted: Ask, plan: Any) -> None:
    requests = simulate_with_agents(plan, KEPT, WINDOWS)
    quote = quoted(**plan, caching={"enabled": True})
    assert quote.requests is not None
    assert [(r.agent, r.input_tokens, r.output_tokens, r.purpose) for r in quote.requests] == [
        (r.agent, len(r.sent), r.written, r.purpose) for r in requests
    ]
    assert [r.model or plan["model"] for r in quote.requests] == [r.model for r in requests]
    lost = 0
    for conversation in (plan, *plan["agents"]):
        name = conversation.get("name")
        for model, cache in caches(conversation).items():
            expected = cache.uses(timed(requests, name, model))
            quoted_reads = [
                r.cache_read_tokens
                for r in quote.requests
                if r.agent == name and (r.model or plan["model"]) == model
            ]
            assert quoted_reads == [read for read, _ in expected]
            lost += sum(one for _, one in expected)
    assert quote.totals.cache_lost_tokens == lost
    check_sums(quote, requests, plan)


def check_sums(quote: Quote, requests: list[Simulated], plan: Any) -> None:
    """The sums by agent and by model are those of their requests, and add up to the totals."""
    assert [totals.agent for totals in quote.by_agent or []] == [None, *NAMES]
    for totals in quote.by_agent or []:
        own = [request for request in requests if request.agent == totals.agent]
        assert totals.requests == len(own)
        assert totals.input_tokens == sum(len(request.sent) for request in own)
        assert totals.output_tokens == sum(request.written for request in own)
        rows = [row.cost for row in quote.requests or [] if row.agent == totals.agent]
        assert totals.cost == sum(cost for cost in rows if cost is not None)
    assert quote.totals.requests == len(requests)
    assert quote.totals.input_tokens == sum(len(request.sent) for request in requests)
    assert quote.totals.cost == sum(totals.cost or 0 for totals in quote.by_agent or [])
    for by_model in quote.by_model or []:
        own = [request for request in requests if request.model == by_model.model]
        assert by_model.requests == len(own)
        assert by_model.input_tokens == sum(len(request.sent) for request in own)


@settings(max_examples=20)
@given(plan=plans)
def test_without_strategies_the_same_plan_costs_what_is_said(quoted: Ask, plan: Any) -> None:
    """`cost_without_strategy` is the quote of the plan whose conversations all have the whole history."""
    full = {"strategy": "full"}
    whole = {**plan, "history": full, "agents": [{**agent, "history": full} for agent in plan["agents"]]}
    if any(each["history"] != full for each in (plan, *plan["agents"])):
        assert quoted(**plan).cost_without_strategy == quoted(**whole).totals.cost
