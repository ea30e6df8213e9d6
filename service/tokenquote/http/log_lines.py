"""Log lines go out whole, or are counted as lost until there is room for them again.

A full disk is no reason to stop answering, nor to write a traceback for each line, which is what the standard
library's handler does.
"""

from __future__ import annotations

import json
import logging
import os

__all__ = ["LineHandler"]


class LineHandler(logging.Handler):
    """Writes each record as a line to a file descriptor, with one call of the system."""

    def __init__(self, descriptor: int) -> None:
        """Name the open file, which stays open."""
        super().__init__()
        self._descriptor = descriptor
        self._lost = 0
        """The lines that could not be written since one last could."""
        self._is_torn = False
        """Whether the last line that was written has no end."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line; where that is not possible, count it, and say so with the next that is written."""
        try:
            text = self.format(record) + "\n"
        except Exception:
            self.handleError(record)
            return
        if self._lost:
            text = (
                json.dumps({"level": "error", "event": "log.lines_lost", "lines": self._lost}) + "\n" + text
            )
        content = ("\n" + text if self._is_torn else text).encode(errors="backslashreplace")
        try:
            written = os.write(self._descriptor, content)
        except OSError:
            self._lost += 1
            return
        self._is_torn = written < len(content)
        self._lost = self._lost + 1 if self._is_torn else 0
