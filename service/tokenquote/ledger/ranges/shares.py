"""Shares of whole numbers of tokens, rounded as they are for a single request."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from tokenquote.ledger.ranges.distributions import WholeNumbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["share_down", "share_media"]

_DIGITS = 6
"""Decimals that are multiplied at once: a context of 10^10 tokens times 10^6 is far below 2^63."""


def share_down(tokens: WholeNumbers, share: Decimal) -> WholeNumbers:
    """Return a share of tokens, from 0 to 1, rounded down, exactly."""
    if share == 1:
        return tokens
    decimals = f"{share:f}".partition(".")[2]
    left = np.zeros_like(tokens)
    for end in range(-(-len(decimals) // _DIGITS) * _DIGITS, 0, -_DIGITS):
        group = int(decimals[end - _DIGITS : end].ljust(_DIGITS, "0"))
        left = (tokens * group + left) // 10**_DIGITS
    return left


def share_media(media: NDArray[np.int64], part: WholeNumbers, whole: WholeNumbers) -> NDArray[np.int64]:
    """Return the media tokens among the first part of the tokens that hold them (MediaUse.share).

    They are taken to be spread evenly, and rounded so that what is not in the part fits into the rest.
    """
    ends = np.concatenate([np.zeros_like(media[:1]), np.cumsum(media, axis=0)])
    ends = -(-(ends * np.maximum(part, 0)) // np.maximum(whole, 1))
    return np.where(part >= whole, media, np.diff(ends, axis=0))
