"""What a row of the table of endpoints says, and how it becomes a method of a client.

A row is written once, in `endpoints.Endpoints`. `Client`, `AsyncClient` and `Estimator` inherit that table,
and a row read from one of them is its method: `client.tokens` asks, `Endpoints.tokens` is the row.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Never, Protocol, Self, TypeAlias, TypeVar, overload

from pydantic import BaseModel

__all__ = [
    "AnswerT",
    "Awaiting",
    "Endpoint",
    "Fields",
    "GetEndpoint",
    "PostEndpoint",
    "Scope",
    "Tag",
    "Waiting",
]

AnswerT = TypeVar("AnswerT", bound=BaseModel)
AnswerT_co = TypeVar("AnswerT_co", bound=BaseModel, covariant=True)
QuestionT = TypeVar("QuestionT", bound=BaseModel)
QuestionT_contra = TypeVar("QuestionT_contra", bound=BaseModel, contravariant=True)
ResultT_co = TypeVar("ResultT_co", covariant=True)
Fields: TypeAlias = Mapping[str, Any]
"""The members of a question by name."""
Tag: TypeAlias = Literal["Quotes", "Tokens", "Memory", "Catalog", "Operations"]
"""The groups of endpoints in the docs, in their order."""
Scope: TypeAlias = Literal["quote", "usage", "metrics"]
"""What a key may ask for: `quote` is all that is planned, counted or looked up, `usage` prices what was
billed, `metrics` is the metrics."""


_ACCESS_PROBLEMS = (401, 403, 421, 429)
"""No key that is good (401), or not for this (403, a page of another site too), another host (421), too often
(429)."""
_BODY_PROBLEMS = (408, 413, 415)
"""A body comes too slowly (408), is too long (413), or is stated to be no JSON (415)."""


class Ask(Protocol[QuestionT_contra, ResultT_co]):
    """A method that asks a question: its model or a mapping, and fields that replace its members."""

    def __call__(self, question: QuestionT_contra | Fields | None = None, /, **fields: Any) -> ResultT_co: ...


class Waiting(ABC):
    """A caller that asks and waits for the answer."""

    @abstractmethod
    def _ask(
        self, endpoint: Endpoint[AnswerT], question: BaseModel | Fields | None, fields: Fields
    ) -> AnswerT:
        """Return the answer to a question."""


class Awaiting(ABC):
    """A caller that asks and awaits the answer."""

    @abstractmethod
    async def _ask(
        self, endpoint: Endpoint[AnswerT], question: BaseModel | Fields | None, fields: Fields
    ) -> AnswerT:
        """Return the answer to a question."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Endpoint(Generic[AnswerT_co]):
    """One path of the service: what it is asked, what it answers, and how it is shown in the docs."""

    path: str
    """The path, with `{name}` where a parameter stands in it."""
    operation_id: str
    """The name of the operation in the OpenAPI document."""
    tag: Tag
    """The group that the docs show the path in."""
    summary: str
    """What the path answers in a few words, without a full stop."""
    description: str
    """What the path answers, in whole sentences."""
    answer: type[AnswerT_co]
    """The model of the answer."""
    or_answer: type[BaseModel] | None = None
    """The model of another form that the answer may have; None: it has one form."""
    question: type[BaseModel] | None = None
    """The model of the body of a POST; None: a GET."""
    parameters: type[BaseModel] | None = None
    """The model of what stands in the path and in the query; None: nothing does."""
    example: Fields = field(default_factory=dict)
    """An example of the question or the parameters, which a service with the shipped catalog answers."""
    canned: Callable[[Fields], BaseModel]
    """The function that makes what `testing.FakeService` answers: the right form, made-up round numbers."""
    problems: tuple[int, ...]
    """The HTTP statuses of problems that this path itself leads to; `statuses` has all."""
    scope: Scope | None = "quote"
    """The scope that a key needs, where keys are asked for; None: nobody is asked for a key."""
    asked_by: tuple[str, ...] = ()
    """The methods of Client, AsyncClient and Estimator that ask for it."""
    changes_with_catalog: bool = False
    """Whether the answer changes with the catalog only, so that its revision is the ETag."""
    name: str = field(default="", init=False)
    """The name of the row in the table."""

    def __set_name__(self, owner: type, name: str) -> None:
        object.__setattr__(self, "name", name)

    @property
    def path_parameters(self) -> list[str]:
        """The names of the parameters that stand in the path."""
        return re.findall(r"\{(\w+)\}", self.path)

    @property
    def statuses(self) -> tuple[int, ...]:
        """Every HTTP status of a problem: of this path, and of all that may need a key or have a body."""
        access = () if self.scope is None else _ACCESS_PROBLEMS
        return tuple(sorted({*self.problems, *access, *(() if self.question is None else _BODY_PROBLEMS)}))

    @property
    def method(self) -> Literal["GET", "POST"]:
        """The HTTP method of the path."""
        return "GET" if self.question is None else "POST"


class PlainEndpoint(Endpoint[AnswerT_co]):
    """A path whose client methods are written by hand, in `quoters.py`."""

    @overload
    def __get__(self, caller: None, owner: type) -> Self: ...
    @overload
    def __get__(self, caller: object, owner: type) -> Never: ...
    def __get__(self, caller: object, owner: type) -> Any:
        if caller is None:
            return self
        asked_by = " or ".join(f"{name}()" for name in self.asked_by) or "no method"
        raise AttributeError(f"{owner.__name__} has no {self.name}: {asked_by} asks for {self.path}")


class PostEndpoint(Endpoint[AnswerT_co], Generic[QuestionT, AnswerT_co]):
    """A POST that is a client method of the same name: `client.NAME(question, **fields)`."""

    question: type[QuestionT]

    def __set_name__(self, owner: type, name: str) -> None:
        super().__set_name__(owner, name)
        object.__setattr__(self, "asked_by", (name,))

    @overload
    def __get__(self, caller: None, owner: type) -> Self: ...
    @overload
    def __get__(self, caller: Waiting, owner: type) -> Ask[QuestionT, AnswerT_co]: ...
    @overload
    def __get__(self, caller: Awaiting, owner: type) -> Ask[QuestionT, Coroutine[Any, Any, AnswerT_co]]: ...
    def __get__(self, caller: Waiting | Awaiting | None, owner: type) -> Any:
        if caller is None:
            return self
        if isinstance(caller, Awaiting):
            awaiting = caller

            async def ask_async(question: BaseModel | Fields | None = None, /, **fields: Any) -> AnswerT_co:
                return await awaiting._ask(self, question, fields)

            return _named(ask_async, self)
        waiting = caller

        def ask(question: BaseModel | Fields | None = None, /, **fields: Any) -> AnswerT_co:
            return waiting._ask(self, question, fields)

        return _named(ask, self)

    def __call__(
        self, caller: Waiting | Awaiting, question: QuestionT | Fields | None = None, /, **fields: Any
    ) -> Any:
        """Ask through the class, `Client.NAME(client, question)`, as with any other method."""
        return self.__get__(caller, type(caller))(question, **fields)


class GetEndpoint(Endpoint[AnswerT_co]):
    """A GET without parameters that is a client method of the same name: `client.NAME()`."""

    def __set_name__(self, owner: type, name: str) -> None:
        super().__set_name__(owner, name)
        object.__setattr__(self, "asked_by", (name,))

    @overload
    def __get__(self, caller: None, owner: type) -> Self: ...
    @overload
    def __get__(self, caller: Waiting, owner: type) -> Callable[[], AnswerT_co]: ...
    @overload
    def __get__(self, caller: Awaiting, owner: type) -> Callable[[], Coroutine[Any, Any, AnswerT_co]]: ...
    def __get__(self, caller: Waiting | Awaiting | None, owner: type) -> Any:
        if caller is None:
            return self
        if isinstance(caller, Awaiting):
            awaiting = caller

            async def ask_async() -> AnswerT_co:
                return await awaiting._ask(self, None, {})

            return _named(ask_async, self)
        waiting = caller

        def ask() -> AnswerT_co:
            return waiting._ask(self, None, {})

        return _named(ask, self)

    def __call__(self, caller: Waiting | Awaiting, /) -> Any:
        """Ask through the class, `Client.NAME(client)`, as with any other method."""
        return self.__get__(caller, type(caller))()


def _named(ask: Callable[..., Any], endpoint: Endpoint[BaseModel]) -> Callable[..., Any]:
    """Give the method the name and docs that `help(client.NAME)` shows."""
    ask.__name__ = ask.__qualname__ = endpoint.name
    ask.__module__ = endpoint.answer.__module__
    ask.__doc__ = f"{endpoint.summary}.\n\n{endpoint.description}"
    ask.__annotations__ = {"return": endpoint.answer}
    if endpoint.question is not None:
        question = endpoint.question | Mapping[str, Any] | None
        ask.__annotations__ = {"question": question, "fields": Any, "return": endpoint.answer}
    return ask
