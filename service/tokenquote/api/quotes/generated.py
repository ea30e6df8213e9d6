"""Counts and measures what a model answers with that is no text: speech, images, videos."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tokenquote.api.media.counter import MediaCounter
from tokenquote.api.quotes.amounts import AmountCounter
from tokenquote.api.quotes.uses import UseMeter
from tokenquote.catalog.schema.generated_images import GeneratedImages
from tokenquote.counts import Count, MediaUse
from tokenquote.errors import LocatedError, Location
from tokenquote.ledger import NOTHING
from tokenquote.ledger.fees import Use
from tokenquote.media import Audio, MissingRule
from tokenquote_client.amounts import AudioPart
from tokenquote_client.answer_parts import GeneratedImage, GeneratedVideo

__all__ = ["GeneratedPartCounter"]


@dataclass(frozen=True)
class GeneratedPartCounter:
    """Counts what one model makes besides text, and notes what of it is billed by a fee."""

    media: MediaCounter
    amounts: AmountCounter
    meter: UseMeter
    images: GeneratedImages | None
    """The output tokens of the images that the model makes. None: they are not known."""

    def count(self, part: AudioPart | GeneratedImage | GeneratedVideo, at: Location) -> Count:
        """Return the tokens of a part of an answer; what is billed by a fee alone has none.

        Raises:
            LocatedError: the model makes nothing of this kind, as far as the catalog knows.
        """
        match part:
            case AudioPart():
                return self._speech(part, at)
            case GeneratedImage():
                return self._image(part, at)
            case GeneratedVideo():
                self.meter.add(_measure_video(part))
                return NOTHING

    def _speech(self, part: AudioPart, at: Location) -> Count:
        billed = self.meter.bills("output_audio")
        if billed:
            item = self.media.read_part(part, at)
            if isinstance(item, Audio):
                self.meter.add(Use("output_audio", _seconds(item.seconds.expected)))
        try:
            count = self.media.count_speech(part, at)
        except MissingRule:
            if not (billed or self.meter.bills_no_tokens):
                raise
            return NOTHING
        self._assume("a spoken answer is sent back as audio, at the tokens it was spoken with")
        return count

    def _image(self, part: GeneratedImage, at: Location) -> Count:
        choice = _choose(part)
        billed = self.meter.bills("output_image")
        if billed:
            units = {"image": Decimal(part.count)}
            if part.width is not None and part.height is not None:
                units["pixel"] = Decimal(part.width * part.height * part.count)
            self.meter.add(Use("output_image", units, choice))
        count = self._count_image(part, choice, at, billed=billed)
        if count.tokens:
            self._assume("an image that the model made is sent back at the tokens it was made with")
        return count.with_media(MediaUse(image=count.tokens, images=part.count))

    def _count_image(
        self, part: GeneratedImage, choice: dict[str, str], at: Location, *, billed: bool
    ) -> Count:
        if part.tokens is not None:
            return Count.stated(part.tokens * part.count)
        known = self.images.find(choice) if self.images is not None else None
        if known is not None:
            return Count.certain(known * part.count, "rule")
        if billed:
            return NOTHING
        words = self.images.words if self.images is not None else []
        remedy = (
            f"state {', '.join(f'`{word}`' for word in words)} as the provider does, or "
            if words
            else "state "
        )
        detail = f"the catalog does not know the tokens of such an image of this model: {remedy}its `tokens`"
        raise LocatedError(at, detail)

    def _assume(self, sentence: str) -> None:
        self.amounts.assumptions.append(sentence)


def _choose(part: GeneratedImage) -> dict[str, str]:
    """Return what selects a price or a number of tokens."""
    size = f"{part.width}x{part.height}" if part.width is not None else None
    named = {"size": size, "resolution": part.resolution, "quality": part.quality}
    return {name: value for name, value in named.items() if value is not None}


def _measure_video(part: GeneratedVideo) -> Use:
    audio = None if part.audio is None else str(part.audio).lower()
    named = {"resolution": part.resolution, "audio": audio}
    choice = {name: value for name, value in named.items() if value is not None}
    return Use("output_video", _seconds(part.seconds), choice)


def _seconds(length: float) -> dict[str, Decimal]:
    return {"second": Decimal(str(length))}
