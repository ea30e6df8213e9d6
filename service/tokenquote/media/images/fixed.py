"""Pictures that cost the same whatever their size, because they are resized to one square."""

from __future__ import annotations

from tokenquote.catalog.schema.resize_rules import FixedRule

__all__ = ["fixed_tokens"]


def fixed_tokens(rule: FixedRule, _width: int, _height: int, detail: str | None) -> int:
    """Tokens of any picture."""
    return next((tokens for name, tokens in rule.at_detail.items() if name == detail), rule.tokens)
