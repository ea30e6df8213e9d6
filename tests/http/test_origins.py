"""Hosts, pages of other sites and content types: what a browser may be made to send, and what it may not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from tests.conftest import running

from tokenquote.http.access.origins import Hosts, Origins
from tokenquote.http.access.requirements import check_content
from tokenquote.http.refusals import NotServed
from tokenquote.settings import Settings

SMALL: dict[str, Any] = {
    "model": "openai/gpt-5.4-mini",
    "turns": [{"user": 10, "assistant": 5, "reasoning": 0}],
}
DASH = "https://dash.example.org"
HEADERS = {
    "content-security-policy", "cross-origin-resource-policy", "referrer-policy", "x-content-type-options",
    "x-request-id",
}  # fmt: skip


@pytest.fixture(scope="module")
def shared() -> Iterator[httpx2.Client]:
    """A service whose pages of one other site may ask."""
    settings = Settings(cors_origins=(DASH,), allowed_hosts=("quotes.example.org", "*.internal"))
    with running(settings) as url, httpx2.Client(base_url=url, timeout=30) as client:
        yield client


@pytest.mark.parametrize(
    ("allowed", "listens_on", "host", "good"),
    [
        ((), "127.0.0.1", b"127.0.0.1:8000", True),
        ((), "127.0.0.1", b"LocalHost:8000", True),
        ((), "127.0.0.1", b"[::1]:8000", True),
        ((), "::1", b"[::1]", True),
        ((), "localhost", b"localhost", True),
        ((), "127.0.0.2", b"127.0.0.2:1", True),
        ((), "127.0.0.1", b"attacker.example", False),
        ((), "127.0.0.1", b"127.0.0.1.attacker.example", False),
        ((), "127.0.0.1", b"", False),
        ((), "127.0.0.1", None, False),
        ((), "0.0.0.0", b"any.example", True),  # noqa: S104
        (("*",), "127.0.0.1", b"any.example", True),
        (("a.example",), "127.0.0.1", b"a.example:80", True),
        (("a.example",), "127.0.0.1", b"localhost", True),
        (("a.example",), "10.0.0.1", b"localhost", False),
        (("a.example",), "10.0.0.1", b"A.Example", True),
        (("a.example",), "10.0.0.1", b"b.a.example", False),
        (("*.a.example",), "10.0.0.1", b"b.a.example:8000", True),
        (("*.a.example",), "10.0.0.1", b"a.example", False),
        (("*.a.example",), "10.0.0.1", b"ba.example", False),
        (("[2001:db8::1]",), "::", b"[2001:db8::1]:8000", True),
        (("a.example",), "10.0.0.1", b"\xff\xfe", False),
    ],
)
def test_hosts(allowed: tuple[str, ...], listens_on: str, host: bytes | None, good: bool) -> None:
    hosts = Hosts(allowed, listens_on)
    for _ in range(2):  # the second time it is remembered
        assert passes(lambda: hosts.check(host)) is good


def passes(check: Any) -> bool:
    try:
        check()
    except NotServed:
        return False
    return True


@pytest.mark.parametrize(
    ("site", "origin", "allowed", "good"),
    [
        (None, None, (), True),  # no browser
        (b"same-origin", b"http://service:1", (), True),
        (b"none", None, (), True),  # the address bar
        (b"cross-site", b"https://evil.example", (), False),
        (b"same-site", b"https://other.service", (), False),
        (b"cross-site", None, (), False),
        (None, b"http://service:1", (), True),
        (None, b"https://service:1", (), True),  # behind a proxy that ends TLS
        (None, b"http://service:2", (), False),
        (None, b"http://evil.example", (), False),
        (None, b"null", (), False),
        (b"cross-site", b"https://dash.example.org", (DASH,), True),
        (b"cross-site", b"https://dash.example.org.evil.example", (DASH,), False),
        (b"cross-site", b"http://dash.example.org", (DASH,), False),
        (b"cross-site", b"https://any.example", ("*",), True),
    ],
)
def test_sites(site: bytes | None, origin: bytes | None, allowed: tuple[str, ...], good: bool) -> None:
    """As browsers send the headers, by the Fetch standard and by Fetch Metadata."""
    stated = {b"host": b"service:1", b"sec-fetch-site": site, b"origin": origin}
    headers = {name: value for name, value in stated.items() if value is not None}
    assert passes(lambda: Origins(allowed).check(headers)) is good


@pytest.mark.parametrize(
    ("content_type", "encoding", "good"),
    [
        (None, None, True),
        (b"application/json", None, True),
        (b"Application/JSON; charset=UTF-8", b"identity", True),
        (b'application/json;charset="utf-8"', b"", True),
        (b"application/vnd.api+json", None, True),
        (b"application/merge-patch+json; a=b", None, True),
        (b"application/json; charset=latin-1", None, False),
        (b"application/x-www-form-urlencoded", None, False),
        (b"text/plain", None, False),
        (b"text/json", None, False),
        (b"multipart/form-data; boundary=application/json", None, False),
        (b"application/jsonp", None, False),
        (b"application/json, text/plain", None, False),
        (b"", None, False),
        (b"application/json", b"gzip", False),
        (b"application/json", b"br", False),
        (b"application/json", b"identity, gzip", False),
        (b"application/json", b"nonsense", False),
    ],
)
def test_content(content_type: bytes | None, encoding: bytes | None, good: bool) -> None:
    stated = {b"content-type": content_type, b"content-encoding": encoding}
    headers = {name: value for name, value in stated.items() if value is not None}
    assert passes(lambda: check_content(headers)) is good


def test_the_refusals_name_the_remedy(http: httpx2.Client) -> None:
    form = http.post("/v1/quotes", data={"model": "x"})
    assert (form.status_code, form.headers["accept"]) == (415, "application/json")
    assert "-H 'Content-Type: application/json'" in form.json()["detail"]
    packed = http.post("/v1/quotes", json=SMALL, headers={"content-encoding": "gzip"})
    assert (packed.status_code, packed.headers["accept-encoding"]) == (415, "identity")
    other = http.get("/v1/catalog", headers={"host": "attacker.example"})
    assert (other.status_code, "TOKENQUOTE_ALLOWED_HOSTS" in other.json()["detail"]) == (421, True)
    page = http.post("/v1/quotes", json=SMALL, headers={"origin": "https://evil.example"})
    assert (page.status_code, "TOKENQUOTE_CORS_ORIGINS" in page.json()["detail"]) == (403, True)


def test_probes_are_answered_under_any_name(http: httpx2.Client) -> None:
    """Kubernetes names the address of a pod."""
    assert http.get("/readyz", headers={"host": "10.1.2.3:8000"}).status_code == 200


def test_nobody_else_reads_an_answer_by_default(http: httpx2.Client) -> None:
    answer = http.get("/v1/catalog", headers={"origin": DASH})
    assert answer.status_code == 200
    assert not {name for name in answer.headers if name.startswith("access-control-")}
    asked = {"origin": DASH, "access-control-request-method": "POST"}
    preflight = http.options("/v1/quotes", headers=asked)
    assert preflight.status_code == 403
    assert "access-control-allow-origin" not in preflight.headers


def test_pages_of_a_listed_site_may_ask(shared: httpx2.Client) -> None:
    asked = {"origin": DASH, "access-control-request-method": "POST"}
    preflight = shared.options("/v1/quotes", headers=asked)
    assert (preflight.status_code, preflight.content) == (204, b"")
    assert preflight.headers["access-control-allow-origin"] == DASH
    assert "authorization" in preflight.headers["access-control-allow-headers"]
    browser = {"origin": DASH, "sec-fetch-site": "cross-site"}
    answer = shared.post("/v1/quotes", json=SMALL, headers=browser)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, DASH)
    assert "origin" in answer.headers["vary"]
    assert "access-control-allow-credentials" not in answer.headers
    refused = shared.post("/v1/quotes", json={}, headers=browser)
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (422, DASH)
    other = shared.post("/v1/quotes", json=SMALL, headers={**browser, "origin": "https://evil.example"})
    assert other.status_code == 403
    assert "access-control-allow-origin" not in other.headers
    assert shared.get("/v1/catalog", headers={"host": "a.internal:80"}).status_code == 200


@pytest.mark.parametrize(
    "path", ["/livez", "/v1/catalog", "/metrics", "/nothing", "/", "/docs", "/openapi.json"]
)
def test_every_answer_says_what_browsers_may_do_with_it(http: httpx2.Client, path: str) -> None:
    headers = http.get(path).headers
    assert set(headers) >= HEADERS
    assert {len(headers.get_list(name)) for name in HEADERS} == {1}
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    for answer in (http.post("/v1/quotes", json=SMALL), http.post("/v1/quotes", json={}), http.put("/livez")):
        assert set(answer.headers) >= HEADERS
