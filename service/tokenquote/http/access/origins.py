"""The hosts that requests may name, and the sites whose pages may make a browser send them.

A page whose name its owner lets lead to this address (DNS rebinding) is stopped by the header Host, a page of
another site by what browsers say of it. Programs that are no browsers say nothing of the kind.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Mapping

from tokenquote.http.access.denials import cross_site, foreign_host

__all__ = ["Headers", "Hosts", "Origins", "is_loopback"]

Headers = Mapping[bytes, bytes]
"""The headers of a request by their names in small letters."""

_KEPT = 1_000
"""The hosts that are remembered as good, as written."""
_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]", "::1")
_METHODS = b"GET, HEAD, POST"
_REQUEST_HEADERS = b"authorization, content-type, if-none-match, x-request-id"
_SHOWN_HEADERS = b"etag, retry-after, www-authenticate, x-request-id"
_PREFLIGHT_SECONDS = b"600"


class Hosts:
    """The hosts that requests may name."""

    def __init__(self, allowed: Collection[str], listens_on: str) -> None:
        """State the hosts.

        Args:
            allowed: names and addresses without ports, `*.example.org` for all below a name, or `*`. Empty:
                where the service listens on a loopback address, the names of that; elsewhere any.
            listens_on: the address that the service listens on.
        """
        is_local = is_loopback(listens_on)
        names = {name.lower() for name in allowed} or (set() if is_local else {"*"})
        if is_local:
            names |= {*_LOOPBACK_NAMES, listens_on.lower()}
        self._any = "*" in names
        self._names = frozenset(name.strip("[]") for name in names if not name.startswith("*"))
        self._below = tuple(name[1:] for name in names if name.startswith("*."))
        self._good: set[bytes] = set()

    def check(self, host: bytes | None) -> None:
        """Check the header Host.

        Raises:
            NotServed: 421, it names none of these.
        """
        if self._any or host in self._good:
            return
        name = _without_port((host or b"").decode("latin-1").lower())
        if name not in self._names and not name.endswith(self._below or ("\0",)):
            raise foreign_host()
        if host is not None and len(self._good) < _KEPT:
            self._good.add(host)


class Origins:
    """The sites whose pages may ask, besides the service's own (CORS, fetch.spec.whatwg.org)."""

    def __init__(self, allowed: Collection[str]) -> None:
        """State the origins, such as `https://dash.example.org`; `*`: any; empty: none."""
        self._any = "*" in allowed
        self._allowed = frozenset(origin.lower().rstrip("/").encode() for origin in allowed)

    def find(self, headers: Headers) -> bytes | None:
        """Return the origin of a page of another site that may ask; None: it is no such page."""
        origin = headers.get(b"origin")
        if origin is None or not self._allowed:
            return None
        return origin if self._any or origin.lower() in self._allowed else None

    def check(self, headers: Headers) -> None:
        """Check a request that is not only for reading.

        Browsers say by `Sec-Fetch-Site` whether a page of the same site sent it; old ones, or any over plain
        HTTP, say by `Origin` which page: this is the order of Go's `http.CrossOriginProtection`.

        Raises:
            NotServed: 403, a page of another site sent it that may not ask.
        """
        site, origin = headers.get(b"sec-fetch-site"), headers.get(b"origin")
        if site in (b"same-origin", b"none") or (site is None and origin is None):
            return
        if self.find(headers) is not None:
            return
        if site is None and origin is not None and origin.partition(b"://")[2] == headers.get(b"host"):
            return
        raise cross_site()

    def is_preflight(self, headers: Headers) -> bool:
        """Return whether a browser asks by OPTIONS whether a page may send something."""
        return b"origin" in headers and b"access-control-request-method" in headers

    def answer_headers(self, headers: Headers) -> list[tuple[bytes, bytes]]:
        """Return what lets a page of another site read the answer, and keeps apart in caches what differs."""
        if not self._allowed:
            return []
        origin = self.find(headers)
        vary = [] if self._any else [(b"vary", b"origin")]
        if origin is None:
            return vary
        shown = b"*" if self._any else origin
        return [
            (b"access-control-allow-origin", shown),
            (b"access-control-expose-headers", _SHOWN_HEADERS),
            *vary,
        ]

    def preflight_headers(self, headers: Headers) -> list[tuple[bytes, bytes]]:
        """Return the answer to the question whether a page may send something.

        Raises:
            NotServed: 403, it may not.
        """
        if self.find(headers) is None:
            raise cross_site()
        return [
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", _REQUEST_HEADERS),
            (b"access-control-max-age", _PREFLIGHT_SECONDS),
        ]


def is_loopback(host: str) -> bool:
    """Return whether an address can be reached from this machine alone."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]
