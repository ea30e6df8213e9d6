"""Quote recorded conversations as plans, and put the quote of each request beside its bill.

The first body opens the plan (`start`); what each later body adds becomes a tool round or a turn. Nothing of
the bill is used: a plan holds the texts, and the quote counts, replays and caches them. Requests that do not
follow from one another as a plan's do (other tools, a rewritten history) are counted singly.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.recordings.calls import catalog_model, is_text_only, read_format, recorded_names, rows
from benchmarks.recordings.plan_from_requests import NotAPlan, plan_from_requests
from benchmarks.recordings.snapshots import recorded_day
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
    """The requests of a conversation in input tokens: as predicted, and as billed."""

    key: Mapping[str, Any]
    family: str
    clean: bool
    """True if everything that was sent is text, and no bill is suspect."""
    predicted: list[int] | None
    cache_read: list[int] | None
    billed: list[int]
    billed_cache_read: list[int]
    planned: bool = False
    """True if the figures are a quote's; False if each request was counted by itself."""
    reason: str | None = None


class Grower:
    """A counter that quotes recorded conversations by one catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._vocabularies = Vocabularies(catalog.vocabularies)
        self._counter = TokenCounter(catalog, self._vocabularies)

    def conversations(self, recordings: Path, conversations: Path) -> Iterator[Grown]:
        """Quote chains of recorded calls, oldest call first."""
        by_id = {row["id"]: row for row in rows(recordings)}
        for chain in json.loads(conversations.read_text(encoding="utf-8")):
            calls = [by_id[call_id] for call_id in chain["ids"]]
            yield self._grown({"ids": chain["ids"]}, chain["api"], calls)

    def runs(self, path: Path) -> Iterator[Grown]:
        """Quote long agent runs; step k sends the first `n_messages` messages."""
        for run in rows(path):
            calls = [
                {
                    "api": run.get("api", "deepseek.chat"),
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
            predicted = self._count_singly(calls)
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

    def _count_singly(self, calls: Sequence[Mapping[str, Any]]) -> list[int] | None:
        counts = [self._counter.predict(call)[0] for call in calls]
        known = [count.tokens for count in counts if count is not None]
        return known if len(known) == len(calls) else None

    def _quote(self, calls: Sequence[Mapping[str, Any]]) -> tuple[Quote | None, str | None]:
        try:
            model = self._model(calls[0])
            plan = plan_from_requests(read_format(calls[0]), [call["request"] for call in calls])
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
        """Find the catalog's model, or make a stand-in that counts as the recorded model does."""
        for name in recorded_names(call):
            day = recorded_day(call) or self._catalog.last_own_day(call["api"], name)
            try:
                counted_as = self._catalog.find_counting(name, call["api"], day)
            except ModelNotFound:
                continue
            # Its cache is that of the name as it was called, whichever model answered on that day.
            called = str(call.get("model_requested") or "")
            sold = catalog_model(name, self._catalog) or catalog_model(called, self._catalog)
            model = sold or replace(self._catalog.models[_STAND_IN], id=name, caching=None)
            return replace(model, counting=counted_as.counting.on(day))
        raise NotAPlan(f"the catalog has no model {call.get('model_requested')!r}")
