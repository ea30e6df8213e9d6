"""Running sums of the media among the pieces of a transcript; few pieces hold any."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from tokenquote.counts import NO_MEDIA, MediaUse

__all__ = ["LargestOfNeighbours", "MediaSums"]


class MediaSums:
    """The media among the pieces of one transcript: of tool results, which may be cleared, and of others."""

    def __init__(self) -> None:
        self._lasting = _Sums()
        self._results = _Sums()

    def __bool__(self) -> bool:
        return bool(self._lasting.at or self._results.at)

    def add(self, piece: int, media: MediaUse, *, is_result: bool = False) -> None:
        """Remember the media of a piece that follows all pieces so far."""
        (self._results if is_result else self._lasting).add(piece, media)

    def sum_media(self, stretches: Sequence[tuple[int, int]], cleared_before: int) -> MediaUse:
        """Return the media that a request sends, without those of results before `cleared_before`."""
        found = self.sum_tokens(stretches, cleared_before)
        if found is NO_MEDIA:
            return found
        edge, video = 0, 0.0
        for begin, end in stretches:
            uncleared = min(end, max(begin, cleared_before))
            for largest in (self._lasting.largest(begin, end), self._results.largest(uncleared, end)):
                edge, video = max(edge, largest[0]), max(video, largest[1])
        return found.with_largest(longest_edge=edge, longest_video_seconds=video)

    def sum_tokens(self, stretches: Sequence[tuple[int, int]], cleared_before: int) -> MediaUse:
        """Return the same without the longest edge and the longest video, for any stretches."""
        found = NO_MEDIA
        for begin, end in stretches:
            found = found + self._lasting.between(begin, end)
            found = found + self._results.between(min(end, max(begin, cleared_before)), end)
        return found


class _Sums:
    """The media of some pieces in their order, with their sums, and the largest of any neighbours."""

    def __init__(self) -> None:
        self.at: list[int] = []
        self._sums = [NO_MEDIA]
        self._edges = LargestOfNeighbours()
        self._videos = LargestOfNeighbours()

    def add(self, piece: int, media: MediaUse) -> None:
        self.at.append(piece)
        self._sums.append(self._sums[-1] + media)
        self._edges.add(media.longest_edge)
        self._videos.add(media.longest_video_seconds)

    def between(self, begin: int, end: int) -> MediaUse:
        """Return the sum of the media of pieces."""
        first, last = bisect_left(self.at, begin), bisect_left(self.at, end)
        return self._sums[last].minus(self._sums[first]) if first < last else NO_MEDIA

    def largest(self, begin: int, end: int) -> tuple[int, float]:
        """Return the longest edge and video of pieces."""
        first, last = bisect_left(self.at, begin), bisect_left(self.at, end)
        if first == last:
            return 0, 0.0
        return int(self._edges.between(first, last)), self._videos.between(first, last)


class LargestOfNeighbours:
    """Numbers in a row, with the largest of every 1, 2, 4, 8, ... neighbours.

    Any run of neighbours is covered by two of these, so its largest takes two look-ups however long it is.
    """

    def __init__(self) -> None:
        self._runs: list[list[float]] = []
        """By the power of two: the largest of that many numbers, from each number on."""

    def add(self, number: float) -> None:
        """Put a number at the end of the row."""
        if not self._runs:
            self._runs.append([])
        self._runs[0].append(number)
        count, largest = len(self._runs[0]), number
        for power in range(1, count.bit_length()):
            if power == len(self._runs):
                self._runs.append([])
            largest = max(self._runs[power - 1][count - (1 << power)], largest)
            self._runs[power].append(largest)

    def between(self, first: int, last: int) -> float:
        """Return the largest of the numbers from the first one on, the last one left out; there is one."""
        power = (last - first).bit_length() - 1
        run = self._runs[power]
        return max(run[first], run[last - (1 << power)])
