"""Give each request an id, which stands on its answer, its problem document and its log line."""

from __future__ import annotations

import random
import re
from typing import Any

__all__ = ["ensure_request_id"]

# Printable ASCII without spaces or quotes: safe in a header, a log line and JSON.
_ACCEPTABLE = re.compile(rb"[A-Za-z0-9._:/+=@-]{1,128}")


def ensure_request_id(scope: Any) -> str:
    """Return the id of the request with this ASGI scope, which keeps it.

    It is the header x-request-id if that has safe characters only, else a new random id.
    """
    state = scope.setdefault("state", {})
    if "request_id" not in state:
        sent = dict(scope["headers"]).get(b"x-request-id", b"")
        state["request_id"] = sent.decode() if _ACCEPTABLE.fullmatch(sent) else _make_id()
    return str(state["request_id"])


def _make_id() -> str:
    """Make an id of 24 digits; it is no secret, and each call of the system costs as much as a small quote's
    parsing. Python seeds the generator anew in each process that is forked.
    """
    return f"{random.getrandbits(96):024x}"
