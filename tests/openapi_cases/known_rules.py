"""The rules of bodies that JSON Schema cannot say, by what a problem document says of them.

A body that the OpenAPI document allows may be refused by one of these alone. Each row is a whole message and,
where only some fields have the rule, the end of the pointer: a message of another rule is none of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["RULES", "is_refused_by_rule"]

RULES: Mapping[str, re.Pattern[str]] = {}


def is_refused_by_rule(problem: Mapping[str, Any]) -> bool:
    """Return whether each error of a problem document is of a known rule."""
    errors: Iterable[Mapping[str, Any]] = problem.get("errors") or ()
    messages = [str(error["detail"]) for error in errors]
    return bool(messages) and all(any(rule.search(text) for rule in RULES.values()) for text in messages)
