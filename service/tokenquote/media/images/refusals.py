"""Pictures that a provider itself would turn down."""

from __future__ import annotations

__all__ = ["ImageRefused"]


class ImageRefused(ValueError):
    """The provider would refuse the picture."""
