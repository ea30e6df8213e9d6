"""JSON merge patches (RFC 7396) on plans.

Amounts, strategies and workflows are replaced whole: merged, `{"profile": "small"}` over `{"tokens": 300}`
would be an amount of two forms, and a strategy of one kind would keep settings of another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["merge"]

_WHOLE = frozenset({"history", "caching", "workflow", "system", "tools", "models"})


def merge(plan: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plan with the patch applied; both are JSON data, and neither is changed."""
    merged = dict(plan)
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        elif name in _WHOLE:
            merged[name] = value
        else:
            merged[name] = _merge_member(merged.get(name), value)
    return merged


def _merge_member(member: Any, patch: Any) -> Any:
    """Merge as RFC 7396, section 2, says: objects member by member, everything else as a whole."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(member) if isinstance(member, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _merge_member(merged.get(name), value)
    return merged
