"""What media of a context cost and amount to: tokens by modality, and what providers set limits on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise

__all__ = ["NO_MEDIA", "MediaUse"]


@dataclass(frozen=True, slots=True)
class MediaUse:
    """Pictures, sounds, clips and documents that are sent together."""

    image: int = 0
    """Tokens of pictures and of the pages of documents."""
    audio: int = 0
    """Tokens of sounds and of the sound tracks of clips."""
    video: int = 0
    """Tokens of the frames of clips."""
    pictures: int = 0
    sounds: int = 0
    clips: int = 0
    documents: int = 0
    pages: int = 0
    sound_seconds: float = 0
    longest_clip_seconds: float = 0
    base64_bytes: int = 0
    """Characters of base64 in the request."""
    longest_edge: int = 0
    """Pixels of the longest side among the pictures."""

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
            self.pictures + other.pictures,
            self.sounds + other.sounds,
            self.clips + other.clips,
            self.documents + other.documents,
            self.pages + other.pages,
            self.sound_seconds + other.sound_seconds,
            max(self.longest_clip_seconds, other.longest_clip_seconds),
            self.base64_bytes + other.base64_bytes,
            max(self.longest_edge, other.longest_edge),
        )

    @property
    def tokens(self) -> int:
        return self.image + self.audio + self.video

    def without(self, other: MediaUse) -> MediaUse:
        """The tokens that are not the other's."""
        if other is NO_MEDIA:
            return self
        return MediaUse(self.image - other.image, self.audio - other.audio, self.video - other.video)

    def share(self, part: int, whole: int) -> MediaUse:
        """The tokens in so many of the tokens that hold these media, taken to be spread evenly.

        Rounded so that what is not in the part fits into the rest.
        """
        if self is NO_MEDIA or part >= whole:
            return self
        sums = accumulate((0, self.image, self.audio, self.video))
        ends = [-(-tokens * part // whole) for tokens in sums]
        return MediaUse(*(end - begin for begin, end in pairwise(ends)))


NO_MEDIA = MediaUse()
