"""Calibrated rules: sums of classes and terms, whose arithmetic stands beside each case."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import shared_vocabularies

from tokenquote.catalog.schema.calibration import CalibratedFamily, CalibratedUse, Errors, Fit, HalfWidth
from tokenquote.tokens import (
    Message,
    RequestCount,
    TextMemo,
    ToolCall,
    read_body,
    read_tools,
)
from tokenquote.tokens.calibrated import CalibratedRequests, CalibratedTexts

VOCABULARIES = shared_vocabularies()
# Of o200k_base: words twice their tokens, three digits thrice, everything else once; han not recorded.
FAMILY = CalibratedFamily(
    vocabulary="o200k_base",
    rows=10,
    tokens={"joined_capital": 2.0, "spaced": 2.0, "digits_3": 3.0, "continued": 0.0},
    doubt={"han": 0.5},
)
FIT = Fit(
    family="f",
    rows=10,
    files=3,
    newest=None,
    structure={
        "request": 7.0, "user": 0.0, "assistant": 6.0, "system": 1.0, "thinking": 29.0, "part": 1.5,
        "tools_auto": 300.0, "tools_named": 100.0, "tool": 5.0, "round": -24.0, "call": 36.0,
        "argument": 15.0, "result": 26.0, "schema": 100.0, "schema_token": 1.5, "thoughts": 4.0,
        "thought_token": 0.5, "sealed": 40.0,
    },
    borrowed=("schema", "sealed"),
    in_sample=Errors(median=0, p90=0),
    held_out=Errors(median=0, p90=0),
    bands={
        "plain": HalfWidth(absolute=1, relative=0),
        "tools": HalfWidth(absolute=2, relative=0.01),
        "history": HalfWidth(absolute=2, relative=0.01),
        "schema": HalfWidth(absolute=3, relative=0.1),
    },
)  # fmt: skip
USE = CalibratedUse(family="f")
HELLO = {"role": "user", "content": "Hello there"}  # `Hello`, ` there`: 2 words, 4 tokens
TOOL = {"name": "f", "description": "d", "input_schema": {"type": "object"}}


def requests(use: CalibratedUse = USE) -> CalibratedRequests:
    return CalibratedRequests(use, FIT, CalibratedTexts(FAMILY, use, VOCABULARIES))


def counted(**body: Any) -> RequestCount:
    return requests().request(read_body("anthropic.messages", {"messages": [HELLO], **body}))


@pytest.mark.parametrize(
    ("body", "tokens"),
    [
        ({}, 7 + 4),
        ({"messages": [HELLO, {"role": "assistant", "content": "Hello"}, HELLO]}, 7 + 4 + (6 + 2) + 4),
        ({"system": "Hello"}, 7 + 4 + (1 + 2)),
        # ` ` and `420`: a blank and three digits
        ({"system": " 420"}, 7 + 4 + (1 + 1 + 3)),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}] * 3}]}, 7 + 6 + 3),
        ({"thinking": {"type": "enabled", "budget_tokens": 1024}}, 7 + 4 + 29),
        ({"thinking": {"type": "adaptive"}}, 7 + 4),
    ],
)
def test_texts_and_terms_add_up(body: dict[str, Any], tokens: int) -> None:
    count = counted(**body).count
    assert (count.tokens, count.low, count.high, count.method) == (
        tokens,
        tokens - 1,
        tokens + 1,
        "calibrated",
    )


def test_the_tool_prompt_goes_with_the_choice() -> None:
    """11 for the message, 5 a tool, its definition as JSON; a prompt of 300, of 100 when a tool is named."""
    written = '{"description": "d", "name": "f", "parameters": {"type": "object"}}'
    definition = requests().text(written).tokens
    assert counted(tools=[TOOL]).tokens == 11 + 300 + 5 + definition
    assert requests().tools(read_tools([TOOL]).functions).content.tokens == definition
    named = counted(tools=[TOOL], tool_choice={"type": "tool", "name": "f"})
    assert named.tokens == 11 + 100 + 5 + definition
    assert named.by_tool == {"f": 5 + definition}
    assert named.framing == 7 + 105


def test_calls_and_results() -> None:
    """Call: `f` 1, argument `a` 1 and its value `Hello` 2; result `Hello` 2; empty text costs nothing."""
    messages = [
        Message("assistant", calls=(ToolCall("f", '{"a": "Hello"}', "1"),)),
        Message("tool", ("Hello",), call_id="1"),
    ]
    added = requests().appended(messages)
    assert added.framing == (6 - 24 + 36 + 15) + 26
    assert added.tokens == added.framing + (1 + 1 + 2) + 2


def test_thoughts_that_are_sent_back_have_a_weight_of_their_own() -> None:
    """`Hello there` is 2 tokens of the public vocabulary, half of which are billed."""
    added = requests().appended([Message("assistant", ("Hello",), reasoning="Hello there")])
    assert added.tokens == 6 + 2 + 4 + 1


def test_a_term_that_no_recorded_call_has_is_assumed_and_widens_the_band() -> None:
    schema = {"type": "object"}  # `{"type": "object"}` is 5 tokens: 1.5 · 5 = 7.5, and 100
    one = counted(output_format={"type": "json_schema", "schema": schema})
    assert one.count.method == "assumed"
    assert one.schema.tokens == round(100 + 1.5 * VOCABULARIES.count("o200k_base", '{"type": "object"}'))
    assert one.schema.content.high - one.schema.content.tokens >= 50


def test_a_text_that_no_recorded_call_of_the_family_has_counts_as_a_text_does() -> None:
    """`Hello there` is 2 tokens of the public vocabulary: none of them may be billed, or twice as many."""
    fewer = {term: n for term, n in FIT.structure.items() if term not in ("thoughts", "thought_token")}
    fit = FIT.model_copy(update={"structure": fewer})
    rules = CalibratedRequests(USE, fit, CalibratedTexts(FAMILY, USE, VOCABULARIES))
    added = rules.appended([Message("assistant", reasoning="Hello there")])
    content = added.content
    assert (added.framing, content.tokens, content.low, content.high) == (6, 2, 0, 4)
    assert content.method == "assumed"


def test_a_tool_prompt_that_no_recorded_call_has_is_assumed() -> None:
    counts = [counted(tools=[TOOL], tool_choice={"type": kind}).count for kind in ("auto", "none")]
    assert [count.method for count in counts] == ["calibrated", "assumed"]


def test_scripts_that_are_hardly_recorded_widen_the_band() -> None:
    known, unknown = requests().text("Hello"), requests().text("会议改到星期四")
    assert known.high == known.tokens
    assert unknown.high - unknown.tokens >= 0.4 * unknown.tokens


def test_an_imported_vocabulary_takes_the_place_of_estimates() -> None:
    """cl100k_base stands for the provider's own: `Hello there` is 2 tokens there, and exact."""
    exact = requests(CalibratedUse(family="f", exact_vocabulary="cl100k_base")).text("Hello there")
    assert (exact.tokens, exact.method, exact.vocabulary) == (2, "exact", "cl100k_base")
    missing = requests(CalibratedUse(family="f", exact_vocabulary="glm-4")).text("Hello there")
    assert (missing.tokens, missing.method, missing.vocabulary) == (4, "calibrated", "o200k_base")


MESSAGES = st.lists(
    st.builds(
        Message,
        role=st.sampled_from(["user", "assistant", "tool"]),
        parts=st.lists(st.text(max_size=20), max_size=3).map(tuple),
        calls=st.lists(st.builds(ToolCall, st.text(max_size=5), st.text(max_size=10)), max_size=2).map(tuple),
    ),
    max_size=6,
)


@given(MESSAGES, MESSAGES)
def test_what_messages_add_is_what_a_request_grows_by(before: list[Message], after: list[Message]) -> None:
    both = requests().appended([*before, *after]).tokens
    assert both == requests().appended(before).tokens + requests().appended(after).tokens


def test_the_catalogs_rules_with_a_fit_are_calibrated(catalog: Any) -> None:
    fitted = [name for name, rule in catalog.counting.items() if rule.calibration and rule.calibration.fit]
    assert {"cohere-embed", "titan"} <= set(fitted)
    assert all(catalog.counting[name].method == "calibrated" for name in fitted)


def test_nothing_falls_back_to_another_generation(catalog: Any) -> None:
    """Without a fit of its own, a rule is what counting.yaml says of it: assumed, and much wider."""
    from tokenquote.catalog.counting_rules import with_fit

    fitted = catalog.counting["titan"]
    assert fitted.method == "calibrated"
    alone = with_fit("titan", fitted.model_copy(update={"calibration": USE}), {}, {})
    assert alone.method == "assumed"
    assert alone.calibration is not None
    assert alone.calibration.fit is None


def test_models_of_one_quote_share_what_a_text_is_made_of() -> None:
    """Two rules over one memo: the second finds the classes of the text already there."""
    memo = TextMemo()
    for _ in range(2):
        texts = CalibratedTexts(FAMILY, USE, VOCABULARIES, memo)
        assert texts.estimate(["Hello there"])[0] == 4
    assert [*memo.classes] == [("o200k_base", "Hello there")]
