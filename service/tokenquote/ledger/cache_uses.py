"""What requests read from the prompt cache and write to it, kept in columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from tokenquote.counts import NO_MEDIA, MediaUse

__all__ = ["NO_CACHE", "CacheUse", "CacheUses"]


@dataclass(frozen=True, slots=True)
class CacheUse:
    """Counts the tokens of one request's input that the cache serves or stores."""

    read: int = 0
    """Tokens that are read from the cache."""
    write: int = 0
    """Tokens that are written to the cache and billed at a write rate."""
    lost: int = 0
    """Tokens that the request sends again and the one before left readable, but that are not read."""
    read_media: MediaUse = NO_MEDIA
    """The media among what is read."""


NO_CACHE = CacheUse()
"""The use of a request that neither reads nor writes."""


@dataclass(slots=True)
class CacheUses(Sequence[CacheUse]):
    """The uses of requests as one list for each of their fields.

    The lists have one length; what they hold is said at `CacheUse`, which is what an index gives.
    """

    read: list[int]
    write: list[int]
    lost: list[int]
    read_media: list[MediaUse]

    @classmethod
    def none(cls, number: int) -> CacheUses:
        """Return the uses of requests that neither read nor write."""
        zeros = [0] * number
        return cls(zeros, zeros, zeros, [NO_MEDIA] * number)

    @classmethod
    def collect(cls, uses: Iterable[CacheUse]) -> CacheUses:
        """Return uses in columns, taken one after the other as they come."""
        made = cls([], [], [], [])
        for use in uses:
            made.read.append(use.read)
            made.write.append(use.write)
            made.lost.append(use.lost)
            made.read_media.append(use.read_media)
        return made

    def only(self, places: Sequence[int]) -> CacheUses:
        """Return the uses at these places."""
        return self if len(places) == len(self) else CacheUses.collect(self[i] for i in places)

    def __len__(self) -> int:
        return len(self.read)

    @overload
    def __getitem__(self, index: int) -> CacheUse: ...
    @overload
    def __getitem__(self, index: slice) -> list[CacheUse]: ...
    def __getitem__(self, index: int | slice) -> CacheUse | list[CacheUse]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        return CacheUse(self.read[index], self.write[index], self.lost[index], self.read_media[index])

    def __iter__(self) -> Iterator[CacheUse]:
        return map(CacheUse, self.read, self.write, self.lost, self.read_media)
