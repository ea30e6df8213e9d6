"""Gemini 3's pictures: scaled, up or down, to as many unit squares as the budget holds.

    tokens = floor(sqrt(B x h / w)) x floor(sqrt(B x w / h)); any square is 33 x 33 = 1,089 at B = 1,120

The provider publishes B as a maximum; the count is Gemma 4's resize, which agrees with the sizes that were
measured (square, 2:1 and 4:1).
"""

from __future__ import annotations

import math

from tokenquote.catalog.schema.resize_rules import SquareBudgetRule

__all__ = ["square_budget_tokens"]


def square_budget_tokens(rule: SquareBudgetRule, width: int, height: int, detail: str | None) -> int:
    """Tokens of a picture; only its shape matters."""
    budget = next((b for name, b in rule.budgets.items() if name == detail), rule.budgets[rule.default])
    rows = math.isqrt(budget * height // width)
    columns = math.isqrt(budget * width // height)
    if not rows:
        rows, columns = 1, min(width // height, budget)
    elif not columns:
        rows, columns = min(height // width, budget), 1
    return rows * columns + rule.around
