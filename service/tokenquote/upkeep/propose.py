"""Propose entries for models that the catalog lacks, and blocks for prices that have changed.

Nothing that stands in the catalog is written over: a changed price is a new block from a day on, after the
last one; where the catalog's last block begins later, or on that day, there is no proposal but a remark.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from tokenquote.catalog import Catalog, Model
from tokenquote.catalog.schema.fees import Fee
from tokenquote.catalog.schema.prices import Mode, PriceBlock
from tokenquote.catalog.schema.providers import Context
from tokenquote.catalog.schema.rates import RateCard, Rates
from tokenquote.upkeep.differences import DifferencesFile
from tokenquote.upkeep.figures import Figure, agrees, billed_for, list_figures
from tokenquote.upkeep.matching import ListingIndex
from tokenquote.upkeep.sources.listing import ListedModel

__all__ = ["Proposal", "propose_block", "propose_model"]


@dataclass(frozen=True)
class Proposal:
    """An entry of a model that is new, or blocks for one that the catalog has; for somebody to review."""

    provider: str
    model: str
    blocks: tuple[PriceBlock, ...]
    listed: ListedModel | None = None
    """What to say of a new model besides its prices. None: the catalog has the model."""
    serves: str | None = None
    """The catalog id of the model that it runs. None: none has the same name."""
    remarks: tuple[str, ...] = field(default=())
    """What the reviewer should know: figures on which the sources differ, or that could not be mapped."""

    @property
    def full_id(self) -> str:
        """The id in the catalog."""
        return f"{self.provider}/{self.model}"


def propose_model(listed: Sequence[ListedModel], catalog: Catalog, at: dt.datetime) -> Proposal:
    """Return the entry of a model that the catalog lacks, from what one or several sources list.

    The first source counts; what only a later one states is added, and where they differ a remark says so.
    """
    first, *others = listed
    remarks = [f"{model.key}: {what} is not mapped" for model in listed for what in model.not_mapped]
    blocks = list(first.prices)
    if not any(figure.price for block in blocks for figure in list_figures(block, at)):
        remarks.append(f"{first.key}: all figures are 0; make sure that the model is free")
    for other in others:
        current = _in_force(other.prices, at)
        if current is not None and blocks:
            place = _place_in_force(blocks, at)
            blocks[place], differences = _united(blocks[place], current, at)
            remarks += [f"{other.key}: {difference}" for difference in differences]
        first = replace(
            first,
            kind=first.kind if first.kind != "chat" else other.kind,
            context=_both_contexts(first.context, other.context),
            retires=first.retires or other.retires,
            successor=first.successor or other.successor,
            title=first.title or other.title,
        )
    serves = _model_served(first, catalog)
    return Proposal(first.provider, first.id, tuple(blocks), first, serves, tuple(remarks))


def propose_block(
    model: Model, sources: Iterable[ListingIndex], known: DifferencesFile, at: dt.datetime, begins: dt.date
) -> Proposal | None:
    """Return the blocks that a source announces and the catalog lacks, and one for a price that differs.

    None: the sources say what the catalog says but for known differences, or do not list the model.
    """
    agreed: list[str] = []
    for index in sources:
        listed = index.find(model)
        if listed is None or not listed.prices:
            continue
        differs = _Difference(model, index.listing.source, known)
        blocks = [*differs.announced(listed, at)]
        ours, current = model.prices_on(at), _in_force(listed.prices, at)
        if ours is not None and current is not None and differs.between(ours, current, at):
            blocks.insert(0, current.model_copy(update={"from_": begins}))
        if blocks:
            return _for_review(model, listed, blocks, agreed, at)
        agreed.append(index.listing.title)
    return None


def _for_review(
    model: Model, listed: ListedModel, blocks: Sequence[PriceBlock], agreed: Sequence[str], at: dt.datetime
) -> Proposal:
    """Return the blocks that can follow the model's last one, with what the reviewer should look at."""
    last = model.entry.prices[-1]
    new = tuple(block for block in blocks if _follows(block, last))
    remarks = [
        f"{listed.key}: a block from {block.from_} would not come after the catalog's, from {last.from_}"
        for block in blocks
        if block not in new
    ]
    remarks += [f"{title} says what the catalog says" for title in agreed]
    ours = model.prices_on(at)
    if new and ours is not None:
        stated = (figure.name for figure in list_figures(ours, at) if billed_for(figure, new[0], at) is None)
        remarks += [f"not stated by {listed.key}, and with the catalog: {name}" for name in stated]
    provider, name = model.id.split("/", 1)
    return Proposal(provider, name, new, remarks=tuple(remarks))


class _Difference:
    """Whether a source's prices of a model differ from ours in anything but what is known to differ."""

    def __init__(self, model: Model, source: str, known: DifferencesFile) -> None:
        self._model = model
        self._known = [row for row in known.differences if row.source == source]

    def between(self, ours: PriceBlock, theirs: PriceBlock, at: dt.datetime) -> bool:
        """Return whether any figure differs for which both have a price."""
        for figure in list_figures(theirs, at):
            billed = billed_for(figure, ours, at)
            differs = billed is not None and not agrees(figure, billed)
            if differs and not self._is_known(figure, at):
                return True
        return False

    def announced(self, listed: ListedModel, at: dt.datetime) -> Iterator[PriceBlock]:
        """Yield the source's later blocks whose figures the catalog does not have for the day they begin."""
        for block in listed.prices:
            begins = block.begins
            if begins is None or begins <= at:
                continue
            ours = self._model.prices_on(begins)
            if ours is None or self.between(ours, block, begins):
                yield block

    def _is_known(self, figure: Figure, at: dt.datetime) -> bool:
        return any(row.covers(self._model.id, figure.mode, at, [figure.kind]) for row in self._known)


def _follows(block: PriceBlock, last: PriceBlock) -> bool:
    """Return whether a block begins after the last one of a model."""
    return last.begins is None or (block.begins is not None and block.begins > last.begins)


def _in_force(blocks: Sequence[PriceBlock], at: dt.datetime) -> PriceBlock | None:
    return blocks[_place_in_force(blocks, at)] if blocks else None


def _place_in_force(blocks: Sequence[PriceBlock], at: dt.datetime) -> int:
    begun = [n for n, block in enumerate(blocks) if block.begins is None or block.begins <= at]
    return begun[-1] if begun else 0


def _united(block: PriceBlock, other: PriceBlock, at: dt.datetime) -> tuple[PriceBlock, list[str]]:
    """Return a block with the kinds, modes, uplifts and fees that only the other has, and the differences."""
    stated = {figure.name: figure.price for figure in list_figures(block, at)}
    differences = [
        f"{figure.name} {figure.price}, and not {stated[figure.name]}"
        for figure in list_figures(other, at)
        if figure.name in stated and not agrees(figure, stated[figure.name])
    ]
    if differences:
        return block, differences
    card = _united_card(block, other)
    united = block.model_copy(
        update={
            "rates": card.rates,
            "tiers": card.tiers,
            "modes": _united_modes(block, other),
            "uplifts": {**other.uplifts, **block.uplifts},
            "fees": _united_fees(block, other),
            "source": f"{block.source} and {other.source.rpartition('read by ')[2]}",
        }
    )
    return united, []


def _united_card(card: RateCard, other: RateCard) -> RateCard:
    """Return the rates and tiers of two cards that differ in nothing that both state."""
    tiers = {tier.starts: tier for tier in other.tiers}
    for tier in card.tiers:
        rates = tiers[tier.starts].rates.stated() if tier.starts in tiers else {}
        tiers[tier.starts] = tier.model_copy(update={"rates": Rates(**(rates | tier.rates.stated()))})
    rates = other.rates.stated() | card.rates.stated()
    return RateCard(rates=Rates(**rates), tiers=tuple(tiers[start] for start in sorted(tiers)))


def _united_modes(block: PriceBlock, other: PriceBlock) -> dict[str, Mode]:
    """Return the modes of both; one that either states by a factor stays so: it says more than figures."""
    modes = dict(other.modes)
    for name, mode in block.modes.items():
        known = modes.get(name, mode)
        if mode.times is None and known.times is None:
            card = _united_card(mode, known)
            modes[name] = mode.model_copy(update={"rates": card.rates, "tiers": card.tiers})
        else:
            modes[name] = mode if mode.times is not None else known
    return modes


def _united_fees(block: PriceBlock, other: PriceBlock) -> tuple[Fee, ...]:
    """Return the fees of a block with the allowances that only the other has, and fees for other things."""
    allowances = {fee.what: fee.free for fee in other.fees if not fee.when}
    fees = [
        fee if fee.free is not None or fee.when else fee.model_copy(update={"free": allowances.get(fee.what)})
        for fee in block.fees
    ]
    words = {fee.what for fee in block.fees}
    return (*fees, *(fee for fee in other.fees if fee.what not in words))


def _both_contexts(one: Context, other: Context) -> Context:
    return Context(**(other.model_dump(exclude_none=True) | one.model_dump(exclude_none=True)))


def _model_served(listed: ListedModel, catalog: Catalog) -> str | None:
    """Return the model of the catalog that has the very name: open weights, or a first party's own."""
    if listed.id in catalog.models:
        return listed.id
    bare = listed.id.rsplit("/", 1)[-1]
    own = [
        model.id
        for model in catalog.models.values()
        if model.provider.first_party
        and model.provider.id != listed.provider
        and bare in (model.entry.id.rsplit("/", 1)[-1], *model.entry.aliases)
    ]
    return own[0] if len(own) == 1 else None
