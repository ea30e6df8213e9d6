"""Where the entries of a cache with breakpoints end, and which of them a later request finds.

A request leaves an entry that ends where it ends. From each of its breakpoints a later one looks back over a
number of content blocks (20 with Anthropic, the breakpoint's own included) for a place where an entry ends.
"""

from __future__ import annotations

__all__ = ["EntryEnds"]


class EntryEnds:
    """The ends of requests of which entries are left, as tokens and content blocks before each, rising."""

    def __init__(self, reach: int | None) -> None:
        """`reach` is the number of blocks that a request looks back over. None: any number."""
        self._reach = reach
        self._ends: list[tuple[int, int]] = []

    def leave(self, tokens: int, blocks: int) -> None:
        """Remember an end that is no earlier than those before it.

        Of two at one token, between which stand blocks of no tokens, the later is nearer to what follows.
        """
        if self._ends and self._ends[-1][0] == tokens:
            blocks = max(blocks, self._ends.pop()[1])
        self._ends.append((tokens, blocks))

    def find(self, alike: int, blocks: int) -> int:
        """Return the tokens before the end that a request finds, 0 for none, and forget those passed by.

        Args:
            alike: tokens with which the request and what is cached begin; no later request has more of them.
            blocks: content blocks of the request.
        """
        while self._ends and self._ends[-1][0] > alike:
            self._ends.pop()
        end, before = self._ends[-1] if self._ends else (0, 0)
        return end if self._reach is None or blocks - before < self._reach else 0
