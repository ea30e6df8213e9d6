"""The rules of media_rules.yaml with the rules that they name in their place."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypedDict

from tokenquote.catalog.schema.image_rules import ImageRule
from tokenquote.catalog.schema.media_limits import MediaLimits
from tokenquote.catalog.schema.media_rules import (
    AudioRule,
    DocumentEntry,
    DocumentRule,
    FramesEntry,
    FramesRule,
    MediaRulesFile,
    ResizedClipRule,
    VideoEntry,
    VideoRule,
)
from tokenquote.catalog.schema.resize_rules import SmartResizeRule
from tokenquote.errors.field_faults import did_you_mean

__all__ = [
    "MediaOfModel",
    "MediaRules",
    "MediaWords",
    "dangling_media",
    "dangling_names",
    "media_of",
    "video_rule",
]

ImageRules = Mapping[str, ImageRule]


class MediaWords(Protocol):
    """Whatever names rules for media: a model, or a family of names."""

    @property
    def images(self) -> str | None: ...
    @property
    def audio(self) -> str | None: ...
    @property
    def video(self) -> str | None: ...
    @property
    def documents(self) -> str | None: ...


@dataclass(frozen=True)
class MediaRules:
    """How one model counts media."""

    model: str
    words: MediaWords
    """The names of the rules."""
    images: ImageRule | None
    audio: AudioRule | None
    video: VideoRule | None
    documents: DocumentRule | None
    limits: MediaLimits | None = None
    """What is turned down."""


class MediaOfModel(TypedDict):
    """A model's rules for everything but pictures."""

    audio: AudioRule | None
    video: VideoRule | None
    documents: DocumentRule | None


def media_of(entry: MediaWords, rules: MediaRulesFile, images: ImageRules) -> MediaOfModel:
    """The rules that a model names; every name must be there."""
    return MediaOfModel(
        audio=rules.audio_rules[entry.audio] if entry.audio is not None else None,
        video=video_rule(rules.video_rules[entry.video], rules, images) if entry.video is not None else None,
        documents=_documents(entry, rules, images),
    )


def dangling_media(entry: MediaWords, where: str, rules: MediaRulesFile) -> Iterable[str]:
    """One sentence for each rule that a model names and that is not there."""
    tables: tuple[tuple[str, str | None, Collection[str]], ...] = (
        ("audio", entry.audio, rules.audio_rules),
        ("video", entry.video, rules.video_rules),
        ("documents", entry.documents, rules.document_rules),
    )
    for field, name, table in tables:
        if name is not None and name not in table:
            among = f"{field.removesuffix('s')}_rules{did_you_mean(name, table)}"
            yield f"{where}.{field}: media_rules.yaml has no {name!r} among {among}"
    pages = rules.document_rules.get(entry.documents or "")
    if pages is not None and pages.page is None and entry.images is None:
        yield f"{where}.documents: {entry.documents!r} counts pages as pictures, so name `images` too"


def dangling_names(rules: MediaRulesFile, images: ImageRules) -> Iterable[str]:
    """One sentence for each rule that another rule names and that is not there."""
    for name, clip in rules.video_rules.items():
        yield from _dangling_of_clip(f"media_rules.yaml: video_rules.{name}", clip, rules, images)
    for name, document in rules.document_rules.items():
        if document.page is not None and document.page not in images:
            yield f"media_rules.yaml: document_rules.{name}.page: image_rules.yaml has no {document.page!r}"


def _dangling_of_clip(
    where: str, clip: VideoEntry, rules: MediaRulesFile, images: ImageRules
) -> Iterable[str]:
    if clip.sound is not None and clip.sound not in rules.audio_rules:
        yield f"{where}.sound: there is no {clip.sound!r} among audio_rules"
    if not isinstance(clip, FramesEntry):
        return
    if clip.frame not in images:
        yield f"{where}.frame: image_rules.yaml has no {clip.frame!r}"
    if clip.shared_pixels is not None and not isinstance(images.get(clip.frame), SmartResizeRule):
        yield f"{where}.shared_pixels: only a frame that is counted by smart_resize can share pixels"


def video_rule(clip: VideoEntry, rules: MediaRulesFile, images: ImageRules) -> VideoRule:
    """The rule of clips with the rules that it names."""
    sound = rules.audio_rules[clip.sound] if clip.sound is not None else None
    if not isinstance(clip, FramesEntry):
        return ResizedClipRule(clip, sound)
    return FramesRule(clip, images[clip.frame], sound)


def _documents(entry: MediaWords, rules: MediaRulesFile, images: ImageRules) -> DocumentRule | None:
    if entry.documents is None:
        return None
    document: DocumentEntry = rules.document_rules[entry.documents]
    return DocumentRule(document, images[document.page or entry.images or ""])
