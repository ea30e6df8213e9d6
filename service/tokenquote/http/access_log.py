"""Write logs as JSON lines; they hold no prompt text, no body and no query string."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any, Literal

from tokenquote.catalog import Fault
from tokenquote.http.log_lines import LineHandler

__all__ = [
    "LOGGED",
    "configure_logging",
    "log_failed_reload",
    "log_failure",
    "log_keys",
    "log_listening",
    "log_open_access",
    "log_reload",
    "log_request",
    "log_worker",
]

_LOGGER = logging.getLogger("tokenquote")
LOGGED = ("key", "app", "shed")
"""What a line of a request has besides, where it is known: the name of the key that it came with, the app
that its plan names if that is one of TOKENQUOTE_APPS, and what was too full to answer it."""
# Probes and scrapes would drown everything else.
_QUIET_ROUTES = frozenset({"/livez", "/readyz", "/metrics"})


class _JsonLines(logging.Formatter):
    """The format of a line: time, level, event, and the fields that this module gives to a record.

    What other libraries attach to their records is left out, as nobody knows what it holds.
    """

    def format(self, record: logging.LogRecord) -> str:
        if (written := getattr(record, "written", None)) is not None:
            return f'{{"time": "{_write_time(record)}", "level": "{record.levelname.lower()}", {written}}}'
        line: dict[str, Any] = {
            "time": _write_time(record),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def _write_time(record: logging.LogRecord) -> str:
    return f"{_write_second(int(record.created))}.{int(record.msecs):03d}Z"


@lru_cache(maxsize=1)
def _write_second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def configure_logging(level: str) -> None:
    """Send the logs of this process to standard output as JSON lines, from `level` on."""
    # A record would look up its process and its thread, which no line shows.
    logging.logProcesses = logging.logThreads = logging.logMultiprocessing = False
    handler = LineHandler(sys.stdout.fileno())
    handler.setFormatter(_JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    _LOGGER.setLevel(level.upper())
    logging.getLogger("uvicorn").setLevel(level.upper())


def log_request(
    method: str, route: str, status: int, seconds: float, request_id: str, about: Mapping[str, str]
) -> None:
    """Log a request that was answered; probes and scrapes only at the level debug.

    Args:
        method: one of those of HTTP that are known, or `_OTHER`.
        route: the path as the service has it, with parameters by name.
        status: the status of the answer.
        seconds: the time from the first byte of the request to the last of the answer.
        request_id: the id of the request.
        about: what else is known of it, of `LOGGED`; none of it is a text of the request.
    """
    level = logging.DEBUG if route in _QUIET_ROUTES else logging.INFO
    if not _LOGGER.isEnabledFor(level):
        return
    # None of these has a sign that JSON would escape. To look up who calls, and to write JSON of any kind,
    # takes longer than all else that is done to measure a request.
    written = (
        f'"event": "http.request", "method": "{method}", "route": "{route}", "status": {status}, '
        f'"duration_seconds": {round(seconds, 6)}, "request_id": "{request_id}"'
    )
    for name, value in about.items():
        written += f', "{name}": {json.dumps(value)}'
    record = logging.LogRecord(_LOGGER.name, level, __file__, 0, "http.request", None, None)
    record.written = written
    _LOGGER.handle(record)


def log_listening(url: str) -> None:
    """Log the address that requests may be sent to from now on."""
    _LOGGER.info(f"running on {url}")


def log_worker(event: Literal["worker.ended"], pid: int, code: int) -> None:
    """Log what happened to a worker; below 0, the code is the signal that has ended it."""
    _LOGGER.error(event, extra={"fields": {"pid": pid, "code": code}})


def log_reload(revision: str) -> None:
    """Log that changed files of the catalog answer from now on."""
    _LOGGER.info("catalog.loaded", extra={"fields": {"revision": revision}})


def log_failed_reload(
    faults: Iterable[Fault],
    event: Literal["catalog.not_loaded", "keys.not_loaded"] = "catalog.not_loaded",
) -> None:
    """Log why changed files cannot be used, one line for each reason; what was loaded before stays."""
    for fault in faults:
        fields = {"file": fault.file, "line": fault.line, "field": fault.field, "detail": fault.what}
        _LOGGER.error(event, extra={"fields": fields})


def log_keys(names: Collection[str]) -> None:
    """Log whose keys are good from now on."""
    fields = {"keys": len(names), "names": sorted(set(names))}
    _LOGGER.info("keys.loaded", extra={"fields": fields})


def log_open_access(host: str) -> None:
    """Warn that whoever reaches the port may ask."""
    fields = {"host": host, "detail": "no TOKENQUOTE_KEYS_FILE is set"}
    _LOGGER.warning("access.open", extra={"fields": fields})


def log_failure(error: BaseException, request_id: str) -> None:
    """Log a fault of the service by its places in the code; its message may hold what the user sent."""
    trace = error.__traceback__
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    fields = {"error": type(error).__name__, "places": places[-12:], "request_id": request_id}
    _LOGGER.error("http.failure", extra={"fields": fields})
