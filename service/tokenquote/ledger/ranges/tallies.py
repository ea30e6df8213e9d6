"""The tokens of all requests to one model by tier and kind in every sample, and what they cost, exactly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from tokenquote.ledger.prices import Tariff, find_rate
from tokenquote.ledger.ranges.caches import SampledUse
from tokenquote.ledger.ranges.distributions import WholeNumbers
from tokenquote.ledger.ranges.rows import SampledOutput, SampledRow
from tokenquote.ledger.ranges.sizes import MEDIA

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ExactCosts", "SampledTally", "Times", "count_decimals", "price_exactly"]

ExactCosts: TypeAlias = "NDArray[Any]"
"""A whole number for each sample, money in the smallest part of a dollar that any rate needs; Python's own
integers where 64 bits are too few."""

Times: TypeAlias = "WholeNumbers | None"
"""How many times a request is billed in each sample. None: once in all."""

_MEDIA_KINDS = ("image", "audio", "video")
_MOST = 1 << 62


class SampledTally:
    """The tokens of the requests to one model."""

    def __init__(self, tariff: Tariff, write_kind: str, number: int) -> None:
        """Begin with nothing, for so many samples."""
        self._tariff = tariff
        self._write_kind = write_kind
        self._number = number
        self._starts = np.array(tariff.starts, np.int64)
        self._tokens: dict[tuple[int, str], WholeNumbers] = {}

    def add_input(self, row: SampledRow, use: SampledUse | None, times: Times) -> None:
        """Add the input of a request that is billed so many times; without a use no cache is used."""
        media = row.sent[MEDIA]
        if use is None:
            self._add(row, {"input": row.input - media.sum(axis=0), **_by_medium("input", media)}, times)
            return
        # What is written is everything that was not read, media among it.
        fresh = (media - use.read_media) * (use.write == 0)
        kinds = {
            "input": row.input - use.read - use.write - fresh.sum(axis=0),
            "cache_read": use.read - use.read_media.sum(axis=0),
            self._write_kind: use.write,
            **_by_medium("input", fresh),
            **_by_medium("cache_read", use.read_media),
        }
        self._add(row, kinds, times)

    def add_output(self, row: SampledRow, output: SampledOutput, times: Times) -> None:
        """Add what is written in answer to a request, or in a failed attempt, so many times."""
        kinds = {
            "output": output.visible - output.spoken - output.drawn,
            "output_reasoning": output.reasoning,
        }
        if output.spoken or output.drawn:
            kinds["output_audio"] = np.array([output.spoken])
            kinds["output_image"] = np.array([output.drawn])
        self._add(row, kinds, times)

    def costs(self, decimals: int) -> ExactCosts:
        """Return what all of it costs, in parts of a dollar with so many decimals."""
        amounts = []
        for (tier, kind), tokens in self._tokens.items():
            rate = find_rate(self._tariff, kind, (0, *self._tariff.starts)[tier])
            if rate is not None and self._tariff.bills_tokens:
                # The rate is for a million tokens.
                amounts.append((tokens, int(rate.scaleb(decimals - 6))))
        return price_exactly(amounts, self._number)

    def _add(self, row: SampledRow, kinds: Mapping[str, WholeNumbers], times: Times) -> None:
        """Add tokens of a request under its tier, which its whole input chooses."""
        highest = np.searchsorted(self._starts, row.input.max(), side="right")
        if not highest:
            for kind, tokens in kinds.items():
                self._add_tokens(0, kind, tokens if times is None else tokens * times)
            return
        tiers = np.searchsorted(self._starts, row.input, side="right")
        for tier in range(int(highest) + 1):
            in_tier = (tiers == tier) if times is None else times * (tiers == tier)
            for kind, tokens in kinds.items():
                self._add_tokens(tier, kind, tokens * in_tier)

    def _add_tokens(self, tier: int, kind: str, tokens: WholeNumbers) -> None:
        self._tokens.setdefault((tier, kind), np.zeros(self._number, np.int64))
        self._tokens[tier, kind] += tokens


def count_decimals(amounts: Iterable[Decimal]) -> int:
    """Return how many decimals money has if these are prices of a million tokens or of one thing."""
    exponents = (amount.as_tuple().exponent for amount in amounts)
    return 6 + max((-exponent for exponent in exponents if isinstance(exponent, int)), default=0)


def price_exactly(amounts: list[tuple[WholeNumbers, int]], number: int) -> ExactCosts:
    """Add up products of numbers and whole prices without rounding, for so many samples."""
    most = sum(int(numbers.max()) * price for numbers, price in amounts)
    total: ExactCosts = np.zeros(number, np.int64 if most < _MOST else object)
    for numbers, price in amounts:
        total = total + (numbers if most < _MOST else numbers.astype(object)) * price
    return total


def _by_medium(kind: str, media: NDArray[np.int64]) -> dict[str, WholeNumbers]:
    return {f"{kind}_{name}": tokens for name, tokens in zip(_MEDIA_KINDS, media, strict=False)}
