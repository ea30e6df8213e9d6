"""What all wire models share: how strict they are, how money looks, and types of more than one question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

__all__ = [
    "MAX_AMOUNT_TOKENS",
    "MAX_TEXT_CHARACTERS",
    "UNION_MEMBER",
    "AgentName",
    "Dollars",
    "Method",
    "ModelName",
    "PlainText",
    "Received",
    "Sent",
    "TokenKind",
    "TokenNumber",
    "all_rules",
    "either",
    "exactly_one",
    "exactly_one_each",
    "form",
    "having",
    "is_none",
    "one_form",
]

MAX_AMOUNT_TOKENS = 1_000_000_000
"""The largest number of tokens that one amount of a plan may state."""
MAX_TEXT_CHARACTERS = 5_000_000
"""The longest text, in characters, that one amount of a plan may hold."""
UNION_MEMBER = "~"
"""The first character of the name of a union's form, which tells it from a field in error locations."""

Method = Annotated[
    Literal["stated", "exact", "rule", "calibrated", "assumed"],
    Field(
        description="How the number is known, the most certain first: `stated` (the user's own figure), "
        "`exact` (counted or read as it is), `rule` (a published formula), `calibrated` (fitted to recorded "
        "bills or measurements) or `assumed` (a default, or a shape that is taken for granted)."
    ),
]
TokenKind = Literal[
    "input", "output", "cache_read", "cache_write", "cache_write_1h", "cache_write_12h", "output_reasoning",
    "output_citation", "input_audio", "input_image", "input_video", "cache_read_audio", "cache_read_image",
    "cache_read_video", "cache_write_audio", "output_audio", "output_image", "output_video",
]  # fmt: skip
"""A kind of token that may have a rate of its own."""
TokenNumber = Annotated[int, Field(strict=True, ge=0, le=MAX_AMOUNT_TOKENS)]
ModelName = Annotated[str, Field(min_length=1, max_length=200)]
"""A model's catalog id, an alias, or its name without the provider."""
AgentName = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.-]*$")]
"""The name of an agent of a plan."""
PlainText = Annotated[str, Field(strict=True, max_length=MAX_TEXT_CHARACTERS)]
Rule: TypeAlias = dict[str, Any]
"""What a JSON schema says of the fields of an object."""


class Sent(BaseModel):
    """Part of a request: an unknown field is an error, so that a typing mistake cannot change a quote."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, hide_input_in_errors=True
    )


class Received(BaseModel):
    """Part of an answer: fields that a newer service adds are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True, use_attribute_docstrings=True)


def is_none(value: object) -> bool:
    """Return whether a value is null; fields that are null in most answers are left out of them."""
    return value is None


def exactly_one(*names: str, also: Sequence[Rule] = ()) -> ConfigDict:
    """Make the JSON schema say that exactly one of these fields is stated; null is not stated.

    Args:
        names: the fields.
        also: further rules, each of which holds.
    """
    extra: Rule = {"oneOf": _each_stated(names)}
    return ConfigDict(json_schema_extra=extra | ({"allOf": [*also]} if also else {}))


def exactly_one_each(
    first: tuple[str, ...], *others: tuple[str, ...], also: Sequence[Rule] = ()
) -> ConfigDict:
    """Make the JSON schema say that of each group of fields exactly one is stated, and further rules."""
    return exactly_one(*first, also=[*({"oneOf": _each_stated(names)} for names in others), *also])


def all_rules(*rules: Rule) -> ConfigDict:
    """Make the JSON schema say what holds of the fields together, such as what `either` returns."""
    return ConfigDict(json_schema_extra={"allOf": [*rules]})


def either(*rules: Rule) -> Rule:
    """Return the rule that at least one of these holds."""
    return {"anyOf": [*rules]}


def having(*stated: str, **allowed: tuple[Any, ...] | Rule) -> Rule:
    """Return the rule that some fields are stated, and that others have one of the values if they are.

    Args:
        stated: fields that are there and not null.
        allowed: the values of a field, or what its schema says besides; a field that is left out has its
            default and keeps the rule.
    """
    values: Rule = {
        name: said if isinstance(said, dict) else {"enum": [*said]} for name, said in allowed.items()
    }
    there: Rule = {name: {"not": {"type": "null"}} for name in stated if name not in allowed}
    return {**({"required": [*stated]} if stated else {}), "properties": {**there, **values}}


def one_form(*forms: dict[str, Any], together: tuple[str, ...] = ()) -> ConfigDict:
    """Make the JSON schema say that the fields have exactly one of these forms.

    Args:
        forms: what `form` describes.
        together: fields that are stated all or not at all.
    """
    extra: dict[str, Any] = {"oneOf": list(forms)}
    if together:
        extra["allOf"] = [{"oneOf": [form(*together), form(without=together)]}]
    return ConfigDict(json_schema_extra=extra)


def form(*stated: str, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """Describe fields of which some are stated and others not; null is not stated."""
    fields = {name: {"not": {"type": "null"}} for name in stated}
    left_out = {name: {"type": "null"} for name in without}
    return {"required": list(stated), "properties": {**fields, **left_out}}


def _each_stated(names: tuple[str, ...]) -> list[Any]:
    return [{"required": [name], "properties": {name: {"not": {"type": "null"}}}} for name in names]


def _exact(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53:
        return int(value)  # JSON Schema's whole numbers may be written so
    if isinstance(value, float):
        raise ValueError('write money as a decimal string, like "0.50": a float is not exact')
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
        raise ValueError('write money as a plain decimal number, like "0.50"')
    return value


def _plain(value: Decimal) -> str:
    """`0.0123`, never `1.23E-2`, without trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


Dollars = Annotated[
    Decimal, BeforeValidator(_exact), PlainSerializer(_plain, return_type=str, when_used="json")
]
"""An exact amount of US dollars, written as a decimal string in JSON."""
