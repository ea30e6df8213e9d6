"""Recorded conversations as plans: what a quote says of each request beside what was billed.

The first body opens the plan (`start`); what each later body adds becomes a tool round or a turn. Nothing of
the bill is used: a plan holds the texts, and the quote counts, replays and caches them. Requests that do not
follow from one another as a plan's do (other tools, a rewritten history) are counted one by one.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.recordings.calls import catalog_model, format_of, is_text_only, names_of, rows
from benchmarks.recordings.plan_of_requests import NotAPlan, plan_of_requests
from benchmarks.recordings.token_counts import TokenCounter

from tokenquote.api.quotes import quote_as
from tokenquote.catalog import Catalog, Model, ModelNotFound
from tokenquote.errors import LocatedError
from tokenquote.tokens import Vocabularies
from tokenquote_client import Plan, Quote

__all__ = ["Grower", "Grown"]

# Prices do not matter here, but a plan is quoted at an instant.
_AT = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
# Lends its form to a model that nobody sells here; counting is then the other's own, and nothing is cached.
_STAND_IN = "openai/gpt-4o"


@dataclass(frozen=True)
class Grown:
    """A conversation's requests: predicted, and as billed."""

    key: Mapping[str, Any]
    family: str
    clean: bool
    """Whether everything that was sent is text, and no bill is suspect."""
    predicted: list[int] | None
    cache_read: list[int] | None
    billed: list[int]
    billed_cache_read: list[int]
    planned: bool = False
    """Whether the figures are a quote's, not those of requests counted one by one."""
    reason: str | None = None


class Grower:
    """Quotes recorded conversations."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._vocabularies = Vocabularies(catalog.vocabularies)
        self._counter = TokenCounter(catalog, self._vocabularies)

    def conversations(self, recordings: Path, conversations: Path) -> Iterator[Grown]:
        """Chains of recorded calls, oldest first."""
        by_id = {row["id"]: row for row in rows(recordings)}
        for chain in json.loads(conversations.read_text(encoding="utf-8")):
            calls = [by_id[one] for one in chain["ids"]]
            yield self._grown({"ids": chain["ids"]}, chain["api"], calls)

    def runs(self, path: Path) -> Iterator[Grown]:
        """Long agent runs; step k sends the first `n_messages` messages."""
        for run in rows(path):
            calls = [
                {
                    "api": "deepseek.chat",
                    "model_requested": run["model"],
                    "features": [],
                    "request": {
                        "model": run["model"],
                        "messages": run["messages"][: step["n_messages"]],
                        "tools": run["tools"] or [],
                    },
                    "input_tokens": step["usage"]["prompt_tokens"],
                    "cached_tokens": (step["usage"].get("prompt_tokens_details") or {}).get("cached_tokens"),
                }
                for step in run["steps"]
            ]
            yield self._grown({"run": run["run"]}, "long runs", calls)

    def _grown(self, key: Mapping[str, Any], family: str, calls: Sequence[Mapping[str, Any]]) -> Grown:
        quoted, reason = self._quote(calls)
        predicted: list[int] | None = None
        if quoted is None:
            predicted = self._one_by_one(calls)
        elif quoted.requests is not None:
            predicted = [request.input_tokens for request in quoted.requests]
        return Grown(
            key,
            family,
            all(is_text_only(call) and not call.get("suspect") for call in calls),
            predicted,
            [request.cache_read_tokens for request in quoted.requests or ()] if quoted else None,
            [call.get("input_tokens") or 0 for call in calls],
            [call.get("cached_tokens") or 0 for call in calls],
            quoted is not None,
            reason,
        )

    def _one_by_one(self, calls: Sequence[Mapping[str, Any]]) -> list[int] | None:
        counts = [self._counter.predict(call)[0] for call in calls]
        known = [count.tokens for count in counts if count is not None]
        return known if len(known) == len(calls) else None

    def _quote(self, calls: Sequence[Mapping[str, Any]]) -> tuple[Quote | None, str | None]:
        try:
            model = self._model(calls[0])
            plan = plan_of_requests(format_of(calls[0]), [call["request"] for call in calls])
            quoted = quote_as(
                Plan.model_validate({**plan, "model": model.id}),
                model,
                self._catalog,
                self._vocabularies,
                _AT,
            )
        except (LocatedError, NotAPlan, ValueError) as error:
            return None, str(error)[:200]
        if quoted.totals.requests != len(calls):
            return None, "the plan makes another number of requests than were recorded"
        return quoted, None

    def _model(self, call: Mapping[str, Any]) -> Model:
        """The catalog's model, or a stand-in that counts as the recorded one does."""
        for name in names_of(call):
            try:
                counted_as = self._catalog.find_counting(name, call["api"])
            except ModelNotFound:
                continue
            # Its cache is that of the name as it was called, whichever model answered on that day.
            called = str(call.get("model_requested") or "")
            sold = catalog_model(name, self._catalog) or catalog_model(called, self._catalog)
            model = sold or replace(self._catalog.models[_STAND_IN], id=name, caching=None)
            return replace(model, counting=counted_as.counting)
        raise NotAPlan(f"the catalog has no model {call.get('model_requested')!r}")
