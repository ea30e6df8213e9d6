"""Workflows over documents: passages that are found for a question, and long documents in pieces."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from tokenquote_client.amounts import Amount, AmountOrParts, Forms, amount_form
from tokenquote_client.thinking_workflows import AnyWorkflow, Few
from tokenquote_client.wire_types import ModelName, TokenNumber, all_rules, either, having

__all__ = ["MapReduce", "Rag", "Refine"]

SomeTokens = Annotated[TokenNumber, Field(ge=1)]


def _hyde_form(value: Any) -> str:
    return "~switch" if isinstance(value, bool) else amount_form(value)


class Rag(AnyWorkflow):
    """Passages are found for a question and sent with it (retrieval-augmented generation)."""

    model_config = all_rules(
        either(having(query=(None,)), having("queries")),
        either(having(candidates=(None,)), having("rerank_model")),
        either(having(corpus=(None,)), having("embedding_model")),
        either(having(overlap=(None,)), having("corpus")),
    )

    kind: Literal["rag"]
    """The kind of workflow, which is `rag`: an answer from passages that are found."""
    question: AmountOrParts | None = None
    """The question; null, the default: as the catalog says."""
    chunk: SomeTokens | None = None
    """The length of a passage in tokens; null, the default: as the catalog says."""
    top_k: Annotated[int, Field(strict=True, ge=1, le=10_000)] | None = None
    """The number of passages that are sent with the question; null, the default: as the catalog says."""
    queries: Few | None = None
    """The number of queries that the model writes first, each searched by itself (multi-query; RAG-fusion, if
    the results are fused by their ranks); null, the default: the question itself is searched."""
    query: Amount | None = None
    """The length of each of these queries; null, the default: as the catalog says. Without `queries` it is an
    error."""
    hyde: (
        Annotated[
            Annotated[Annotated[bool, Field(strict=True)], Tag("~switch")] | Forms,
            Discriminator(_hyde_form),
        ]
        | None
    ) = None
    """The hypothetical answer that the model writes first, which is searched in place of the question (HyDE),
    as an amount; `true` for one of the catalog's length. Null, the default, and `false`: there is none."""
    embedding_model: ModelName | None = None
    """The model that embeds what is searched, and the corpus; null, the default: no embedding is counted."""
    rerank_model: ModelName | None = None
    """The model that ranks the candidates, once for each question; null, the default: there is none."""
    candidates: Annotated[int, Field(strict=True, ge=1, le=10_000)] | None = None
    """The number of passages that `rerank_model` ranks; null, the default: as many as it takes in one search.
    Without `rerank_model` it is an error."""
    corpus: SomeTokens | None = None
    """The tokens of all documents, which `embedding_model` embeds once, for `indexing`; null, the default:
    the quote has no `indexing`. Without `embedding_model` it is an error."""
    overlap: TokenNumber | None = None
    """The tokens that two passages in a row of the corpus share; null, the default: as the catalog says. It
    must be below `chunk`, and without `corpus` it is an error."""
    answer: Amount | None = None
    """The answer; null, the default: as the catalog says."""


class _InPieces(AnyWorkflow):
    """A long document that is cut into pieces."""

    document: SomeTokens | None = None
    """The tokens of the document, which decide how many pieces there are; null, the default: as the catalog
    says."""
    chunk: SomeTokens | None = None
    """The tokens of a piece, of which the last may be shorter; null, the default: as the catalog says."""
    overlap: TokenNumber | None = None
    """The tokens that two pieces in a row share; null, the default: as the catalog says. It must be below
    `chunk`."""


class MapReduce(_InPieces):
    """A long document in pieces: a summary of each, and then an answer from all summaries."""

    kind: Literal["map_reduce"]
    """The kind of workflow, which is `map_reduce`: pieces by themselves, then all of them together."""
    summary: Amount | None = None
    """The summary of each piece; null, the default: as the catalog says."""
    collapse_above: SomeTokens | None = None
    """The most tokens of summaries that one request sends: more of them are summarized in groups first, again
    and again until they fit. Null, the default: one request sends all. With it `summary` must be a number of
    tokens."""
    answer: Amount | None = None
    """The answer from all summaries; null, the default: as the catalog says."""


class Refine(_InPieces):
    """A long document in pieces: the answer so far is refined with each piece."""

    kind: Literal["refine"]
    """The kind of workflow, which is `refine`: one piece after the other."""
    summary: Amount | None = None
    """The answer so far, which each request but the last writes and the next one sends with its piece; null,
    the default: as the catalog says."""
    answer: Amount | None = None
    """What the request with the last piece writes; null, the default: as the catalog says."""
