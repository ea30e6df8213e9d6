"""POST /v1/solutions: the largest number that keeps a limit, with literal numbers and against trying all."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import NOW
from tests.made_up_prices import made_up_catalog

from tokenquote.api.comparisons import quote_one
from tokenquote.api.problems import Refused
from tokenquote.api.solution_search import adds_tokens
from tokenquote.api.solutions import answer_solution
from tokenquote.errors import LocatedError
from tokenquote.ledger import PlanTooLong
from tokenquote.tokens import Vocabularies
from tokenquote_client import Plan
from tokenquote_client.solutions import SolutionAnswer, SolutionQuestion

CATALOG = made_up_catalog()
VOCABULARIES = Vocabularies(CATALOG.vocabularies)
PLAN = {"model": "acme/bare", "turns": [{"user": 1_000, "assistant": 0, "reasoning": 0, "repeat": 2}]}


def ask(at: str, limit: dict[str, Any], **plan: Any) -> SolutionAnswer:
    question = SolutionQuestion.model_validate({"plan": {**PLAN, **plan}, "at": at, "limit": limit})
    return answer_solution(question, CATALOG, VOCABULARIES, NOW)


def cost_of(**plan: Any) -> Decimal:
    cost = quote_one(Plan.model_validate({**PLAN, **plan}), CATALOG, VOCABULARIES, NOW).totals.cost
    assert cost is not None
    return cost


def test_how_many_turns_a_dollar_pays_for() -> None:
    """N turns send 1,000 n (n + 1) / 2 tokens at 2 USD a million: 31 cost 0.992 USD, 32 cost 1.056."""
    answer = ask("/turns/0/repeat", {"cost": "1"})
    assert (answer.value, answer.totals.cost, answer.monotone) == (31, Decimal("0.992"), True)
    assert answer.next is not None
    assert (answer.next.value, answer.next.totals.cost) == (32, Decimal("1.056"))


RANGED = [{"user": {"p50": 1_000, "p90": 3_000}, "assistant": 0, "reasoning": 0}]


@pytest.mark.parametrize("model", ["acme/bare", "acme/chat"])
def test_how_many_turns_nine_conversations_in_ten_can_afford(model: str) -> None:
    """Each number up to the next is quoted: those up to the solution keep the limit, the next does not."""
    answer = ask("/turns/0/repeat", {"cost_p90": "0.1"}, model=model, turns=RANGED, samples=200)
    assert answer.next is not None
    costs = []
    for repeat in range(1, answer.next.value + 1):
        plan = {**PLAN, "model": model, "turns": [{**RANGED[0], "repeat": repeat}], "samples": 200}
        spread = quote_one(Plan.model_validate(plan), CATALOG, VOCABULARIES, NOW).range
        assert spread is not None
        assert spread.cost is not None
        costs.append(spread.cost.p90)
    assert max(costs[:-1]) <= Decimal("0.1") < costs[-1]
    assert answer.range is not None
    assert answer.range.cost is not None
    assert answer.range.cost.p90 == costs[-2]
    assert answer.monotone == (model == "acme/bare")


def test_how_long_a_tail_may_be() -> None:
    """The place may be a number of a range; one below its `p50` is none that it can have."""
    answer = ask("/turns/0/user/p90", {"cost_p90": "0.01"}, turns=RANGED, samples=500)
    assert answer.range is not None
    assert answer.range.cost is not None
    assert answer.range.cost.p90 <= Decimal("0.01")
    assert answer.value > 1_000
    assert not answer.monotone


def test_a_search_draws_no_more_than_it_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand samples of ten turns are 100,000 requests at each number that is tried."""
    monkeypatch.setattr("tokenquote.api.solution_search._MOST_DRAWN", 350_000)
    turns = [{**RANGED[0], "repeat": 10}]
    with pytest.raises(PlanTooLong, match="would draw more than 350,000 requests: state fewer `samples`"):
        ask("/turns/0/user/p50", {"cost_p90": "100"}, turns=turns, samples=10_000)


def test_a_place_that_the_plan_leaves_at_its_default() -> None:
    turns = [{"user": 1_000, "assistant": 0, "reasoning": 0}]
    assert ask("/turns/0/repeat", {"cost": "1"}, turns=turns).value == 31


def test_how_long_a_message_fits_into_the_window() -> None:
    """Embed's window of 8,192 tokens is filled by one message; two turns of chat share a million."""
    turn = {"user": 1, "assistant": 500, "reasoning": 0}
    answer = ask("/turns/1/user", {"context": True}, model="acme/chat", turns=[turn, turn])
    assert (answer.value, answer.monotone) == (1_000_000 - 1 - 500 - 500, True)
    assert answer.next is not None
    assert answer.next.totals.requests == 2


def test_at_the_bound_of_the_field_there_is_no_next() -> None:
    answer = ask(
        "/turns/0/assistant", {"cost": "1000000"}, turns=[{"user": 0, "assistant": 1, "reasoning": 0}]
    )
    assert (answer.value, answer.next) == (1_000_000_000, None)


@settings(max_examples=12)
@given(
    system=st.integers(0, 3_000), user=st.integers(0, 500), cents=st.integers(1, 30),
    model=st.sampled_from(["acme/bare", "acme/chat"]),
)  # fmt: skip
def test_equals_trying_every_number(system: int, user: int, cents: int, model: str) -> None:
    """The slow reference: every repetition up to far beyond the limit. acme/chat has a cache."""
    limit = Decimal(cents) / 100
    turn = {"user": user, "assistant": 20, "reasoning": 0}
    plan = {"model": model, "system": system}
    costs = [cost_of(**plan, turns=[{**turn, "repeat": n}]) for n in range(1, 40)]
    keeping = [n for n, cost in enumerate(costs, start=1) if cost <= limit]
    if not keeping or keeping[-1] == 39:
        return
    answer = ask("/turns/0/repeat", {"cost": str(limit)}, **plan, turns=[turn])
    assert answer.value == keeping[-1]
    assert answer.monotone == (model == "acme/bare")


def test_where_a_cache_begins_a_longer_prompt_is_cheaper_and_a_larger_number_is_found() -> None:
    """Below 1,024 tokens every turn pays for the system message anew."""
    turns = [{"user": 10, "assistant": 10, "reasoning": 0, "repeat": 8}]
    limit = cost_of(model="acme/chat", system=900, turns=turns)
    answer = ask("/system", {"cost": str(limit)}, model="acme/chat", system=0, turns=turns)
    assert not answer.monotone
    assert answer.value > 1_024
    assert answer.totals.cost is not None
    assert answer.totals.cost <= limit
    assert answer.next is not None


def test_a_setting_may_keep_the_limit_only_far_from_zero() -> None:
    """Compactions before every request cost more than they save; those at 2,000 tokens halve the cost."""
    plan = {
        "system": 1_000,
        "turns": [{"user": 100, "assistant": 50, "reasoning": 0, "repeat": 30}],
        "history": {"strategy": "compaction", "at_tokens": 2_000, "tokens": 10},
    }
    limit = cost_of(**plan)
    assert cost_of(**{**plan, "history": {**plan["history"], "at_tokens": 0}}) > limit  # type: ignore[dict-item]
    answer = ask("/history/at_tokens", {"cost": str(limit)}, **plan)
    assert answer.value >= 2_000
    assert answer.totals.cost is not None
    assert answer.totals.cost <= limit
    assert not answer.monotone


@pytest.mark.parametrize(
    ("at", "history", "value"),
    [
        ("/history/keep", {"strategy": "summary", "every": 3, "tokens": 10, "keep": 1}, 2),
        ("/history/every", {"strategy": "summary", "every": 3, "tokens": 10, "keep": 2}, 10**9),
        ("/history/turns", {"strategy": "window", "turns": 1}, 10**9),
    ],
)
def test_a_setting_ends_where_it_or_the_plan_does(at: str, history: dict[str, Any], value: int) -> None:
    """`keep` ends below `every`, and `every` begins above `keep`; others end where all numbers do."""
    answer = ask(at, {"cost": "1"}, history=history)
    assert (answer.value, answer.next) == (value, None)


@pytest.mark.parametrize(
    ("pointer", "adds"),
    [
        (["system"], True), (["system", "tokens"], True), (["tools"], True), (["turns", "0", "repeat"], True),
        (["turns", "0", "tool_rounds", "1", "calls", "0", "result"], True),
        (["turns", "0", "server_tools", "web_search"], True),
        (["turns", "0", "user", "0", "width"], False), (["turns", "0", "gap_seconds"], False),
        (["history", "tokens"], False), (["conversations"], False),
    ],
)  # fmt: skip
def test_where_more_means_more_tokens(pointer: list[str], adds: bool) -> None:
    """A wider image may be scaled down to fewer tokens, and a longer pause makes none."""
    assert adds_tokens(pointer) is adds


@pytest.mark.parametrize(
    ("at", "limit", "plan", "location", "detail"),
    [
        ("/turns/5/repeat", {"cost": "1"}, {}, ("at",), "nothing at /turns/5"),
        ("/nothing", {"cost": "1"}, {}, ("at",), "nothing at /nothing"),
        ("/model", {"cost": "1"}, {}, ("at",), "a text"),
        ("/turns", {"cost": "1"}, {}, ("at",), "a list"),
        ("/system", {"cost": "1"}, {}, ("at",), "/system is left out"),
        ("/~2", {"cost": "1"}, {}, ("at",), "~0"),
        ("/turns/0/gap_seconds", {"cost": "0.001"}, {}, ("limit",), "numbers tried"),
        ("/turns/0/repeat", {"cost": "0.001"}, {}, ("limit",), "no number keeps it"),
        ("/turns/0/repeat", {"cost_p90": "1"}, {}, ("limit", "cost_p90"), "state `cost`"),
        ("/turns/0/repeat", {"context": True}, {}, ("limit", "context"), "not known"),
        (
            "/turns/0/user", {"cost": "1"},
            {"turns": [{"user": 1, "assistant": 1, "reasoning": 0, "server_tools": {"x_search": 1}}]},
            ("limit", "cost"), "x_search",
        ),
        ("/turns/0/repeat", {"cost": "1"}, {"mode": "flex"}, ("plan", "mode"), "offered in"),
        (
            "/turns/0/repeat", {"cost": "1"}, {"model": None, "models": ["acme/bare"]},
            ("plan", "models"), "one",
        ),
    ],
)  # fmt: skip
def test_refusals_name_field_and_remedy(
    at: str, limit: dict[str, Any], plan: dict[str, Any], location: tuple[str | int, ...], detail: str
) -> None:
    with pytest.raises((LocatedError, Refused)) as raised:
        ask(at, limit, **plan)
    assert isinstance(raised.value, LocatedError)
    assert raised.value.location == location
    assert detail in raised.value.detail


CALLING = {
    "turns": [
        {
            "user": 1_000,
            "tool_rounds": [{"calls": [{"call": 0, "agent": "researcher"}], "reasoning": 0}],
            "assistant": 0,
            "reasoning": 0,
            "repeat": 2,
        }
    ]
}
TASK = {"user": 10, "assistant": 0, "reasoning": 0}


def test_how_long_the_task_of_an_agent_may_be() -> None:
    """The caller sends 2 x 1,000 + 2 x 2,000 tokens, $0.012; the agent n tokens in each of two calls."""
    agents = [{"name": "researcher", "turns": [TASK]}]
    answer = ask("/agents/0/turns/0/user", {"cost": "1"}, **CALLING, agents=agents)
    assert (answer.value, answer.totals.cost, answer.monotone) == (247_000, Decimal("1.000"), True)


def test_how_often_an_agent_may_be_called_in_a_conversation_that_it_keeps() -> None:
    """Call n sends n tasks of 10 tokens; a model that an agent names has prices of its own."""
    agents = [{"name": "researcher", "keep": True, "model": "acme/chat", "turns": [TASK]}]
    answer = ask("/turns/0/repeat", {"cost": "1"}, **CALLING, agents=agents)
    assert not answer.monotone
    for repeat, keeps in ((answer.value, True), (answer.value + 1, False)):
        turns = [{**CALLING["turns"][0], "repeat": repeat}]
        assert (cost_of(turns=turns, agents=agents) <= 1) is keeps


@pytest.mark.parametrize(
    ("pointer", "adds"),
    [
        (["agents", "0", "system"], True),
        (["agents", "0", "turns", "0", "tool_rounds", "0", "repeat"], True),
        (["agents", "0", "history", "tokens"], False),
        (["agents", "0", "turns", "0", "gap_seconds"], False),
    ],
)
def test_which_places_in_an_agent_add_tokens(pointer: list[str], adds: bool) -> None:
    assert adds_tokens(pointer) is adds
