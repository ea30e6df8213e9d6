"""Read litellm's list of models and prices, JSON in its package; litellm itself is not imported."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from importlib import metadata
from pathlib import Path
from typing import Any

from tokenquote.catalog.schema.fees import Fee
from tokenquote.catalog.schema.providers import Context
from tokenquote.upkeep.sources.listing import ListedModel, Listing, SourceMissing
from tokenquote.upkeep.sources.litellm_prices import RowPrices
from tokenquote.upkeep.sources.names import NamesOfSource, SourceNames

__all__ = ["PACKAGE", "read_litellm"]

PACKAGE = "litellm"
_LIST = "model_prices_and_context_window_backup.json"
_NO_MODELS = frozenset({"sample_spec"})

_KINDS = {
    None: "chat",
    "chat": "chat",
    "responses": "chat",
    "completion": "chat",
    "image_generation": "image",
    "image_edit": "image",
    "video_generation": "video",
    "audio_speech": "speech",
    "audio_transcription": "transcription",
}
"""Our words for what a model does; litellm's other words are ours too."""
_VARIANT = re.compile(
    r"^(?:(?P<quality>hd|standard|low|medium|high)/)?(?P<size>\d+-x-\d+)/(?:(?P<steps>\d+)-steps/)?(?=.)"
)
"""What stands before the name where one row is about one size and quality of image."""


def read_litellm(names: SourceNames, checked: dt.date) -> Listing:
    """Return all models of the installed litellm; `checked` is the day to state in their blocks.

    Raises:
        SourceMissing: it is not installed.
    """
    try:
        package = metadata.distribution(PACKAGE)
    except metadata.PackageNotFoundError:
        raise SourceMissing(PACKAGE) from None
    path = Path(str(package.locate_file(f"{PACKAGE}/{_LIST}")))
    if not path.is_file():
        raise SourceMissing(PACKAGE)
    rows: dict[str, dict[str, Any]] = json.loads(
        path.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal
    )
    aliases: dict[str, set[str]] = {}
    for key, row in rows.items():
        if "alias_of" in row:
            aliases.setdefault(row["alias_of"], set()).add(key)
    read_by = f"read by {PACKAGE} {package.version}"
    listed = [
        _listed(key, row, names.litellm, aliases.get(key, ()), read_by, checked)
        for key, row in rows.items()
        if key not in _NO_MODELS and "litellm_provider" in row
    ]
    return Listing(PACKAGE, package.version, tuple(_variants_together(listed)), names.litellm.models)


def _listed(
    key: str,
    row: Mapping[str, Any],
    names: NamesOfSource,
    aliases: Iterable[str],
    read_by: str,
    checked: dt.date,
) -> ListedModel:
    theirs = str(row["litellm_provider"])
    name, when = _without_variant(names.without_prefix(theirs, key))
    if when:
        name, more = _without_variant(names.without_prefix(theirs, name))
        when |= more
    provider = names.word_for(theirs, name)
    kind = _KINDS.get(row.get("mode"), row.get("mode"))
    prices = RowPrices(provider, str(kind), row)
    prices.figures.fees = [_under(fee, when) for fee in prices.figures.fees]
    page = row.get("source", "no page named")
    priced = (prices.figures.block(f"{page}, {read_by}", checked),) if prices.figures.priced else ()
    return ListedModel(
        provider=provider,
        id=name,
        key=key,
        kind=str(kind),
        prices=priced,
        names=frozenset(names.without_prefix(theirs, alias).lower() for alias in aliases),
        context=_context(row),
        retires=_day(row.get("deprecation_date")),
        successor=row.get("successor_model"),
        not_mapped=tuple(prices.not_mapped),
    )


def _without_variant(name: str) -> tuple[str, dict[str, str]]:
    """Return a name without the size and quality of image before it, and these."""
    variant = _VARIANT.match(name)
    if variant is None:
        return name, {}
    stated = {word: value for word, value in variant.groupdict().items() if value is not None}
    return name[variant.end() :], stated


def _under(fee: Fee, condition: dict[str, str]) -> Fee:
    """Return the fee under one more condition."""
    return fee.model_copy(update={"when": {**fee.when, **condition}})


def _context(row: Mapping[str, Any]) -> Context:
    """Return what the row states of input and output; litellm knows no window of both together."""
    limits = {field: row.get(f"max_{field}_tokens") for field in ("input", "output")}
    whole = {f"max_{field}": int(n) for field, n in limits.items() if isinstance(n, Decimal) and n >= 1}
    return Context(**whole)


def _day(text: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _variants_together(listed: Iterable[ListedModel]) -> list[ListedModel]:
    """Return one model for all rows that are sizes and qualities of its images; others stay as they are."""
    models: dict[tuple[str, str], ListedModel] = {}
    alone: list[ListedModel] = []
    for model in listed:
        if not any("size" in fee.when for block in model.prices for fee in block.fees):
            alone.append(model)
            continue
        place = (model.provider, model.id)
        before = models.get(place)
        models[place] = model if before is None else _with_fees(before, model)
    return [*alone, *models.values()]


def _with_fees(before: ListedModel, more: ListedModel) -> ListedModel:
    block, other = before.prices[0], more.prices[0]
    known = [(fee.what, fee.when) for fee in block.fees]
    fees = (*block.fees, *(fee for fee in other.fees if (fee.what, fee.when) not in known))
    not_mapped = tuple(dict.fromkeys((*before.not_mapped, *more.not_mapped)))
    return replace(before, prices=(block.model_copy(update={"fees": fees}),), not_mapped=not_mapped)
