"""The prices of one row of litellm's model list, as figures of our schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from tokenquote.catalog.schema.fees import FreeAllowance
from tokenquote.catalog.schema.rates import Rates
from tokenquote.catalog.schema.windows import Window
from tokenquote.upkeep.sources.litellm_fields import fee_field, is_price, rate_field
from tokenquote.upkeep.sources.price_blocks import STANDARD, Figures, plain, tidy_fee

__all__ = ["RowPrices"]

_MILLION = 1_000_000
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_RESTATED = frozenset({"input_dbu_cost_per_token", "output_dbu_cost_per_token"})
"""Prices in Databricks units, which the same row states in USD as well."""
_UPLIFTS = {
    "regional_processing_uplift_multiplier_eu": "eu",
    "regional_processing_uplift_multiplier_us": "us",
    "regional_endpoint_uplift_multiplier": "regional",
    "fedramp_uplift_multiplier": "fedramp",
}
_INCLUSIVE = frozenset({"xai"})
"""Providers of which `above 200k` means 200,000 and more (docs.x.ai/pricing)."""
_MADE_WITHOUT_TOKENS = frozenset({
    "embedding", "rerank", "ocr", "moderation", "transcription", "speech", "image", "video", "search",
    "evaluation", "decisions",
})  # fmt: skip
"""Kinds of model whose zeros only say that something is not billed by that token."""


class RowPrices:
    """The figures of a row, and its price fields for which there is no word."""

    def __init__(self, provider: str, kind: str, row: Mapping[str, Any]) -> None:
        self.figures = Figures()
        self.not_mapped: list[str] = []
        self._inclusive = provider in _INCLUSIVE
        self._kind = kind
        self._row = {field: value for field, value in row.items() if is_price(field) and value is not None}
        for field, value in self._row.items():
            if field not in _RESTATED and not self._read(field, value):
                self.not_mapped.append(field)
        self._read_own_words(row.get("provider_specific_entry") or {})
        self._drop_what_is_not_billed()

    def _read(self, field: str, value: Any) -> bool:
        """Return whether the field could be taken into the figures."""
        if field in _SPECIAL:
            return _SPECIAL[field](self, value)
        if field in _UPLIFTS:
            self.figures.uplifts[_UPLIFTS[field]] = plain(value)
            return True
        if not isinstance(value, Decimal):
            return False
        if not value and self._kind in _MADE_WITHOUT_TOKENS:
            return True
        if (rate := rate_field(field)) is not None:
            self.figures.add(rate.mode, self._starts(rate.above), rate.kind, value * _MILLION)
            return True
        if (fee := fee_field(field, self._kind)) is not None:
            self.figures.add_fee(tidy_fee(fee.what, value, fee.unit, dict(fee.when)), fee.mode)
            return True
        return False

    def _starts(self, above: int) -> int:
        return above if self._inclusive or not above else above + 1

    def _cache_hit(self, value: Decimal) -> bool:
        """Take the older name of `cache_read_input_token_cost`, unless the row has both and they differ."""
        newer = self._row.get("cache_read_input_token_cost")
        if newer is not None:
            return bool(plain(newer) == plain(value))
        self.figures.add(STANDARD, 0, "cache_read", value * _MILLION)
        return True

    def _web_search(self, sizes: Mapping[str, Decimal]) -> bool:
        """Take one price, or one for each amount of search context."""
        by_size = {size.removeprefix("search_context_size_"): price for size, price in sizes.items()}
        if len(set(by_size.values())) == 1:
            self._add_search(next(iter(by_size.values())), {})
        else:
            for size, price in by_size.items():
                self._add_search(price, {"context": size})
        return True

    def _add_search(self, price: Decimal, when: dict[str, str]) -> None:
        fee = tidy_fee("web_search", price, "call", when)
        free = self._row.get("search_free_requests")
        if free is not None:
            allowance = FreeAllowance(
                amount=int(free["count"]), per=free["period"], shared_by=free.get("shared_group")
            )
            fee = fee.model_copy(update={"free": allowance})
        self.figures.add_fee(fee)

    def _free_searches(self, _: Any) -> bool:
        """Say whether the allowance went into the fee of a search."""
        return "search_context_cost_per_query" in self._row

    def _tiers(self, tiers: list[dict[str, Any]]) -> bool:
        """Take a table of tiers by input, or of prices by the number of results of a search."""
        return all(
            self._results(tier) if "max_results_range" in tier else self._tier(dict(tier)) for tier in tiers
        )

    def _tier(self, tier: dict[str, Any]) -> bool:
        above = int(tier.pop("range")[0])
        read = {field: rate_field(field) for field in tier}
        for field, rate in read.items():
            if rate is not None:
                self.figures.add(rate.mode, self._starts(above), rate.kind, tier[field] * _MILLION)
        return all(rate is not None for rate in read.values())

    def _results(self, tier: Mapping[str, Any]) -> bool:
        low, high = (int(number) for number in tier["max_results_range"])
        when = {"results": f"{max(low, 1)}-{high}"}
        self.figures.add_fee(tidy_fee("search", tier["input_cost_per_query"], "query", when))
        return tier.keys() == {"max_results_range", "input_cost_per_query"}

    def _off_peak(self, off_peak: Mapping[str, Any]) -> bool:
        """Take the hours of lower prices. Their hours are in UTC, their weekdays may be of another place."""
        rates = {rate.kind: plain(off_peak[field] * _MILLION)
                 for field in off_peak if (rate := rate_field(field)) is not None}  # fmt: skip
        for number, window in enumerate(off_peak["windows"], 1):
            hours = window["hours_utc"]
            spans = [span for text in ([hours] if isinstance(hours, str) else hours) for span in _spans(text)]
            zone = off_peak.get("weekday_timezone", "UTC")
            if zone == "Asia/Shanghai":
                spans = [later for span in spans for later in _eight_hours_later(span)]
            days = [_WEEKDAYS[int(day) - 1] for day in window.get("weekdays", range(1, 8))]
            shown = {
                "name": "off_peak" if number == 1 else f"off_peak_{number}",
                "timezone": zone,
                "days": days,
                "hours": spans,
                "rates": Rates(**rates),
            }
            self.figures.add_window(Window.model_validate(shown))
        return off_peak.get("weekday_timezone", "UTC") in ("UTC", "Asia/Shanghai")

    def _guardrail(self, units: Mapping[str, Decimal]) -> bool:
        for unit, price in units.items():
            self.figures.add_fee(tidy_fee("guardrail", price, "guardrail_unit", {"policy": unit}))
        return True

    def _read_own_words(self, words: Mapping[str, Any]) -> None:
        if (fast := words.get("fast")) is not None:
            self.figures.factors["fast"] = plain(Decimal(fast))
        if (usa := words.get("us")) is not None:
            self.figures.uplifts["us"] = plain(Decimal(usa))
        if (images := words.get("minimax_free_input_images")) is not None:
            self.not_mapped.append(f"provider_specific_entry.minimax_free_input_images ({images})")

    def _drop_what_is_not_billed(self) -> None:
        """Leave out lengths that restate prices by the token, and writes to a cache that cost nothing extra.

        Where audio is billed by the token, a price by the second is the provider's own estimate of it.
        A write price of 0 beside an input price says that a write costs no more than the input itself.
        """
        base = self.figures.rates.get((STANDARD, 0), {})
        self.figures.fees = [
            fee for fee in self.figures.fees if fee.unit != "second" or not base.get(fee.what.split("_")[0])
        ]
        for card in self.figures.rates.values():
            for kind in [kind for kind in card if kind.startswith("cache_write") and not card[kind]]:
                del card[kind]
        self.figures.rates = {place: card for place, card in self.figures.rates.items() if card}


_SPECIAL: Mapping[str, Callable[[RowPrices, Any], bool]] = {
    "input_cost_per_token_cache_hit": RowPrices._cache_hit,
    "search_context_cost_per_query": RowPrices._web_search,
    "search_free_requests": RowPrices._free_searches,
    "tiered_pricing": RowPrices._tiers,
    "off_peak_pricing": RowPrices._off_peak,
    "guardrail_cost_per_unit": RowPrices._guardrail,
}


def _spans(hours: str) -> list[str]:
    """Return hours as our spans: `10:00-00:00` ends with the day, and `22:00-02:00` is two."""
    start, end = hours.split("-")
    end = "24:00" if end == "00:00" else end
    return [f"{start}-{end}"] if start < end else [f"{start}-24:00", f"00:00-{end}"]


def _eight_hours_later(span: str) -> list[str]:
    """Return a span of UTC in the hours of China, which knows no summer time."""
    start, end = ((int(time[:2]) + 8, time[3:]) for time in span.split("-"))
    spans = []
    if start[0] < 24:
        spans.append((start, min(end, (24, "00"))))
    if end > (24, "00"):
        spans.append(((max(start[0], 24) - 24, start[1] if start[0] >= 24 else "00"), (end[0] - 24, end[1])))
    return [f"{a[0]:02}:{a[1]}-{b[0]:02}:{b[1]}" for a, b in spans]
