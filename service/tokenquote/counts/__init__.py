"""Whole numbers of tokens: counts with their bands, the media in them, and how numbers are rounded."""

from tokenquote.counts.media_use import NO_MEDIA, MediaUse
from tokenquote.counts.rounding import ceil_div, round_up
from tokenquote.counts.token_count import NO_TOKENS, Count, Method, least_certain, total

__all__ = [
    "NO_MEDIA",
    "NO_TOKENS",
    "Count",
    "MediaUse",
    "Method",
    "ceil_div",
    "least_certain",
    "round_up",
    "total",
]
