"""Every kind of price that a plan can meet, with literal numbers: fees, regions, single requests, media."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from tests.conftest import NOW
from tests.made_up_prices import made_up_catalog

from tokenquote.api.quotes import answer_plan
from tokenquote.catalog.schema.fees import Fee
from tokenquote.catalog.schema.prices import PriceBlock
from tokenquote.errors import LocatedError
from tokenquote.ledger.fees import Use, price_uses
from tokenquote.tokens import Vocabularies
from tokenquote_client import Plan, Quote

Ask = Callable[..., Quote]
PLAIN = [{"user": 1000, "assistant": 100, "reasoning": 0}]


@pytest.fixture(scope="module")
def acme(vocabularies: Vocabularies) -> Ask:
    def ask(model: str, turns: Any, **fields: Any) -> Quote:
        plan = Plan.model_validate({"model": f"acme/{model}", "turns": turns, **fields})
        quote = answer_plan(plan, made_up_catalog(), vocabularies, NOW)
        assert isinstance(quote, Quote)
        return quote

    return ask


def codes(quote: Quote) -> list[str]:
    return [warning.code for warning in quote.warnings]


def unpriced(quote: Quote) -> list[tuple[str, int, str | None, Decimal | None]]:
    return [(kind.kind, kind.tokens, kind.unit, kind.units) for kind in quote.unpriced]


@pytest.mark.parametrize(
    ("region", "mode", "user", "dollars"),
    [
        (None, "standard", 1000, "0.003"),
        ("eu", "standard", 1000, "0.0033"),
        ("us", "standard", 1000, "0.0036"),
        ("eu", "batch", 1000, "0.00165"),
        ("eu", "standard", 200_001, "0.8816544"),
    ],
)
def test_law_29_a_region_multiplies_rates_after_mode_and_tier(
    acme: Ask, region: str | None, mode: str, user: int, dollars: str
) -> None:
    """200,001 x 4.4 + 100 x 16.5 millionths above the threshold."""
    turns = [{"user": user, "assistant": 100, "reasoning": 0}]
    assert acme("chat", turns, region=region, mode=mode).totals.cost == Decimal(dollars)


def test_law_29_lines_name_the_region_and_show_its_rate(acme: Ask) -> None:
    lines = acme("chat", PLAIN, region="eu").lines
    assert [(line.kind, line.region, line.rate) for line in lines] == [
        ("input", "eu", Decimal("2.2")),
        ("output", "eu", Decimal("11")),
    ]


@pytest.mark.parametrize(
    ("region", "factor"),
    [
        ("eu", "1.2"),
        ("us-east5", "1.1"),
        ("eu-central-1", "1.1"),
        ("asia", None),
        ("mars", None),
        ("eu-", None),
    ],
)
def test_law_29_regional_holds_for_single_locations_that_are_not_named(
    region: str, factor: str | None
) -> None:
    block = PriceBlock.model_validate(
        {
            "rates": {"input": "1"},
            "uplifts": {"eu": "1.2", "regional": "1.1"},
            "source": "s",
            "checked": "2026-11-01",
        }
    )
    assert block.find_uplift(region) == (None if factor is None else Decimal(factor))


@pytest.mark.parametrize(
    ("model", "said"),
    [("chat", "those with a price of their own are: eu, us"), ("bare", "none has a known price")],
)
def test_law_29_an_unknown_region_is_refused_with_those_that_are_known(
    acme: Ask, model: str, said: str
) -> None:
    with pytest.raises(LocatedError, match=said) as caught:
        acme(model, PLAIN, region="mars")
    assert caught.value.location == ("region",)


def test_law_29_server_tools_cost_their_fee_a_use(acme: Ask) -> None:
    """Twice two searches at 0.01 and one session at 0.03 beside the tokens; a region leaves fees alone."""
    turns = [{**PLAIN[0], "server_tools": {"web_search": 2}, "repeat": 2}]
    turns.append({**PLAIN[0], "server_tools": {"code_execution": 1, "web_search": 0}})
    off = {"enabled": False}
    quote = acme("chat", turns, region="eu", caching=off)
    assert quote.totals.fees == Decimal("0.07")
    assert quote.totals.complete
    tokens = acme("chat", [{**PLAIN[0], "repeat": 3}], region="eu", caching=off).totals
    assert (quote.totals.cost, tokens.fees) == ((tokens.cost or 0) + Decimal("0.07"), Decimal(0))
    assert quote.totals.cost == sum(line.cost for line in quote.lines)
    fees = [(line.kind, line.units, line.unit, line.rate, line.per) for line in quote.lines if line.unit]
    assert fees == [
        ("web_search", Decimal(4), "call", Decimal(10), 1000),
        ("code_execution", Decimal(1), "session", Decimal("0.03"), 1),
    ]
    assert "tool_results_not_stated" in codes(quote)


def test_law_29_fees_belong_to_the_request_that_answers(acme: Ask) -> None:
    rounds = [{"calls": [{"call": 0, "result": 0}]}]
    turns = [
        {"user": 0, "assistant": 0, "reasoning": 0, "tool_rounds": rounds, "server_tools": {"web_search": 3}}
    ]
    quote = acme("chat", turns)
    assert quote.requests is not None
    assert [request.cost for request in quote.requests] == [0, Decimal("0.03")]


def test_law_29_a_mode_may_have_fees_of_its_own(acme: Ask) -> None:
    turns = [{**PLAIN[0], "server_tools": {"web_search": 1, "code_execution": 1}}]
    assert acme("chat", turns, mode="night").totals.fees == Decimal("0.034")
    assert acme("chat", turns, mode="batch").totals.fees == Decimal("0.04")


@pytest.mark.parametrize(("model", "kind"), [("paint", "output_image"), ("video-by-second", "output_video")])
def test_tokens_of_a_model_that_bills_none_are_not_free(acme: Ask, model: str, kind: str) -> None:
    """The model bills images or seconds, and the plan states none: what it costs is not known, and not 0."""
    quote = acme(model, [{"user": 100, "assistant": 100, "reasoning": 0}])
    assert unpriced(quote) == [(kind, 0, None, None)]
    assert (quote.totals.cost, quote.totals.complete) == (None, False)
    assert "uses_not_stated" in codes(quote)


def test_law_29_a_fee_that_is_not_known_is_listed(acme: Ask) -> None:
    quote = acme("bare", [{**PLAIN[0], "server_tools": {"web_search": 2}, "repeat": 2}])
    assert unpriced(quote) == [("web_search", 0, "call", Decimal(4))]
    assert (quote.totals.complete, quote.totals.fees) == (False, Decimal(0))
    assert "incomplete" in codes(quote)


@pytest.mark.parametrize(
    ("tool", "kind"),
    [
        ({"type": "web_search_20250305", "name": "web_search", "max_uses": 5}, "web_search"),
        ({"type": "code_execution_20250825", "name": "code_execution"}, "code_execution"),
    ],
)
def test_law_29_a_tool_that_is_offered_and_not_stated_leaves_the_quote_incomplete(
    acme: Ask, tool: dict[str, Any], kind: str
) -> None:
    body = {"model": "any", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}], "tools": [tool]}
    start = {"format": "anthropic.messages", "body": body}
    offered = acme("chat", [{"assistant": 100, "reasoning": 0}], start=start)
    assert unpriced(offered) == [(kind, 0, None, None)]
    assert offered.totals.complete is False
    assert "uses_not_stated" in codes(offered)
    stated = acme("chat", [{"assistant": 100, "reasoning": 0, "server_tools": {kind: 0}}], start=start)
    assert (stated.unpriced, stated.totals.complete) == ([], True)


@pytest.mark.parametrize(
    ("model", "tool", "kind", "fees"),
    [
        ("keeps", "web_search_preview", "web_search_preview", "0.05"),
        ("keeps", "web_search_preview_2025_03_11", "web_search_preview", "0.05"),
        ("keeps", "web_search", "web_search", "0.02"),
        ("chat", "web_search_preview", "web_search", "0.02"),
    ],
)
def test_law_29_an_older_form_of_a_tool_has_its_own_fee_where_there_is_one(
    acme: Ask, model: str, tool: str, kind: str, fees: str
) -> None:
    start = {"format": "openai.responses", "body": {"model": "any", "input": "Hi", "tools": [{"type": tool}]}}
    offered = acme(model, [{"assistant": 100, "reasoning": 0}], start=start)
    assert unpriced(offered) == [(kind, 0, None, None)]
    stated = acme(model, [{"assistant": 100, "reasoning": 0, "server_tools": {kind: 2}}], start=start)
    assert (stated.totals.fees, stated.totals.complete) == (Decimal(fees), True)


@pytest.mark.parametrize(
    ("tool", "complete"),
    [({"googleSearch": {}}, False), ({"google_maps": {}}, True), ({"urlContext": {}}, True)],
    ids=["search", "maps-that-cost-nothing", "no-fee"],
)
def test_law_29_gemini_names_its_tools_by_a_member(acme: Ask, tool: dict[str, Any], complete: bool) -> None:
    body = {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}], "tools": [tool]}
    start = {"format": "gemini.generateContent", "body": body}
    quote = acme("chat", [{"assistant": 100, "reasoning": 0}], start=start)
    assert quote.totals.complete is complete


def test_a_fee_for_each_request(acme: Ask) -> None:
    quote = acme("asks", [{"user": 1000, "assistant": 0, "reasoning": 0, "repeat": 2}])
    assert (quote.totals.fees, quote.totals.cost) == (Decimal("0.01"), Decimal("0.013"))


def test_an_embedding_is_the_user_message_alone(acme: Ask) -> None:
    """Two texts of 1,000,000 and 500 tokens: nothing is sent again, nothing comes back, nothing is cached."""
    quote = acme("embed", [{"user": 1_000_000}, {"user": 500, "repeat": 2}])
    assert quote.requests is not None
    assert [request.input_tokens for request in quote.requests] == [1_000_000, 500, 500]
    assert quote.totals.output_tokens == 0
    assert quote.totals.cost == Decimal("0.02002")
    assert "output_not_stated" not in codes(quote)
    assert quote.context.overflows_at is not None
    assert acme("embed", [{"user": 1_000_000}], mode="batch").totals.cost == Decimal("0.01")


def test_an_embedded_text_has_no_framing_of_a_chat(acme: Ask) -> None:
    alone, talked = acme("embed", [{"user": "Hello world"}]), acme("bare", [{"user": "Hello world"}])
    assert (alone.totals.input_tokens, alone.totals.framing_tokens) == (2, 0)
    assert talked.totals.input_tokens > 2


@pytest.mark.parametrize(
    ("turn", "fields", "where"),
    [
        ({"user": 1, "assistant": 1}, {}, ("turns", 0, "assistant")),
        ({"user": 1, "reasoning": 1}, {}, ("turns", 0, "reasoning")),
        ({"user": 1, "server_tools": {"web_search": 1}}, {}, ("turns", 0, "server_tools")),
        (
            {"user": 1, "tool_rounds": [{"calls": [{"call": 1, "result": 1}]}]},
            {},
            ("turns", 0, "tool_rounds"),
        ),
        ({"user": 1}, {"system": 5}, ("system",)),
        ({"user": 1}, {"tools": 5}, ("tools",)),
        ({"user": 1}, {"caching": {"enabled": True}}, ("caching", "enabled")),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_an_embedding_has_no_place_for_is_refused(
    acme: Ask, turn: dict[str, Any], fields: dict[str, Any], where: tuple[str | int, ...]
) -> None:
    with pytest.raises(LocatedError) as caught:
        acme("embed", [turn], **fields)
    assert caught.value.location == where


@pytest.mark.parametrize(
    ("passages", "dollars"), [(0, "0.002"), (1, "0.002"), (100, "0.002"), (101, "0.004"), (250, "0.006")]
)
def test_a_search_ranks_up_to_100_passages(acme: Ask, passages: int, dollars: str) -> None:
    """A query and its passages as parts of one message, at 2 dollars per 1,000 searches."""
    query = [{"type": "tokens", "tokens": 20}]
    quote = acme("rank", [{"user": query + [{"type": "tokens", "tokens": 300}] * passages}])
    assert quote.totals.cost == quote.totals.fees == Decimal(dollars)
    assert quote.totals.input_tokens == 20 + 300 * passages
    assert quote.totals.complete


def test_a_search_whose_passages_are_one_amount_is_one(acme: Ask) -> None:
    assert acme("rank", [{"user": 5000, "repeat": 3}]).totals.cost == Decimal("0.006")


@pytest.mark.parametrize(
    ("image", "dollars"),
    [
        ({}, "0.04"),
        ({"width": 512, "height": 512}, "0.04"),
        ({"quality": "high"}, "0.07"),
        ({"width": 1024, "height": 1024, "quality": "high"}, "0.167"),
        ({"width": 1024, "height": 1536, "quality": "high", "count": 3}, "0.21"),
    ],
    ids=str,
)
def test_an_image_at_its_price_by_size_and_quality(acme: Ask, image: dict[str, Any], dollars: str) -> None:
    quote = acme("paint", [{"user": "A cat", "assistant": [{"type": "image", **image}]}])
    assert (quote.totals.cost, quote.totals.complete) == (Decimal(dollars), True)
    batch = acme("paint", [{"user": "A cat", "assistant": [{"type": "image"}]}], mode="batch")
    assert batch.totals.cost == Decimal("0.02")


def test_a_quality_that_no_price_speaks_of_is_not_priced_as_another(acme: Ask) -> None:
    quote = acme("paint", [{"user": "A cat", "assistant": [{"type": "image", "quality": "low"}]}])
    assert unpriced(quote) == [("output_image", 0, "image", Decimal(1))]


def test_an_image_by_its_pixels(acme: Ask) -> None:
    """2 x 1,048,576 pixels at 0.03 a million; without a size nobody knows how many they are."""
    image = {"type": "image", "width": 1024, "height": 1024, "count": 2}
    assert acme("pixels", [{"user": 5, "assistant": [image]}]).totals.cost == Decimal("0.06291456")
    unsized = acme("pixels", [{"user": 5, "assistant": [{"type": "image"}]}])
    assert unpriced(unsized) == [("output_image", 0, "image", Decimal(1))]
    assert unsized.totals.cost is None


@pytest.mark.parametrize(
    ("image", "tokens"),
    [
        ({"quality": "low"}, 272),
        ({"quality": "low", "count": 2}, 544),
        ({"width": 1024, "height": 1024, "quality": "high"}, 4160),
        ({"tokens": 1000}, 1000),
    ],
    ids=str,
)
def test_an_image_by_its_tokens(acme: Ask, image: dict[str, Any], tokens: int) -> None:
    quote = acme("draw", [{"user": 1000, "assistant": [{"type": "image", **image}]}])
    assert quote.totals.output_tokens == tokens
    assert quote.totals.cost == Decimal("0.005") + Decimal(tokens) * 40 / 1_000_000


def test_an_image_whose_tokens_are_not_known_is_refused_with_the_remedy(acme: Ask) -> None:
    with pytest.raises(LocatedError, match="state `quality`, `size` as the provider does, or its `tokens`"):
        acme("draw", [{"user": 1000, "assistant": [{"type": "image", "quality": "high"}]}])


@pytest.mark.parametrize(
    ("video", "dollars"),
    [
        ({"seconds": 8, "resolution": "720p"}, "0.8"),
        ({"seconds": 8, "resolution": "720p", "audio": False}, "0.8"),
        ({"seconds": 2.5, "resolution": "1080p", "audio": True}, "1"),
        ({"seconds": 8}, None),
        ({"seconds": 8, "resolution": "1080p"}, None),
    ],
    ids=str,
)
def test_a_video_by_the_second(acme: Ask, video: dict[str, Any], dollars: str | None) -> None:
    quote = acme("video-by-second", [{"user": "A cat runs", "assistant": [{"type": "video", **video}]}])
    assert quote.totals.cost == (None if dollars is None else Decimal(dollars))
    assert quote.totals.complete is (dollars is not None)
    missing = [] if dollars else [("output_video", 0, "second", Decimal(8))]
    assert unpriced(quote) == missing


def test_speech_by_the_character(acme: Ask) -> None:
    """11 characters at 15 dollars a million; a number of tokens has no characters that anybody knows."""
    assert acme("say", [{"user": "Hello world", "repeat": 2}]).totals.cost == Decimal("0.00033")
    unknown = acme("say", [{"user": 3}])
    assert unpriced(unknown) == [("input_text", 0, None, None)]


def test_speech_by_the_minute(acme: Ask) -> None:
    quote = acme("say-by-minute", [{"user": 3, "assistant": [{"type": "audio", "seconds": 90}]}])
    assert quote.totals.cost == Decimal("0.09")


@pytest.mark.parametrize(
    ("model", "seconds", "dollars"),
    [
        ("hear", 90, "0.009"),
        ("hear", 7, "0.006"),
        ("hear", 61, "0.0061"),
        ("hear-ten", 3600, "0.36"),
        ("hear-ten", 3, "0.001"),
        ("hear-ten", 10.5, "0.00105"),
    ],
)
def test_a_transcript_by_length_and_no_less_than_its_minimum(
    acme: Ask, model: str, seconds: float, dollars: str
) -> None:
    quote = acme(model, [{"user": [{"type": "audio", "seconds": seconds}], "assistant": 200}])
    assert (quote.totals.cost, quote.totals.complete) == (Decimal(dollars), True)


def test_a_cost_without_an_end_of_decimals_is_cut_at_the_eighteenth() -> None:
    """A second at a cent a minute, and then two more of them."""
    fee = Fee.model_validate({"what": "input_audio", "price": "0.01", "unit": "minute"})
    second = Use("input_audio", {"second": Decimal(1)})
    priced = price_uses([fee], [[second], [second, second]])
    assert priced.costs == (Decimal("0.000166666666666667"), Decimal("0.000333333333333334"))
    assert priced.lines[0].cost == Decimal("0.000500000000000001")


@pytest.mark.parametrize(
    ("model", "kinds", "dollars"),
    [
        ("say-by-token", {"input": 1000, "output_audio": 500}, "0.011"),
        ("hear-by-token", {"input_audio": 1000, "output": 500}, "0.011"),
        ("draw", {"input": 1000, "output_image": 500}, "0.025"),
        ("chat", {"input": 1000, "output": 500}, "0.007"),
    ],
)
def test_stated_tokens_are_of_the_kind_that_the_model_takes_and_gives(
    acme: Ask, model: str, kinds: dict[str, int], dollars: str
) -> None:
    quote = acme(model, [{"user": 1000, "assistant": 500, "reasoning": 0}])
    assert {line.kind: line.tokens for line in quote.lines} == kinds
    assert quote.totals.cost == Decimal(dollars)


def test_speech_that_is_billed_by_the_character_needs_no_rule_for_its_audio(acme: Ask) -> None:
    quote = acme("say", [{"user": "Hello world", "assistant": [{"type": "audio", "seconds": 2}]}])
    assert (quote.totals.cost, quote.totals.complete) == (Decimal("0.000165"), True)


def test_reading_by_the_page(acme: Ask) -> None:
    quote = acme("read", [{"user": [{"type": "document", "pages": 12}], "assistant": 900, "repeat": 2}])
    assert quote.totals.cost == Decimal("0.024")


def test_media_that_no_fee_and_no_rule_knows_are_refused(acme: Ask) -> None:
    with pytest.raises(LocatedError, match="no rule for audio"):
        acme("embed", [{"user": [{"type": "audio", "seconds": 7}]}])


def test_a_list_names_what_no_fee_is_known_for_beside_tokens_without_a_price(acme: Ask) -> None:
    quote = acme("rank", [{"user": 10}], conversations=5)
    assert quote.fleet is not None
    assert quote.fleet.cost == Decimal("0.01")


@pytest.mark.parametrize(
    ("repeat", "caching", "said"),
    [(2, {}, True), (1, {}, False), (2, {"enabled": False}, False)],
)
def test_a_price_for_reads_of_an_unknown_cache_is_said_not_to_be_used(
    acme: Ask, repeat: int, caching: dict[str, object], said: bool
) -> None:
    """1,000 and 2,100 tokens of input at $2 a million, and 100 of output at $10 each time."""
    turns = [{"user": 1000, "assistant": 100, "reasoning": 0, "repeat": repeat}]
    quote = acme("keeps", turns, caching=caching)
    assert quote.totals.cache_read_tokens == 0
    assert quote.totals.cost == Decimal("0.0082" if repeat == 2 else "0.003")
    assert any("does not know how this cache behaves" in text for text in quote.assumptions) is said


def test_a_mode_without_an_announced_price_is_not_said_to_end(acme: Ask) -> None:
    quote = acme("keeps", PLAIN, mode="batch")
    (warning,) = (warning for warning in quote.warnings if warning.code == "price_change")
    assert warning.detail == "from 2026-12-15 no price of acme/keeps in mode batch is known"


@pytest.mark.parametrize("name", ["request", "search", "output_image", "input_page", "cache_storage"])
def test_what_the_plan_itself_measures_is_no_server_tool(acme: Ask, name: str) -> None:
    turns = [{"user": 1000, "assistant": 100, "reasoning": 0, "server_tools": {name: 1}}]
    with pytest.raises(LocatedError, match="measured in the plan") as caught:
        acme("asks", turns)
    assert caught.value.location == ("turns", 0, "server_tools", name)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("web_serch", "did you mean 'web_search'"),
        ("code_exec", "did you mean 'code_execution'"),
    ],
)
def test_a_misspelt_tool_is_refused_with_the_name_that_is_meant(acme: Ask, name: str, said: str) -> None:
    turns = [
        PLAIN[0],
        {"user": 1, "assistant": 1, "reasoning": 0, "server_tools": {"web_search": 1, name: 1}},
    ]
    with pytest.raises(LocatedError, match=said) as caught:
        acme("chat", turns)
    assert caught.value.location == ("turns", 1, "server_tools", name)


@pytest.mark.parametrize(
    ("place", "region", "warned"),
    [("us", None, True), ("us", "us", False), ("global", None, False), (None, None, False), (7, None, False)],
)
def test_a_region_of_the_body_that_the_plan_does_not_state_is_told(
    acme: Ask, place: Any, region: str | None, warned: bool
) -> None:
    body = {"model": "any", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
    if place is not None:
        body["inference_geo"] = place
    start = {"format": "anthropic.messages", "body": body}
    quote = acme("chat", [{"assistant": 1, "reasoning": 0}], start=start, region=region)
    assert ("region_not_stated" in codes(quote)) is warned


@pytest.mark.parametrize("name", ["web_fetch", "teleport"])
def test_a_tool_that_is_like_no_other_has_no_known_fee(acme: Ask, name: str) -> None:
    turns = [{"user": 1, "assistant": 1, "reasoning": 0, "server_tools": {name: 2}}]
    assert unpriced(acme("chat", turns)) == [(name, 0, "call", Decimal(2))]
