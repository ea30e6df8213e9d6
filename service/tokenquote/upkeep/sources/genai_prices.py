"""Read the prices of genai-prices: its keys become kinds of token and fees, its conditions dates and windows.

A condition replaces all prices of a model, the last that is met; a variant replaces single keys for requests
of one kind (batch, a service tier). The day from which a variant is known is the day on which genai-prices
verified it, not the day on which the price began: the mode is taken for the whole of any period that reaches
that day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from importlib import metadata
from typing import Any

from tokenquote.catalog.schema.providers import Context
from tokenquote.catalog.schema.rates import Rates
from tokenquote.catalog.schema.windows import Window
from tokenquote.upkeep.sources.listing import ListedModel, Listing, SourceMissing
from tokenquote.upkeep.sources.names import SourceNames
from tokenquote.upkeep.sources.price_blocks import STANDARD, Figures, tidy_fee

__all__ = ["PACKAGE", "read_genai_prices"]

PACKAGE = "genai-prices"

RATES = {
    "input_mtok": "input",
    "output_mtok": "output",
    "cache_read_mtok": "cache_read",
    "cache_write_mtok": "cache_write",
    "cache_write_5m_mtok": "cache_write",
    "cache_write_1h_mtok": "cache_write_1h",
    "input_audio_mtok": "input_audio",
    "input_image_mtok": "input_image",
    "input_video_mtok": "input_video",
    "cache_audio_read_mtok": "cache_read_audio",
    "cache_image_read_mtok": "cache_read_image",
    "cache_video_read_mtok": "cache_read_video",
    "cache_audio_write_mtok": "cache_write_audio",
    "output_audio_mtok": "output_audio",
    "output_image_mtok": "output_image",
    "output_video_mtok": "output_video",
    "output_reasoning_mtok": "output_reasoning",
    "output_citation_mtok": "output_citation",
}
"""Our kind of token for each of their price keys per million tokens."""

FEES: dict[str, tuple[str, int, str]] = {
    "web_searches_kcount": ("web_search", 1000, "call"),
    "storage_searches_kcount": ("file_search", 1000, "call"),
    "rerank_searches_kcount": ("search", 1000, "query"),
    "requests_kcount": ("request", 1000, "request"),
    "input_text_messages_kcount": ("text_message", 1000, "message"),
    "audio_hours": ("input_audio", 1, "hour"),
    "input_audio_hours": ("input_audio", 1, "hour"),
    "input_document_kpages": ("input_page", 1000, "page"),
    "input_annotated_document_kpages": ("annotated_page", 1000, "page"),
    "input_mchars": ("input_text", 1_000_000, "character"),
    "output_mchars": ("output_text", 1_000_000, "character"),
    "input_gpixels": ("input_image", 1_000_000_000, "pixel"),
}
"""What is billed, for how many units, and the unit, for each of their other price keys."""

_WHISPER_MINIMUM = {("groq", "whisper-large-v3"), ("groq", "whisper-large-v3-turbo")}
"""Billed for at least ten seconds, which genai-prices keeps in its code (ModelInfo.calc_price)."""


def read_genai_prices(names: SourceNames, checked: dt.date) -> Listing:
    """Return all models of the installed genai-prices; `checked` is the day to state in their blocks.

    Raises:
        SourceMissing: it is not installed.
    """
    try:
        from genai_prices.data_snapshot import get_snapshot

        version = metadata.version(PACKAGE)
    except (ImportError, metadata.PackageNotFoundError):
        raise SourceMissing(PACKAGE) from None
    models = tuple(
        _listed(provider, model, names, f"read by {PACKAGE} {version}", checked)
        for provider in get_snapshot().providers
        for model in provider.models
    )
    return Listing(PACKAGE, version, models, names.genai_prices.models)


def _listed(provider: Any, model: Any, names: SourceNames, read_by: str, checked: dt.date) -> ListedModel:
    blocks = _Blocks(provider.id, model)
    page = (provider.pricing_urls or ["no page named"])[0]
    return ListedModel(
        provider=names.genai_prices.word_for(provider.id, model.id),
        id=model.id,
        key=f"{provider.id}: {model.id}",
        kind="transcription" if blocks.is_transcription else "chat",
        prices=tuple(figures.block(f"{page}, {read_by}", checked, day) for day, figures in blocks.periods()),
        names=_equal_names(model.match),
        title=model.name,
        context=Context(window=model.context_window),
        not_mapped=tuple(dict.fromkeys(blocks.not_mapped)),
    )


def _equal_names(clause: Any) -> frozenset[str]:
    """Return the names that a clause states in full; what begins with, contains or resembles is none."""
    if (name := getattr(clause, "equals", None)) is not None:
        return frozenset({name.lower()})
    return frozenset().union(*(_equal_names(part) for part in getattr(clause, "or_", ())))


class _Blocks:
    """The periods of one model, and what of them cannot be said in our words."""

    def __init__(self, provider: str, model: Any) -> None:
        self._provider = provider
        self._model = model
        self.not_mapped: list[str] = []
        prices = model.prices
        self._conditional = prices if isinstance(prices, list) else [_Always(prices)]

    @property
    def is_transcription(self) -> bool:
        """Whether audio by the hour is all that the model bills."""
        first = {key for key, price in vars(self._conditional[0].prices).items() if price is not None}
        return bool(first) and first <= {"audio_hours", "input_audio_hours"}

    def periods(self) -> list[tuple[dt.date | None, Figures]]:
        """Return the first day of each period with its figures; a period without any figure is left out."""
        dated = [item for item in enumerate(self._conditional) if not _is_window(item[1])]
        days = [getattr(priced.constraint, "start_date", None) for _, priced in dated]
        periods = []
        for place, (number, priced) in enumerate(dated):
            ends = days[place + 1] if place + 1 < len(days) else None
            figures = self._figures(priced.prices)
            self._add_windows(figures, number)
            self._add_variants(figures, ends)
            if figures.stated:
                periods.append((days[place], figures))
        return periods

    def _figures(self, prices: Any) -> Figures:
        figures = Figures()
        for key, price in vars(prices).items():
            if price is not None:
                self._add(figures, STANDARD, key, price)
        return figures

    def _add(self, figures: Figures, mode: str, key: str, price: Any) -> None:
        if key in RATES:
            for starts, rate in _cliffs(price):
                figures.add(mode, starts, RATES[key], rate)
        elif key in FEES and isinstance(price, Decimal):
            what, per, unit = FEES[key]
            fee = tidy_fee(what, price / per, unit)
            if what == "input_audio" and (self._provider, self._model.id) in _WHISPER_MINIMUM:
                seconds = tidy_fee(what, price / 3600, "second")
                fee = seconds.model_copy(update={"minimum": 10, "price": price, "per": 3600})
            figures.add_fee(fee, mode)
        else:
            self.not_mapped.append(f"{key}{'' if mode == STANDARD else f' of {mode}'}")

    def _add_windows(self, figures: Figures, number: int) -> None:
        """Add the hours that stand behind a period's prices; the last of them goes first with us."""
        for hours in reversed([later for later in self._conditional[number + 1 :] if _is_window(later)]):
            rates = {RATES[key]: price for key, price in vars(hours.prices).items() if key in RATES}
            base = figures.rates.get((STANDARD, 0), {})
            if not all(isinstance(rate, Decimal) for rate in rates.values()) or base.keys() - rates.keys():
                self.not_mapped.append("hours whose prices are tiered or leave some out")
                continue
            dear = rates.get("input", Decimal(0)) > base.get("input", Decimal(0))
            window = {
                "name": "peak" if dear else "off_peak",
                "timezone": "UTC",
                "hours": _spans(hours.constraint),
                "rates": Rates(**rates),
            }
            figures.add_window(Window.model_validate(window))

    def _add_variants(self, figures: Figures, ends: dt.date | None) -> None:
        for variant in self._model.price_variants or ():
            known_from = getattr(variant.constraint, "start_date", None)
            if known_from is not None and ends is not None and known_from >= ends:
                continue
            stated = {key: price for key, price in vars(variant.prices).items() if price is not None}
            mode = _mode(variant.when)
            if mode == STANDARD and not stated:
                continue
            if mode in (None, STANDARD):
                self.not_mapped.append(f"prices when {', '.join(map('='.join, variant.when.items()))}")
                continue
            for key, price in stated.items():
                if RATES.get(key) not in figures.rates.get((mode, 0), {}):
                    self._add(figures, mode, key, price)


class _Always:
    """Prices without a condition."""

    constraint = None

    def __init__(self, prices: Any) -> None:
        self.prices = prices


def _is_window(one: Any) -> bool:
    return hasattr(one.constraint, "start_time")


def _spans(constraint: Any) -> list[str]:
    """Return the hours as our spans, of which none passes midnight."""
    start, end = (time.strftime("%H:%M") for time in (constraint.start_time, constraint.end_time))
    if end == "00:00":
        end = "24:00"
    if start < end:
        return [f"{start}-{end}"]
    return [f"{start}-24:00", f"00:00-{end}"]


def _cliffs(price: Any) -> list[tuple[int, Decimal]]:
    """Return each smallest input with its price: theirs holds for inputs of more than `start` tokens."""
    if isinstance(price, Decimal):
        return [(0, price)]
    return [(0, price.base), *((tier.start + 1, tier.price) for tier in price.tiers)]


def _mode(when: Mapping[str, str]) -> str | None:
    """Return our word for the mode that a request context asks for. None: there is none."""
    if len(when) != 1:
        return None
    ((key, value),) = when.items()
    if value in ("default", "web", STANDARD):
        return STANDARD
    return value if key in ("processing", "service_tier", "speed") else None
