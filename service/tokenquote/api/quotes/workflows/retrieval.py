"""An answer from passages that are found for the question, and what embedding the corpus takes beforehand."""

from __future__ import annotations

from dataclasses import dataclass

from tokenquote.api.quotes.workflows.documents import Pieces, cut_pieces
from tokenquote.api.quotes.workflows.written import Recipe, Written
from tokenquote.catalog import Model
from tokenquote.errors import LocatedError
from tokenquote.ledger.money import cost_tokens
from tokenquote.ledger.prices import Tariff, find_rate
from tokenquote_client import plan as wire
from tokenquote_client.amounts import MAX_AMOUNT_TOKENS, Amount, AmountOrParts
from tokenquote_client.bill import Indexing

__all__ = ["RagRecipe", "price_indexing"]

_WITHOUT_EFFECT_UNLESS = {
    "candidates": "rerank_model",
    "query": "queries",
    "overlap": "corpus",
    "corpus": "embedding_model",
}
"""Parameters that change nothing unless another one is stated."""


@dataclass(frozen=True, slots=True)
class RagRecipe(Recipe):
    """One turn under history `retrieval`, whose requests before the turn find the passages.

    question                  -> query x queries    (multi-query, RAG-fusion)
    question                  -> hypothesis         (HyDE)
    what is searched                                (to the embedding model, once for each)
    question, candidates                            (to the rerank model)
    passages, question        -> answer
    """

    question: AmountOrParts
    chunk: int
    top_k: int
    queries: int | None
    query: Amount | None
    hypothesis: Amount | None
    embedding_model: str | None
    rerank_model: str | None
    candidates: int | None
    corpus: int | None
    overlap: int | None
    answer: Amount

    def write(self) -> Written:
        passages = self.chunk * self.top_k
        if passages > MAX_AMOUNT_TOKENS:
            detail = f"makes {passages} tokens of passages; a message has at most {MAX_AMOUNT_TOKENS}"
            raise LocatedError(("top_k",), detail)
        for name, needed in _WITHOUT_EFFECT_UNLESS.items():
            if getattr(self, name) is not None and getattr(self, needed) is None:
                raise LocatedError((name,), f"without effect unless `{needed}` is stated")
        searched = {
            "embedding_model": self.embedding_model,
            "rerank_model": self.rerank_model,
            "candidates": self.candidates,
            "queries": self.queries,
            "query": self.query,
            "hypothesis": self.hypothesis,
        }
        stated = {name: value for name, value in searched.items() if value is not None}
        history = wire.Retrieval.model_validate(
            {"strategy": "retrieval", "tokens": passages, "turns": 0, **stated}
        )
        notes = []
        if self.embedding_model is None:
            notes = ["workflow: no `embedding_model` is stated, so that no embedding is counted"]
        return Written([wire.Turn(user=self.question, assistant=self.answer)], history, notes=notes)

    def cut_corpus(self) -> Pieces | None:
        """Return the passages that the corpus is cut into. None: the plan states no corpus.

        Raises:
            LocatedError: the overlap is as long as a passage.
        """
        if self.corpus is None:
            return None
        return cut_pieces(self.corpus, self.chunk, self.overlap or 0)


def price_indexing(corpus: Pieces, model: Model, tariff: Tariff) -> Indexing:
    """Price the passages of a corpus, each embedded once, at the rate of the model that embeds them."""
    rate = find_rate(tariff, "input", corpus.chunk) if tariff.bills_tokens else None
    return Indexing(
        model=model.id,
        passages=corpus.number,
        tokens=corpus.tokens,
        rate=rate,
        cost=cost_tokens(corpus.tokens, rate) if rate is not None else None,
        source=tariff.source if rate is not None else None,
        checked=tariff.checked if rate is not None else None,
    )
