"""Recorded usage objects, read and priced by Tokenquote and by genai-prices.

Both read the object that the provider answered and price it at one instant. Where the two differ, a reason of
`differences.yaml` must cover the recording; what none covers is shown.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatch
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml
from benchmarks.recordings.calls import catalog_model, recorded_names
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelInfo, Provider

from tokenquote.api.usage import answer_usage
from tokenquote.api.usage.recent_quotes import RecentQuotes
from tokenquote.catalog import Catalog, Model
from tokenquote.catalog.reroutes import find_answering
from tokenquote.errors import LocatedError
from tokenquote.upkeep.matching import ListingIndex
from tokenquote.upkeep.sources import read_genai_prices, read_source_names
from tokenquote_client.usage import UsageAnswer, UsageQuestion

__all__ = ["ComparedUsage", "compare_usages", "usage_table"]

AT = dt.datetime(2026, 11, 12, 12, tzinfo=dt.UTC)
"""The day of the prices in the installed genai-prices, outside all peak hours."""
_FLAVORS = {"chat": "chat", "responses": "responses", "embeddings": "embeddings", "messages": "anthropic",
            "generateContent": "default", "converse": "default", "images": "images"}  # fmt: skip
_OWN_FORMS = ("embeddings", "responses")
"""The flavors that the default reading of a host does not stand for."""
_NAMES = {"gemini": "google", "vertex": "google", "bedrock": "aws", "xai": "x-ai", "dashscope": "alibaba"}
"""What genai-prices calls an api's host."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A reason why prices or tokens differ, for recordings of some apis that have some members."""

    reason: str
    apis: tuple[str, ...]
    when: tuple[str, ...]
    """Members of the usage, as paths, of which at least one must be there and not 0; empty: any usage."""
    models: tuple[str, ...] = ("*",)
    unread: bool = False
    """Whether the reason holds only where genai-prices reads nothing of the usage."""


@dataclass(frozen=True, slots=True)
class ComparedUsage:
    """One recording as both read and price it."""

    id: str
    api: str
    model: str
    usage: Mapping[str, Any]
    ours: Decimal | None
    theirs: Decimal | None
    our_tokens: Mapping[str, int]
    their_tokens: Mapping[str, int]
    reason: str | None

    @property
    def same(self) -> bool:
        """Whether tokens and price are equal to the last digit."""
        return self.ours == self.theirs and self.our_tokens == self.their_tokens


def compare_usages(paths: Sequence[Path], catalog: Catalog) -> Iterator[ComparedUsage]:
    """Yield every recording that genai-prices reads and that both have a model for."""
    find = lru_cache(None)(lambda name: catalog_model(name, catalog))  # near names of a miss take a while
    for path in paths:
        for row in _rows(path):
            found = next((model for name in recorded_names(row) if (model := find(name))), None)
            listed = found and _listed(found)
            if found is None or not listed or not isinstance(row.get("usage"), dict):
                continue
            theirs = _their_reading(row, listed)
            if theirs is None:
                continue
            yield _compare(row, found, catalog, theirs)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt") as lines:
        yield from map(json.loads, lines)


def _compare(
    row: Mapping[str, Any], model: Model, catalog: Catalog, theirs: tuple[Decimal | None, Mapping[str, int]]
) -> ComparedUsage:
    asked = UsageQuestion(model=model.id, usage=row["usage"], format=row["api"], at=AT, mode="standard")
    try:
        answer: UsageAnswer | None = answer_usage(asked, catalog, AT, RecentQuotes())
    except LocatedError:
        answer = None
    cost, tokens = theirs
    reason = _find_reason(row["api"], model.id, row["usage"], unread=cost is None)
    if reason is None and answer is not None and _our_tokens(answer) == tokens:
        reason = _price_reason(model, catalog)
    return ComparedUsage(
        row["id"], row["api"], model.id, row["usage"], answer.cost if answer else None, cost,
        _our_tokens(answer) if answer else {}, tokens, reason,
    )  # fmt: skip


def _price_reason(model: Model, catalog: Catalog) -> str:
    """Say why the same tokens cost otherwise: the two lists have other prices of the model."""
    if find_answering(model, catalog.models, AT) is not model:
        return "read alike; the model no longer answers, and the catalog takes the price of the one that does"
    return "read alike; the price lists differ, and `tokenquote catalog compare` says why"


def _their_reading(
    row: Mapping[str, Any], listed: tuple[Provider, ModelInfo]
) -> tuple[Decimal | None, Mapping[str, int]] | None:
    """Return price and tokens by genai-prices; None: it reads no usage of this api."""
    host, _, shape = row["api"].rpartition(".")
    wanted = _FLAVORS.get(shape)
    host = _NAMES.get(host.split(".")[0], host.split(".")[0])
    provider = next((one for one in get_snapshot().providers if one.id == host), None)
    if provider is None or wanted is None:
        return None
    flavors = {one.api_flavor: one for one in provider.extractors or ()}
    extractor = flavors.get(wanted) or (flavors.get("default") if wanted not in _OWN_FORMS else None)
    if extractor is None:
        return None
    root = [extractor.root] if isinstance(extractor.root, str) else list(extractor.root)
    data: Any = row["usage"]
    for name in reversed(root):
        # A recording holds the usage itself; Cohere's root is a member of it.
        data = data if name == "billed_units" else {name: data}
    try:
        _, usage = extractor.extract({**data, "model": "any"})
        tokens = {name: value for name, value in usage._reported_values().items() if value}
        price = listed[1].calc_price(usage, listed[0], genai_request_timestamp=AT).total_price
    except (AttributeError, ValueError, LookupError):  # a modality by its number, a model without the price
        return None, {}
    return price, _their_sums(tokens)


def _their_sums(tokens: Mapping[str, Any]) -> dict[str, int]:
    """Return the sums that both know, from their overlapping ones."""
    return _without_zeros({
        "input": tokens.get("input_tokens", 0),
        "read": tokens.get("cache_read_tokens", 0),
        "written": tokens.get("cache_write_tokens", 0),
        "output": tokens.get("output_tokens", 0),
        "audio": tokens.get("input_audio_tokens", 0) + tokens.get("output_audio_tokens", 0),
        "written for an hour": tokens.get("cache_write_1h_tokens", 0),
    })  # fmt: skip


def _our_tokens(answer: UsageAnswer) -> dict[str, int]:
    """Return the same sums from our disjoint kinds."""
    kinds = answer.kinds
    return _without_zeros({
        "input": sum(n for kind, n in kinds.items() if not kind.startswith("output")),
        "read": sum(n for kind, n in kinds.items() if kind.startswith("cache_read")),
        "written": sum(n for kind, n in kinds.items() if kind.startswith("cache_write")),
        "output": sum(n for kind, n in kinds.items() if kind.startswith("output")),
        "audio": sum(n for kind, n in kinds.items() if kind.endswith("_audio")),
        "written for an hour": kinds.get("cache_write_1h", 0),
    })  # fmt: skip


def _without_zeros(sums: Mapping[str, Any]) -> dict[str, int]:
    return {name: int(number) for name, number in sums.items() if number}


@cache
def _index() -> ListingIndex:
    return ListingIndex(read_genai_prices(read_source_names(), AT.date()))


@cache
def _places() -> Mapping[str, tuple[Provider, ModelInfo]]:
    return {
        f"{provider.id}: {model.id}": (provider, model)
        for provider in get_snapshot().providers
        for model in provider.models
    }


def _listed(model: Model) -> tuple[Provider, ModelInfo] | None:
    found = _index().find(model)
    return None if found is None else _places().get(found.key)


@cache
def _differences() -> tuple[Difference, ...]:
    listed = yaml.safe_load((Path(__file__).parent / "differences.yaml").read_text())
    return tuple(
        Difference(
            one["reason"],
            tuple(one["apis"]),
            tuple(one.get("when", ())),
            tuple(one.get("models", ("*",))),
            one.get("unread", False),
        )
        for one in listed or ()
    )


def _find_reason(api: str, model: str, usage: Mapping[str, Any], *, unread: bool) -> str | None:
    for one in _differences():
        if one.unread and not unread:
            continue
        if not any(fnmatch(api, pattern) for pattern in one.apis):
            continue
        if not any(fnmatch(model, pattern) for pattern in one.models):
            continue
        if not one.when or any(_member(usage, path) for path in one.when):
            return one.reason
    return None


def _member(usage: Mapping[str, Any], path: str) -> Any:
    found: Any = usage
    for name in path.split("/"):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def usage_table(compared: Sequence[ComparedUsage]) -> str:
    """Return the table of apis, the reasons, and what no reason covers."""
    lines = ["| api | usages | equal | differ, for a reason | differ |", "|---|---:|---:|---:|---:|"]
    by_api: dict[str, Counter[str]] = {}
    reasons: Counter[str] = Counter()
    for one in compared:
        outcome = "equal" if one.same else "reason" if one.reason else "differ"
        by_api.setdefault(one.api, Counter())[outcome] += 1
        if outcome == "reason":
            reasons[str(one.reason)] += 1
    for api, counts in [*sorted(by_api.items()), ("all", sum(by_api.values(), Counter()))]:
        shown = " | ".join(f"{counts[name]:,}" for name in ("equal", "reason", "differ"))
        lines.append(f"| {api} | {counts.total():,} | {shown} |")
    lines += ["", *(f"- {number:,}: {reason}" for reason, number in reasons.most_common())]
    lines += ["", "| difference without a reason | api | model | ours | theirs |", "|---|---|---|---|---|"]
    open_ones = [one for one in compared if not one.same and not one.reason]
    lines += [
        f"| {one.id} | {one.api} | {one.model} | {one.our_tokens} {one.ours} "
        f"| {one.their_tokens} {one.theirs} |"
        for one in open_ones[:40]
    ]
    return "\n".join(lines)
