"""Sound to tokens: by the second, by whole windows, or through the layers of an open-weight encoder."""

from __future__ import annotations

import math
from fractions import Fraction

from tokenquote.catalog.schema.media_rules import AudioRule, ConvolutionsRule, RateRule, SoundWindowsRule
from tokenquote.counts import Count

__all__ = ["count_audio", "exact_seconds"]


def count_audio(rule: AudioRule, seconds: float | Fraction, *, spoken: bool = False) -> Count:
    """Count a piece of sound.

    Args:
        rule: the model's rule.
        seconds: its length, more than 0.
        spoken: whether the model says it rather than hears it.

    Raises:
        LookupError: the rule does not know what the model's own speech costs.
    """
    tokens = _heard_or_spoken_tokens(rule, exact_seconds(seconds), spoken)
    return Count(tokens, math.floor(tokens * rule.low), math.ceil(tokens * rule.high), rule.method)


def exact_seconds(seconds: float | Fraction) -> Fraction:
    """The decimal number that was written: 0.1 is a tenth, not the binary float beside it."""
    return seconds if isinstance(seconds, Fraction) else Fraction(str(seconds))


def _heard_or_spoken_tokens(rule: AudioRule, seconds: Fraction, spoken: bool) -> int:
    if spoken and not (isinstance(rule, RateRule) and rule.spoken_per_second is not None):
        raise LookupError("what the model's own speech costs is not known")
    match rule:
        case RateRule():
            rate = rule.spoken_per_second if spoken and rule.spoken_per_second else rule.tokens_per_second
            whole = math.ceil if rule.rounding == "up" else math.floor
            return max(1, whole(seconds * Fraction(rate)))
        case SoundWindowsRule():
            windows = max(1, math.ceil(seconds / rule.window_seconds))
            return min(windows, rule.max_windows or windows) * rule.window_tokens + rule.around
        case ConvolutionsRule():
            return _encoder_tokens(rule, seconds) + rule.around


def _encoder_tokens(rule: ConvolutionsRule, seconds: Fraction) -> int:
    samples = int(min(seconds, rule.max_seconds or seconds) * rule.sample_rate)
    frames = max(0, (samples - rule.window) // rule.hop + 1) if rule.window else -(-samples // rule.hop)
    chunk = rule.chunk_frames or max(1, frames)
    tokens = frames // chunk * _length_after_layers(rule, chunk) + _length_after_layers(rule, frames % chunk)
    return min(tokens, rule.max_tokens or tokens)


def _length_after_layers(rule: ConvolutionsRule, length: int) -> int:
    for layer in rule.layers:
        length = max(0, (length + 2 * layer.padding - layer.window) // layer.stride + 1)
    return length
