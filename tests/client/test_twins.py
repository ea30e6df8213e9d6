"""Client, AsyncClient, Estimator and their protocols have the same methods with the same arguments."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import tokenquote
import tokenquote_client
from tokenquote import AsyncClient, AsyncQuoter, Client, Estimator, Quoter

METHODS = [
    "quote",
    "compare",
    "models",
    "model",
    "catalog",
    "gpus",
    "tokens",
    "media",
    "kv_cache",
    "weights",
    "deployment",
    "vector_index",
    "memory_grid",
    "training",
    "ready",
]


def parameters(owner: type[Any], method: str) -> list[tuple[str, Any, Any, Any]]:
    signature = inspect.signature(getattr(owner, method))
    return [(p.name, p.kind, p.default, p.annotation) for p in signature.parameters.values()]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("other", [AsyncClient, Estimator, Quoter, AsyncQuoter])
def test_arguments_are_the_same(other: type[Any], method: str) -> None:
    assert parameters(other, method) == parameters(Client, method)


@pytest.mark.parametrize("method", ["__init__", "with_options"])
def test_the_two_clients_are_made_alike(method: str) -> None:
    def without_http(owner: type[Any]) -> list[tuple[str, Any, Any]]:
        return [(name, kind, default) for name, kind, default, _ in parameters(owner, method)]

    assert without_http(Client) == without_http(AsyncClient)


@pytest.mark.parametrize("method", METHODS)
def test_answers_are_of_the_same_type(method: str) -> None:
    def answer(owner: type[Any]) -> str:
        return str(inspect.signature(getattr(owner, method)).return_annotation).replace(
            "AsyncIterator", "Iterator"
        )

    assert answer(Client) == answer(AsyncClient) == answer(Estimator)


def test_no_method_is_left_out() -> None:
    def public(owner: type[Any]) -> set[str]:
        return {name for name in vars(owner) if not name.startswith("_")}

    assert public(Client) - {"with_options", "close"} == set(METHODS)
    assert public(AsyncClient) - {"with_options", "aclose"} == set(METHODS)
    assert public(Estimator) - {"close"} == set(METHODS)


def test_the_protocols_hold_at_run_time() -> None:
    assert isinstance(Client(), Quoter)
    assert isinstance(Estimator(), Quoter)
    assert isinstance(AsyncClient(), AsyncQuoter)


def test_everything_public_is_exported() -> None:
    assert set(tokenquote.__all__) >= set(tokenquote_client.__all__)
    for name in tokenquote.__all__:
        assert getattr(tokenquote, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Quotation'"):
        tokenquote.Quotation  # noqa: B018
