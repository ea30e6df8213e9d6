"""The models of a provider's file, completed by what its `defaults` and `families` say.

A model's own field goes first, then its family's, then that of `defaults`; the word `none` stands for no rule
wherever it is said. Fields are taken from the model's own file only, never from a file that an overlay
covers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from tokenquote.catalog.schema.providers import (
    NO_RULE,
    DescribedModel,
    ModelEntry,
    ProviderFile,
    SharedFields,
)
from tokenquote.errors.field_faults import did_you_mean

__all__ = ["CompleteModel", "complete_models", "without_none"]

_SHARED = frozenset(SharedFields.model_fields)
# `media_limits: none` stays a word, for without any the limits of the provider hold.
_RULES = _SHARED - {"media_limits"}

ModelT = TypeVar("ModelT", bound=DescribedModel)


@dataclass(frozen=True, slots=True)
class CompleteModel:
    """A model with every field that its file gives it."""

    entry: ModelEntry
    inherited: Mapping[str, str]
    """The fields that it did not state, each with its place in the file, such as `families.gpt-6.images`."""
    problems: tuple[str, ...]
    """What is wrong with its use of defaults and families, one sentence each with the field before it."""


def complete_models(file: ProviderFile) -> Iterator[CompleteModel]:
    """Yield each model of the file with the fields that it takes from its family and from `defaults`."""
    for entry in file.models:
        problems: list[str] = []
        if entry.family is not None and entry.family not in file.families:
            near = did_you_mean(entry.family, file.families)
            problems.append(f"family: this file has no {entry.family!r} under `families`{near}")
        values, places = _shared_values(file, entry)
        for field in sorted(entry.model_fields_set & places.keys()):
            if getattr(entry, field) is None:
                problems.append(f"{field}: write `{NO_RULE}` for no rule, or leave the line out")
        inherited = {field: place for field, place in places.items() if field not in entry.model_fields_set}
        update = {"family": None, **{field: values[field] for field in inherited}}
        complete = without_none(entry.model_copy(update=update))
        if complete.counting is None and not problems:
            problems.append("counting: missing: state it here, for its family or in `defaults`")
        yield CompleteModel(complete, inherited, tuple(problems))


def without_none(entry: ModelT) -> ModelT:
    """Return the model with None in place of the word `none`."""
    update = {field: None for field in _RULES if getattr(entry, field) == NO_RULE}
    return entry.model_copy(update=update) if update else entry


def _shared_values(file: ProviderFile, entry: ModelEntry) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what defaults and family say for a model, and where each field of it stands."""
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    family = file.families.get(entry.family or "")
    for place, fields in (("defaults", file.defaults), (f"families.{entry.family}", family)):
        if fields is not None:
            values |= {field: getattr(fields, field) for field in fields.model_fields_set}
            places |= {field: f"{place}.{field}" for field in fields.model_fields_set}
    return values, places
