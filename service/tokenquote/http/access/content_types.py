"""What a body is stated to be: JSON as it is, or else it is refused with the remedy."""

from __future__ import annotations

from tokenquote.http.access.denials import encoded_content, foreign_content
from tokenquote.http.access.origins import Headers

__all__ = ["check_content"]

_JSON = b"application/json"


def check_content(headers: Headers) -> None:
    """Check the headers that say what a body is.

    A body without a Content-Type is read as JSON (RFC 9110, 8.3 leaves that to the recipient): several HTTP
    libraries send none. A page of another site that sends none is stopped by its origin.

    Raises:
        NotServed: 415, it is stated to be something else, or compressed.
    """
    stated = headers.get(b"content-type", _JSON)
    if stated != _JSON and not _is_json(stated):
        raise foreign_content(stated.partition(b";")[0].strip().lower().decode("latin-1"))
    encoding = headers.get(b"content-encoding")
    if encoding is not None and encoding.strip().lower() not in (b"", b"identity"):
        raise encoded_content()


def _is_json(stated: bytes) -> bool:
    """Return whether a media type is JSON in UTF-8, the one charset that JSON has (RFC 8259, 8.1)."""
    media_type, _, parameters = stated.lower().partition(b";")
    media_type = media_type.strip()
    if media_type != _JSON and not (media_type.startswith(b"application/") and media_type.endswith(b"+json")):
        return False
    for parameter in parameters.split(b";"):
        name, _, value = parameter.partition(b"=")
        if name.strip() == b"charset" and value.strip().strip(b'"') not in (b"utf-8", b"utf8", b"us-ascii"):
            return False
    return True
