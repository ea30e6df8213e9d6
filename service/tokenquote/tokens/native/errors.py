"""What is wrong with a native body, and where."""

from __future__ import annotations

__all__ = ["BodyError", "Location"]

Location = tuple[str | int, ...]
"""The way to a place in a body."""


class BodyError(ValueError):
    """A body that cannot be read; `location` leads to the place, `detail` never quotes prompt text."""

    def __init__(self, location: Location, detail: str, *, offered: bool = True) -> None:
        super().__init__(detail)
        self.location = location
        self.detail = detail
        self.offered = offered
        """False where the provider takes it, but it is not counted here yet."""
