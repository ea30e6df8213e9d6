"""What media_rules.yaml may say: sound by the second, clips by the frame, documents by the page.

A model names its rules with `audio:`, `video:` and `documents:`. A clip is frames, each counted by a rule of
image_rules.yaml, with a sound track counted by a rule of this file; a page is a picture and a text.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from tokenquote.catalog.schema.catalog_entry import BandedRule, Entry, Money, NotNegative, Positive, Word
from tokenquote.catalog.schema.image_rules import ImageRule

__all__ = [
    "AudioRule",
    "ConvolutionLayer",
    "ConvolutionsRule",
    "DocumentEntry",
    "DocumentRule",
    "FramesEntry",
    "FramesRule",
    "MediaRulesFile",
    "RateRule",
    "ResizedClipEntry",
    "ResizedClipRule",
    "SoundWindowsRule",
    "TextPerPage",
    "VideoEntry",
    "VideoRule",
]


class RateRule(BandedRule):
    """So many tokens a second."""

    kind: Literal["rate"]
    tokens_per_second: Money
    rounding: Literal["up", "down"] = "up"
    """What becomes of a token that is not whole; one token is the least."""
    spoken_per_second: Money | None = None
    """Tokens of a second that the model itself speaks; none: it does not, or nobody knows."""
    in_message: NotNegative = 0
    """Tokens that stand around a sound in a message besides, and are text."""


class SoundWindowsRule(BandedRule):
    """Padded with silence to whole windows; so many tokens a window."""

    kind: Literal["windows"]
    window_seconds: Positive
    window_tokens: Positive
    max_windows: Positive | None = None
    """What is longer is cut off."""
    around: NotNegative = 0
    """Tokens before and after the sound."""


class ConvolutionLayer(Entry):
    """One layer that shortens a sequence: floor((length + 2 x padding - window) / stride) + 1."""

    window: Positive
    stride: Positive
    padding: NotNegative = 0


class ConvolutionsRule(BandedRule):
    """Spectrogram frames, shortened by the layers of the encoder; lengths of sound in samples."""

    kind: Literal["convolutions"]
    sample_rate: Positive = 16_000
    hop: Positive = 160
    """Samples from one frame to the next."""
    window: NotNegative = 0
    """Samples that a frame needs; 0: the end is padded, so every begun hop is a frame."""
    max_seconds: Positive | None = None
    """What is longer is cut off."""
    chunk_frames: Positive | None = None
    """Frames are encoded in chunks of so many, each by itself."""
    layers: tuple[ConvolutionLayer, ...] = Field(min_length=1)
    max_tokens: Positive | None = None
    around: NotNegative = 0
    """Tokens before and after the sound."""


AudioRule = Annotated[RateRule | SoundWindowsRule | ConvolutionsRule, Field(discriminator="kind")]


class _Sampling(BandedRule):
    """Which frames of a clip are looked at."""

    fps: Money
    """Frames looked at in a second, unless the caller says otherwise."""
    min_frames: Positive = 1
    max_frames: Positive | None = None
    frames_per_step: Positive = 1
    """So many frames become one picture; the last is repeated to fill up."""
    per_step: NotNegative = 0
    """Tokens around each picture: a timestamp, start and end."""
    around: NotNegative = 0
    """Tokens before and after the clip."""
    sound: Word | None = None
    """The rule of media_rules.yaml that counts the sound track; none: it is not listened to."""

    @model_validator(mode="after")
    def _bounds_in_order(self) -> Self:
        if self.max_frames is not None and self.max_frames < self.min_frames:
            raise ValueError("max_frames is less than min_frames")
        return self


class FramesEntry(_Sampling):
    """Each frame, or each few frames, as one picture."""

    kind: Literal["frames"]
    frame: Word
    """The rule of image_rules.yaml that counts a frame."""
    shared_pixels: Positive | None = None
    """Pixels of the whole clip that the frames share, where the frame's rule is `smart_resize`."""


class ResizedClipEntry(_Sampling):
    """The clip as one block, resized so that all its frames together keep within a budget of pixels."""

    kind: Literal["resized_clip"]
    unit: Positive
    """Pixels of a token's square."""
    min_pixels: Positive
    max_pixels: Positive


VideoEntry = Annotated[FramesEntry | ResizedClipEntry, Field(discriminator="kind")]


class TextPerPage(Entry):
    """Tokens of a page's text."""

    low: NotNegative
    expected: NotNegative
    high: NotNegative

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.expected <= self.high:
            raise ValueError("the band must hold what is expected: low <= expected <= high")
        return self


class DocumentEntry(BandedRule):
    """Each page as a picture, and its text beside it where the provider adds that."""

    page: Word | None = None
    """The rule of image_rules.yaml that counts a page; none: the model's own."""
    detail: str | None = None
    """The detail at which pages are looked at, unless the caller says otherwise."""
    dots_per_inch: Positive = 72
    """Resolution at which a page becomes a picture, where its rule asks for pixels."""
    pictured: Literal["always", "seldom"] = "always"
    """`seldom`: only pages that hold pictures themselves are looked at; no page is expected to."""
    text: TextPerPage = TextPerPage(low=0, expected=0, high=0)
    text_factor: Money = Decimal(1)
    """Tokens of a page's text for each token of what we read of it: the provider may read it otherwise."""
    around: NotNegative = 0
    """Tokens of a document besides its pages."""
    extra_in_chat: NotNegative = 0
    """More tokens for each document in a Chat Completions body."""


@dataclass(frozen=True)
class FramesRule:
    """How a model counts clips frame by frame, with the rules that its entry names."""

    entry: FramesEntry
    frame: ImageRule
    sound: AudioRule | None = None


@dataclass(frozen=True)
class ResizedClipRule:
    """How a model counts clips as one block, with the rule of its sound."""

    entry: ResizedClipEntry
    sound: AudioRule | None = None


VideoRule = FramesRule | ResizedClipRule


@dataclass(frozen=True)
class DocumentRule:
    """How a model counts documents: what media_rules.yaml says, with the rule of a page's picture."""

    entry: DocumentEntry
    page: ImageRule


class MediaRulesFile(Entry):
    """media_rules.yaml"""

    audio_rules: dict[Word, AudioRule] = Field(default={})
    video_rules: dict[Word, VideoEntry] = Field(default={})
    document_rules: dict[Word, DocumentEntry] = Field(default={})

    def with_more(self, other: Self) -> Self:
        """What the other defines takes the place of what has the same name here."""
        return self.model_copy(
            update={
                "audio_rules": self.audio_rules | other.audio_rules,
                "video_rules": self.video_rules | other.video_rules,
                "document_rules": self.document_rules | other.document_rules,
            }
        )
