"""Which fields a place in a catalog file may have, read from the models that validate it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from tokenquote.catalog.rule_kinds import list_kinds

__all__ = ["fields_at"]


def fields_at(kind: type[BaseModel], place: Sequence[int | str]) -> tuple[str, ...]:
    """The names that may stand at a place, such as `("models", 0, "prices", 0)` of a provider's file.

    A step that is no field of the models there is a form of a union, which leaves the models of this form, or
    an item of a list or a name that the user chose, which leave them all.
    """
    models = [kind]
    for step in place:
        stepped_into = [inner for model in models for inner in _models_of_field(model, step)]
        models = stepped_into or [model for model in models if _is_form(model, step)] or models
    return tuple(dict.fromkeys(name for model in models for name in _names(model)))


def _models_of_field(model: type[BaseModel], step: int | str) -> Iterator[type[BaseModel]]:
    for name, field in model.model_fields.items():
        if step == (field.alias or name):
            yield from _models_in(field.annotation)


def _is_form(model: type[BaseModel], word: int | str) -> bool:
    """Whether a field such as `kind` may say this word."""
    annotations = (field.annotation for field in model.model_fields.values())
    return any(get_origin(one) is Literal and word in get_args(one) for one in annotations)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """`tuple[Tier, ...] | None` holds Tier."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from list_kinds(annotation)
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _names(model: type[BaseModel]) -> Iterator[str]:
    return (field.alias or name for name, field in model.model_fields.items())
