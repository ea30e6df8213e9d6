"""Running sums of the media among the pieces of a transcript; few pieces hold any."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from tokenquote.counts import NO_MEDIA, MediaUse

__all__ = ["MediaSums"]


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
        for i, (begin, end) in enumerate(stretches):
            is_last = i + 1 == len(stretches)
            uncleared = min(end, max(begin, cleared_before))
            for largest in (
                self._lasting.largest(begin, end, to_the_end=is_last),
                self._results.largest(uncleared, end, to_the_end=is_last),
            ):
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
    """The media of some pieces in their order, with their sums, and the largest from each piece on."""

    def __init__(self) -> None:
        self.at: list[int] = []
        self._media: list[MediaUse] = []
        self._sums = [NO_MEDIA]
        self._edges: list[tuple[int, float]] = []
        self._videos: list[tuple[int, float]] = []
        self._memo: dict[tuple[int, int], tuple[int, float]] = {}

    def add(self, piece: int, media: MediaUse) -> None:
        self.at.append(piece)
        self._media.append(media)
        self._sums.append(self._sums[-1] + media)
        _keep_largest(self._edges, piece, media.longest_edge)
        _keep_largest(self._videos, piece, media.longest_video_seconds)

    def between(self, begin: int, end: int) -> MediaUse:
        """Return the sum of the media of pieces."""
        first, last = bisect_left(self.at, begin), bisect_left(self.at, end)
        return self._sums[last].minus(self._sums[first]) if first < last else NO_MEDIA

    def largest(self, begin: int, end: int, *, to_the_end: bool) -> tuple[int, float]:
        """Return the longest edge and video of pieces; `to_the_end` says that a request ends with them."""
        first, last = bisect_left(self.at, begin), bisect_left(self.at, end)
        if first == last:
            return 0, 0.0
        if to_the_end and last == len(self.at):
            return int(_first_from(self._edges, begin)), _first_from(self._videos, begin)
        # A stretch inside the transcript, such as the turns that a compaction keeps, stays for many requests.
        if (first, last) not in self._memo:
            inside = self._media[first:last]
            edge = max(media.longest_edge for media in inside)
            self._memo = {(first, last): (edge, max(media.longest_video_seconds for media in inside))}
        return self._memo[first, last]


def _keep_largest(falling: list[tuple[int, float]], piece: int, value: float) -> None:
    """Put a value at the end of a falling list, and drop what it is no smaller than."""
    while falling and falling[-1][1] <= value:
        falling.pop()
    falling.append((piece, value))


def _first_from(falling: list[tuple[int, float]], piece: int) -> float:
    """Return the largest value of the pieces from this one on."""
    return falling[bisect_left(falling, (piece, float("-inf")))][1]
