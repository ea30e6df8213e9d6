"""Faults of fields in plain words: a sentence for each kind of error that pydantic finds.

A sentence says what is expected and how to write it, for fields of requests, catalog files and settings
alike. It never repeats what was found, so that it may be sent and logged; what a validator of our own says is
taken as it stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

__all__ = ["describe_fault", "did_you_mean", "fields_at"]

_TEXT = "a text is expected; put it in quotes if it looks like a number"
_WHOLE_NUMBER = "a whole number is expected, without quotes, like 400"
_NUMBER = "a number is expected, without quotes, like 0.5"
_SWITCH = "true or false is expected, without quotes"
_OBJECT = "an object is expected: names, each with its value"
_LIST = "a list is expected, like [a, b]"
_DAY = "a day is expected, without quotes, like 2026-01-31"
_TIME = "a time is expected, like 2026-12-01T02:00:00Z"
_CLOCK = "a time of day is expected, like 09:00"
_SECONDS = "a number of seconds is expected"
_MONEY = 'write money as a quoted decimal, like "0.50"'
_NOTHING = "nothing is expected here: leave it out"
_OTHER_KIND = "another kind of value is expected"

_SENTENCES: Mapping[str, str] = {
    "missing": "missing: it has to be stated",
    "none_required": _NOTHING,
    # Texts
    "string_type": _TEXT,
    "string_sub_type": _TEXT,
    "string_unicode": "this text holds characters that no text can have",
    "string_too_short": "write at least {characters}",
    "string_too_long": "write at most {characters}",
    "string_not_ascii": "write plain letters, digits and signs (ASCII)",
    "bytes_type": _TEXT,
    "path_type": "a path is expected",
    "url_type": "an address is expected, like https://example.com",
    "url_parsing": "an address is expected, like https://example.com",
    # Numbers
    "int_type": _WHOLE_NUMBER,
    "int_parsing": _WHOLE_NUMBER,
    "int_parsing_size": "this number has too many digits",
    "int_from_float": "a whole number is expected, like 400, not a fraction",
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": "a finite number is expected, not infinity and not NaN",
    "greater_than": "a number above {gt} is expected",
    "greater_than_equal": "a number of at least {ge} is expected",
    "less_than": "a number below {lt} is expected",
    "less_than_equal": "a number of at most {le} is expected",
    "multiple_of": "a multiple of {multiple_of} is expected",
    "bool_type": _SWITCH,
    "bool_parsing": _SWITCH,
    # Money
    "decimal_type": _MONEY,
    "decimal_parsing": _MONEY,
    "decimal_max_digits": "write at most {max_digits} digits",
    "decimal_max_places": "write at most {decimal_places} digits after the point",
    "decimal_whole_digits": "write at most {whole_digits} digits before the point",
    # Objects and lists
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dataclass_type": _OBJECT,
    "dict_type": _OBJECT,
    "mapping_type": _OBJECT,
    "invalid_key": "a name is expected here, not a number; numbers have no commas inside: 400000",
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "iterable_type": _LIST,
    "too_short": "write at least {items}",
    "too_long": "write at most {items}",
    # Days and times
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": "a day is expected, without a time of day, like 2026-01-31",
    "datetime_type": _TIME,
    "datetime_parsing": _TIME,
    "datetime_object_invalid": _TIME,
    "datetime_from_date_parsing": _TIME,
    "timezone_aware": "the offset is missing: write 2026-12-01T02:00:00Z",
    "timezone_naive": "a time without an offset is expected, like 2026-12-01T02:00:00",
    "time_type": _CLOCK,
    "time_parsing": _CLOCK,
    "time_delta_type": _SECONDS,
    "time_delta_parsing": _SECONDS,
    # Choices
    "union_tag_invalid": "{discriminator} has to be one of these: {expected_tags}",
    "union_tag_not_found": "{discriminator} is missing or no word: it says of which kind this is",
    "is_instance_of": _OTHER_KIND,
    "is_subclass_of": _OTHER_KIND,
    "callable_type": _OTHER_KIND,
}

_COUNTED = ("characters", "items", "members")
_LETTER_FIRST = "beginning with a letter"
_LETTER_OR_DIGIT_FIRST = "beginning with a letter or a digit"
_PATTERNS: Mapping[str, str] = {
    r"^[A-Za-z0-9][A-Za-z0-9._:@/+-]*$": f"letters, digits and . _ : @ / + -, {_LETTER_OR_DIGIT_FIRST}",
    r"^[A-Za-z0-9._:@/*-]+[/:]$": "letters, digits and . _ : @ / * -, ending with / or :",
    r"^[A-Za-z0-9][A-Za-z0-9 _.-]*$": f"letters, digits, blanks and _ . -, {_LETTER_OR_DIGIT_FIRST}",
    r"^[A-Za-z0-9_][A-Za-z0-9._/-]*$": "a path of letters, digits and . _ - / that begins in its folder",
    r"^[a-z0-9][a-z0-9._-]*$": f"small letters, digits and . _ -, {_LETTER_OR_DIGIT_FIRST}",
    r"^[a-z0-9][a-z0-9._-]*\.jinja$": "the name of a file in small letters that ends in .jinja",
    r"^[a-z0-9]+$": "small letters and digits",
    r"^(image|audio|video|document)(,(image|audio|video|document)){0,3}$": (
        "image, audio, video or document, several with commas between them"
    ),
    r"^[a-z][a-z0-9_]*$": f"small letters, digits and _, {_LETTER_FIRST}",
    r"^[a-z][a-z0-9_-]*$": f"small letters, digits and _ -, {_LETTER_FIRST}",
    r"^[a-z][a-z0-9_+]*$": f"small letters, digits and _ +, {_LETTER_FIRST}",
    r"^[a-z0-9*?\[\]!._:@/-]+$": "a name in small letters, in which * stands for anything",
    r"^[0-9a-f]{64}$": "64 hexadecimal digits",
    r"^q_[0-9a-z]{1,64}$": "the id of a quote: q_, then at most 64 small letters and digits",
    r"^/": "a JSON pointer, which begins with /",
    r"^[1-9]\d{0,3}[mh]$": "minutes or hours, like 5m or 1h",
    r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$": 'two times of day, like "09:00-12:00"',
}


def describe_fault(error_line: Mapping[str, Any], fields: Collection[str] = ()) -> str:
    """Return a line of `ValidationError.errors()` as a sentence; `fields` are those that may stand there."""
    kind, context = error_line["type"], error_line.get("ctx") or {}
    if kind in ("value_error", "assertion_error") and "error" in context:
        return str(context["error"])
    if kind == "extra_forbidden":
        return _unknown_field(str(error_line["loc"][-1]), fields)
    if kind in ("literal_error", "enum"):
        return _expected_choices(context["expected"])
    if kind == "string_pattern_mismatch":
        return f"write {_PATTERNS.get(context['pattern'], 'other characters')}"
    sentence = _SENTENCES.get(kind)
    if sentence is None:  # said by a validator of our own
        return str(error_line["msg"])
    if kind in ("too_short", "too_long") and context.get("field_type") == "Dictionary":
        sentence = sentence.replace("{items}", "{members}")
    length = context.get("min_length", context.get("max_length", 0))
    counted = {noun: f"{length} {noun if length != 1 else noun[:-1]}" for noun in _COUNTED}
    return sentence.format_map(counted | {name: _shown(value) for name, value in context.items()})


def did_you_mean(name: str, known: Collection[str], cutoff: float = 0.65) -> str:
    """Return `; did you mean 'input'?` where a known name is like this one, else an empty text.

    Ids that end with the whole name after a slash, as `moonshot/kimi-k3` with `kimi-k3`, are meant rather.
    """
    ends_so = [each for each in known if each.endswith(f"/{name}")][:3]
    near = ends_so or get_close_matches(name, list(known), n=3, cutoff=cutoff)
    return f"; did you mean {' or '.join(repr(name) for name in near)}?" if near else ""


def _unknown_field(name: str, fields: Collection[str]) -> str:
    """With the field that is meant where that is plain, else with all that there are."""
    if not fields or name in fields:
        return "no such field here, or not together with the others"
    there_are = f"; there are {', '.join(fields)}"
    return f"no such field here{did_you_mean(name, fields, cutoff=0.75) or there_are}"


def _expected_choices(expected: str) -> str:
    """From `'low', 'medium' or 'high'`."""
    expected = {"True": "true", "False": "false"}.get(expected, expected)
    return f"one of these is expected: {expected}" if " or " in expected else f"{expected} is expected"


def _shown(value: Any) -> Any:
    """A limit of 1,000,000.0 is shown as 1000000."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def fields_at(kind: type[BaseModel], place: Sequence[int | str]) -> tuple[str, ...]:
    """Return the names that may stand at a place, such as `("models", 0, "prices", 0)` of a provider's file.

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
    """Return whether a field such as `kind` may say this word."""
    annotations = (field.annotation for field in model.model_fields.values())
    return any(get_origin(kind) is Literal and word in get_args(kind) for kind in annotations)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models inside an annotation: Tier for `tuple[Tier, ...] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from _concrete_models(annotation)
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _concrete_models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Yield the model, or in place of an abstract one the kinds that are read as it."""
    if not model.__abstractmethods__:
        yield model
        return
    for kind in model.__subclasses__():
        yield from _concrete_models(kind)


def _names(model: type[BaseModel]) -> Iterator[str]:
    return (field.alias or name for name, field in model.model_fields.items())
