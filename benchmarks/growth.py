"""Recorded conversations as plans: what a quote says of each request beside what was billed.

The first body opens the plan (`start`); what each later body adds becomes a tool round or a turn. Nothing of
the bill is used: a plan holds the texts, and the quote counts, replays and caches them.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.recorded import CHAT_APIS, catalog_model, is_text_only, rows

from tokenquote.catalog import Catalog
from tokenquote.problems import KNOWN_ERRORS
from tokenquote.quotes import answer
from tokenquote.tokens import Vocabularies
from tokenquote_client import Plan, Quote

# Prices do not matter here, but a plan is quoted at an instant.
_AT = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


class NotAPlan(ValueError):
    """The recorded requests do not follow from one another as the turns of a plan do."""


@dataclass(frozen=True)
class Grown:
    """A conversation's requests: predicted, and as billed."""

    key: Mapping[str, Any]
    family: str
    text_only: bool
    predicted: list[int] | None
    cache_read: list[int] | None
    billed: list[int]
    billed_cache_read: list[int]
    reason: str | None = None


class Grower:
    """Quotes recorded conversations."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._vocabularies = Vocabularies(catalog.vocabularies)

    def conversations(self, recordings: Path, conversations: Path) -> Iterator[Grown]:
        """Chains of recorded calls, oldest first."""
        by_id = {row["id"]: row for row in rows(recordings)}
        for chain in json.loads(conversations.read_text(encoding="utf-8")):
            calls = [by_id[one] for one in chain["ids"]]
            bodies = [call["request"] for call in calls]
            prefixes = [body.get("messages") for body in bodies]
            reason = None if CHAT_APIS.search(chain["api"]) else "format not yet offered"
            yield self._grown(
                {"ids": chain["ids"]},
                chain["api"],
                calls[0].get("model_requested"),
                bodies[0],
                prefixes,
                [call.get("input_tokens") or 0 for call in calls],
                [call.get("cached_tokens") or 0 for call in calls],
                text_only=all(map(is_text_only, calls)),
                reason=reason,
            )

    def runs(self, path: Path) -> Iterator[Grown]:
        """Long agent runs; step k sends the first `n_messages` messages."""
        for run in rows(path):
            usage = [step["usage"] for step in run["steps"]]
            prefixes = [run["messages"][: step["n_messages"]] for step in run["steps"]]
            cached = [(use.get("prompt_tokens_details") or {}).get("cached_tokens") or 0 for use in usage]
            yield self._grown(
                {"run": run["run"]},
                "long runs",
                run["model"],
                {"messages": prefixes[0], "tools": run["tools"] or []},
                prefixes,
                [use["prompt_tokens"] for use in usage],
                cached,
                text_only=True,
                reason=None,
            )

    def _grown(
        self,
        key: Mapping[str, Any],
        family: str,
        name: str | None,
        body: Mapping[str, Any],
        prefixes: Sequence[Any],
        billed: list[int],
        billed_cache_read: list[int],
        *,
        text_only: bool,
        reason: str | None,
    ) -> Grown:
        quoted: Quote | None = None
        if reason is None:
            quoted, reason = self._quote(name, body, prefixes)
        requests = quoted.requests if quoted is not None else None
        return Grown(
            key,
            family,
            text_only,
            [request.input_tokens for request in requests] if requests else None,
            [request.cache_read_tokens for request in requests] if requests else None,
            billed,
            billed_cache_read,
            reason,
        )

    def _quote(
        self, name: str | None, body: Mapping[str, Any], prefixes: Sequence[Any]
    ) -> tuple[Quote | None, str | None]:
        model = catalog_model(name, self._catalog)
        if model is None:
            return None, f"the catalog has no model {name!r}"
        try:
            plan = Plan.model_validate({**plan_of(body, prefixes), "model": model.id})
            quoted = answer(plan, self._catalog, self._vocabularies, _AT)
        except (*KNOWN_ERRORS, ValueError) as error:
            return None, str(error)[:200]
        if not isinstance(quoted, Quote) or quoted.totals.requests != len(prefixes):
            return None, "the plan makes another number of requests than were recorded"
        return quoted, None


def plan_of(body: Mapping[str, Any], prefixes: Sequence[Any]) -> dict[str, Any]:
    """The plan of which the recorded requests are the ledger.

    Args:
        body: the first request's body.
        prefixes: the messages of each request; each list continues the one before.

    Raises:
        NotAPlan: a request does not continue the one before, or skips one between.
    """
    if not all(isinstance(messages, list) and messages for messages in prefixes):
        raise NotAPlan("a request without messages")
    turns: list[dict[str, Any]] = [{"tool_rounds": []}]
    for before, after in pairwise(prefixes):
        new = after[len(before) :]
        if len(after) <= len(before) or new[0].get("role") != "assistant":
            raise NotAPlan("a request does not continue the one before with its answer")
        if any(message.get("role") == "assistant" for message in new[1:]):
            raise NotAPlan("a request between two recorded ones is missing")
        _add(turns, new[0], new[1:])
    first = {"messages": prefixes[0], **{k: v for k, v in body.items() if k != "messages"}}
    return {"start": {"format": "openai.chat", "body": first}, "turns": turns}


def _add(turns: list[dict[str, Any]], answered: Mapping[str, Any], new: Sequence[Mapping[str, Any]]) -> None:
    calls = answered.get("tool_calls") or []
    if calls:
        results = [message for message in new if message.get("role") in ("tool", "function")]
        others = [message for message in new if message.get("role") not in ("tool", "function")]
        turns[-1]["tool_rounds"].append({"calls": _calls(answered, calls, results, others)})
    else:
        turns[-1]["assistant"] = _text(answered)
        turns.append({"user": [{"type": "text", "text": _text(m)} for m in new] or 0, "tool_rounds": []})


def _calls(
    answered: Mapping[str, Any],
    calls: Sequence[Mapping[str, Any]],
    results: Sequence[Mapping[str, Any]],
    others: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Each call with its result; texts before the first and after the last go with them."""
    planned = []
    for i, call in enumerate(calls):
        function = call.get("function") or {}
        said = _text(answered) if i == 0 else ""
        result = [_text(results[i])] if i < len(results) else []
        if i == len(calls) - 1:
            result += [_text(message) for message in (*results[len(calls) :], *others)]
        text = f"{said}functions.{function.get('name')}{function.get('arguments') or ''}"
        planned.append({"call": text, "result": [{"type": "text", "text": part} for part in result] or 0})
    return planned


def _text(message: Mapping[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, str):
        return content
    return "".join(part.get("text") or "" for part in content or () if isinstance(part, dict))
