"""Our prices beside those of a source, figure by figure: what agrees, what differs, what we do not have."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from tokenquote.catalog import Catalog, Model
from tokenquote.catalog.schema.prices import PriceBlock
from tokenquote.upkeep.choosing import sold_models
from tokenquote.upkeep.differences import DifferencesFile, ReadSource
from tokenquote.upkeep.figures import Figure, agrees, billed_for, list_figures
from tokenquote.upkeep.matching import ListingIndex
from tokenquote.upkeep.sources.listing import ListedModel

__all__ = ["ComparedFigure", "ProviderAgreement", "SourceComparison", "compare_with"]

Outcome = Literal["equal", "differs", "known", "not_with_us", "newer"]


@dataclass(frozen=True, slots=True)
class ComparedFigure:
    """One figure that a source states of a model that both have."""

    model: str
    figure: str
    outcome: Outcome
    """`equal`; `differs` without a known reason; `known`: differs for a reason; `not_with_us`: the catalog
    has no such price; `newer`: the catalog's price began after the source was made."""
    ours: Decimal | None
    """USD per million tokens, or per unit of the fee."""
    theirs: Decimal
    begins: dt.date | None
    """The day of a price that the source announces. None: the price in force."""
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ProviderAgreement:
    """The figures of one provider added up."""

    provider: str
    sold: int
    """The models that the catalog sells."""
    listed: int
    """The models for which the source states a price."""
    matched: int
    """The models that both have."""
    figures: dict[Outcome, int]


@dataclass(frozen=True, slots=True)
class SourceComparison:
    """Everything that one source says of the models that both have."""

    source: str
    version: str
    read: ReadSource | None
    """The version that the known differences are about. None: the file does not name the source."""
    figures: tuple[ComparedFigure, ...]
    providers: tuple[ProviderAgreement, ...]

    @property
    def unexplained(self) -> list[ComparedFigure]:
        """The differences without a reason."""
        return [figure for figure in self.figures if figure.outcome == "differs"]


def compare_with(
    index: ListingIndex, catalog: Catalog, known: DifferencesFile, at: dt.datetime
) -> SourceComparison:
    """Return our prices at an instant beside a source's, and later prices that it announces.

    A model that its provider no longer answers with is left out: what others still say of it is history.
    """
    source = index.listing.source
    read = next((read for name, read in known.read.items() if name == source), None)
    judge = _Judge(source, read if read and read.version == index.listing.version else None, known)
    sold = sold_models(catalog)
    pairs = [(model, listed) for model in sold if (listed := index.find(model)) is not None and listed.prices]
    figures = [figure for model, listed in pairs for figure in judge.compare(model, listed, at)]
    providers = _by_provider(sold, index, [model for model, _ in pairs], figures)
    return SourceComparison(source, index.listing.version, read, tuple(figures), tuple(providers))


class _Judge:
    """Decides what comes of each figure of one source."""

    def __init__(self, source: str, read: ReadSource | None, known: DifferencesFile) -> None:
        self._read = read
        self._known = [row for row in known.differences if row.source == source]

    def compare(self, model: Model, listed: ListedModel, at: dt.datetime) -> Iterator[ComparedFigure]:
        """Yield every figure of the block in force, and of each block that the source announces."""
        if model.has_retired(at):
            return
        in_force = [block for block in listed.prices if block.begins is None or block.begins <= at]
        announced = [block for block in listed.prices if block.begins is not None and block.begins > at]
        for block in [*in_force[-1:], *announced]:
            later = block.begins if block in announced else None
            if later is None or not model.has_retired(later):
                yield from self._block(model, listed, block, later or at, later)

    def _block(
        self,
        model: Model,
        listed: ListedModel,
        block: PriceBlock,
        at: dt.datetime,
        later: dt.datetime | None,
    ) -> Iterator[ComparedFigure]:
        ours = model.prices_on(at)
        newer = ours is not None and self._is_news(ours, listed)
        for figure in list_figures(block, at):
            billed = billed_for(figure, ours, at) if ours is not None else None
            outcome, reason = self._outcome(model, figure, billed, at)
            if newer and outcome in ("differs", "not_with_us"):
                outcome = "newer"
            day = later.date() if later is not None else None
            yield ComparedFigure(model.id, figure.name, outcome, billed, figure.price, day, reason)

    def _outcome(
        self, model: Model, figure: Figure, billed: Decimal | None, at: dt.datetime
    ) -> tuple[Outcome, str | None]:
        if billed is not None and agrees(figure, billed):
            return "equal", None
        for row in self._known:
            if row.covers(model.id, figure.mode, at, [figure.kind]):
                return "known", row.reason
        return ("not_with_us" if billed is None else "differs"), None

    def _is_news(self, ours: PriceBlock, listed: ListedModel) -> bool:
        """Return whether our block began after the source was made, and not on a day that it announces."""
        if ours.begins is None or self._read is None or ours.begins.date() <= self._read.prices_of:
            return False
        return all(
            block.begins is None or block.begins.date() != ours.begins.date() for block in listed.prices
        )


def _by_provider(
    sold: Sequence[Model], index: ListingIndex, matched: Sequence[Model], figures: Sequence[ComparedFigure]
) -> Iterator[ProviderAgreement]:
    priced = [listed for listed in index.distinct_models() if listed.prices]
    for provider in sorted({model.provider.id for model in sold}):
        counts: dict[Outcome, int] = {}
        for figure in figures:
            if figure.model.startswith(f"{provider}/"):
                counts[figure.outcome] = counts.get(figure.outcome, 0) + 1
        yield ProviderAgreement(
            provider,
            sum(model.provider.id == provider for model in sold),
            sum(listed.provider == provider for listed in priced),
            sum(model.provider.id == provider for model in matched),
            counts,
        )
