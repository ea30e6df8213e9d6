"""Pieces of native bodies that several formats share."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from tokenquote.tokens.request import BodyError, Location, Media, Part, Unknown

__all__ = [
    "as_json",
    "data_or_address",
    "either",
    "list_of",
    "object_of",
    "one_or_many",
    "optional_text",
    "settings_of",
    "text_of",
    "text_parts",
    "unknown",
]

_ADDRESSES = ("http://", "https://", "gs://", "s3://", "file-", "file://")


def object_of(value: Any, at: Location, what: str = "an object is expected") -> Mapping[str, Any]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise BodyError(at, what)
    return value


def list_of(members: Mapping[str, Any], key: str, at: Location = ()) -> Sequence[Any]:
    """A list member; absent and null are empty."""
    value = members.get(key)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise BodyError((*at, key), f"{key} is a list")
    return value


def one_or_many(value: Any) -> Any:
    """A lone object stands for a list of one where Google's parser reads a repeated field."""
    return [value] if isinstance(value, dict) else value


def text_of(members: Mapping[str, Any], key: str, at: Location) -> str:
    """A string member."""
    value = members.get(key)
    if not isinstance(value, str):
        raise BodyError((*at, key), f"{key} is a string")
    return value


def optional_text(members: Mapping[str, Any], key: str, at: Location) -> str | None:
    """A string member that may be absent or null."""
    return None if members.get(key) is None else text_of(members, key, at)


def either(members: Any, *spellings: str) -> Any:
    """The member under the first of its spellings that is there (inlineData, inline_data)."""
    if isinstance(members, dict):
        for spelling in spellings:
            if spelling in members:
                return members[spelling]
    return None


def text_parts(content: Any, at: Location) -> Iterator[Part]:
    """Text as a string, or as a list of `{type: text, text}`; any other part is unknown."""
    if isinstance(content, str):
        yield content
        return
    if content is None:
        return
    if not isinstance(content, list):
        raise BodyError(at, "a string or a list of text parts")
    for i, part in enumerate(content):
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict) and isinstance(part.get("text"), str):
            yield part["text"]
        else:
            yield unknown(part, "parts", (*at, i))


def unknown(value: Any, what: str, at: Location) -> Unknown:
    """A piece that no rule counts, named by its type and kept as JSON."""
    kind = value.get("type") if isinstance(value, dict) else None
    words = f"{what} of type {str(kind)[:40]!r}" if kind else f"{what} of an unknown kind"
    return Unknown(words, as_json(value), at)


def data_or_address(
    kind: Literal["image", "audio", "video", "document"],
    value: Any,
    at: Location,
    *,
    media_type: Any = None,
    detail: Any = None,
    name: Any = None,
    stored: bool = False,
) -> Media:
    """A picture, clip or document by its base64 data, or by an address that is never fetched; `stored`: by
    the id of a file that the provider keeps.
    """
    if not isinstance(value, str):
        raise BodyError(at, f"{'an' if kind in ('image', 'audio') else 'a'} {kind} is base64 data")
    remote = stored or value.startswith(_ADDRESSES)
    return Media(
        kind=kind,
        location=at,
        data=None if remote else value,
        address=value if remote else None,
        media_type=media_type if isinstance(media_type, str) else None,
        detail=detail if isinstance(detail, str) else None,
        name=name if isinstance(name, str) else None,
    )


def settings_of(body: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """The members that are there and not null."""
    return {key: body[key] for key in keys if body.get(key) is not None}


def as_json(value: Any) -> str:
    """Compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
