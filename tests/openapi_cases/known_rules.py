"""The rules of bodies that JSON Schema cannot say, by what a problem document says of them.

A body that the OpenAPI document allows may be refused by one of these alone. Each row is the pointer and the
whole message of one rule: an error of another place, or with another message, is none of these.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

__all__ = ["RULES", "is_refused_by_rule"]

RULES: Mapping[str, tuple[str, str]] = {
    "a model's own config.json, whose members depend on its kind": (
        r"(/\w+)*/architecture", r"missing: \w+(, \w+)*"),
    "the numbers of a range stand in order": (r"(/[\w~]+)+", r"state a `mode` from `min` to `max`"),
    "only the first turn after a start has no question": (
        r"(/plan)?(/agents/\d+)?/turns/\d+/user",
        r"missing; only the first turn after a `start` may go without"),
    "a file is base64": (r"(/\w+)*/data", r"not base64: cut off within a byte"),
    "a pointer leads to something in the plan": (r"/at", r"the plan has nothing at /.*"),
    "a library stores vectors of its own types": (r"/dtype", r"hnswlib stores fp32 vectors"),
    "the body of an API has that API's members": (
        r"(/\w+)*/body/messages", r"an [\w.]+ body has a non-empty list `messages`"),
    "a usage object is one that a provider sends": (
        r"/usage", r"no usage object of a known form; is it the member .*"),
}  # fmt: skip
"""Each rule in words, with the regular expressions of its pointer and of its message, both whole."""


def is_refused_by_rule(problem: Mapping[str, Any]) -> bool:
    """Return whether each error of a problem document is of a known rule."""
    errors = problem.get("errors") or ()
    return bool(errors) and all(map(_is_known, errors))


def _is_known(error: Mapping[str, Any]) -> bool:
    return any(
        re.fullmatch(pointer, error["pointer"]) and re.fullmatch(message, error["detail"], re.DOTALL)
        for pointer, message in RULES.values()
    )
