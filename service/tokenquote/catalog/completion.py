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
    ModelEntry,
    ProviderFile,
    SharedFields,
)
from tokenquote.errors.field_faults import did_you_mean

__all__ = ["CompleteModel", "complete_models", "find_shared_faults", "list_shared", "without_none"]

_SHARED = frozenset(SharedFields.model_fields)
# `media_limits: none` stays a word, for without any the limits of the provider hold.
_RULES = _SHARED - {"media_limits"}

_NOTHING_WRITTEN = f"write `{NO_RULE}` for no rule, or leave the line out"

FieldsT = TypeVar("FieldsT", bound=SharedFields)


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
            remedy = did_you_mean(entry.family, file.families) or _other_families(file)
            problems.append(f"family: this file has no {entry.family!r} under `families`{remedy}")
        values, places = _shared_values(file, entry)
        for field in sorted(entry.model_fields_set & places.keys()):
            if getattr(entry, field) is None:
                problems.append(f"{field}: {_NOTHING_WRITTEN}")
        inherited = {field: place for field, place in places.items() if field not in entry.model_fields_set}
        update = {"family": None, **{field: values[field] for field in inherited}}
        complete = without_none(entry.model_copy(update=update))
        unsaid = complete.counting is None and "counting" not in inherited and entry.serves is None
        if unsaid and not problems:
            problems.append(
                "counting: missing: state a rule of counting.yaml here, for its family or in `defaults`"
            )
        yield CompleteModel(complete, inherited, tuple(problems))


def _other_families(file: ProviderFile) -> str:
    """Say which families a model of this file may name."""
    if file.families:
        return f"; there are {', '.join(file.families)}"
    return ", and those of other files do not hold here: state the model's rules itself, such as `counting`"


def list_shared(file: ProviderFile) -> Mapping[str, SharedFields]:
    """Return `defaults` and the families of a file by their places, such as `families.gpt-6`."""
    return {"defaults": file.defaults, **{f"families.{name}": given for name, given in file.families.items()}}


def find_shared_faults(file: ProviderFile) -> Iterator[str]:
    """Yield one sentence for each field of `defaults` or of a family that can hold for no model."""
    for place, given in list_shared(file).items():
        for field in sorted(given.model_fields_set):
            if getattr(given, field) is None:
                yield f"{place}.{field}: {_NOTHING_WRITTEN}"
        if given.counting == NO_RULE:
            yield f"{place}.counting: every model needs a rule: name one, or leave the line out"


def without_none(entry: FieldsT) -> FieldsT:
    """Return the model, or what models share, with None in place of the word `none`."""
    update = {field: None for field in _RULES if getattr(entry, field) == NO_RULE}
    return entry.model_copy(update=update) if update else entry


def _shared_values(file: ProviderFile, entry: ModelEntry) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values that defaults and family give a model, and the place of each in the file."""
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    shared = list_shared(file)
    for place in ("defaults", f"families.{entry.family}"):
        if (fields := shared.get(place)) is not None:
            values |= {field: getattr(fields, field) for field in fields.model_fields_set}
            places |= {field: f"{place}.{field}" for field in fields.model_fields_set}
    return values, places
