"""Validates JSON data as wire models, and bounds what a hostile body may cost.

pydantic collects every error of a body before it says any: 10 MB of unknown fields are 900,000 errors, which
took 10 s and 1.7 GB. So objects of too many members are refused before anything else, and of a long body only
the first faulty item of each list is reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from typing import TypeVar, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import CoreSchema, SchemaValidator

from tokenquote.api.whole_numbers import make_whole
from tokenquote.errors import LocatedError

__all__ = ["MAX_MEMBERS", "prepare", "validate"]

ModelT = TypeVar("ModelT", bound=BaseModel)

MAX_MEMBERS = 20_000
"""The most members of one JSON object; the largest that people send (properties of a schema, layers of a
quantised model) have some thousands."""

_MOST_FIELDS = 8
"""The fields of which numbers such as `465.0` are made whole, one after the other: of a long body each look
shows the first that was refused."""
_SHORT_BYTES = 16 * 1024
"""A body up to this length has few enough places for errors to report them all: some thousands at most."""


def validate(kind: type[ModelT], data: object, size: int | None) -> ModelT:
    """Validate JSON data as a wire model; a whole number may be written as `465.0`.

    Args:
        kind: the wire model.
        data: what the JSON text says.
        size: length of that text in bytes; None: nobody wrote it, and the data themselves are measured.

    Raises:
        pydantic.ValidationError: it is not such a model. Of a long text it holds the errors of the first
            faulty item of each list, and of unknown members at most MAX_MEMBERS for each object.
        LocatedError: an object in it has more than MAX_MEMBERS members.
    """
    is_short = (_measure(data, _SHORT_BYTES) if size is None else size) <= _SHORT_BYTES
    if not is_short:
        _refuse_large_objects(data)
    for _ in range(_MOST_FIELDS):
        try:
            return _validate_as_written(kind, data, is_short=is_short)
        except ValidationError as refused:
            changed = make_whole(data, refused)
            if changed is None:
                raise
            data = changed
    return _validate_as_written(kind, data, is_short=is_short)


def _validate_as_written(kind: type[ModelT], data: object, *, is_short: bool) -> ModelT:
    if is_short:
        return kind.model_validate(data)
    model: ModelT = _first_errors_only(kind).validate_python(data)
    return model


def _measure(data: object, enough: int) -> int:
    """Estimate the bytes of the data as JSON; counting ends once it passes `enough`."""
    size, waiting = 0, [data]
    while waiting and size <= enough:
        value = waiting.pop()
        if isinstance(value, str):
            size += len(value) + 3
        elif isinstance(value, dict):
            size += 2 + sum(len(str(name)) + 3 for name in islice(value, enough))
            waiting.extend(islice(value.values(), enough))
        elif isinstance(value, list):
            size += 2
            waiting.extend(islice(value, enough))
        else:
            size += 4
    return size


def _refuse_large_objects(data: object) -> None:
    """Look at every object of the body, depth first: what is kept is the way to one place, however many
    places there are, and no call goes deeper than this one.
    """
    way: list[int | str] = []
    open_containers: list[Iterator[tuple[int | str, object]]] = [iter([("", data)])]
    while open_containers:
        for step, value in open_containers[-1]:
            if not isinstance(value, (dict, list)) or not value:
                continue
            way.append(step)
            if isinstance(value, dict) and len(value) > MAX_MEMBERS:
                said = f"an object of {len(value):,} members; at most {MAX_MEMBERS:,} are read"
                raise LocatedError(tuple(way[1:]), said)
            open_containers.append(iter(value.items() if isinstance(value, dict) else enumerate(value)))
            break
        else:
            open_containers.pop()
            if way:
                way.pop()


def prepare(kinds: Iterable[type[BaseModel]]) -> None:
    """Build what long bodies are validated with, so that a pydantic that cannot is noticed at the start."""
    for kind in kinds:
        _first_errors_only(kind)


@cache  # one for each wire model
def _first_errors_only(kind: type[BaseModel]) -> SchemaValidator:
    """Build the model's own validator, changed so that a list ends at its first faulty item."""
    schema = cast(CoreSchema, _with_fail_fast(kind.__pydantic_core_schema__))  # the same but for `fail_fast`
    # Else the parts of the schema that are models of their own would be validated by what they have built.
    return SchemaValidator(schema, _use_prebuilt=False)


def _with_fail_fast(schema: object) -> object:
    """Give every list of a pydantic core schema `fail_fast`, which pydantic offers list by list only."""
    if isinstance(schema, dict):
        changed = {name: _with_fail_fast(member) for name, member in schema.items()}
        return {**changed, "fail_fast": True} if changed.get("type") == "list" else changed
    if isinstance(schema, list):
        return [_with_fail_fast(item) for item in schema]
    return schema
