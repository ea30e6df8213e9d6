"""The priors are what fits start from, before any recorded call is looked at.

Factors by class of content were measured on vocabularies that are public (measure_classes.py). Terms are what
is documented or was read off pairs of calls that differ in one thing only. Recorded calls move a coefficient
away from here as far as they insist; what no call has stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tokenquote.tokens.vocabularies.content_classes import CLASSES, SCRIPTS

__all__ = ["FAMILIES", "FamilyPriors", "class_doubt"]

# Tokens for each token of o200k_base: tokenizer.json of anthropic 0.34.0.
_CLAUDE_2 = {
    "spaced": 1.01, "spaced_rare": 1.09, "spaced_capital": 1.11, "spaced_capital_rare": 1.51, "joined": 1.07,
    "joined_rare": 1.27, "joined_capital": 1.24, "joined_capital_rare": 1.91, "capitals": 1.05,
    "capitals_rare": 1.5, "continued": 0.0, "contraction": 1.41, "mixed": 1.99, "digits_1": 0.99,
    "digits_2": 0.97, "digits_3": 0.83, "sign": 0.97, "sign_spaced": 0.95, "signs_2": 0.94,
    "signs_2_spaced": 0.97, "signs_3": 0.99, "signs_3_spaced": 0.86, "signs_line": 1.39,
    "signs_line_spaced": 1.46, "symbols": 1.57, "space": 1.0, "spaces": 1.0, "line": 1.0, "fragment": 1.1,
    "accented": 2.0, "greek": 3.0, "cyrillic": 1.75, "hebrew": 2.37, "arabic": 3.0, "indic": 4.0, "thai": 4.0,
    "kana": 1.79, "hangul": 1.77, "han": 1.28, "other_script": 3.7,
}  # fmt: skip
_PUBLIC = {name: 0.0 if name == "continued" else 1.0 for name in CLASSES}

# Claude from 4.7 on against 4.6, as published measurements of the counting endpoint have it: English 1.45,
# German 1.46, French 1.36, JSON 1.31, code 1.13 to 1.27, Russian, Arabic, Hindi and Chinese 1.00.
_CLAUDE_NEW = {
    name: factor * (1.3 if name.startswith(("spaced", "joined", "capital", "contraction", "mixed")) else 1.1)
    if name not in SCRIPTS
    else factor
    for name, factor in _CLAUDE_2.items()
}

_CLAUDE_TERMS = {
    "request": 7.0, "assistant": 6.0, "tool": 5.0, "call": 36.0, "round": -24.0, "result": 26.0,
    "argument": 15.0, "thinking": 29.0, "schema": 100.0, "schema_token": 1.4,
}  # fmt: skip


@dataclass(frozen=True)
class FamilyPriors:
    """The start of a family's fit, and how strongly the fit is held there."""

    factors: Mapping[str, float] = field(default_factory=lambda: _PUBLIC)
    doubt: float = 0.5
    """The doubt about scripts that hardly any recorded call has, as a share of their tokens."""
    text_penalty: float = 0.1
    terms: Mapping[str, float] = field(default_factory=dict)
    rules: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """The terms of a rule that differ from its family's, by rule and term."""
    term_penalty: float = 0.003
    own_penalty: float = 0.02
    known: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The terms of a rule that are beyond doubt, which are held at their priors."""
    hidden: tuple[str, ...] = ("tools_",)
    """The prefixes of the terms that stand for hidden prompts, which each rule fits by itself."""
    hidden_penalty: float = 0.0005


_ANY_HIDDEN = ("tools_", "request", "prompt")

FAMILIES: Mapping[str, FamilyPriors] = {
    "claude": FamilyPriors(factors=_CLAUDE_2, terms=_CLAUDE_TERMS, own_penalty=0.1),
    "claude-new": FamilyPriors(
        factors=_CLAUDE_NEW, terms=_CLAUDE_TERMS, text_penalty=0.3, term_penalty=0.05, own_penalty=0.02
    ),
    "grok": FamilyPriors(
        terms={"assistant": 8.0, "call": 20.0, "result": 15.0}, text_penalty=1.0, term_penalty=0.01,
        own_penalty=0.05, hidden=_ANY_HIDDEN,
    ),
    "cohere": FamilyPriors(
        terms={"assistant": 5.0, "call": 20.0, "result": 20.0}, text_penalty=1.0, term_penalty=0.01,
        own_penalty=0.05, hidden=_ANY_HIDDEN,
    ),
    "nova": FamilyPriors(
        terms={"assistant": 5.0, "call": 20.0, "result": 20.0}, text_penalty=1.0, term_penalty=0.01,
        own_penalty=0.05, hidden=_ANY_HIDDEN,
    ),
}  # fmt: skip


def class_doubt(family: str, tokens: Mapping[str, float]) -> dict[str, float]:
    """Return the possible error, in tokens per token, of scripts with few tokens in all recorded calls."""
    priors = FAMILIES[family]
    return {
        name: round(priors.doubt * priors.factors.get(name, 1.0), 2)
        for name in SCRIPTS
        if tokens.get(name, 0.0) < 100
    }
