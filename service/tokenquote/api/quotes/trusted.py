"""Makes parts of an answer of values that are right already: pydantic checks nothing again.

Checking takes longer than all the arithmetic of a small quote. Tests read complete answers back through the
checks (`tests/quotes/test_written_answers.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

from pydantic import BaseModel

__all__ = ["trusted"]

P = ParamSpec("P")
ModelT = TypeVar("ModelT", bound=BaseModel)

_set = object.__setattr__  # the models are frozen


def trusted(model: Callable[P, ModelT]) -> Callable[P, ModelT]:
    """Return a function with the parameters of a model that makes it without checking their values.

    A field whose default can change, such as a list, has to be stated.
    """
    kind = cast(type[ModelT], model)
    fields = kind.model_fields.items()
    # In the order of the fields, in which they are written.
    empty = {name: None if field.is_required() else field.default for name, field in fields}

    def make(*_: P.args, **values: P.kwargs) -> ModelT:
        made = kind.__new__(kind)
        held: dict[str, Any] = {**empty, **values}
        _set(made, "__dict__", held)
        _set(made, "__pydantic_fields_set__", set(values))
        _set(made, "__pydantic_extra__", None)
        _set(made, "__pydantic_private__", None)
        return made

    return make
