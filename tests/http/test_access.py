"""Who may ask what: every route without a key, with a wrong, an expired and a good one of each scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import httpx2
import pytest
from tests.conftest import running

from tokenquote.http.access.key_file import append_line, write_line
from tokenquote.http.access.keys import Key, hash_secret, make_secret
from tokenquote.http.access.requirements import find_requirement
from tokenquote.http.pages import pages
from tokenquote.http.routes import routes
from tokenquote.settings import Settings
from tokenquote_client import Client, RateLimited, Unauthorized
from tokenquote_client.endpoint import Scope
from tokenquote_client.endpoints import ENDPOINTS

SMALL: dict[str, Any] = {
    "model": "openai/gpt-5.4-mini",
    "turns": [{"user": 10, "assistant": 5, "reasoning": 0}],
}
SCOPES: tuple[Scope, ...] = get_args(Scope)
PROBES = {"/livez", "/readyz"}
PAGES = {"/", "/catalog", "/accuracy", "/docs", "/docs/openapi.json", "/openapi.json"}
PAGE_FILES = "/static/{revision}/{name}"
EXAMPLES = {
    "/v1/models/{model_id}": "/v1/models/openai/gpt-5.4-mini",
    PAGE_FILES: "/static/any/css/tokens.css",
}
OTHERWISE_WRITTEN = (
    "/metrics/",
    "//metrics",
    "/v1//usage",
    "/v1/usage/",
    "/v1/models/",
    "/v1/%6dodels",
    "//v1/quotes//",
)


def all_routes() -> list[tuple[str, str]]:
    """Every method and path that the framework answers, as the application is composed of them."""
    found = [
        (str(method), path.replace(":path}", "}").replace(":str}", "}"))
        for handler in [*routes(), *pages()]
        for path in handler.paths
        for method in sorted(handler.http_methods)
    ]
    assert len(found) > 25
    return found


ROUTES = all_routes()


class Service:
    """A service with keys, and a client for each of them."""

    def __init__(self, url: str, file: Path, secrets: dict[str, str]) -> None:
        self.url, self.file, self.secrets = url, file, secrets
        self.http = httpx2.Client(timeout=30)

    def ask(self, method: str, path: str, secret: str | None = None, **sent: Any) -> httpx2.Response:
        headers = dict(sent.pop("headers", {}))
        if secret is not None:
            headers["authorization"] = f"Bearer {secret}"
        if method == "POST":
            sent.setdefault("json", {})
        return self.http.request(method, self.url + path, headers=headers, **sent)


def add_key(file: Path, name: str, **stated: Any) -> str:
    secret = make_secret()
    scopes = stated.pop("scopes", SCOPES)
    append_line(file, write_line(Key(name, bytes.fromhex(hash_secret(secret)), frozenset(scopes), **stated)))
    return secret


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    file = tmp_path_factory.mktemp("keys") / "keys"
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    secrets: dict[str, str] = {scope: add_key(file, scope, scopes=[scope]) for scope in SCOPES}
    secrets["all"] = add_key(file, "all")
    secrets["expired"] = add_key(file, "expired", expires=yesterday)
    secrets["wrong"] = make_secret()
    secrets["few"] = add_key(file, "few", requests_per_minute=2)
    # A small quote is guessed at 0.006 s, and something for its row and its bytes.
    secrets["lazy"] = add_key(file, "lazy", work_seconds_per_day=0.02)
    with running(Settings(keys_file=file)) as url:
        service = Service(url, file, secrets)
        yield service
        service.http.close()


def free_of_keys(path: str) -> bool:
    return path in PROBES | PAGES or path == PAGE_FILES


def wanted(path: str) -> str:
    """The scope of each path, written down a second time."""
    return {"/v1/usage": "usage", "/metrics": "metrics"}.get(path, "quote")


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_asks_for_a_key_with_its_scope(service: Service, method: str, path: str) -> None:
    """The routes are those of the application, so that a new one cannot be forgotten."""
    asked = EXAMPLES.get(path, path)
    if free_of_keys(path):
        assert service.ask(method, asked).status_code < 400
        assert service.ask(method, asked, service.secrets["wrong"]).status_code < 400
        return
    for secret in (None, service.secrets["wrong"], service.secrets["expired"]):
        refused = service.ask(method, asked, secret)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith('Bearer realm="tokenquote"')
        if method != "HEAD":
            assert refused.headers["content-type"] == "application/problem+json"
            assert refused.json()["request_id"] == refused.headers["x-request-id"]
    for scope in SCOPES:
        answer = service.ask(method, asked, service.secrets[scope])
        if scope == wanted(path):
            assert answer.status_code in (200, 422)  # an empty body is no question
        else:
            assert answer.status_code == 403
            assert f'error="insufficient_scope", scope="{wanted(path)}"' in answer.headers["www-authenticate"]
    assert service.ask(method, asked, service.secrets["all"]).status_code in (200, 422)


@pytest.mark.parametrize(("method", "path"), [*ROUTES, ("GET", "/metrics")])
def test_what_a_path_asks_for_is_known(method: str, path: str) -> None:
    assert find_requirement(EXAMPLES.get(path, path)) is not None


def test_every_row_of_the_table_is_a_route() -> None:
    assert {(row.method, row.path) for row in ENDPOINTS} <= set(ROUTES)


@pytest.mark.parametrize("path", OTHERWISE_WRITTEN)
def test_a_path_that_is_written_otherwise_asks_for_the_same(service: Service, path: str) -> None:
    """For each scope: either it is the one that the plain path asks for, or there is no answer."""
    plain = "/" + "/".join(step for step in path.replace("%6d", "m").split("/") if step)
    for method in ("GET", "POST"):
        for scope in SCOPES:
            status = service.ask(method, path, service.secrets[scope]).status_code
            assert status in ((200, 405, 422) if scope == wanted(plain) else (403,))
        assert service.ask(method, path).status_code == 401


@pytest.mark.parametrize("path", ["/nothing", "/v1", "/v1/", "/v1/quote/metricss", "/livez/x", "/%00"])
def test_a_path_that_is_not_there_says_so_to_keys_alone(service: Service, path: str) -> None:
    assert service.ask("GET", path).status_code == 401
    known = service.ask("GET", path, service.secrets["metrics"])
    assert (known.status_code, known.json()["title"]) == (404, "Not Found")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_other_methods_need_a_key_too(service: Service, method: str) -> None:
    assert service.ask(method, "/v1/quotes").status_code == 401
    known = service.ask(method, "/v1/quotes", service.secrets["all"])
    assert known.status_code == (204 if method == "OPTIONS" else 405)
    assert set(known.headers["allow"].split(", ")) == {"OPTIONS", "POST"}


@pytest.mark.parametrize(
    "stated",
    [
        "Basic {0}",
        "{0}",
        "Bearer",
        "Bearer {0}x",
        "Bearer x{0}",
        "Bearer {0} {0}",
        "Bearer " + "x" * 600,
    ],
)
def test_what_is_no_key(service: Service, stated: str) -> None:
    header = stated.format(service.secrets["all"])
    answer = service.http.get(f"{service.url}/v1/catalog", headers={"authorization": header})
    assert answer.status_code == 401
    assert service.secrets["all"] not in answer.text


@pytest.mark.parametrize("stated", ["bearer {0}", "BEARER {0}", "Bearer  {0}"])
def test_the_scheme_is_written_in_any_case(service: Service, stated: str) -> None:
    header = stated.format(service.secrets["all"])
    assert service.http.get(f"{service.url}/v1/catalog", headers={"authorization": header}).status_code == 200


def test_two_keys_are_none(service: Service) -> None:
    key = f"Bearer {service.secrets['all']}"
    answer = service.http.get(
        f"{service.url}/v1/catalog", headers=[("authorization", key), ("Authorization", key)]
    )
    assert (answer.status_code, "twice" in answer.json()["detail"]) == (401, True)


def test_requests_of_a_minute_are_counted_by_name(service: Service) -> None:
    statuses = [service.ask("GET", "/v1/catalog", service.secrets["few"]).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    refused = service.ask("POST", "/v1/quotes", service.secrets["few"], json=SMALL)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 30
    assert "2 times a minute" in refused.json()["detail"]


def test_work_of_a_day_is_counted_by_its_guess(service: Service) -> None:
    def ask() -> httpx2.Response:
        return service.ask("POST", "/v1/quotes", service.secrets["lazy"], json=SMALL)

    assert [ask().status_code for _ in range(4)] == [200, 200, 200, 429]
    assert 1 <= int(ask().headers["retry-after"]) <= 86_400
    assert "0.02 seconds of work a day" in ask().json()["detail"]
    assert service.ask("GET", "/v1/catalog", service.secrets["lazy"]).status_code == 200


def test_a_key_is_good_at_once_and_no_more_once_its_line_is_gone(service: Service) -> None:
    before = service.file.read_text()
    added = add_key(service.file, "added")
    assert service.ask("GET", "/v1/catalog", added).status_code == 200
    service.file.write_text(before)
    # The service of this test looks at the file only where a key comes that it does not know.
    while service.ask("GET", "/v1/catalog", added).status_code == 200:
        service.ask("GET", "/v1/catalog", make_secret())


def test_the_client_sends_its_key_and_says_what_is_wrong_with_it(service: Service) -> None:
    with Client(service.url, api_key=service.secrets["quote"]) as client:
        assert client.quote(SMALL).totals.requests == 1
        with pytest.raises(Unauthorized, match="lacks the scope `usage`") as lacks:
            client.usage(model="gpt-5.4-mini", usage={"input_tokens": 1, "output_tokens": 1})
        assert lacks.value.status == 403
    with Client(service.url, api_key=service.secrets["expired"]) as client:
        assert client.ready()
        with pytest.raises(Unauthorized, match="expired on"):
            client.quote(SMALL)
    with Client(service.url, retries=0) as client, pytest.raises(Unauthorized, match="A key is needed"):
        client.catalog()
    with Client(
        service.url, api_key=add_key(service.file, "once", requests_per_minute=1), retries=0
    ) as client:
        client.catalog()
        with pytest.raises(RateLimited):
            client.catalog()


def test_pages_may_need_a_key(service: Service) -> None:
    with running(Settings(keys_file=service.file, pages="key")) as url:
        for path in sorted(PAGES):
            assert httpx2.get(f"{url}{path}").status_code == 401
            key = {"authorization": f"Bearer {service.secrets['metrics']}"}
            assert httpx2.get(f"{url}{path}", headers=key).status_code == 200
