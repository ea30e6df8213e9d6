"""Quote recorded conversations as plans, and put the quote of each request beside its bill.

The first body opens the plan (`start`); what each later body adds becomes a tool round or a turn. Nothing of
the bill is used: a plan holds the texts, and the quote counts, replays and caches them. Requests that do not
follow from one another as a plan's do (other tools, a rewritten history) are counted singly.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.recordings.bills import Bill, read_bill, read_repository
from benchmarks.recordings.calls import catalog_model, is_text_only, read_format, recorded_names
from benchmarks.recordings.chains import read_conversations, read_runs
from benchmarks.recordings.plan_from_requests import NotAPlan, plan_from_requests, read_caching
from benchmarks.recordings.snapshots import recorded_day
from benchmarks.recordings.token_counts import TokenCounter

from tokenquote.api.quotes import quote_as
from tokenquote.catalog import Catalog, Model, ModelNotFound
from tokenquote.catalog.schema.caching import CachingRule
from tokenquote.catalog.schema.counting import CountingRule
from tokenquote.errors import LocatedError
from tokenquote.tokens import Vocabularies, read_body
from tokenquote.tokens.bodies.cache_marks import find_cache_marks
from tokenquote.tokens.gemini import asks_for_route
from tokenquote_client import Plan, Quote
from tokenquote_client.quote import QuotedRequest

__all__ = ["GEMINI", "Grower", "Grown"]

# Prices do not matter here, but a plan is quoted at an instant.
_AT = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
GEMINI = ", Gemini"
"""The end of the heading of conversations on Gemini whose input can be known."""
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
    cache_write: list[int] | None
    bills: Sequence[Bill]
    rule: CachingRule | None = None
    """How the model's cache behaves; None: the catalog does not know, or the model has none."""
    repository: str = ""
    """The repository that recorded the conversation."""
    marked: bool = False
    """True if the first request marks what to cache (`cache_control`, `cachePoint`)."""
    planned: bool = False
    """True if the figures are a quote's; False if each request was counted by itself."""
    reason: str | None = None

    @property
    def billed(self) -> list[int]:
        """The billed input tokens of each request."""
        return [bill.input for bill in self.bills]

    @property
    def billed_cache_read(self) -> list[int]:
        """The billed cache reads of each request."""
        return [bill.read for bill in self.bills]


class Grower:
    """A counter that quotes recorded conversations by one catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._vocabularies = Vocabularies(catalog.vocabularies)
        self._counter = TokenCounter(catalog, self._vocabularies)

    def conversations(self, recordings: Sequence[Path], conversations: Path) -> Iterator[Grown]:
        """Quote chains of recorded calls, oldest call first."""
        for chain, calls in read_conversations(recordings, conversations):
            yield self._grown({"ids": chain["ids"]}, self._family(chain["api"], calls), calls)

    def runs(self, paths: Sequence[Path]) -> Iterator[Grown]:
        """Quote long agent runs; step k sends the first `n_messages` messages."""
        for run, calls in read_runs(paths):
            yield self._grown({"run": run["run"]}, f"{calls[0]['api']}, {run['model']}", calls)

    def _family(self, api: str, calls: Sequence[Mapping[str, Any]]) -> str:
        """Return the heading that conversations are counted under: Gemini has its own on every API.

        Routers send Gemini's requests to AI Studio or to Vertex, which bill otherwise, and do not say which:
        conversations that ask for neither stand apart, as their input cannot be known.
        """
        rule = self._find_rule(calls[0]) if calls else None
        if rule is None or not rule.gemini:
            return api
        bodies = (read_body(read_format(call), call["request"]) for call in calls)
        try:
            chosen = len(rule.gemini) == 1 or all(asks_for_route(rule.gemini, body) for body in bodies)
        except LocatedError:
            return api
        return f"{api}{GEMINI}" if chosen else f"{api}{GEMINI} by a route that the router chose"

    def _grown(self, key: Mapping[str, Any], family: str, calls: Sequence[Mapping[str, Any]]) -> Grown:
        quoted, reason = self.quote(calls)
        predicted: list[int] | None = None
        if quoted is None:
            predicted = self.count_singly(calls)
            predicted = predicted or None
            requests = self._request_as_stated(calls, predicted) if predicted else None
        else:
            requests = quoted.requests or ()
            predicted = [request.input_tokens for request in requests]
        return Grown(
            key,
            family,
            all(is_text_only(call) and not call.get("suspect") for call in calls),
            predicted,
            None if requests is None else [request.cache_read_tokens for request in requests],
            None if requests is None else [request.cache_write_tokens for request in requests],
            [read_bill(call) for call in calls],
            self._find_caching(calls),
            read_repository(calls[0]) if calls else "",
            marked=bool(calls) and bool(find_cache_marks(calls[0]["request"])),
            planned=quoted is not None,
            reason=reason,
        )

    def count_singly(self, calls: Sequence[Mapping[str, Any]]) -> list[int] | None:
        """Count each request by itself; None if one of them cannot be counted."""
        counts = [self._counter.predict(call)[0] for call in calls]
        known = [count.tokens for count in counts if count is not None]
        return known if len(known) == len(calls) else None

    def quote(self, calls: Sequence[Mapping[str, Any]]) -> tuple[Quote | None, str | None]:
        """Quote the requests as one plan; None and the reason if they are none, or cannot be quoted."""
        try:
            if not calls:
                raise NotAPlan("a call of the conversation is not among the recordings")
            model = self._model(calls[0])
            if any(self._find_rule(call) != model.counting for call in calls[1:]):
                raise NotAPlan("requests are answered by several models")
            plan = plan_from_requests(read_format(calls[0]), [call["request"] for call in calls])
            quoted = self._quote_plan(plan, model, self._find_day(calls[0]))
        except (LocatedError, NotAPlan, ValueError) as error:
            return None, str(error)[:200]
        if quoted.totals.requests != len(calls):
            return None, "the plan makes another number of requests than were recorded"
        return quoted, None

    def _quote_plan(self, plan: Mapping[str, Any], model: Model, day: dt.date | None) -> Quote:
        asked = Plan.model_validate({**plan, "model": model.id})
        at = _AT if day is None else dt.datetime.combine(day, dt.time(12), dt.UTC)
        return quote_as(asked, model, self._catalog, self._vocabularies, at)

    def _request_as_stated(
        self, calls: Sequence[Mapping[str, Any]], inputs: Sequence[int]
    ) -> Sequence[QuotedRequest] | None:
        """Return requests that are no plan as a quote of their single counts, with what the cache serves.

        Each request is taken to send the one before it again whole. None where one is shorter than that.
        """
        added = [after - before for before, after in pairwise([0, *inputs])]
        if min(added) < 0:
            return None
        turns = [{"user": tokens, "assistant": 0, "reasoning": 0} for tokens in added]
        try:
            caching = read_caching([call["request"] for call in calls], has_start=False)
            quoted = self._quote_plan({"turns": turns, **caching}, self._model(calls[0]), None)
        except (LocatedError, NotAPlan, ValueError):
            return None
        return quoted.requests or ()

    def _find_caching(self, calls: Sequence[Mapping[str, Any]]) -> CachingRule | None:
        try:
            return self._model(calls[0]).caching if calls else None
        except NotAPlan:
            return None

    def _find_day(self, call: Mapping[str, Any]) -> dt.date | None:
        """Return the day of the call, or the last one of its name where that has moved since; None: today."""
        for name in recorded_names(call):
            if (day := recorded_day(call) or self._catalog.last_own_day(call["api"], name)) is not None:
                return day
        return None

    def _find_rule(self, call: Mapping[str, Any]) -> CountingRule | None:
        """Return the rule that counts the call; None: no model of its names is known."""
        for name in recorded_names(call):
            day = recorded_day(call) or self._catalog.last_own_day(call["api"], name)
            try:
                return self._catalog.find_counting(name, call["api"], day).counting.on(day)
            except ModelNotFound:
                continue
        return None

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
            # The named model answered the recorded call, wherever its name is routed today.
            answered = replace(model, entry=model.entry.model_copy(update={"rerouted_to": None}))
            return replace(self._with_media(answered, name), counting=counted_as.counting.on(day))
        raise NotAPlan(f"the catalog has no model {call.get('model_requested')!r}")

    def _with_media(self, model: Model, name: str) -> Model:
        """Return the model with the media rules that single counts go by for this name."""
        try:
            rules = self._catalog.find_media_rules(name)
        except ModelNotFound:
            return replace(model, images=None, audio=None, video=None, documents=None)
        return replace(
            model,
            images=rules.images,
            audio=rules.audio,
            video=rules.video,
            documents=rules.documents,
            media_limits=rules.limits,
        )
