"""Whether a client has an answer already, by its entity tag."""

from __future__ import annotations

import re

__all__ = ["is_known"]

_ENTITY_TAG = r'(?:W/)?"[^"]*"'


def is_known(if_none_match: str, etag: str) -> bool:
    """Return whether a header If-None-Match names this entity tag, or any by `*`.

    The comparison is the weak one of RFC 9110, section 13.1.2. Litestar writes ETags and compares none, and
    its `ETag.from_header` reads a list as a single tag.
    """
    if if_none_match.strip() == "*":
        return True
    if not re.fullmatch(rf"{_ENTITY_TAG}(?:\s*,\s*{_ENTITY_TAG})*", if_none_match.strip()):
        return False
    return re.findall(r'"[^"]*"', etag)[0] in re.findall(r'"[^"]*"', if_none_match)
