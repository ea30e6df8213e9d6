"""What a browser may do with our pages: run and load what this service serves, and nothing else.

Answers that are no page have headers too: a browser that is made to open one shows it as what it is, runs
nothing in it, and lets no other site have it inside its own page.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["ANSWER_HEADERS", "PAGE_HEADERS"]

_CONTENT_SECURITY_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' blob:",  # images that are dropped on the page
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
PAGE_HEADERS: Mapping[str, str] = {
    "content-security-policy": "; ".join(
        f"{name} {value}" for name, value in _CONTENT_SECURITY_POLICY.items()
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
"""The headers of every page and of every file that pages load."""
ANSWER_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
"""The headers of every answer that does not state them itself."""
