"""What all rules for media share: a method, a band and a source, and that the word `kind` names the class.

A rule is one class: its fields are the parameters that the YAML states, and its methods count by them. A new
kind is a new subclass with a word of its own; nothing else lists the kinds.
"""

from __future__ import annotations

import math
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, GetCoreSchemaHandler, model_validator
from pydantic_core import CoreSchema

from tokenquote.catalog.schema.catalog_entry import Entry, Money
from tokenquote.counts import Count

__all__ = ["BandedRule", "ByWord", "list_kinds"]


class BandedRule(Entry):
    """A counting rule that states its method, its band and its source."""

    method: Literal["rule", "calibrated", "assumed"]
    """How the count is known: `rule` is published, `calibrated` is fitted to records, `assumed` is a
    guess."""
    low: Money = Decimal(1)
    """The lower end of the band, as a multiple of the count; by default the count itself."""
    high: Money = Decimal(1)
    """The upper end of the band, as a multiple of the count; by default the count itself."""
    source: str = Field(min_length=1)
    """Where the rule stands, such as an address or a package with its version."""

    @model_validator(mode="after")
    def _band_holds_the_count(self) -> Self:
        if not self.low <= 1 <= self.high:
            raise ValueError("the band must hold the count itself: low <= 1 <= high")
        if self.method != "rule" and self.low == self.high:
            raise ValueError(f"a count that is {self.method} needs a band: state `low` and `high`")
        return self

    def with_band(self, tokens: int) -> Count:
        """Return a count of these tokens with the rule's band and method."""
        if self.low == self.high:  # the count itself, which the band holds
            return Count(tokens, tokens, tokens, self.method)
        return Count(tokens, math.floor(tokens * self.low), math.ceil(tokens * self.high), self.method)

    def widen(self, count: Count) -> Count:
        """Return the count in a band that is wider by the rule's, as certain as the less certain of both."""
        return count.widen(self.low, self.high, self.method)


class ByWord:
    """Marks a field that is read as the subclass whose word the entry states.

    The subclasses are all those that exist when the class with the marked field is made. Each has the member
    `kind`, or another that is named here, with a `Literal` of its word.
    """

    def __init__(self, member: str = "kind") -> None:
        self._member = member

    def __get_pydantic_core_schema__(self, source: type[Entry], handler: GetCoreSchemaHandler) -> CoreSchema:
        kinds: Any = reduce(or_, list_kinds(source))
        return handler.generate_schema(Annotated[kinds, Field(discriminator=self._member)])


def list_kinds(parent: type[BaseModel]) -> list[type[BaseModel]]:
    """List the classes that an abstract class stands for, by their names; any other stands for itself."""
    if not parent.__abstractmethods__:
        return [parent]
    kinds = [kind for subclass in parent.__subclasses__() for kind in list_kinds(subclass)]
    return sorted(kinds, key=lambda kind: kind.__name__)
