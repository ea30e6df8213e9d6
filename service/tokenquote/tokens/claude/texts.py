"""Count texts as they stand in Claude's prompts: inside a larger one, or at the head of a message."""

from __future__ import annotations

from tokenquote.tokens.texts import TextMemo
from tokenquote.tokens.vocabularies import Vocabularies, VocabularyError
from tokenquote.tokens.vocabularies.claude import ClaudeEncoder

__all__ = ["ClaudeTexts"]


class ClaudeTexts:
    """Counts texts in one of Claude's vocabularies; each text is encoded once."""

    def __init__(
        self,
        vocabulary: str,
        vocabularies: Vocabularies,
        memo: TextMemo,
        *,
        after_marker: bool,
        free_trailing_space: bool,
    ) -> None:
        self.vocabulary = vocabulary
        self._vocabularies = vocabularies
        self._memo = memo.tokens
        self._after_marker = after_marker
        self._free_trailing_space = free_trailing_space
        self._messages = f"{vocabulary} message{' after marker' if after_marker else ''}"
        self._messages += " without trailing space" if free_trailing_space else ""

    def inside(self, text: str) -> int:
        """Count a text inside a larger prompt: nothing of it merges with what stands around it."""
        key = (self.vocabulary, text)
        if key not in self._memo:
            self._memo[key] = self._vocabularies.count(*key)
        return self._memo[key]

    def message(self, text: str) -> int:
        """Count the text of a message: a marker stands before it, and newlines at its end join the next."""
        key = (self._messages, text)
        if key not in self._memo:
            self._memo[key] = self._encoder().count_message(
                text,
                after_marker=self._after_marker,
                free_trailing_space=self._free_trailing_space,
            )
        return self._memo[key]

    def both(self, text: str) -> tuple[int, int]:
        """Count a text inside a larger prompt, and as that of a message; most have as many as either."""
        inside = self._memo.get((self.vocabulary, text))
        spoken = self._memo.get((self._messages, text))
        if inside is None or spoken is None:
            inside, spoken = self._encoder().count_both(
                text,
                after_marker=self._after_marker,
                free_trailing_space=self._free_trailing_space,
            )
            self._memo[self.vocabulary, text], self._memo[self._messages, text] = inside, spoken
        return inside, spoken

    def _encoder(self) -> ClaudeEncoder:
        encoder = self._vocabularies.encoder(self.vocabulary)
        if not isinstance(encoder, ClaudeEncoder):
            raise VocabularyError(f"vocabulary {self.vocabulary!r} is none of Claude's")
        return encoder

    def between_blank_lines(self, text: str) -> int:
        """Count a text with the blank lines before and after it, such as what is said after results."""
        return self.inside(f"\n\n{text}\n\n")
