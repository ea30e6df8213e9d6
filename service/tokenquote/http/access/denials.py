"""Why a request may not ask: its key, its limits, its host, the page that sent it, its content type."""

from __future__ import annotations

from tokenquote.http.refusals import NotServed

__all__ = [
    "cross_site",
    "encoded_content",
    "expired_key",
    "foreign_content",
    "foreign_host",
    "key_lacks_scope",
    "no_key",
    "quota_is_used",
    "too_many_requests",
    "two_keys",
    "wrong_key",
]

_REALM = 'Bearer realm="tokenquote"'


def no_key() -> NotServed:
    """Say that a key is missing (RFC 6750, 3: without an error code, as nothing was presented)."""
    return _challenge("A key is needed; send it as the header `Authorization: Bearer KEY`.", _REALM)


def two_keys() -> NotServed:
    """Say that there are several headers Authorization, of which none is believed."""
    return _challenge("The header Authorization is stated twice; send one key.", _invalid_token())


def wrong_key() -> NotServed:
    """Say that no key has this text."""
    return _challenge(
        "The key is not known here; it is the text behind `Bearer` as `tokenquote keys new` printed it.",
        _invalid_token(),
    )


def expired_key(name: str, day: str) -> NotServed:
    """Say that the key was good until a day."""
    return _challenge(f"The key of {name} expired on {day}; ask for a new one.", _invalid_token())


def key_lacks_scope(name: str, scope: str) -> NotServed:
    """Say that the key is good, and not for this."""
    error = NotServed(403, f"The key of {name} lacks the scope `{scope}`, which this path asks for.")
    error.headers["www-authenticate"] = f'{_REALM}, error="insufficient_scope", scope="{scope}"'
    return error


def too_many_requests(name: str, most: int, retry_after: int) -> NotServed:
    """Say that the name has had all of its requests of this minute."""
    detail = f"The key of {name} may ask {most} times a minute; ask again in {retry_after} s."
    return NotServed(429, detail, retry_after=retry_after)


def quota_is_used(name: str, most: float, retry_after: int) -> NotServed:
    """Say that the name has had all of its work of this day."""
    detail = (
        f"The key of {name} may ask for {most:g} seconds of work a day (UTC), and this question is more than "
        "what is left of them; ask tomorrow, or for less."
    )
    return NotServed(429, detail, retry_after=retry_after)


def foreign_host() -> NotServed:
    """Say that the request is for another host, as when a page has its own name lead to this address."""
    detail = "This service is not the host that the header Host names; TOKENQUOTE_ALLOWED_HOSTS lists more."
    return NotServed(421, detail)


def cross_site() -> NotServed:
    """Say that a page of another site sent the request."""
    detail = (
        "A page of another site sent this, and this service answers such pages only if "
        "TOKENQUOTE_CORS_ORIGINS lists them."
    )
    return NotServed(403, detail)


def foreign_content(stated: str) -> NotServed:
    """Say that the body is stated to be no JSON."""
    remedy = "send JSON with the header `Content-Type: application/json`"
    if stated == "application/x-www-form-urlencoded":
        remedy += "; curl sends that header with `-H 'Content-Type: application/json'`, or with --json"
    error = NotServed(415, f"The Content-Type is none that is read here; {remedy}.")
    error.headers["accept"] = "application/json"
    return error


def encoded_content() -> NotServed:
    """Say that the body is compressed (RFC 9110, 15.5.16: the answer names what is taken)."""
    error = NotServed(415, "The body has a Content-Encoding, and none is read here; send it as it is.")
    error.headers["accept-encoding"] = "identity"
    return error


def _challenge(detail: str, challenge: str) -> NotServed:
    error = NotServed(401, detail)
    error.headers["www-authenticate"] = challenge
    return error


def _invalid_token() -> str:
    return f'{_REALM}, error="invalid_token"'
