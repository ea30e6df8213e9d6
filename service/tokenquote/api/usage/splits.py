"""Split the tokens of a request into disjoint kinds, from a whole and from parts that overlap."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import combinations

from tokenquote.errors import LocatedError, Location

__all__ = ["MEDIA", "TOTAL_DIFFERS", "find_beside", "split_input", "split_output"]

TOTAL_DIFFERS = "the total that the usage states is not the sum of its parts"
"""What an answer says of such a usage: its parts are billed."""
MEDIA = ("image", "video", "audio")


def find_beside(
    total: int | None, whole: int, parts: Mapping[str, int], documented: Collection[str]
) -> tuple[frozenset[str], bool]:
    """Find out which parts stand beside the two wholes of input and output, and which are inside them.

    Hosts differ: xAI counts reasoning beside the completion, others in it. The total tells, for it is the sum
    of all that is beside each other.

    Args:
        total: the tokens in all as the usage states them; None: it does not say.
        whole: the tokens of input and output as stated.
        parts: the tokens of each part that may be either.
        documented: the parts that the format's documentation puts beside, for where the total does not tell.

    Returns:
        The parts that are beside, and whether the total is the sum (True where none is stated).
    """
    expected = frozenset(name for name in documented if parts.get(name))
    if total is None or total == whole + sum(parts[name] for name in expected):
        return expected, True
    present = [name for name, tokens in parts.items() if tokens]
    for number in range(len(present) + 1):
        for chosen in combinations(present, number):
            if total == whole + sum(parts[name] for name in chosen):
                return frozenset(chosen), True
    return expected, False


def split_input(
    whole: int,
    *,
    read: int,
    written: Mapping[str, int],
    media: Mapping[str, int],
    read_media: Mapping[str, int] | None,
    at: Location,
) -> tuple[dict[str, int], list[str]]:
    """Split the input into kinds.

    Args:
        whole: all input, with cache reads, cache writes and media in it.
        read: the tokens of it that are read from the cache.
        written: the tokens of it that are written, by the kind they are billed as.
        media: the tokens of it that are images, video and audio.
        read_media: the part of `read` that is media; None: the usage does not say.
        at: where errors lie.

    Returns:
        Tokens by kind, and what had to be assumed.

    Raises:
        LocatedError: the parts are more than the whole.
    """
    assumed: list[str] = []
    text, writes = whole - sum(media.values()), sum(written.values())
    if text < 0:
        raise LocatedError(at, f"its media are {sum(media.values())} tokens, which is more than all input")
    if read_media is None:
        read_media = _share_reads(read, max(0, text - writes), media, assumed)
    read_text = read - sum(read_media.values())
    if read_text < 0:
        raise LocatedError(at, "more media are read from the cache than tokens in all")
    fresh = text - writes - read_text
    if fresh < 0 and writes:
        raise LocatedError(at, "more tokens are read from the cache and written to it than are sent")
    if fresh < 0:
        # xAI bills them all: its own cost of such calls is that of every cached token and of no other.
        assumed.append("more tokens are read from the cache than are sent: all of them are billed as read")
    kinds = {"input": max(0, fresh), "cache_read": read_text, **written}
    for name in MEDIA:
        kinds[f"input_{name}"] = media.get(name, 0) - read_media.get(name, 0)
        kinds[f"cache_read_{name}"] = read_media.get(name, 0)
        if kinds[f"input_{name}"] < 0:
            raise LocatedError(at, f"more {name} tokens are read from the cache than are sent")
    return kinds, assumed


def _share_reads(read: int, text: int, media: Mapping[str, int], assumed: list[str]) -> dict[str, int]:
    """Say how much of what is read is media, where only the sum is known: text first."""
    if not read or not any(media.values()):
        return {}
    assumed.append("which part of the cached tokens is media is not stated: text is taken first")
    rest, shares = max(0, read - text), {}
    for name in MEDIA:
        shares[name] = min(rest, media.get(name, 0))
        rest -= shares[name]
    return shares


def split_output(
    whole: int, *, reasoning: int, media: Mapping[str, int], at: Location
) -> tuple[dict[str, int], list[str]]:
    """Split the output, reasoning in it, into kinds.

    Raises:
        LocatedError: the media are more than the whole.
    """
    assumed: list[str] = []
    text = whole - sum(media.values())
    if text < 0:
        raise LocatedError(at, f"its media are {sum(media.values())} tokens, which is more than all output")
    if reasoning > text:
        # Hosts that count the reasoning again by themselves arrive at a few tokens more than they bill.
        assumed.append("more reasoning is stated than output: all output is taken to be reasoning")
        reasoning = text
    kinds = {"output": text - reasoning, "output_reasoning": reasoning}
    return kinds | {f"output_{name}": tokens for name, tokens in media.items()}, assumed
