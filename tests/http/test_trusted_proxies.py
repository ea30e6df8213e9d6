"""`TOKENQUOTE_TRUSTED_PROXIES`: addresses and networks whose `X-Forwarded-For` is believed."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tokenquote.settings import Settings


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("10.89.7.10", ("10.89.7.10",)),
        ("127.0.0.1, 10.1.0.0/16,fd00::/8", ("127.0.0.1", "10.1.0.0/16", "fd00::/8")),
        ("", ()),
    ],
)
def test_addresses_and_networks(said: str, read: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKENQUOTE_TRUSTED_PROXIES", said)
    assert Settings().trusted_proxies == read


@pytest.mark.parametrize("said", ["*", "nginx", "10.1.0.1/16", "10.1.0.0/33", "10.1.0.256"])
def test_anything_else_is_refused(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKENQUOTE_TRUSTED_PROXIES", said)
    with pytest.raises(ValidationError, match=r"like 10\.1\.0\.0/16"):
        Settings()
