"""Prices a provider's own usage object: read it, find the prices of that instant, and bill it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from tokenquote.api.quotes.bill import Bill
from tokenquote.api.quotes.quote_parts import build_lines, build_unpriced
from tokenquote.api.usage.billed import Billed, BilledRequest, Hint
from tokenquote.api.usage.formats import choose_format, read_usage
from tokenquote.api.usage.recent_quotes import RecentQuotes
from tokenquote.catalog import Catalog, Model
from tokenquote.catalog.reroutes import find_answering
from tokenquote.errors import LocatedError, under
from tokenquote.ledger.costs import Costs
from tokenquote.ledger.fees import Use, price_uses
from tokenquote.ledger.prices import KINDS, Priced, Tariff, UnknownMode, UnknownRegion, price, tariff_on
from tokenquote_client.bill import Unpriced
from tokenquote_client.usage import UsageAnswer, UsageQuestion

__all__ = ["answer_usage"]

_DEFAULT_KINDS = {"5m": "cache_write", "1h": "cache_write_1h"}
"""The kinds of writes by time to live, for models whose cache rule the catalog does not hold."""


def answer_usage(
    asked: UsageQuestion, catalog: Catalog, now: dt.datetime, recent: RecentQuotes
) -> UsageAnswer:
    """Price a usage object as the catalog's prices at that instant do.

    Args:
        asked: the usage, and how it is to be read and priced.
        catalog: what is known about models.
        now: the time of receipt, whose prices apply unless the question says `at`.
        recent: the quotes of which the question may name one.

    Raises:
        LocatedError: an unknown model, mode, region or quote, or a usage that cannot be read.
    """
    at = asked.at or now
    with under("model"):
        named = catalog.resolve(asked.model, at)
    quoted = recent.find(asked.quote_id) if asked.quote_id is not None else None
    model = find_answering(named, catalog.models, at)
    name = choose_format(asked.usage, asked.format)
    billed = read_usage(asked.usage, name)
    mode = asked.mode or (billed.mode.name if billed.mode else "standard")
    region = asked.region or (billed.region.name if billed.region else None)
    tariff = _find_tariff(asked, billed, model, at, mode, region)
    requests = [_fit_model(request, model) for request in billed.requests]
    kinds = _sum_kinds(requests)
    priced = _price(requests, tariff)
    bill = Bill(Costs.collect(priced.costs), {model.id: priced})
    unknown = [
        *_unknown_kinds(requests),
        *(
            Unpriced(kind=member.name, tokens=member.amount or 0)
            if member.counts_tokens or member.amount is None
            else Unpriced(kind=member.name, tokens=0, unit="unknown", units=Decimal(member.amount))
            for member in billed.unread
        ),
    ]
    return UsageAnswer(
        model=named.id,
        format=name,
        catalog_revision=catalog.revision,
        prices_at=at.astimezone(dt.UTC),
        mode=mode,
        region=region,
        cost=bill.total,
        lines=build_lines(bill, {model.id: tariff}, mode, names_models=False),
        unpriced=[*build_unpriced(bill), *unknown],
        complete=bill.complete and not unknown,
        kinds=kinds,
        stated_cost=billed.stated_cost,
        quoted=quoted,
        assumptions=[*billed.assumptions, *_assumed_output(asked.usage, kinds, model)],
    )


def _assumed_output(usage: Mapping[str, object], kinds: Mapping[str, int], model: Model) -> Iterator[str]:
    """Say that a conversing model's answer is taken as empty.

    Raises:
        LocatedError: the usage states a total alone, some of which may be output.
    """
    if not model.converses or any(kind.startswith("output") for kind in kinds):
        return
    stated = {name for name, value in usage.items() if value is not None}
    if stated == {"total_tokens"}:
        detail = (
            f"alone does not say how much of it {model.id} wrote, at another price: send all of the usage"
        )
        raise LocatedError(("usage", "total_tokens"), detail)
    yield "the usage states no output tokens: none are billed"


def _find_tariff(
    asked: UsageQuestion, billed: Billed, model: Model, at: dt.datetime, mode: str, region: str | None
) -> Tariff:
    """Find the prices; a mode or region that the usage names itself is at fault at its own place."""
    try:
        return tariff_on(model.prices_on(at), at, mode, region)
    except UnknownMode as error:
        raise _at_its_place(error, asked.mode, billed.mode, "mode", error.offered) from None
    except UnknownRegion as error:
        raise _at_its_place(error, asked.region, billed.region, "region", error.known) from None


def _at_its_place(
    error: LocatedError, stated: str | None, hint: Hint | None, member: str, known: Sequence[str]
) -> LocatedError:
    """Return the error at the member that names mode or region, unless the question states it itself."""
    if stated is not None or hint is None:
        return error
    there_are = (
        f"of this model {', '.join(known)} have one" if known else f"no {member} of this model has one"
    )
    detail = (
        f"no price is known for the {member} {hint.name[:32]!r}; {there_are}: state `{member}`, which goes "
        "before what the usage says, or leave this out"
    )
    return LocatedError(hint.location, detail)


def _fit_model(request: BilledRequest, model: Model) -> BilledRequest:
    """Give cache writes, which usages tell by time to live, the kinds that the catalog prices them as.

    An image model's output is images where the usage does not tell images and text apart.
    """
    kinds: dict[str, int] = {}
    for name, tokens in request.kinds.items():
        kind = _write_kind(name.removeprefix("ttl").strip(), model) if name.startswith("ttl") else name
        kinds[kind] = kinds.get(kind, 0) + tokens
    if model.entry.kind == "image" and not kinds.get("output_image"):
        kinds["output_image"] = kinds.pop("output", 0)
    return BilledRequest(kinds, request.uses, request.measures)


def _write_kind(ttl: str, model: Model) -> str:
    rule = model.caching
    if not ttl:
        ttl = (rule.default_ttl if rule is not None else None) or ""
    kinds = dict(rule.ttls) if rule is not None and rule.ttls else _DEFAULT_KINDS
    return kinds.get(ttl) or _DEFAULT_KINDS.get(ttl) or (f"cache_write_{ttl}" if ttl else "cache_write")


def _price(requests: Iterable[BilledRequest], tariff: Tariff) -> Priced:
    """Bill the requests: what has a fee by the fee, the rest by its tokens."""
    kinds: list[Mapping[str, int]] = []
    uses: list[tuple[Use, ...]] = []
    for request in requests:
        measured = [measure for measure in request.measures if tariff.has_fee(measure.use.what)]
        by_fee = {measure.kind for measure in measured}
        kinds.append({
            kind: tokens for kind, tokens in request.kinds.items() if kind in KINDS and kind not in by_fee
        })  # fmt: skip
        own = [use for use in request.uses if use.what != "request" or tariff.has_fee("request")]
        each = tariff.has_fee("request") and all(use.what != "request" for use in own)
        uses.append((
            *own,
            *(measure.use for measure in measured),
            *((Use("request", {"request": Decimal(1)}),) if each else ()),
        ))  # fmt: skip
    return price(tariff, kinds).with_fees(price_uses(tariff.fees, uses))


def _unknown_kinds(requests: Iterable[BilledRequest]) -> list[Unpriced]:
    return [
        Unpriced(kind=kind, tokens=tokens)
        for request in requests
        for kind, tokens in request.kinds.items()
        if tokens and kind not in KINDS
    ]


def _sum_kinds(requests: Iterable[BilledRequest]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for request in requests:
        for kind, tokens in request.kinds.items():
            if tokens:
                sums[kind] = sums.get(kind, 0) + tokens
    return sums
