"""Pictures of providers that publish examples and no formula: a base, and a token for so many pixels."""

from __future__ import annotations

from tokenquote.catalog.schema.resize_rules import AreaRule

__all__ = ["area_tokens"]


def area_tokens(rule: AreaRule, width: int, height: int, _detail: str | None) -> int:
    """Tokens of a picture."""
    tokens = rule.base + -(-width * height // rule.pixels_per_token)
    return min(tokens, rule.max_tokens or tokens)
