"""Whether a provider turns one image, sound or document down by itself."""

from __future__ import annotations

from collections.abc import Iterator

from tokenquote.catalog.schema.media_limits import DocumentLimits, MediaLimits, PictureLimits, SoundLimits
from tokenquote.media.items import Document, File, Item, Picture, Sound

__all__ = ["refusal_of", "wrong_label"]


def refusal_of(item: Item, limits: MediaLimits) -> str | None:
    """Why the provider would refuse the item; None if it would not, as far as is known."""
    match item:
        case Picture():
            reasons = _image_refusals(item, limits.images)
        case Sound():
            reasons = _sound_refusals(item, limits.audio)
        case Document():
            reasons = _document_refusals(item, limits.documents)
        case _:
            return None
    return next(reasons, None)


def _image_refusals(picture: Picture, limits: PictureLimits) -> Iterator[str]:
    if picture.file is not None:
        yield from _image_file_refusals(picture.file, limits)
    if picture.size is None:
        return
    width, height = picture.size.width, picture.size.height
    if limits.max_edge is not None and max(width, height) > limits.max_edge:
        yield f"{width} x {height} pixels, at most {limits.max_edge} a side"
    if limits.min_edge is not None and min(width, height) < limits.min_edge:
        yield f"{width} x {height} pixels, at least {limits.min_edge} a side"
    if limits.max_pixels is not None and width * height > limits.max_pixels:
        yield f"{width} x {height} pixels, at most {limits.max_pixels} together"


def _image_file_refusals(file: File, limits: PictureLimits) -> Iterator[str]:
    if limits.formats and file.format not in limits.formats:
        yield f"a file of format {file.format}; taken are {', '.join(limits.formats)}"
    if file.animated and limits.moving == "refused":
        yield f"a file of format {file.format} that moves"
    if limits.wrong_label == "refused" and (label := wrong_label(file)) is not None:
        yield label
    if limits.base64_bytes is not None and file.characters > limits.base64_bytes:
        yield f"{file.characters} bytes of base64, at most {limits.base64_bytes}"


def wrong_label(file: File) -> str | None:
    """What is wrong with the media type that a picture is said to have; None if nothing is."""
    if file.labelled in (None, file.format):
        return None
    return f"a file of format {file.format} that is labelled {file.labelled}"


def _sound_refusals(sound: Sound, limits: SoundLimits) -> Iterator[str]:
    if sound.file is not None and limits.formats and sound.file.format not in limits.formats:
        yield f"a file of format {sound.file.format}; taken are {', '.join(limits.formats)}"


def _document_refusals(document: Document, limits: DocumentLimits) -> Iterator[str]:
    if document.pages.known and limits.pages is not None and document.pages.expected > limits.pages:
        yield f"{document.pages.expected:.0f} pages, at most {limits.pages}"
    if document.file is not None and limits.bytes is not None and document.file.bytes > limits.bytes:
        yield f"{document.file.bytes} bytes, at most {limits.bytes}"
