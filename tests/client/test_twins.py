"""Client and AsyncClient are made alike; tests/api/test_endpoints.py compares their methods row by row."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import tokenquote
import tokenquote_client
from tokenquote import AsyncClient, AsyncQuoter, Client, Estimator, Quoter


def parameters(owner: type[Any], method: str) -> list[tuple[str, Any, Any, Any]]:
    signature = inspect.signature(getattr(owner, method))
    return [(p.name, p.kind, p.default, p.annotation) for p in signature.parameters.values()]


@pytest.mark.parametrize("method", ["__init__", "with_options"])
def test_the_two_clients_are_made_alike(method: str) -> None:
    def without_http(owner: type[Any]) -> list[tuple[str, Any, Any]]:
        return [(name, kind, default) for name, kind, default, _ in parameters(owner, method)]

    assert without_http(Client) == without_http(AsyncClient)


def test_each_is_a_quoter() -> None:
    assert isinstance(Client(), Quoter)
    assert isinstance(Estimator(), Quoter)
    assert isinstance(AsyncClient(), AsyncQuoter)


def test_everything_public_is_exported() -> None:
    assert set(tokenquote.__all__) >= set(tokenquote_client.__all__)
    for name in tokenquote.__all__:
        assert getattr(tokenquote, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Quotation'"):
        tokenquote.Quotation  # noqa: B018
