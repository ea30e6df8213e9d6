"""What an entry may say of the images that a model makes and bills by the token.

generated_images:
  tokens:
    - {tokens: 1056, when: {size: 1024x1024, quality: medium}}
    - {tokens: 1290}                       where nothing is chosen, and of any other size
  source: https://...
"""

from __future__ import annotations

from pydantic import Field, field_validator

from tokenquote.catalog.schema.catalog_entry import Entry, Positive
from tokenquote.catalog.schema.choices import choose

__all__ = ["GeneratedImageTokens", "GeneratedImages"]


class GeneratedImageTokens(Entry):
    """The output tokens of an image of one size and quality."""

    tokens: Positive
    """The tokens of one image."""
    when: dict[str, str] = Field(default={})
    """What selects this number: `size` as width x height in pixels, `resolution` or `quality` in the
    provider's own words. By default nothing: it is the number where no quality and no resolution is
    chosen."""


class GeneratedImages(Entry):
    """The output tokens of the images that a model makes."""

    tokens: tuple[GeneratedImageTokens, ...] = Field(min_length=1)
    """The tokens by size and quality; of several that fit, the one with the most words in `when` holds."""
    source: str = Field(min_length=1)
    """Where the numbers stand."""

    @field_validator("tokens")
    @classmethod
    def _each_once(cls, rows: tuple[GeneratedImageTokens, ...]) -> tuple[GeneratedImageTokens, ...]:
        keys = [tuple(sorted(row.when.items())) for row in rows]
        if len(set(keys)) != len(keys):
            raise ValueError("two numbers of tokens for the same `when`")
        return rows

    def find(self, choice: dict[str, str]) -> int | None:
        """Return the tokens of an image of which this was chosen; None: no row fits."""
        row = choose(self.tokens, choice)
        return row.tokens if row is not None else None

    @property
    def words(self) -> list[str]:
        """What may select a number, such as `quality`."""
        return sorted({word for row in self.tokens for word in row.when})
