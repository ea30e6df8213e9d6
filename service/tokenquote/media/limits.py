"""Whether a provider turns one image, audio, video or document down by itself."""

from __future__ import annotations

from collections.abc import Iterator

from tokenquote.catalog.schema.media_limits import AudioLimits, DocumentLimits, ImageLimits, MediaLimits
from tokenquote.media.items import Audio, Document, File, Image, Item

__all__ = ["describe_wrong_label", "find_refusal"]


def find_refusal(item: Item, limits: MediaLimits) -> str | None:
    """Return why the provider would refuse the item; None if it would not, as far as is known."""
    match item:
        case Image():
            reasons = _image_refusals(item, limits.images)
        case Audio():
            reasons = _audio_refusals(item, limits.audio)
        case Document():
            reasons = _document_refusals(item, limits.documents)
        case _:
            return None
    return next(reasons, None)


def _image_refusals(image: Image, limits: ImageLimits) -> Iterator[str]:
    if image.file is not None:
        yield from _image_file_refusals(image.file, limits)
    if image.size is None:
        return
    width, height = image.size.width, image.size.height
    if limits.max_edge is not None and max(width, height) > limits.max_edge:
        yield f"{width} x {height} pixels, at most {limits.max_edge} a side"
    if limits.min_edge is not None and min(width, height) < limits.min_edge:
        yield f"{width} x {height} pixels, at least {limits.min_edge} a side"
    if limits.max_pixels is not None and width * height > limits.max_pixels:
        yield f"{width} x {height} pixels, at most {limits.max_pixels} together"


def _image_file_refusals(file: File, limits: ImageLimits) -> Iterator[str]:
    if limits.formats and file.format not in limits.formats:
        yield f"a file of format {file.format}; taken are {', '.join(limits.formats)}"
    if file.animated and limits.moving == "refused":
        yield f"a file of format {file.format} that moves"
    if limits.wrong_label == "refused" and (label := describe_wrong_label(file)) is not None:
        yield label
    if limits.base64_bytes is not None and file.characters > limits.base64_bytes:
        yield f"{file.characters} bytes of base64, at most {limits.base64_bytes}"


def describe_wrong_label(file: File) -> str | None:
    """Return in words how an image differs from the media type it is said to have; None if it does not."""
    if file.labelled in (None, file.format):
        return None
    return f"a file of format {file.format} that is labelled {file.labelled}"


def _audio_refusals(audio: Audio, limits: AudioLimits) -> Iterator[str]:
    if audio.file is not None and limits.formats and audio.file.format not in limits.formats:
        yield f"a file of format {audio.file.format}; taken are {', '.join(limits.formats)}"


def _document_refusals(document: Document, limits: DocumentLimits) -> Iterator[str]:
    if document.pages.known and limits.pages is not None and document.pages.expected > limits.pages:
        yield f"{document.pages.expected:.0f} pages, at most {limits.pages}"
    if document.file is not None and limits.bytes is not None and document.file.bytes > limits.bytes:
        yield f"{document.file.bytes} bytes, at most {limits.bytes}"
