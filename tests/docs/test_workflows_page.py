"""docs/workflows.md: every kind has an example, and its table is what comes out, request by request."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from tests.docs.test_worked_examples import AT, DOCS, examples

from tokenquote.catalog import Catalog
from tokenquote_client import Quote

Ask = Callable[..., Quote]
PAGE = "workflows.md"
EXAMPLES = {plan["workflow"]["kind"]: (plan, shown) for plan, shown in examples(PAGE)}


def test_every_kind_has_an_example_and_a_row(catalog: Catalog) -> None:
    page = (DOCS / PAGE).read_text()
    assert set(EXAMPLES) == set(catalog.workflows)
    assert [kind for kind in catalog.workflows if f"| `{kind}` | " not in page] == []


@pytest.mark.parametrize("kind", EXAMPLES)
def test_an_example_comes_out_as_its_table_says(quoted: Ask, kind: str) -> None:
    plan, shown = EXAMPLES[kind]
    quote = quoted(turns=None, at=AT, **plan)
    assert quote.requests is not None
    told: dict[str, list[Any]] = {
        "turn": [request.turn for request in quote.requests],
        "agent": [request.agent or "" for request in quote.requests],
        "purpose": [request.purpose or "" for request in quote.requests],
        "input": [request.input_tokens for request in quote.requests],
        "output": [request.output_tokens for request in quote.requests],
    }
    assert {head: [row[head] for row in shown] for head in shown[0]} == {
        head: [str(cell) for cell in told[head]] for head in shown[0]
    }


def test_the_corpus_of_the_page(quoted: Ask) -> None:
    plan, _ = EXAMPLES["rag"]
    workflow = {**plan["workflow"], "chunk": 800, "overlap": 200, "corpus": 100_000}
    indexing = quoted(turns=None, at=AT, **{**plan, "workflow": workflow}).indexing
    assert indexing is not None
    assert (indexing.passages, indexing.tokens, indexing.cost) == (167, 133_200, Decimal("0.002664"))
    assert "133,200 tokens, $0.002664" in (DOCS / PAGE).read_text()
