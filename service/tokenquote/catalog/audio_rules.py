"""Rules by which models count audio: by the second, by whole windows, or through the layers of an encoder."""

from __future__ import annotations

import math
from abc import abstractmethod
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from tokenquote.catalog.rule_kinds import BandedRule, ByWord
from tokenquote.catalog.schema.catalog_entry import Entry, Money, NotNegative, Positive
from tokenquote.counts import Count, ceil_div

__all__ = ["AnyAudioRule", "AudioRule", "ConvolutionLayer", "ConvolutionsRule", "RateRule", "exact_seconds"]


def exact_seconds(seconds: float | Fraction) -> Fraction:
    """Return the decimal number that was written: 0.1 is a tenth, not the binary float beside it."""
    return seconds if isinstance(seconds, Fraction) else Fraction(str(seconds))


class AudioRule(BandedRule):
    """A rule by which a model counts audio.

    A kind is a subclass: its fields are its parameters, `count_tokens` is its arithmetic, and `kind` its word
    among the audio_rules of media_rules.yaml.
    """

    kind: str
    in_message: NotNegative = 0
    """Tokens that stand around audio in a message besides, and are text."""

    @property
    def speaks(self) -> bool:
        """Whether it is known what audio costs that the model itself makes."""
        return False

    @abstractmethod
    def count_tokens(self, seconds: Fraction, *, spoken: bool) -> int:
        """Return the tokens of audio that is longer than 0 seconds.

        `spoken` is true only where the rule speaks: the model says it rather than hears it.
        """

    def count(self, seconds: float | Fraction, *, spoken: bool = False) -> Count:
        """Count audio of a length of more than 0 seconds, that the model hears or, if `spoken`, says.

        Raises:
            LookupError: the rule does not know what the model's own speech costs.
        """
        if spoken and not self.speaks:
            raise LookupError("what the model's own speech costs is not known")
        return self.with_band(self.count_tokens(exact_seconds(seconds), spoken=spoken))


class RateRule(AudioRule):
    """A number of tokens a second."""

    kind: Literal["rate"]
    tokens_per_second: Money
    rounding: Literal["up", "down"] = "up"
    """What becomes of a token that is not whole; one token is the least."""
    spoken_per_second: Money | None = None
    """Tokens of a second that the model itself speaks; None: it does not, or nobody knows."""

    @property
    def speaks(self) -> bool:
        return self.spoken_per_second is not None

    def count_tokens(self, seconds: Fraction, *, spoken: bool) -> int:
        rate = self.spoken_per_second if spoken and self.spoken_per_second else self.tokens_per_second
        whole = math.ceil if self.rounding == "up" else math.floor
        return max(1, whole(seconds * Fraction(rate)))


class AudioWindowsRule(AudioRule):
    """Audio that is padded with silence to whole windows, each of a number of tokens."""

    kind: Literal["windows"]
    window_seconds: Positive
    window_tokens: NotNegative
    max_windows: Positive | None = None
    """The most windows; what is longer is cut off. None: there is no such limit."""
    around: NotNegative = 0
    """Tokens before and after the audio."""

    def count_tokens(self, seconds: Fraction, *, spoken: bool) -> int:
        windows = max(1, math.ceil(seconds / self.window_seconds))
        return min(windows, self.max_windows or windows) * self.window_tokens + self.around


class ConvolutionLayer(Entry):
    """One layer that shortens a sequence: floor((length + 2 x padding - window) / stride) + 1."""

    window: Positive
    stride: Positive
    padding: NotNegative = 0


class ConvolutionsRule(AudioRule):
    """Spectrogram frames, shortened by the layers of the encoder; lengths of audio in samples."""

    kind: Literal["convolutions"]
    sample_rate: Positive = 16_000
    hop: Positive = 160
    """Samples from one frame to the next."""
    window: NotNegative = 0
    """Samples that a frame needs; 0: the end is padded, so every begun hop is a frame."""
    max_seconds: Positive | None = None
    """The longest audio that is encoded; what is longer is cut off. None: there is no such limit."""
    chunk_frames: Positive | None = None
    """Frames of a chunk, each of which is encoded by itself; None: all are encoded together."""
    layers: tuple[ConvolutionLayer, ...] = Field(min_length=1)
    max_tokens: Positive | None = None
    around: NotNegative = 0
    """Tokens before and after the audio."""

    def count_tokens(self, seconds: Fraction, *, spoken: bool) -> int:
        samples = int(min(seconds, self.max_seconds or seconds) * self.sample_rate)
        frames = (
            max(0, (samples - self.window) // self.hop + 1) if self.window else ceil_div(samples, self.hop)
        )
        chunk = self.chunk_frames or max(1, frames)
        tokens = frames // chunk * self._shorten(chunk) + self._shorten(frames % chunk)
        return min(tokens, self.max_tokens or tokens) + self.around

    def _shorten(self, length: int) -> int:
        """Return the length of a sequence after all layers."""
        for layer in self.layers:
            length = max(0, (length + 2 * layer.padding - layer.window) // layer.stride + 1)
        return length


AnyAudioRule = Annotated[AudioRule, ByWord()]
"""A field that is read as the kind of rule whose word it states."""
