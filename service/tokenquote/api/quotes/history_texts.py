"""Reads the texts of a history strategy: the instruction to condense, and the placeholder of results."""

from __future__ import annotations

from tokenquote.api.quotes.amounts import AmountCounter, find_text
from tokenquote.api.quotes.cleared_results import ClearedAs
from tokenquote.counts import Count
from tokenquote.ledger import NOTHING
from tokenquote.tokens import Message
from tokenquote_client import plan as wire
from tokenquote_client.amounts import Amount

__all__ = ["count_search_texts", "read_clearing", "read_instruction"]


def read_clearing(history: wire.History, counter: AmountCounter) -> ClearedAs | None:
    """Say what becomes of tool results; None: the strategy leaves the conversation whole.

    Raises:
        LocatedError: the placeholder cannot be counted.
    """
    if isinstance(history, wire.ClearToolResults):
        return ClearedAs(_read(history.placeholder, "placeholder", "result", counter))
    return None if isinstance(history, wire.FullHistory) else ClearedAs()


def read_instruction(history: wire.History, counter: AmountCounter) -> Message:
    """Read the message that asks for a summary or a compaction; another strategy has an empty one.

    Raises:
        LocatedError: it cannot be counted.
    """
    if not isinstance(history, wire.Summary | wire.Compaction):
        return Message("user")
    counter.assumptions.append(f"history: a request for a {history.strategy} writes no reasoning")
    return Message("user", (_read(history.instruction, "instruction", "user", counter),))


def count_search_texts(history: wire.History, counter: AmountCounter) -> tuple[int | None, int | None]:
    """Count what the model writes to search with: all queries, and a hypothetical answer. None: no such text.

    Raises:
        LocatedError: one of them cannot be counted.
    """
    if not isinstance(history, wire.Retrieval):
        return None, None
    queries = hypothesis = None
    if history.queries is not None and history.query is not None:
        queries = history.queries * counter.count(history.query, ("history", "query"), "user").tokens
    if history.hypothesis is not None:
        hypothesis = counter.count(history.hypothesis, ("history", "hypothesis"), "assistant").tokens
    if queries is not None or hypothesis is not None:
        counter.assumptions.append("history: the requests that write what is searched write no reasoning")
    return queries, hypothesis


def _read(value: Amount | None, name: str, kind: str, counter: AmountCounter) -> str | Count:
    """Read a text as itself, for the provider frames it, and anything else as its count, or else 0."""
    if value is None:
        counter.assumptions.append(f"history: no `{name}` is stated, and it counts as 0 tokens")
        return NOTHING
    count = counter.count(value, ("history", name), kind)
    text = find_text(value)
    return count if text is None else text
