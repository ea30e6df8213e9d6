"""Which form of a content a client takes."""

from __future__ import annotations

__all__ = ["takes_gzip"]


def takes_gzip(accept_encoding: str) -> bool:
    """Return whether a header Accept-Encoding allows gzip, by RFC 9110, section 12.5.3."""
    qualities = {}
    for stated in accept_encoding.lower().split(","):
        coding, _, parameters = stated.partition(";")
        qualities[coding.strip()] = parameters.replace(" ", "")
    quality = qualities.get("gzip", qualities.get("*"))
    return quality is not None and quality.rstrip("0.") not in ("q=", "q")
