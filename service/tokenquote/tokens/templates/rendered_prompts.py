"""Count the tokens of a rendered prompt: each special token is one, the texts between them are encoded."""

from __future__ import annotations

from tokenquote.tokens.texts import TextCounter
from tokenquote.tokens.vocabularies import Vocabularies

__all__ = ["CUT", "RenderedPrompts"]

CUT = "\uf8ff"
"""A mark that a template writes between texts that the vendor encodes apart without a token between them."""

# While a template is rendered, characters of a private plane stand for special tokens that a user wrote.
_FIRST_SHIELD = 0xF0000


class RenderedPrompts:
    """Counts prompts that were rendered for one vocabulary."""

    def __init__(self, vocabulary: str, vocabularies: Vocabularies, texts: TextCounter) -> None:
        self._vocabulary = vocabulary
        self._vocabularies = vocabularies
        self._texts = texts
        self._specials = vocabularies.special_tokens(vocabulary)
        self._shields = {special: chr(_FIRST_SHIELD + i) for i, special in enumerate(self._specials)}
        self._restored = {ord(shield): special for special, shield in self._shields.items()}

    def count(self, rendered: str) -> int:
        """Return the number of tokens; those of texts are scaled by the model's factor."""
        specials, in_texts = 0, 0
        for piece, special in self._vocabularies.pieces(self._vocabulary, rendered):
            if special:
                specials += 1
            else:
                texts = piece.split(CUT)
                in_texts += sum(self._texts.encode(text.translate(self._restored)) for text in texts if text)
        return specials + self._texts.scaled(in_texts).tokens

    def shield(self, value: object) -> object:
        """Return a JSON value whose texts hide the names of special tokens, so that they count as text.

        Some providers encode such a name as text where a user wrote it.
        """
        if isinstance(value, str):
            pieces = self._vocabularies.pieces(self._vocabulary, value)
            return "".join(self._shields[piece] if special else piece for piece, special in pieces)
        if isinstance(value, dict):
            return {self.shield(key): self.shield(member) for key, member in value.items()}
        if isinstance(value, list):
            return [self.shield(item) for item in value]
        return value
