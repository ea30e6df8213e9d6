"""POST /v1/context-tax: parts that add up, and costs that are differences of quotes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import NOW
from tests.made_up_prices import made_up_catalog

from tokenquote.api.context_tax import answer_context_tax
from tokenquote.api.context_tax.costs import share_out
from tokenquote.errors import LocatedError
from tokenquote.estimator import Estimator
from tokenquote.tokens import Vocabularies
from tokenquote_client import InvalidRequest
from tokenquote_client.context_tax import ContextTaxAnswer, ContextTaxQuestion

CATALOG = made_up_catalog()
FIND = {
    "name": "find_order",
    "description": "Find an order by its number.",
    "parameters": {"type": "object", "properties": {"number": {"type": "integer"}}, "required": ["number"]},
}
LIST = {"name": "list_orders", "description": "List all open orders.", "parameters": {"type": "object"}}
BOTH = [{"type": "function", "function": FIND}, {"type": "function", "function": LIST}]
RULES = [{"name": "AGENTS.md", "text": "Be kind."}, {"name": "SHOP.md", "text": "Bicycles only.\nNo cars."}]
TURNS = [{"user": 100, "assistant": 50, "reasoning": 0, "repeat": 4}]
ROUNDED = {
    "openai/gpt-5.4-mini": 0, "openai/gpt-4o": 0, "anthropic/claude-opus-4-8": 0,
    "google/gemini-3.6-flash": 0, "mistral/mistral-large-latest": 0,
    "deepseek/deepseek-v4-flash": 0, "groq/llama-3.3-70b-versatile": 0,
    "xai/grok-4.3": 2, "cohere/command-a-03-2025": 2,
}  # fmt: skip
"""Models of every style, each with the tokens by which a tool's part may differ from what its list has more:
none, but a fit rounds each part by itself."""


def ask(model: str = "acme/bare", **fields: Any) -> ContextTaxAnswer:
    """Ask the made-up catalog, whose `acme/bare` has no cache and takes 2 USD a million tokens of input."""
    question = ContextTaxQuestion.model_validate({"model": model, **fields})
    return answer_context_tax(question, CATALOG, Vocabularies(CATALOG.vocabularies), NOW)


def plan(model: str = "acme/bare", **changes: Any) -> dict[str, Any]:
    return {"model": model, "turns": TURNS, **changes}


@pytest.mark.parametrize("model", ROUNDED)
@pytest.mark.parametrize(
    "system", [None, "Answer in English."], ids=["no system message", "a system message"]
)
def test_parts_add_up_to_what_the_request_has_more(
    estimator: Estimator, model: str, system: str | None
) -> None:
    """Beside a plan that sends the definitions and the texts themselves."""
    texts = [*([system] if system else []), *(file["text"] for file in RULES)]
    turns = [{"user": "Hello", "assistant": 5, "reasoning": 0}]
    bare = estimator.quote(model=model, system=system, turns=turns)
    whole = estimator.quote(model=model, system="\n\n".join(texts), tools=BOTH, turns=turns)
    answer = estimator.context_tax(
        model=model, tools=BOTH, files=RULES, plan={"model": model, "system": system, "turns": turns}
    )
    assert answer.totals.tokens == sum(part.tokens for part in answer.parts)
    assert answer.totals.tokens == whole.requests[0].input_tokens - bare.requests[0].input_tokens
    assert [part.name for part in answer.parts] == [
        "find_order", "list_orders", "tools", "AGENTS.md", "SHOP.md", "files"
    ]  # fmt: skip
    for part in answer.parts:
        assert part.low <= part.tokens <= part.high
        assert part.tokens > 0 or part.kind == "frame"


@pytest.mark.parametrize(("model", "rounded"), ROUNDED.items())
def test_a_tool_is_what_a_list_has_more_with_it_than_without_it(
    estimator: Estimator, model: str, rounded: int
) -> None:
    three = [*BOTH, {"type": "function", "function": {**FIND, "name": "find_customer"}}]
    whole = estimator.context_tax(model=model, tools=three)
    for i, part in enumerate(whole.parts[:3]):
        without = estimator.context_tax(model=model, tools=[*three[:i], *three[i + 1 :]])
        assert abs(whole.totals.tokens - without.totals.tokens - part.tokens) <= rounded


def test_costs_with_literal_numbers() -> None:
    """Four requests of T tokens more, at 2 USD a million; a part of t tokens has the share t / T."""
    answer = ask(tools=BOTH, files=RULES, plan=plan())
    for costs in (*answer.parts, answer.totals):
        rate = Decimal("0.000002") * costs.tokens
        assert costs.cost_per_request == rate
        assert costs.cost_per_conversation == costs.cost_per_conversation_without_cache == 4 * rate
        assert costs.cost_per_1000_conversations == 4_000 * rate
        assert costs.cost_per_1000_conversations_without_cache == 4_000 * rate
        assert costs.cost_deferred == Decimal("0.000008") * costs.tokens_deferred
    assert answer.totals.requests == 4
    saved = answer.totals.saved_by_deferring
    assert saved == Decimal("0.000008") * (answer.totals.tokens - answer.totals.tokens_deferred) > 0


def test_a_cache_makes_the_difference_of_two_quotes(estimator: Estimator) -> None:
    """A long file: written to Claude's cache once at 1.25 times the rate, and read at a tenth of it."""
    model, text = "anthropic/claude-opus-4-8", "Mend the wheel before you sell the bicycle. " * 500
    behind = plan(model, caching={"enabled": True}, at="2026-11-23T12:00:00Z")
    answer = estimator.context_tax(model=model, files=[{"name": "a", "text": text}], plan=behind)
    bare, whole = estimator.quote(behind), estimator.quote(behind, tools=answer.totals.tokens)
    assert whole.totals.cost is not None
    assert bare.totals.cost is not None
    assert answer.totals.cost_per_conversation == whole.totals.cost - bare.totals.cost
    assert answer.totals.cost_per_1000_conversations == 1_000 * (whole.totals.cost - bare.totals.cost)
    # 5 USD a million: 1.25 + 3 x 0.1 of it a token, and the turns of 150 tokens are cached now as well.
    # What they save, 150 tokens and more in each later request, is less than a twentieth of it.
    expected = Decimal("0.000005") * answer.totals.tokens * Decimal("1.55")
    cached = answer.totals.cost_per_conversation
    assert cached is not None
    assert expected * Decimal("0.95") < cached <= expected


def test_a_request_is_one_that_sends_the_parts(estimator: Estimator) -> None:
    """Embeddings and an agent with tools of its own are requests too, and send none of it."""
    model = "openai/gpt-5.4-mini"
    searched = {
        "strategy": "retrieval", "tokens": 500, "turns": 1,
        "embedding_model": "openai/text-embedding-3-small",
    }  # fmt: skip
    calls = [{"calls": [{"call": 9, "agent": "a"}], "reasoning": 0}]
    called = [{"user": 100, "tool_rounds": calls, "assistant": 50, "reasoning": 0, "repeat": 2}]
    agent = {"name": "a", "system": 70, "turns": [{"user": 9, "assistant": 9, "reasoning": 0}]}
    for changes in ({}, {"history": searched}, {"turns": called, "agents": [agent]}):
        behind = {**plan(model, caching={"enabled": False}), **changes}
        totals = estimator.context_tax(model=model, tools=BOTH, plan=behind).totals
        assert totals.requests == 4
        # 0.75 USD a million tokens of input.
        assert totals.cost_per_request == Decimal("0.00000075") * totals.tokens
        assert totals.cost_per_conversation == Decimal("0.000003") * totals.tokens


def test_what_other_models_count_is_told(estimator: Estimator) -> None:
    """A turn that another model answers sends the parts too, as the question's model counts them."""
    model, other = "openai/gpt-5.4-mini", "anthropic/claude-opus-4-8"
    behind = {"model": model, "turns": [*TURNS, {**TURNS[0], "model": other}]}
    assert any(
        f"counted as {model}" in said
        for said in estimator.context_tax(model=model, tools=BOTH, plan=behind).assumptions
    )
    alone = estimator.context_tax(model=model, tools=BOTH, plan=plan(model))
    assert not any("counted as" in said for said in alone.assumptions)


def test_agents_of_a_workflow_send_the_parts_too(estimator: Estimator) -> None:
    model = "openai/gpt-5.4-mini"
    chat = {"kind": "group_chat", "speakers": 2, "rounds": 1, "reasoning": 0}
    behind = {"model": model, "workflow": chat, "caching": {"enabled": False}}
    totals = estimator.context_tax(model=model, tools=BOTH, plan=behind).totals
    assert totals.requests == 5
    assert totals.cost_per_request == Decimal("0.00000075") * totals.tokens


def test_an_explicit_cache_may_hold_nothing_but_the_parts(estimator: Estimator) -> None:
    """Google stores 2,048 tokens at least, which only the file makes; without it there is no such cache."""
    model, text = "google/gemini-2.5-flash", "Mend the wheel before you sell the bicycle. " * 500
    behind = plan(model, caching={"explicit": "opening"}, at="2026-11-23T12:00:00Z")
    answer = estimator.context_tax(model=model, files=[{"name": "a", "text": text}], plan=behind)
    whole = estimator.quote(behind, tools=answer.totals.tokens)
    bare = estimator.quote({**behind, "caching": {}})
    assert whole.totals.cost is not None
    assert bare.totals.cost is not None
    assert answer.totals.cost_per_conversation == whole.totals.cost - bare.totals.cost
    assert answer.totals.requests == 4
    assert any("too short for the explicit cache" in said for said in answer.assumptions)
    with pytest.raises(InvalidRequest, match="holds 2048 at least"):
        estimator.context_tax(model=model, files=RULES, plan=behind)


def test_conversations_share_the_opening_where_the_plan_says_so(estimator: Estimator) -> None:
    model, text = "anthropic/claude-opus-4-8", "Mend the wheel before you sell the bicycle. " * 500
    shared = {"enabled": True, "shared": "opening"}
    behind = plan(model, caching=shared, conversations=7, at="2026-11-23T12:00:00Z")
    totals = estimator.context_tax(model=model, files=[{"name": "a", "text": text}], plan=behind).totals
    assert totals.cost_per_conversation is not None
    assert totals.cost_per_1000_conversations is not None
    assert totals.cost_per_1000_conversations < 500 * totals.cost_per_conversation


def test_a_longer_prompt_may_be_cheaper_and_then_a_warning_says_so(estimator: Estimator) -> None:
    """Turns that fall just short of OpenAI's 1,024 tokens without the file, and reach them with it."""
    model = "openai/gpt-5.4-mini"
    behind = {"model": model, "turns": [{"user": 1_000, "assistant": 0, "reasoning": 0, "repeat": 2}]}
    files = [{"name": "a", "text": "Be kind. " * 20}]
    answer = estimator.context_tax(model=model, files=files, plan=behind)
    assert answer.totals.cost_per_conversation is not None
    assert answer.totals.cost_per_conversation < 0
    assert "longer_is_cheaper" in {warned.code for warned in answer.warnings}
    uncached = estimator.context_tax(model=model, files=files, plan={**behind, "caching": {"enabled": False}})
    assert "longer_is_cheaper" not in {warned.code for warned in uncached.warnings}


def test_what_stays_of_a_deferred_tool(estimator: Estimator) -> None:
    """Nothing of it with Claude; elsewhere name and description without parameters. A tool that has none
    stays as it is, though some styles take more tokens to write that none are stated.
    """
    claude = estimator.context_tax(model="claude-opus-4-8", tools=BOTH, files=RULES)
    assert [part.tokens_deferred for part in claude.parts[:2]] == [0, 0]
    assert [part.tokens_deferred for part in claude.parts[2:]] == [part.tokens for part in claude.parts[2:]]
    gpt = estimator.context_tax(model="gpt-5.4-mini", tools=BOTH)
    described = [{"name": tool["name"], "description": tool["description"]} for tool in (FIND, LIST)]
    shortened = estimator.context_tax(model="gpt-5.4-mini", tools=described)
    assert gpt.parts[0].tokens_deferred == shortened.parts[0].tokens < gpt.parts[0].tokens
    assert gpt.parts[1].tokens_deferred == gpt.parts[1].tokens < shortened.parts[1].tokens


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"tools": [{**FIND, "type": "function"}, {**LIST, "type": "function"}]}, id="Responses"),
        pytest.param(
            {"tools": [{"name": t["name"], "description": t["description"], "input_schema": t["parameters"]}
                       for t in (FIND, LIST)]},
            id="Anthropic",
        ),
        pytest.param({"tools": [{"functionDeclarations": [FIND, LIST]}]}, id="Gemini"),
        pytest.param(
            {"mcp_tools": {"tools": [
                {"name": t["name"], "title": "A title", "description": t["description"],
                 "inputSchema": t["parameters"], "annotations": {"readOnlyHint": True}}
                for t in (FIND, LIST)
            ]}},
            id="an MCP server's answer",
        ),
        pytest.param(
            {"mcp_tools": {"jsonrpc": "2.0", "id": 1, "result": {"tools": [
                {"name": t["name"], "description": t["description"], "inputSchema": t["parameters"]}
                for t in (FIND, LIST)
            ]}}},
            id="the JSON-RPC message around it",
        ),
        pytest.param(
            {"mcp_tools": [
                {"name": t["name"], "description": t["description"], "inputSchema": t["parameters"]}
                for t in (FIND, LIST)
            ]},
            id="the list in it",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("model", ["openai/gpt-5.4-mini", "anthropic/claude-opus-4-8"])
def test_every_form_of_the_same_tools_has_the_same_parts(
    estimator: Estimator, model: str, given: dict[str, Any]
) -> None:
    assert estimator.context_tax(model=model, **given).parts == (
        estimator.context_tax(model=model, tools=BOTH).parts
    )


def test_a_page_of_an_mcp_list_says_that_it_goes_on() -> None:
    tools = [{"name": "a", "inputSchema": {}}]
    assert any(
        "nextCursor" in said for said in ask(mcp_tools={"tools": tools, "nextCursor": "b"}).assumptions
    )
    assert not any("nextCursor" in said for said in ask(mcp_tools={"tools": tools}).assumptions)


def test_each_tool_has_a_method_of_its_own(estimator: Estimator) -> None:
    """Bills settle how a closed object is written, and not how `anyOf` is."""
    odd = {**LIST, "parameters": {"type": "object", "properties": {"a": {"anyOf": [{"type": "string"}]}}}}
    parts = estimator.context_tax(model="gpt-4o", tools=[FIND, odd]).parts
    assert [part.method for part in parts[:2]] == ["exact", "calibrated"]


def test_the_default_plan_is_one_that_can_be_stated(estimator: Estimator) -> None:
    medium = {"profile": "medium"}
    turns = [{"user": medium, "assistant": medium, "reasoning": 0, "repeat": 10}]
    stated = {"model": "gpt-5.4-mini", "turns": turns, "caching": {"enabled": True}}
    default = estimator.context_tax(model="gpt-5.4-mini", tools=BOTH)
    assert default.totals == estimator.context_tax(model="gpt-5.4-mini", tools=BOTH, plan=stated).totals
    assert default.assumptions[0].startswith("no plan is stated: 10 turns")


def test_without_a_price_there_are_tokens_and_no_cost(estimator: Estimator) -> None:
    totals = estimator.context_tax(model="meta-llama/Llama-3.1-8B", files=RULES).totals
    assert totals.tokens > 0
    assert totals.cost_per_request is totals.cost_per_conversation is totals.saved_by_deferring is None


def test_a_thousand_tools_are_counted_once_each() -> None:
    tools = [{**LIST, "name": f"list_{i}"} for i in range(1_000)]
    answer = ask(tools=tools)
    assert answer.totals.tokens == sum(part.tokens for part in answer.parts)
    assert len(answer.parts) == 1_001


@pytest.mark.parametrize(
    ("fields", "at", "says"),
    [
        pytest.param({"tools": [FIND, FIND]}, ("tools",), "function 2", id="two tools of one name"),
        pytest.param(
            {"mcp_tools": [{"name": "a", "inputSchema": {}}] * 2},
            ("mcp_tools", 1, "name"),
            "an earlier tool",
            id="two tools of a server of one name",
        ),
        pytest.param(
            {"files": [RULES[0], RULES[0]]},
            ("files", 1, "name"),
            "an earlier file",
            id="two files of one name",
        ),
        pytest.param({"mcp_tools": []}, ("mcp_tools",), "no tools", id="an empty list of a server"),
        pytest.param(
            {"mcp_tools": [{"name": "a", "inputSchema": {}}] * 1_001},
            ("mcp_tools",),
            "at most 1,000",
            id="more tools of a server than a thousand",
        ),
        pytest.param(
            {"tools": [{"functionDeclarations": [FIND] * 1_001}]},
            ("tools",),
            "at most 1,000",
            id="more declarations than a thousand",
        ),
        pytest.param({"tools": [{"type": "web_search"}]}, ("tools", 0), "not yet", id="a hosted tool"),
        pytest.param(
            {"files": RULES, "plan": plan("acme/asks")},
            ("plan", "model"),
            "another",
            id="another model's plan",
        ),
        pytest.param(
            {"files": RULES, "plan": plan(tools=3)},
            ("plan", "tools"),
            "beside the plan",
            id="a plan with tools",
        ),
        pytest.param(
            {"files": RULES, "plan": {"models": ["acme/bare"], "turns": TURNS}},
            ("plan", "models"),
            "one `model`",
            id="a plan of several models",
        ),
        pytest.param(
            {"files": RULES, "plan": plan(mode="never")},
            ("plan", "mode"),
            "standard",
            id="a plan in an odd mode",
        ),
        pytest.param(
            {"model": "acme/embed", "files": RULES}, ("model",), "conversation", id="an embedding model"
        ),
    ],
)
def test_what_cannot_be_answered_says_where_and_why(
    fields: dict[str, Any], at: tuple[str | int, ...], says: str
) -> None:
    with pytest.raises(LocatedError, match=says) as raised:
        ask(**fields)
    assert raised.value.location == at


@given(
    st.decimals("-1000", "1000", places=9),
    st.lists(st.integers(0, 10**7), min_size=1, max_size=30),
)
def test_shares_add_up_to_the_last_digit(cost: Decimal, tokens: list[int]) -> None:
    shares = [share for share in share_out(cost, tokens) if share is not None]
    assert sum(shares) == (cost if any(tokens) else 0)
    for share, own in zip(shares, tokens, strict=True):
        fair = cost * own / (sum(tokens) or 1)
        assert abs(share - fair) <= Decimal("1E-17")
