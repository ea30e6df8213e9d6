"""Where the service is and how to talk to it: from an argument, else the environment, else a default.

    argument    environment            default
    base_url    TOKENQUOTE_BASE_URL    http://127.0.0.1:8000
    api_key     TOKENQUOTE_API_KEY     none; sent as `Authorization: Bearer …`
    timeout     TOKENQUOTE_TIMEOUT     10 seconds

An empty variable is an unset one.
"""

from __future__ import annotations

import copy
import importlib.metadata
import math
import platform
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Self

import httpx2

from tokenquote_client.operations import Operation
from tokenquote_client.retries import DEFAULT_RETRIES, Retries

__all__ = ["DEFAULT_BASE_URL", "DEFAULT_TIMEOUT_SECONDS", "Connection", "WithConnection"]

DEFAULT_BASE_URL = "http://127.0.0.1:8000"
DEFAULT_TIMEOUT_SECONDS = 10.0

# What a header can carry without being taken apart (RFC 9110, 5.5), blanks at the ends excluded.
_HEADER_VALUE = re.compile(r"[!-~](?:[ -~]*[!-~])?")


@dataclass(frozen=True)
class Connection:
    """All options of a client except its sockets."""

    base_url: str
    timeout: httpx2.Timeout
    deadline_seconds: float | None
    """The seconds that one try may take in all; None: `timeout` limits each step by itself."""
    retries: Retries
    api_key: str | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def choose(
        cls,
        base_url: str | None,
        api_key: str | None,
        timeout: float | httpx2.Timeout | None,
        retries: int | None,
        headers: Mapping[str, str] | None,
        environ: Mapping[str, str],
    ) -> Connection:
        """Choose each option: the argument, else the environment variable, else the default.

        Raises:
            ValueError: an option makes no sense; the message says where it came from.
        """
        address, said_by = _first("base_url", base_url, "TOKENQUOTE_BASE_URL", environ)
        key, key_said_by = _first("api_key", api_key, "TOKENQUOTE_API_KEY", environ)
        limit, deadline = _time_limit(timeout, environ)
        return cls(
            base_url=_checked_url(address or DEFAULT_BASE_URL, said_by),
            timeout=limit,
            deadline_seconds=deadline,
            retries=Retries(DEFAULT_RETRIES if retries is None else retries),
            api_key=_checked_key(key, key_said_by) if key else None,
            headers=_checked_headers(headers or {}),
        )

    def replace_options(
        self,
        timeout: float | httpx2.Timeout | None,
        retries: int | None,
        request_id: str | None,
        headers: Mapping[str, str] | None,
    ) -> Connection:
        """Return the same options except those that are given; None leaves an option as it is."""
        limit, deadline = self.timeout, self.deadline_seconds
        if timeout is not None:
            limit, deadline = _time_limit(timeout, {})
        further = {**(headers or {}), **({"x-request-id": request_id} if request_id is not None else {})}
        return replace(
            self,
            timeout=limit,
            deadline_seconds=deadline,
            retries=self.retries if retries is None else Retries(retries),
            headers={**self.headers, **_checked_headers(further)},
        )

    def request(self, operation: Operation[Any], build: Callable[..., httpx2.Request]) -> httpx2.Request:
        """Build the HTTP request of an operation with the HTTP client's own `build_request`."""
        headers = self._request_headers()
        content = operation.content
        if content is not None:
            headers["content-type"] = "application/json"
        return build(
            operation.method,
            f"{self.base_url}{operation.path}",
            params=operation.params or None,
            content=content,
            headers=headers,
            timeout=self.timeout,
        )

    def shown(self) -> str:
        """Return the options as they would be written in code, without the key."""
        limit: float | httpx2.Timeout = self.timeout
        if self.deadline_seconds is not None:
            limit = self.deadline_seconds
        key = ", api_key='…'" if self.api_key is not None else ""
        return f"{self.base_url!r}{key}, timeout={limit}, retries={self.retries.retries}"

    def _request_headers(self) -> dict[str, str]:
        own = {"accept": "application/json", "user-agent": user_agent()}
        if self.api_key is not None:
            own["authorization"] = f"Bearer {self.api_key}"
        return own | dict(self.headers)


class WithConnection:
    """The options that `Client` and `AsyncClient` have alike: they can be shown, and replaced in a copy."""

    _connection: Connection
    _owns_http: bool
    """Whether closing the client closes its sockets."""

    def with_options(
        self,
        *,
        timeout: float | httpx2.Timeout | None = None,
        retries: int | None = None,
        request_id: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """Return a client with other options over the same sockets, which this client still has to close.

        client.with_options(timeout=60, request_id="order-4711").quote(plan)

        Args:
            timeout: the seconds that one try may take, or an `httpx2.Timeout`; None: as this client has it.
            retries: the number of further tries; None: as this client has it.
            request_id: sent as `x-request-id`, for the service's log; None: the service makes one.
            headers: sent besides this client's own, whose values they replace.

        Raises:
            ValueError: an option makes no sense.
        """
        other = copy.copy(self)
        other._connection = self._connection.replace_options(timeout, retries, request_id, headers)
        other._owns_http = False
        return other

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._connection.shown()})"


@cache
def user_agent() -> str:
    """Return the User-Agent header, such as `tokenquote-python/0.1.0 (CPython 3.13; linux)`."""
    try:
        version = importlib.metadata.version("tokenquote")
    except importlib.metadata.PackageNotFoundError:  # run from a bare source tree
        version = "unknown"
    runtime = f"{platform.python_implementation()} {sys.version_info.major}.{sys.version_info.minor}"
    return f"tokenquote-python/{version} ({runtime}; {sys.platform})"


def _first(
    name: str, argument: str | None, variable: str, environ: Mapping[str, str]
) -> tuple[str | None, str]:
    """Return the value, and the name of the argument or variable that it comes from."""
    if argument is not None:
        return argument, name
    return environ.get(variable) or None, variable


def _time_limit(
    timeout: float | httpx2.Timeout | None, environ: Mapping[str, str]
) -> tuple[httpx2.Timeout, float | None]:
    if isinstance(timeout, httpx2.Timeout):
        return timeout, None
    said_by = "timeout"
    seconds: float | None = timeout
    if timeout is None and (text := environ.get("TOKENQUOTE_TIMEOUT")):
        said_by, seconds = "TOKENQUOTE_TIMEOUT", _number(text)
    if seconds is None:
        seconds = DEFAULT_TIMEOUT_SECONDS
    if not (math.isfinite(seconds) and seconds > 0):
        shown = repr(timeout) if said_by == "timeout" else repr(environ[said_by])
        raise ValueError(f"{said_by} must be a number of seconds above 0, not {shown}")
    return httpx2.Timeout(seconds), float(seconds)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _checked_url(text: str, said_by: str) -> str:
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL as error:
        raise ValueError(f"{said_by} is no URL: {error}") from None
    if url.userinfo:
        # Not repeated: it holds a password.
        raise ValueError(f"{said_by} must not hold a name or password; use api_key, or an http_client's auth")
    if url.scheme not in ("http", "https") or not url.host or url.query or url.fragment:
        raise ValueError(f"{said_by} must look like http://host:8000 or https://host/path, not {text!r}")
    return str(url).rstrip("/")


def _checked_key(key: str, said_by: str) -> str:
    if not _HEADER_VALUE.fullmatch(key):
        raise ValueError(f"{said_by} holds characters that no header can carry; is there a line end in it?")
    return key


def _checked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers with lower-case names, so that each header has one name."""
    for name, value in headers.items():
        if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) or not _HEADER_VALUE.fullmatch(value):
            raise ValueError(f"header {name!r}: its name or value cannot be sent")
    return {name.lower(): value for name, value in headers.items()}
