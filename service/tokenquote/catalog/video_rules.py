"""Rules by which models count videos: frames that are looked at, and the audio track where they listen."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import model_validator

from tokenquote.catalog.audio_rules import AudioRule, exact_seconds
from tokenquote.catalog.image_rules import ImageRule, ImageSize, SmartResizeRule, resize_to_units
from tokenquote.catalog.rule_kinds import BandedRule, ByWord
from tokenquote.catalog.schema.catalog_entry import Money, NotNegative, Positive, Word
from tokenquote.counts import Count, MediaUse, ceil_div

__all__ = ["AnyVideoRule", "FramesRule", "ImageRules", "ResizedVideoRule", "VideoCounter", "VideoRule"]

ImageRules = Mapping[str, ImageRule]
"""Rules for images by their names."""


class VideoRule(BandedRule):
    """A rule by which a model counts videos: which frames it looks at, and what a step of them costs.

    A kind is a subclass: its fields are its parameters, `count_step` is its arithmetic, and `kind` its word
    among the video_rules of media_rules.yaml.
    """

    kind: str
    fps: Money
    """Frames looked at in a second, unless the caller says otherwise."""
    min_frames: Positive = 1
    max_frames: Positive | None = None
    """The most frames that are looked at; None: there is no such limit."""
    frames_per_step: Positive = 1
    """Frames that become one image, a step; the last is repeated to fill up."""
    per_step: NotNegative = 0
    """Tokens around each step: a timestamp, start and end."""
    around: NotNegative = 0
    """Tokens before and after the video."""
    audio: Word | None = None
    """The rule of media_rules.yaml that counts the audio track; None: it is not listened to."""

    @model_validator(mode="after")
    def _bounds_are_in_order(self) -> Self:
        if self.max_frames is not None and self.max_frames < self.min_frames:
            raise ValueError("max_frames is less than min_frames")
        return self

    @abstractmethod
    def count_step(
        self, frames: int, size: ImageSize | None, detail: str | None, images: ImageRules
    ) -> Count:
        """Count one step of a video of `frames` frames; without a size, with a wide band.

        Raises:
            ImageRefused: the model would refuse frames of this shape.
        """

    def dangling_names(self, images: ImageRules) -> Iterator[str]:
        """Yield a sentence, which begins with the field, for each faulty name of an image rule."""
        yield from ()

    def sample_frames(self, seconds: Fraction, fps: float | Fraction | None = None) -> int:
        """Return the number of frames that are looked at: at least one, and within the rule's bounds."""
        rate = Fraction(self.fps) if fps is None else exact_seconds(fps)
        frames = max(self.min_frames, math.floor(seconds * rate))
        return min(frames, self.max_frames or frames)

    def count_frames(
        self, frames: int, size: ImageSize | None, images: ImageRules, detail: str | None = None
    ) -> Count:
        """Count a video by the number of frames that are looked at; audio is not included."""
        steps = ceil_div(frames, self.frames_per_step)
        step = self.count_step(frames, size, detail, images)
        extra = steps * self.per_step + self.around
        return self.widen(step.times(steps) + Count.stated(extra))


class FramesRule(VideoRule):
    """Each frame, or each few frames, as one image."""

    kind: Literal["frames"]
    frame: Word
    """The rule of image_rules.yaml that counts a frame."""
    shared_pixels: Positive | None = None
    """Pixels of the whole video that the frames share, where the frame's rule is `smart_resize`; None: each
    frame has its own."""

    def dangling_names(self, images: ImageRules) -> Iterator[str]:
        if self.frame not in images:
            yield f"frame: image_rules.yaml has no {self.frame!r}"
        if self.shared_pixels is not None and not isinstance(images.get(self.frame), SmartResizeRule):
            yield "shared_pixels: only a frame that is counted by smart_resize can share pixels"

    def count_step(
        self, frames: int, size: ImageSize | None, detail: str | None, images: ImageRules
    ) -> Count:
        rule = self._share_pixels(images[self.frame], frames)
        return rule.count_any_size(detail) if size is None else rule.count(size.width, size.height, detail)

    def _share_pixels(self, rule: ImageRule, frames: int) -> ImageRule:
        if self.shared_pixels is None or not isinstance(rule, SmartResizeRule):
            return rule
        # qwen-vl-utils: an even share of the video's pixels, but 5 % more than the least at least
        share = self.shared_pixels * self.frames_per_step // frames
        most = max(min(rule.max_pixels, share), int(rule.min_pixels * 1.05))
        return rule.model_copy(update={"max_pixels": most})


class ResizedVideoRule(VideoRule):
    """The video as one block, resized so that all its frames together keep within a budget of pixels."""

    kind: Literal["resized_video"]
    unit: Positive
    """Pixels of a side of a token's square."""
    min_pixels: Positive
    max_pixels: Positive

    def count_step(
        self, frames: int, size: ImageSize | None, detail: str | None, images: ImageRules
    ) -> Count:
        if size is None:
            steps = ceil_div(frames, self.frames_per_step)
            most = self.max_pixels // (self.unit**2 * self.frames_per_step) // steps + 1
            least = max(1, self.min_pixels // (self.unit**2 * self.frames_per_step) // steps)
            return Count((least + most) // 2, least, most, "assumed")
        columns, rows = resize_to_units(
            size.width, size.height, self.unit, self.min_pixels, self.max_pixels, frames
        )
        return Count.certain(columns * rows, self.method)


AnyVideoRule = Annotated[VideoRule, ByWord()]
"""A field that is read as the kind of rule whose word it states."""


@dataclass(frozen=True)
class VideoCounter:
    """A rule for videos with the rules that it names: how one model counts a video."""

    rule: VideoRule
    images: ImageRules
    """The rules for images by their names, of which the rule may name one."""
    audio: AudioRule | None = None
    """The rule for the audio track; None: it is not listened to."""

    def count(
        self,
        seconds: float | Fraction,
        fps: float | Fraction | None = None,
        size: ImageSize | None = None,
        *,
        detail: str | None = None,
        silent: bool = False,
    ) -> Count:
        """Count a video: its frames as `media.video` and its audio track as `media.audio` of the count.

        Args:
            seconds: its length, more than 0.
            fps: frames looked at in a second; None: as many as the provider looks at by itself.
            size: the size of its frames; None: it is not known, so the count has a wide band.
            detail: the media resolution, `low` or `high`; None: the model's default.
            silent: whether it has no audio track.

        Raises:
            ImageRefused: the model would refuse frames of this shape.
        """
        length = exact_seconds(seconds)
        frames = self.rule.count_frames(self.rule.sample_frames(length, fps), size, self.images, detail)
        if silent or self.audio is None:
            whole, heard = frames, 0
        else:
            track = self.audio.count(length)
            whole, heard = frames + track, track.tokens
        return whole.with_media(MediaUse(video=frames.tokens, audio=heard))
