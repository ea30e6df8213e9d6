"""Law 27 with literal numbers: an agent is a conversation of its own, started by a call."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tokenquote_client import Comparison, Quote

Ask = Callable[..., Quote]

SONNET = "anthropic/claude-sonnet-4-5"
MINI = "openai/gpt-5.4-mini"
"""Costs $0.75 a million tokens of input, $0.075 of cache reads and $4.50 of output on 23 November 2026."""


def calling(*agents: str, call: int = 60, **members: Any) -> dict[str, Any]:
    """A turn of 100 tokens and an answer of 200 whose one round calls agents, all at once."""
    calls = [{"call": call, "agent": agent} for agent in agents]
    return {
        "user": 100,
        "tool_rounds": [{"calls": calls, "reasoning": 0}],
        "reasoning": 0,
        "assistant": 200,
        **members,
    }


def agent(name: str = "researcher", *, turns: Any = None, **members: Any) -> dict[str, Any]:
    """An agent with a system message of 300 tokens, a task of 60 and an answer of 150."""
    task = {"user": 60, "reasoning": 0, "assistant": 150}
    return {"name": name, "system": 300, "turns": turns or [task], **members}


def rows(quote: Quote) -> list[tuple[str | None, int, int]]:
    """The agent, the input and the output of each request."""
    return [(row.agent, row.input_tokens, row.output_tokens) for row in quote.requests or []]


def reads(quote: Quote, name: str | None = None) -> list[int]:
    return [row.cache_read_tokens for row in quote.requests or [] if row.agent == name]


def test_law_27_an_agent_answers_the_call_that_starts_it(quoted: Ask) -> None:
    """The caller sends 500 + 100, then 600 + 60 + 150; the agent 300 + 60, then 360 + 20 + 400."""
    round_of_its_own = {"calls": [{"call": 20, "result": 400}], "reasoning": 0}
    quote = quoted(
        system=500,
        turns=[calling("researcher")],
        agents=[
            agent(turns=[{"user": 60, "tool_rounds": [round_of_its_own], "reasoning": 0, "assistant": 150}])
        ],
    )
    assert rows(quote) == [
        (None, 600, 60),
        ("researcher", 360, 20),
        ("researcher", 780, 150),
        (None, 810, 200),
    ]
    assert [(row.turn, row.round) for row in quote.requests or []] == [(1, 0), (1, 0), (1, 1), (1, 1)]
    assert quote.totals.requests == 4
    assert (quote.totals.input_tokens, quote.totals.output_tokens) == (2550, 430)
    # (2,550 x 0.75 + 430 x 4.5) / 1,000,000
    assert quote.totals.cost == Decimal("0.0038475")


def test_law_27_by_agent_adds_up_to_the_totals(quoted: Ask) -> None:
    """The plan's own conversation stands first: 600 + 810 in; then each agent, in the order of the plan."""
    quote = quoted(
        system=500,
        turns=[calling("researcher")],
        agents=[agent("writer"), agent("researcher")],
    )
    assert [
        (each.agent, each.requests, each.input_tokens, each.output_tokens, each.cost)
        for each in quote.by_agent or []
    ] == [
        (None, 2, 1410, 260, Decimal("0.0022275")),
        ("writer", 0, 0, 0, Decimal(0)),
        ("researcher", 1, 360, 150, Decimal("0.000945")),
    ]
    assert quote.totals.cost == Decimal("0.0031725")
    assert [(warned.code, warned.detail) for warned in quote.warnings] == [
        ("agent_not_called", "no call starts writer: it makes no requests")
    ]


def test_law_27_a_result_that_is_stated_takes_the_place_of_the_answer(quoted: Ask) -> None:
    """The answer of 150 tokens is shown to nobody: the caller sends 500 + 100 + 60 + 7."""
    turn = calling("researcher")
    turn["tool_rounds"][0]["calls"][0]["result"] = 7
    quote = quoted(system=500, turns=[turn], agents=[agent()])
    assert rows(quote) == [(None, 600, 60), ("researcher", 360, 150), (None, 667, 200)]


def test_law_27_calls_of_one_round_start_several_agents_in_their_order(quoted: Ask) -> None:
    """All three calls are output of one request; their answers, 150 + 150 + 70, enter the next."""
    quote = quoted(
        turns=[calling("researcher", "critic", "researcher")],
        agents=[agent("researcher"), agent("critic", turns=[{"user": 10, "assistant": 70}])],
    )
    assert rows(quote) == [
        (None, 100, 180),
        ("researcher", 360, 150),
        ("critic", 310, 70),
        ("researcher", 360, 150),
        (None, 100 + 180 + 150 + 70 + 150, 200),
    ]


def test_law_27_an_agent_may_call_another(quoted: Ask) -> None:
    """Rows follow the row that called: the plan, the lead, the researcher, the lead, the plan."""
    quote = quoted(
        turns=[calling("lead")],
        agents=[agent("lead", turns=[calling("researcher", call=40)]), agent("researcher")],
    )
    assert rows(quote) == [
        (None, 100, 60),
        ("lead", 400, 40),
        ("researcher", 360, 150),
        ("lead", 400 + 40 + 150, 200),
        (None, 100 + 60 + 200, 200),
    ]


def test_law_27_a_repeated_round_calls_again(quoted: Ask) -> None:
    """Two rounds, twice: each of the four requests that call starts the agent anew."""
    turn = calling("researcher", repeat=2)
    turn["tool_rounds"][0]["repeat"] = 2
    quote = quoted(turns=[turn], agents=[agent()])
    own = [100, 310, 520, 720 + 100, 1030, 1240]
    assert [row.input_tokens for row in quote.requests or [] if row.agent is None] == own
    assert rows(quote).count(("researcher", 360, 150)) == 4
    assert quote.totals.requests == 10


def test_law_27_each_call_starts_the_agent_anew_unless_it_keeps_its_conversation(quoted: Ask) -> None:
    """Kept, the second call sends 300 + 60 + 150 + 60, the third 210 more."""
    plan = {"turns": [calling("researcher", repeat=3)]}
    anew = quoted(**plan, agents=[agent()])
    kept = quoted(**plan, agents=[agent(keep=True)])
    assert [row for row in rows(anew) if row[0]] == [("researcher", 360, 150)] * 3
    assert [row for row in rows(kept) if row[0]] == [
        ("researcher", 360, 150),
        ("researcher", 570, 150),
        ("researcher", 780, 150),
    ]
    assert [row.turn for row in anew.requests or [] if row.agent] == [1, 1, 1]
    assert [row.turn for row in kept.requests or [] if row.agent] == [1, 2, 3]


def test_law_27_an_agent_has_a_history_of_its_own_and_not_that_of_the_plan(quoted: Ask) -> None:
    """The caller forgets its turns; the agent, with two questions in each call, does not."""
    two = [{"user": 60, "reasoning": 0, "assistant": 150, "repeat": 2}]
    quote = quoted(
        turns=[calling("researcher", repeat=2)],
        history={"strategy": "window", "turns": 0},
        agents=[agent(turns=two)],
    )
    caller, its = [(None, 100, 60), (None, 310, 200)], [("researcher", 360, 150), ("researcher", 570, 150)]
    assert rows(quote) == [caller[0], *its, caller[1]] * 2
    forgetful = quoted(
        turns=[calling("researcher", repeat=2)],
        agents=[agent(turns=two, history={"strategy": "window", "turns": 0})],
    )
    assert [row for row in rows(forgetful) if row[0]] == [("researcher", 360, 150)] * 4
    # With the whole history the agent sends 210 tokens more in each of its two calls.
    saved = 2 * 210 * Decimal("0.75") / 1_000_000
    assert forgetful.cost_without_strategy == (forgetful.totals.cost or 0) + saved


def test_law_27_summaries_of_an_agent_called_anew_count_its_turns_from_the_beginning(quoted: Ask) -> None:
    """Three turns under `every` 2 make one summary, in each call: 300 + 2 x 210 + 9 in, 50 out."""
    three = [{"user": 60, "reasoning": 0, "assistant": 150, "repeat": 3}]
    history = {"strategy": "summary", "every": 2, "tokens": 50, "instruction": 9}
    quote = quoted(turns=[calling("researcher", repeat=2)], agents=[agent(turns=three, history=history)])
    purposes = [(row.purpose, row.input_tokens) for row in quote.requests or [] if row.agent]
    assert purposes == [(None, 360), (None, 570), ("summary", 729), (None, 410)] * 2


def test_law_27_a_text_is_counted_as_a_result_by_the_rules_of_the_caller(quoted: Ask) -> None:
    """The same text as a result that is stated makes the same request, framing and all."""
    text = "The index was rebuilt on Tuesday, and nobody told the search team."
    called = calling("researcher")
    stated = {**called, "tool_rounds": [{"calls": [{"call": 60, "result": text}], "reasoning": 0}]}
    told = agent(turns=[{"user": 60, "reasoning": 0, "assistant": text}], model=SONNET)
    quote, plain = quoted(turns=[called], agents=[told]), quoted(turns=[stated])
    assert rows(quote)[2] == rows(plain)[1]
    assert plain.totals.framing_tokens > 0
    counted = {(count.what, count.model): count.method for count in quote.counts}
    assert counted["turns/0/tool_rounds/0/calls/0/result", None] == "exact"
    assert ("agents/0/turns/0/assistant", SONNET) in counted


def test_law_27_a_profile_is_as_long_a_result_as_it_is_an_answer(quoted: Ask) -> None:
    medium = agent(turns=[{"user": 60, "reasoning": 0, "assistant": {"profile": "medium"}}])
    quote = quoted(turns=[calling("researcher")], agents=[medium])
    answer = rows(quote)[1][2]
    assert answer > 0
    assert rows(quote)[2] == (None, 160 + answer, 200)


def test_law_27_an_agent_names_its_own_model(quoted: Ask) -> None:
    """Sonnet takes $3 and $15 a million: 360 in and 150 out cost $0.00333."""
    quote = quoted(turns=[calling("researcher")], agents=[agent(model=SONNET)])
    assert [row.model for row in quote.requests or []] == [MINI, SONNET, MINI]
    assert [(each.model, each.requests, each.input_tokens) for each in quote.by_model or []] == [
        (MINI, 2, 100 + 310),
        (SONNET, 1, 360),
    ]
    assert [each.cost for each in quote.by_agent or []][1] == Decimal("0.00333")


def test_law_27_mode_and_region_hold_for_agents_too(quoted: Ask) -> None:
    """A batch costs half of it all."""
    plan: dict[str, Any] = {"turns": [calling("researcher")], "agents": [agent()]}
    assert quoted(**plan, mode="batch").totals.cost == (quoted(**plan).totals.cost or 0) / 2


def test_law_27_the_opening_of_an_agent_called_anew_is_read_from_the_cache(quoted: Ask) -> None:
    """2,000 tokens of system message: 15 steps of 128 are read, 1,920, from the second call on.

    The caller's own prefix is read as if the agent had not been there: 21 steps of the 2,700 tokens before.
    """
    quote = quoted(
        system=2600,
        turns=[calling("researcher", repeat=2)],
        agents=[agent(system=2000, turns=[{"user": 600, "assistant": 150}])],
    )
    assert reads(quote, "researcher") == [0, 1920]
    assert reads(quote) == [0, 2688, 2816, 3200]
    assert rows(quote)[0] == (None, 2700, 60)


def test_law_27_kept_conversations_read_all_that_the_call_before_sent(quoted: Ask) -> None:
    """2,000 + 600 tokens were sent: 20 steps of 128 are read."""
    told = agent(system=2000, turns=[{"user": 600, "assistant": 150}], keep=True)
    quote = quoted(turns=[calling("researcher", repeat=2)], agents=[told])
    assert reads(quote, "researcher") == [0, 2560]


@pytest.mark.parametrize(("gap", "read"), [(300, 1920), (301, 0)])
def test_law_27_a_cache_lapses_between_calls_as_between_requests(quoted: Ask, gap: int, read: int) -> None:
    told = agent(system=2000, turns=[{"user": 600, "assistant": 150}])
    quote = quoted(turns=[calling("researcher", repeat=2, gap_seconds=gap)], agents=[told])
    assert reads(quote, "researcher") == [0, read]


def test_law_12_a_gap_of_an_agent_passes_for_its_caller_too(quoted: Ask) -> None:
    """The agent's only turn waits 301 seconds, so that the caller's prefix has lapsed after the call."""
    for gap, read in ((300, 2688), (301, 0)):
        waits = agent(turns=[{"user": 60, "assistant": 150, "gap_seconds": gap}])
        quote = quoted(system=2600, turns=[calling("researcher")], agents=[waits])
        assert reads(quote) == [0, read]


def test_law_27_two_agents_of_equal_openings_share_no_prefix(quoted: Ask) -> None:
    """Stated tokens say nothing of the texts: no agent reads what another conversation left."""
    told = {"system": 2000, "turns": [{"user": 600, "assistant": 150}]}
    quote = quoted(
        system=2000, turns=[calling("one", "two")], agents=[{"name": "one", **told}, {"name": "two", **told}]
    )
    assert reads(quote, "one") == reads(quote, "two") == [0]


def test_law_27_breakpoints_of_an_agent_stand_in_its_own_prompt(quoted: Ask) -> None:
    """With Anthropic's cache the first call writes 2,060, the second reads 2,000 and writes 60."""
    quote = quoted(
        model=SONNET,
        turns=[calling("researcher", repeat=2)],
        caching={"enabled": True},
        agents=[agent(system=2000)],
    )
    used = [(r.cache_read_tokens, r.cache_write_tokens) for r in quote.requests or [] if r.agent]
    assert used == [(0, 2060), (2000, 60)]


def test_law_27_marks_of_a_start_are_not_those_of_an_agent(quoted: Ask) -> None:
    """The body asks for an hour, which is billed as `cache_write_1h`; the agent asks for nothing."""
    mark = {"type": "ephemeral", "ttl": "1h"}
    system = [{"type": "text", "text": "Rules of the house. " * 400, "cache_control": mark}]
    body = {"model": "x", "max_tokens": 9, "system": system, "messages": [{"role": "user", "content": "Hi"}]}
    turn = calling("researcher")
    del turn["user"]
    quote = quoted(
        model=SONNET,
        start={"format": "anthropic.messages", "body": body},
        turns=[turn],
        agents=[agent(system=4000)],
    )
    assert [line.kind for line in quote.lines if line.kind.startswith("cache_write")] == ["cache_write_1h"]
    assert [row.cache_write_tokens for row in quote.requests or [] if row.agent] == [0]
    both = quoted(
        model=SONNET,
        start={"format": "anthropic.messages", "body": body},
        caching={"enabled": True},
        turns=[turn],
        agents=[agent(system=4000)],
    )
    written = {line.kind: line.tokens for line in both.lines if line.kind.startswith("cache_write")}
    assert written["cache_write"] == 4060
    assert written["cache_write_1h"] > 0


def test_law_27_an_overflow_in_an_agent_is_named(quoted: Ask) -> None:
    """Sonnet has a window of 200,000 tokens; the caller's model has a larger one and is less full."""
    told = agent(model=SONNET, turns=[{"user": 60, "assistant": 150}, {"user": 199_990, "assistant": 1}])
    quote = quoted(turns=[calling("researcher")], agents=[told])
    overflow = quote.context.overflows_at
    assert overflow is not None
    assert (overflow.agent, overflow.turn, overflow.request) == ("researcher", 2, 3)
    assert (quote.context.model, quote.context.peak_tokens) == (SONNET, 300 + 60 + 150 + 199_990 + 1)
    assert quote.warnings[-1].detail.startswith("request 3 (turn 2 of the agent researcher) does not fit")


def test_law_27_an_agent_that_overflows_only_when_it_keeps_its_conversation(quoted: Ask) -> None:
    told = agent(model=SONNET, turns=[{"user": 90_000, "assistant": 150}])
    plan = {"turns": [calling("researcher", repeat=3)]}
    assert quoted(**plan, agents=[told]).context.overflows_at is None
    overflow = quoted(**plan, agents=[{**told, "keep": True}]).context.overflows_at
    assert overflow is not None
    assert (overflow.agent, overflow.turn) == ("researcher", 3)


def test_fees_of_an_agent_are_paid_in_each_call(quoted: Ask) -> None:
    """Two searches a call at $10 a thousand, three calls: six searches, $0.06."""
    told = agent(turns=[{"user": 60, "assistant": 150, "server_tools": {"web_search": 2}}])
    quote = quoted(turns=[calling("researcher", repeat=3)], agents=[told])
    assert quote.totals.fees == Decimal("0.06")
    agent_cost = quote.by_agent and quote.by_agent[1].cost
    assert agent_cost == Decimal("0.06") + 3 * Decimal("0.000945")
    assert "tool_results_not_stated" in [warned.code for warned in quote.warnings]


def test_a_budget_counts_whole_turns_of_the_plan_and_every_request(quoted: Ask) -> None:
    """A turn makes three requests: $0.000345, $0.000945 and $0.0011325, and the second turn's first."""
    plan: dict[str, Any] = {"turns": [calling("researcher", repeat=2)], "agents": [agent()]}
    costs = [row.cost for row in quoted(**plan).requests or []]
    assert costs[:3] == [Decimal("0.000345"), Decimal("0.000945"), Decimal("0.0011325")]
    for paid, turns in ((1, 0), (2, 0), (3, 1), (5, 1)):
        budget = {"cost": str(sum(cost for cost in costs[:paid] if cost))}
        spent = quoted(**plan, budget=budget).budget
        assert spent is not None
        assert (spent.fits, spent.turns, spent.requests) == (False, turns, paid)
    whole = quoted(**plan, budget={"cost": "1"}).budget
    assert whole is not None
    assert (whole.fits, whole.turns, whole.requests) == (True, 2, 6)


def test_a_fleet_that_shares_its_openings_shares_those_of_agents(quoted: Ask) -> None:
    """A later conversation reads 1,920 tokens in the agent's request: $0.675 a million cheaper."""
    quote = quoted(
        turns=[calling("researcher")],
        agents=[agent(system=2000)],
        conversations=10,
        caching={"shared": "opening"},
    )
    assert quote.fleet is not None
    assert quote.fleet.cold == quote.totals.cost
    assert quote.fleet.warm == (quote.fleet.cold or 0) - 1920 * Decimal("0.675") / 1_000_000


def test_rates_in_a_minute_hold_the_requests_of_agents(quoted: Ask) -> None:
    """60 conversations an hour with three requests each: three in a mean minute."""
    quote = quoted(turns=[calling("researcher")], agents=[agent()], conversations_per_hour=60.0)
    assert quote.rates_per_minute is not None
    assert quote.rates_per_minute.requests.mean == 3
    assert quote.rates_per_minute.input_tokens.mean == 100 + 360 + 310


def test_compared_models_answer_for_agents_that_name_none(answered: Callable[[Any], Any]) -> None:
    plan = {"models": [MINI, SONNET], "turns": [calling("researcher")], "agents": [agent()]}
    compared = answered(plan)
    assert isinstance(compared, Comparison)
    for quote in compared.quotes:
        assert isinstance(quote, Quote)
        assert quote.by_model is None
        assert rows(quote) == [(None, 100, 60), ("researcher", 360, 150), (None, 310, 200)]


def test_output_that_an_agent_does_not_state_is_warned_of(quoted: Ask) -> None:
    quote = quoted(turns=[calling("researcher")], agents=[agent(turns=[{"user": 60}])])
    assert rows(quote) == [(None, 100, 60), ("researcher", 360, 0), (None, 160, 200)]
    (warned,) = quote.warnings
    assert warned.detail == (
        "the answer of 1 turn and the reasoning of 1 turn are not stated and count as 0 tokens"
    )


def test_an_agents_retrieval_searches_for_its_own_questions(quoted: Ask) -> None:
    embedding = "openai/text-embedding-3-small"
    history = {"strategy": "retrieval", "tokens": 500, "turns": 0, "embedding_model": embedding}
    quote = quoted(turns=[calling("researcher")], agents=[agent(history=history)])
    assert [(row.agent, row.purpose, row.input_tokens) for row in quote.requests or []] == [
        (None, None, 100),
        ("researcher", "embedding", 60),
        ("researcher", None, 860),
        (None, None, 310),
    ]


def test_law_25_requests_of_agents_fail_and_are_sent_again_too(quoted: Ask) -> None:
    """Each request is expected to fail once at a rate of a half, which bills its input again.

    The inputs are 100 + 360 + 310 = 770 tokens at $0.75 a million: $0.0005775.
    """
    quote = quoted(turns=[calling("researcher")], agents=[agent()], retries={"rate": 0.5}, samples=20_000)
    assert quote.totals.cost == Decimal("0.0024225")
    assert quote.retries is not None
    assert (quote.retries.requests, quote.retries.cost) == (6, Decimal("0.003"))
    assert quote.range is not None
    assert quote.range.cost is not None
    cost, requests = quote.range.cost, quote.range.requests
    assert requests.p10 == 3
    assert abs(requests.mean - 6) < 0.1
    assert abs(cost.mean - Decimal("0.003")) < Decimal("0.00001")
    assert quote.totals.cost <= cost.p10 <= cost.p50 <= cost.p90 <= cost.max
    assert [(share.what, share.share) for share in quote.range.sensitivity or []] == [("/retries", 1)]


def test_law_25_failed_attempts_are_drawn_alike_with_agents_and_without(quoted: Ask) -> None:
    """A plan whose agent nobody calls has the distribution of the plan without it."""
    plain = [calling(repeat=20)]
    plain[0]["tool_rounds"][0]["calls"] = [{"call": 60, "result": 150}]
    options = {"retries": {"rate": 0.2, "output_share": 0.5}, "samples": 20_000, "system": 1500}
    with_agents = quoted(turns=plain, agents=[agent()], **options).range
    without = quoted(turns=plain, **options).range
    assert with_agents is not None
    assert without is not None
    for one, other in ((with_agents.cost, without.cost), (with_agents.input_tokens, without.input_tokens)):
        assert one is not None
        assert other is not None
        for name in ("mean", "p10", "p50", "p90"):
            assert float(getattr(one, name)) == pytest.approx(float(getattr(other, name)), rel=0.01)


def test_law_25_a_fleet_of_agents_that_shares_its_openings_has_a_distribution(quoted: Ask) -> None:
    quote = quoted(
        turns=[calling("researcher")],
        agents=[agent(system=2000)],
        conversations=10,
        caching={"shared": "opening"},
        retries={"rate": 0.1},
    )
    assert quote.fleet is not None
    assert quote.fleet.range is not None
    assert quote.fleet.cost is not None
    assert quote.fleet.cost <= quote.fleet.range.p10


def test_memory_is_that_of_the_requests_to_the_quoted_model(quoted: Ask) -> None:
    """The agent's 100,210 tokens lie with another model; the plan's longest request has 100 + 210 + 200."""
    told = agent(model=MINI, turns=[{"user": 99_760, "assistant": 150}])
    quote = quoted(model="meta-llama/Llama-3.1-8B", turns=[calling("researcher")], agents=[told])
    assert (quote.context.model, quote.context.peak_tokens) == (MINI, 100_210)
    assert quote.memory is not None
    assert quote.memory.kv_cache_bytes_peak == 510 * quote.memory.kv_cache_bytes_per_token
    its_own = quoted(model="meta-llama/Llama-3.1-8B", turns=[calling("researcher")], agents=[agent()])
    assert its_own.memory == quote.memory
