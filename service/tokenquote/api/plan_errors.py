"""A well-formed request that cannot be answered, and where it lies."""

from __future__ import annotations

__all__ = ["Location", "PlanError"]

Location = tuple[str | int, ...]


class PlanError(ValueError):
    """A well-formed plan that cannot be quoted; `location` leads to the field."""

    def __init__(self, location: Location, detail: str, *, offered: bool = True) -> None:
        super().__init__(detail)
        self.location = location
        self.detail = detail
        self.offered = offered
        """False where the contract has the field but this service does not offer it yet."""
