"""What media of a context cost, and what providers set limits on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from tokenquote.counts.rounding import ceil_div

__all__ = ["NO_MEDIA", "MediaUse"]


@dataclass(frozen=True, slots=True)
class MediaUse:
    """What the media of a context cost in tokens, and the amounts that providers set limits on."""

    image: int = 0
    """Tokens of images and of the pages of documents."""
    audio: int = 0
    """Tokens of audio and of the audio tracks of videos."""
    video: int = 0
    """Tokens of the frames of videos."""
    images: int = 0
    """The number of images."""
    audios: int = 0
    """The number of audio recordings."""
    videos: int = 0
    """The number of videos."""
    documents: int = 0
    """The number of documents."""
    pages: int = 0
    """The number of pages of all documents."""
    audio_seconds: float = 0
    """The length of all audio recordings together."""
    longest_video_seconds: float = 0
    """The length of the longest video."""
    base64_bytes: int = 0
    """Characters of base64 in the request."""
    longest_edge: int = 0
    """Pixels of the longest side among the images."""

    def __add__(self, other: MediaUse) -> MediaUse:
        # Most steps of most plans add no media.
        if other is NO_MEDIA:
            return self
        if self is NO_MEDIA:
            return other
        return MediaUse(
            self.image + other.image,
            self.audio + other.audio,
            self.video + other.video,
            self.images + other.images,
            self.audios + other.audios,
            self.videos + other.videos,
            self.documents + other.documents,
            self.pages + other.pages,
            self.audio_seconds + other.audio_seconds,
            max(self.longest_video_seconds, other.longest_video_seconds),
            self.base64_bytes + other.base64_bytes,
            max(self.longest_edge, other.longest_edge),
        )

    @property
    def tokens(self) -> int:
        """Tokens of all media together."""
        return self.image + self.audio + self.video

    def without(self, other: MediaUse) -> MediaUse:
        """Return the tokens that are not the other's."""
        if other is NO_MEDIA:
            return self
        return MediaUse(self.image - other.image, self.audio - other.audio, self.video - other.video)

    def minus(self, other: MediaUse) -> MediaUse:
        """Return what is not the other's; the longest ones stay as they are, for they cannot be told."""
        if other is NO_MEDIA:
            return self
        return MediaUse(
            self.image - other.image,
            self.audio - other.audio,
            self.video - other.video,
            self.images - other.images,
            self.audios - other.audios,
            self.videos - other.videos,
            self.documents - other.documents,
            self.pages - other.pages,
            self.audio_seconds - other.audio_seconds,
            self.longest_video_seconds,
            self.base64_bytes - other.base64_bytes,
            self.longest_edge,
        )

    def with_largest(self, *, longest_edge: int, longest_video_seconds: float) -> MediaUse:
        """Return the same media with these as the longest edge and the longest video."""
        if (longest_edge, longest_video_seconds) == (self.longest_edge, self.longest_video_seconds):
            return self
        return replace(self, longest_edge=longest_edge, longest_video_seconds=longest_video_seconds)

    def share(self, part: int, whole: int) -> MediaUse:
        """Return the media tokens among the first `part` of the `whole` tokens that hold these media.

        They are taken to be spread evenly, and rounded so that what is not in the part fits into the rest.
        """
        if self is NO_MEDIA or part >= whole:
            return self
        sums = accumulate((0, self.image, self.audio, self.video))
        ends = [ceil_div(tokens * part, whole) for tokens in sums]
        return MediaUse(*(end - begin for begin, end in pairwise(ends)))


NO_MEDIA = MediaUse()
