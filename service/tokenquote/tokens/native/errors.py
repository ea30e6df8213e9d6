"""What is wrong with a native body, and where."""

from __future__ import annotations

from tokenquote.tokens.request import Location

__all__ = ["BodyError", "Location"]


class BodyError(ValueError):
    """A body that cannot be read; `location` leads to the place, `detail` never quotes prompt text."""

    def __init__(self, location: Location, detail: str) -> None:
        super().__init__(detail)
        self.location = location
        self.detail = detail
