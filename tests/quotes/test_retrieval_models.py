"""Embeddings and searches of retrieval (law 20): rows with a purpose, priced at models of their own.

The maker's embeddings cost 0.10 dollars a million tokens, its searches of up to 100 passages 2 dollars a
thousand.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import NOW

from tokenquote.api.quotes import answer_plan
from tokenquote.catalog import Catalog, load_catalog
from tokenquote.errors import LocatedError, NotYetOffered
from tokenquote.tokens import Vocabularies
from tokenquote_client import Plan, Quote

Ask = Callable[..., Quote]

PROVIDER = """\
id: acme
name: Acme
first_party: true
models:
  - id: embeds
    name: Embeds
    kind: embedding
    context: {max_input: 8000}
    counting: openai-gpt-5
    prices: [{rates: {input: "0.1"}, source: https://example.com, checked: 2026-11-12}]
  - id: ranks
    name: Ranks
    kind: rerank
    context: {}
    counting: openai-gpt-5
    prices:
      - fees: [{what: search, price: "2", per: 1000, unit: query}]
        source: https://example.com
        checked: 2026-11-12
  - id: ranks-by-tokens
    name: Ranks by tokens
    kind: rerank
    context: {}
    counting: openai-gpt-5
    prices: [{rates: {input: "0.05"}, source: https://example.com, checked: 2026-11-12}]
  - id: ranks-for-nothing
    name: Ranks for nothing
    kind: rerank
    context: {}
    counting: openai-gpt-5
    prices: [{rates: {input: "0"}, source: https://example.com, checked: 2026-11-12}]
"""
TURNS = [{"user": 100, "assistant": 50, "reasoning": 0, "repeat": 2}]
HISTORY = {"strategy": "retrieval", "tokens": 200, "turns": 0}


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    folder: Path = tmp_path_factory.mktemp("catalog")
    (folder / "providers").mkdir()
    (folder / "providers" / "acme.yaml").write_text(PROVIDER)
    return load_catalog(folder)


@pytest.fixture(scope="module")
def asked(acme: Catalog) -> Ask:
    def ask(turns: Any = TURNS, **history: Any) -> Quote:
        plan = {"model": "openai/gpt-5.4-mini", "turns": turns, "history": {**HISTORY, **history}}
        quote = answer_plan(Plan.model_validate(plan), acme, Vocabularies(acme.vocabularies), NOW)
        assert isinstance(quote, Quote)
        return quote

    return ask


def rows(quote: Quote) -> list[tuple[int, str | None, int, int, str]]:
    return [(r.turn, r.purpose, r.input_tokens, r.output_tokens, str(r.cost)) for r in quote.requests or []]


def test_each_question_is_embedded_and_searched_for(asked: Ask) -> None:
    """100 x 0.10 a million; 250 passages are three searches; 300 x 0.75 + 50 x 4.50 a million."""
    quote = asked(embedding_model="acme/embeds", rerank_model="acme/ranks", candidates=250)
    assert [
        (turn, purpose, sent, written, Decimal(cost)) for turn, purpose, sent, written, cost in rows(quote)
    ] == [
        (1, "embedding", 100, 0, Decimal("0.00001")),
        (1, "rerank", 100, 0, Decimal("0.006")),
        (1, None, 300, 50, Decimal("0.00045")),
        (2, "embedding", 100, 0, Decimal("0.00001")),
        (2, "rerank", 100, 0, Decimal("0.006")),
        (2, None, 300, 50, Decimal("0.00045")),
    ]
    assert quote.totals.requests == 6
    assert quote.totals.cost == Decimal("0.01292")
    assert quote.totals.fees == Decimal("0.012")
    assert quote.totals.complete
    assert [(one.model, one.requests, one.cost) for one in quote.by_model or []] == [
        ("openai/gpt-5.4-mini", 2, Decimal("0.0009")),
        ("acme/embeds", 2, Decimal("0.00002")),
        ("acme/ranks", 2, Decimal("0.012")),
    ]


def test_as_many_passages_as_one_search_ranks_are_the_default(asked: Ask) -> None:
    assert asked(rerank_model="acme/ranks").totals.fees == Decimal("0.004")


def test_passages_that_are_billed_by_their_tokens_are_not_priced(asked: Ask) -> None:
    """Nobody states how long the passages are."""
    quote = asked(rerank_model="acme/ranks-by-tokens", candidates=20)
    assert not quote.totals.complete
    assert [missing.kind for missing in quote.unpriced] == ["passages"]


def test_passages_of_a_model_that_costs_nothing_are_not_missing(asked: Ask) -> None:
    quote = asked(rerank_model="acme/ranks-for-nothing", candidates=20)
    assert (quote.unpriced, quote.totals.complete) == ([], True)


def test_a_text_is_embedded_without_the_frame_of_a_message(asked: Ask) -> None:
    """`Hello world` is 2 tokens; in a request of the conversation 4 around it, and 2 for the request."""
    quote = asked([{"user": "Hello world", "assistant": 1, "reasoning": 0}], embedding_model="acme/embeds")
    assert [row[2] for row in rows(quote)] == [2, 200 + 8]


def test_media_are_not_embedded(asked: Ask) -> None:
    image = {"type": "image", "width": 10, "height": 10}
    with pytest.raises(NotYetOffered) as refused:
        asked([{"user": [image], "assistant": 1}], embedding_model="acme/embeds")
    assert refused.value.location == ("turns", 0, "user", 0)


@pytest.mark.parametrize(
    ("history", "pointer", "said"),
    [
        ({"embedding_model": "gpt-5.4"}, ("history", "embedding_model"), "of kind embedding"),
        ({"rerank_model": "acme/embeds"}, ("history", "rerank_model"), "of kind rerank"),
    ],
)
def test_a_model_that_cannot_do_it_is_refused(asked: Ask, history: Any, pointer: Any, said: str) -> None:
    with pytest.raises(LocatedError, match=said) as refused:
        asked(**history)
    assert refused.value.location == pointer


def test_a_turn_is_not_answered_by_a_model_that_embeds(asked: Ask) -> None:
    with pytest.raises(LocatedError, match="of kind chat") as refused:
        asked([{"user": 1, "model": "acme/embeds"}])
    assert refused.value.location == ("turns", 0, "model")
