"""Every model that has a price is quoted a simple plan of its kind: no price is missing, none is absurd."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from tests.conftest import shipped

from tokenquote.api.quotes import quote_as
from tokenquote.catalog import Model
from tokenquote.errors import LocatedError
from tokenquote.tokens import Vocabularies
from tokenquote_client import Plan

DAY = dt.timedelta(days=1)
MILLION = 1_000_000

PLANS: Mapping[str, Any] = {
    "chat": {"user": MILLION, "assistant": MILLION, "reasoning": 0},
    "embedding": {"user": MILLION},
    "rerank": {"user": MILLION},
    "moderation": {"user": MILLION},
    "image": {"user": 0, "assistant": [{"type": "image", "width": 1024, "height": 1024}]},
    "video": {"user": 0, "assistant": [{"type": "video", "seconds": 1}]},
    "speech": {"user": "x" * 1000, "assistant": [{"type": "audio", "seconds": 60}]},
    "transcription": {"user": [{"type": "audio", "seconds": 3600}], "assistant": 0},
    "realtime": {
        "user": [{"type": "audio", "seconds": 60}],
        "assistant": [{"type": "audio", "seconds": 60}],
        "reasoning": 0,
    },
    "ocr": {"user": [{"type": "document", "pages": 1}], "assistant": 0},
}

COSTS = {
    "chat": ("0.02", "1000"),
    "embedding": ("0.001", "2"),
    "rerank": ("0.001", "1"),
    "moderation": ("0", "1"),
    "image": ("0.001", "1"),
    "video": ("0.01", "2"),
    "speech": ("0.001", "1"),
    "transcription": ("0.01", "5"),
    "realtime": ("0.001", "2"),
    "ocr": ("0.0001", "0.1"),
}
"""The least and the most in dollars that anybody asks: a price a thousand times off lies outside."""


def last_day(model: Model) -> dt.datetime:
    """Return an instant at which the last known price holds and the model still answers."""
    begins = [block.begins for block in model.entry.prices if block.begins is not None]
    latest = max([dt.datetime(2026, 11, 28, tzinfo=dt.UTC), *begins])
    end = model.answers_until()
    return latest if end is None else min(latest, end - DAY)


def is_free(model: Model) -> bool:
    blocks = model.entry.prices
    rates = [rate for block in blocks for rate in block.rates.stated().values()]
    return bool(rates) and not any(rates) and not any(block.fees for block in blocks)


@pytest.mark.parametrize("kind", PLANS)
def test_no_price_is_missing_and_none_is_absurd(kind: str, vocabularies: Vocabularies) -> None:
    sold = [model for model in shipped().models.values() if model.entry.prices and model.entry.kind == kind]
    assert sold
    least, most = map(Decimal, COSTS[kind])
    strange: list[tuple[str, object]] = []
    for model in sold:
        at = last_day(model)
        plan = Plan.model_validate({"model": model.id, "turns": [PLANS[kind]], "at": at})
        try:
            quote = quote_as(plan, model, shipped(), vocabularies, at)
        except LocatedError as error:
            # What cannot be measured is refused with a remedy: the user states its tokens.
            if kind in ("chat", "embedding", "rerank", "video") or "`tokens`" not in error.detail:
                strange.append((model.id, error.detail))
            continue
        cost = quote.totals.cost
        sane = cost == 0 if is_free(model) else cost is not None and least <= cost <= most
        if not sane or not quote.totals.complete:
            strange.append((model.id, cost))
    assert strange == []
