"""Clips to tokens: the frames that are looked at, and the sound track where the model listens to it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from tokenquote.catalog.schema.image_rules import ImageRule
from tokenquote.catalog.schema.media_rules import (
    FramesRule,
    ResizedClipEntry,
    ResizedClipRule,
    VideoEntry,
    VideoRule,
)
from tokenquote.catalog.schema.resize_rules import SmartResizeRule
from tokenquote.counts import Count, least_certain
from tokenquote.media.audio import count_audio, exact_seconds
from tokenquote.media.image_sizes import resized_units
from tokenquote.media.images import count_image, count_image_of_unknown_size

__all__ = ["VideoCount", "count_frames", "count_video", "sampled_frames"]


@dataclass(frozen=True, slots=True)
class VideoCount:
    """Tokens of one clip; providers price sound apart."""

    frames: Count
    sound: Count | None = None

    @property
    def total(self) -> Count:
        """Both together."""
        return self.frames if self.sound is None else self.frames + self.sound


def count_video(
    rule: VideoRule,
    seconds: float | Fraction,
    fps: float | Fraction | None = None,
    width: int | None = None,
    height: int | None = None,
    *,
    detail: str | None = None,
    silent: bool = False,
) -> VideoCount:
    """Count a clip.

    Args:
        rule: the model's rule.
        seconds: its length, more than 0.
        fps: frames looked at in a second; None: as many as the provider does by itself.
        width: pixels; None with `height`: not known, so the count has a wide band.
        height: likewise.
        detail: the media resolution, `low` or `high`; None: the model's default.
        silent: whether it has no sound track.

    Raises:
        ImageRefused: the model would refuse frames of this shape.
    """
    length = exact_seconds(seconds)
    frames = sampled_frames(rule.entry, length, fps)
    sound = None if silent or rule.sound is None else count_audio(rule.sound, length)
    return VideoCount(count_frames(rule, frames, width, height, detail), sound)


def sampled_frames(entry: VideoEntry, seconds: Fraction, fps: float | Fraction | None = None) -> int:
    """Frames that are looked at: at least one, and within the rule's bounds."""
    rate = Fraction(entry.fps) if fps is None else exact_seconds(fps)
    frames = max(entry.min_frames, math.floor(seconds * rate))
    return min(frames, entry.max_frames or frames)


def count_frames(
    rule: VideoRule, frames: int, width: int | None, height: int | None, detail: str | None = None
) -> Count:
    """Count a clip by the frames that are looked at; sound not included."""
    entry = rule.entry
    steps = -(-frames // entry.frames_per_step)
    step = _count_step(rule, frames, width, height, detail)
    extra = steps * entry.per_step + entry.around
    return Count(
        step.tokens * steps + extra,
        math.floor((step.low * steps + extra) * entry.low),
        math.ceil((step.high * steps + extra) * entry.high),
        least_certain(step.method, entry.method),
    )


def _count_step(
    rule: VideoRule, frames: int, width: int | None, height: int | None, detail: str | None
) -> Count:
    """What one image of the clip costs."""
    if isinstance(rule, ResizedClipRule):
        return _count_step_of_block(rule.entry, frames, width, height)
    frame = _rule_of_frame(rule, frames)
    if width is None or height is None:
        return count_image_of_unknown_size(frame, detail).count
    return count_image(frame, width, height, detail).count


def _rule_of_frame(rule: FramesRule, frames: int) -> ImageRule:
    entry, frame = rule.entry, rule.frame
    if entry.shared_pixels is None or not isinstance(frame, SmartResizeRule):
        return frame
    # qwen-vl-utils: an even share of the clip's pixels, but 5 % more than the least at least
    share = entry.shared_pixels * entry.frames_per_step // frames
    most = max(min(frame.max_pixels, share), int(frame.min_pixels * 1.05))
    return frame.model_copy(update={"max_pixels": most})


def _count_step_of_block(
    entry: ResizedClipEntry, frames: int, width: int | None, height: int | None
) -> Count:
    steps = -(-frames // entry.frames_per_step)
    if width is None or height is None:
        most = entry.max_pixels // (entry.unit**2 * entry.frames_per_step) // steps + 1
        least = max(1, entry.min_pixels // (entry.unit**2 * entry.frames_per_step) // steps)
        return Count((least + most) // 2, least, most, "assumed")
    columns, rows = resized_units(width, height, entry.unit, entry.min_pixels, entry.max_pixels, frames)
    return Count(columns * rows, columns * rows, columns * rows, entry.method)
