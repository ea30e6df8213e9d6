"""Logs as JSON lines. No prompt text, no body, no query string."""

from __future__ import annotations

import json
import logging
import sys
import time
from typing import Any

__all__ = ["configure_logging", "log_failure", "log_request"]

_LOGGER = logging.getLogger("tokenquote")
# Probes and scrapes would drown everything else.
_QUIET_ROUTES = frozenset({"/livez", "/readyz", "/metrics"})


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
            + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def configure_logging(level: str) -> None:
    """Send everything to standard output as JSON lines."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    _LOGGER.setLevel(level.upper())
    logging.getLogger("uvicorn").setLevel(level.upper())


def log_request(method: str, route: str, status: int, seconds: float, request_id: str) -> None:
    """One line for each request."""
    level = logging.DEBUG if route in _QUIET_ROUTES else logging.INFO
    fields = {
        "method": method,
        "route": route,
        "status": status,
        "duration_seconds": round(seconds, 6),
        "request_id": request_id,
    }
    _LOGGER.log(level, "http.request", extra={"fields": fields})


def log_failure(error: BaseException, request_id: str) -> None:
    """An error of ours: where it happened, without the message, which may hold what the user sent."""
    trace = error.__traceback__
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    fields = {"error": type(error).__name__, "places": places[-12:], "request_id": request_id}
    _LOGGER.error("http.failure", extra={"fields": fields})
