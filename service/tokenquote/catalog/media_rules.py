"""What media_rules.yaml states, and the rules for media of one model with the rules that they name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Protocol, Self, TypedDict

from pydantic import Field

from tokenquote.catalog.audio_rules import AnyAudioRule, AudioRule
from tokenquote.catalog.document_rules import DocumentCounter, DocumentRule
from tokenquote.catalog.image_rules import ImageRule
from tokenquote.catalog.schema.catalog_entry import Entry, Word
from tokenquote.catalog.schema.media_limits import MediaLimits
from tokenquote.catalog.video_rules import AnyVideoRule, ImageRules, VideoCounter
from tokenquote.errors.field_faults import did_you_mean

__all__ = [
    "MediaOfModel",
    "MediaRules",
    "MediaRulesFile",
    "MediaWords",
    "dangling_media",
    "dangling_names",
    "dangling_pages",
    "resolve_media",
    "resolve_video",
]


class MediaRulesFile(Entry):
    """The contents of media_rules.yaml: rules for audio, videos and documents by their names."""

    audio_rules: dict[Word, AnyAudioRule] = Field(default={})
    video_rules: dict[Word, AnyVideoRule] = Field(default={})
    document_rules: dict[Word, DocumentRule] = Field(default={})

    def with_more(self, other: Self) -> Self:
        """Return both together; a rule of the other takes the place of one with the same name here."""
        return self.model_copy(
            update={
                "audio_rules": self.audio_rules | other.audio_rules,
                "video_rules": self.video_rules | other.video_rules,
                "document_rules": self.document_rules | other.document_rules,
            }
        )


class MediaWords(Protocol):
    """Anything that names rules for media: a model, or a family of names."""

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
    """The rules by which one model counts media; a rule is None where the catalog has none."""

    model: str
    words: MediaWords
    """The names of the rules."""
    images: ImageRule | None
    audio: AudioRule | None
    video: VideoCounter | None
    documents: DocumentCounter | None
    limits: MediaLimits | None = None
    """What the provider turns down; None: nothing is known of it."""

    @property
    def rule_names(self) -> dict[str, str]:
        """The kinds of media that are counted, each with the name of its rule."""
        words = self.words
        names = {
            "image": words.images,
            "audio": words.audio,
            "video": words.video,
            "document": words.documents,
        }
        return {kind: name for kind, name in names.items() if name is not None}


class MediaOfModel(TypedDict):
    """A model's rules for everything but images."""

    audio: AudioRule | None
    video: VideoCounter | None
    documents: DocumentCounter | None


def resolve_media(entry: MediaWords, rules: MediaRulesFile, images: ImageRules) -> MediaOfModel:
    """Return the rules that a model names; every name must be there."""
    return MediaOfModel(
        audio=rules.audio_rules[entry.audio] if entry.audio is not None else None,
        video=resolve_video(entry.video, rules, images) if entry.video is not None else None,
        documents=_resolve_documents(entry, rules, images),
    )


def resolve_video(name: str, rules: MediaRulesFile, images: ImageRules) -> VideoCounter:
    """Return the rule for videos of this name, with the rules that it names itself."""
    rule = rules.video_rules[name]
    return VideoCounter(rule, images, rules.audio_rules[rule.audio] if rule.audio is not None else None)


def _resolve_documents(
    entry: MediaWords, rules: MediaRulesFile, images: ImageRules
) -> DocumentCounter | None:
    if entry.documents is None:
        return None
    rule = rules.document_rules[entry.documents]
    return DocumentCounter(rule, images[rule.page or entry.images or ""])


def dangling_media(entry: MediaWords, place: Callable[[str], str], rules: MediaRulesFile) -> Iterable[str]:
    """Yield one sentence for each rule that is named and not there; `place` says where a field stands."""
    tables: tuple[tuple[str, str | None, Collection[str]], ...] = (
        ("audio", entry.audio, rules.audio_rules),
        ("video", entry.video, rules.video_rules),
        ("documents", entry.documents, rules.document_rules),
    )
    for field, name, table in tables:
        if name is not None and name not in table:
            among = f"{field.removesuffix('s')}_rules{did_you_mean(name, table)}"
            yield f"{place(field)}: media_rules.yaml has no {name!r} among {among}"


def dangling_pages(entry: MediaWords, where: str, rules: MediaRulesFile) -> Iterable[str]:
    """Yield a sentence if documents are counted by their pages as images, and no rule for images is named."""
    pages = rules.document_rules.get(entry.documents or "")
    if pages is not None and pages.page is None and entry.images is None:
        yield f"{where}.documents: {entry.documents!r} counts pages as images, so name `images` too"


def dangling_names(rules: MediaRulesFile, images: ImageRules) -> Iterable[str]:
    """Yield one sentence for each rule that another rule names and that is not there."""
    for name, video in rules.video_rules.items():
        where = f"media_rules.yaml: video_rules.{name}"
        if video.audio is not None and video.audio not in rules.audio_rules:
            yield f"{where}.audio: there is no {video.audio!r} among audio_rules"
        yield from (f"{where}.{sentence}" for sentence in video.dangling_names(images))
    for name, document in rules.document_rules.items():
        if document.page is not None and document.page not in images:
            yield f"media_rules.yaml: document_rules.{name}.page: image_rules.yaml has no {document.page!r}"
