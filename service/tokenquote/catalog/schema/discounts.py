"""What discounts.yaml may say: what a contract takes off the prices of a provider or of one model.

    discounts:
      - {provider: openai, percent: "15", source: contract of May 2026}
      - {model: openai/gpt-5.4-mini, percent: "20"}         in place of the 15 % of its provider

A discount is taken off the prices of its own folder and of the folders before it, token rates and fees alike;
a price in a later folder is left as it stands. Of several for one provider or model the last folder's holds,
and that of a model goes before that of its provider; they are not added up.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from tokenquote.catalog.schema.catalog_entry import Entry, QuotedDecimal, Word, read_decimal
from tokenquote.catalog.schema.providers import Name

__all__ = ["Discount", "DiscountsFile"]

Percent = Annotated[
    Decimal,
    Field(ge=0, le=100),
    BeforeValidator(
        lambda value: read_decimal(value, "a percentage", "15"), json_schema_input_type=QuotedDecimal
    ),
]


class Discount(Entry):
    """What is taken off the prices of one provider or of one model."""

    provider: Word | None = None
    """The id of the provider whose models all cost less. None: `model` is stated."""
    model: Name | None = None
    """The catalog id of the one model that costs less. None: `provider` is stated."""
    percent: Percent
    """The part of each price that is taken off, in per cent, as a quoted decimal; "0" keeps the prices of a
    model whose provider has a discount."""
    source: str | None = Field(default=None, min_length=1)
    """The agreement that it stands in, which lines of a quote repeat. None: they name the folder."""

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if (self.provider is None) == (self.model is None):
            raise ValueError("state either `provider` or `model`")
        return self

    @property
    def target(self) -> str:
        """The provider or the model that costs less."""
        return self.provider or self.model or ""


class DiscountsFile(Entry):
    """The file discounts.yaml."""

    discounts: tuple[Discount, ...]
    """The discounts, at most one for each provider and each model."""

    @field_validator("discounts")
    @classmethod
    def _each_once(cls, discounts: tuple[Discount, ...]) -> tuple[Discount, ...]:
        targets = [discount.target for discount in discounts]
        twice = next((target for target in targets if targets.count(target) > 1), None)
        if twice is not None:
            raise ValueError(f"two discounts for {twice}; which of them holds?")
        return discounts
