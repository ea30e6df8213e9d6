"""What is wrong with a model file."""

from __future__ import annotations

from pathlib import Path

__all__ = ["ModelFileError"]


class ModelFileError(ValueError):
    """The file is not what it should be; the message names it and says what to do."""

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(f"{path}: {detail}")
        self.path = path
        self.detail = detail
