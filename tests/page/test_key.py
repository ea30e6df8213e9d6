"""The field for an API key: where it is asked for, kept and shown, and where it never stands."""

from __future__ import annotations

import datetime as dt
import json
import shlex
from collections.abc import Callable, Iterator
from typing import Any, get_args

import httpx2
import pytest
from playwright.sync_api import Request, expect
from tests.conftest import running
from tests.page.accessibility import serious_findings
from tests.page.browsers import Visit
from tests.page.quote_page import QuotePage, link
from tests.page.test_quotes import CHAT

from tokenquote.http.access.key_file import append_line, write_line
from tokenquote.http.access.keys import Key, hash_secret, make_secret
from tokenquote.settings import Settings
from tokenquote_client.endpoint import Scope

REFUSALS = (401, 403, 429)


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The address of a service with keys, and a key of each kind."""
    file = tmp_path_factory.mktemp("keys") / "keys"
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    every = frozenset(get_args(Scope))
    kinds: dict[str, dict[str, Any]] = {
        "good": {},
        "expired": {"expires": yesterday},
        "usage": {"scopes": frozenset({"usage"})},
        "few": {"requests_per_minute": 1},
        "lazy": {"work_seconds_per_day": 0.001},
    }
    found = {"wrong": make_secret()}
    for name, stated in kinds.items():
        found[name] = make_secret()
        key = Key(name, bytes.fromhex(hash_secret(found[name])), **{"scopes": every, **stated})
        append_line(file, write_line(key))
    with running(Settings(keys_file=file)) as url:
        yield {"url": url, **found}


@pytest.fixture(scope="module")
def page_url(secrets: dict[str, str]) -> str:
    """The service with keys, in place of the one that answers everybody."""
    return secrets["url"]


@pytest.fixture
def visit(visit: Visit) -> Visit:
    """A tab on that service, whose refusals are no fault; it may copy."""
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.expect_failures(*REFUSALS)
    return visit


def _state_key(visit: Visit, secret: str) -> None:
    visit.page.get_by_label("API key of this service").fill(secret)
    visit.page.keyboard.press("Enter")


def _open_with_key(visit: Visit, path: str, secret: str) -> None:
    """Open a page in a tab that keeps a key already."""
    visit.page.add_init_script(f"sessionStorage.setItem('tokenquote.key', {json.dumps(secret)})")
    visit.open(path)


def _api(secrets: dict[str, str]) -> httpx2.Client:
    """The same service without the page, with the key that is good."""
    return httpx2.Client(
        base_url=secrets["url"], headers={"authorization": f"Bearer {secrets['good']}"}, timeout=60
    )


def test_the_page_asks_for_a_key_and_quotes_with_it(visit: Visit, secrets: dict[str, str]) -> None:
    visit.open("/")
    page = visit.page
    field = page.get_by_label("API key of this service")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("type", "password")
    expect(field).to_have_attribute("autocomplete", "off")
    expect(page.locator("#key-said")).to_contain_text("answers only with a key")
    expect(page.locator(".see").get_by_role("alert")).to_contain_text("answers only with a key")
    expect(page.locator(".build .faults")).to_have_count(0)  # the plan has no fault
    assert serious_findings(page) == []
    _state_key(visit, f"  Bearer {secrets['good']}\n")
    with _api(secrets) as api:
        quotes = QuotePage(visit, api)
        quotes.settle()
        expect(page.locator("#key-panel")).to_be_hidden()
        expect(page.get_by_role("button", name="API key: accepted")).to_be_focused()
        quotes.check_figures()
    page.reload()  # the tab keeps it
    quotes.settle()
    expect(page.locator("#key-panel")).to_be_hidden()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("wrong", "The key is not known here"),
        ("expired", "The key of expired expired on "),
        ("usage", "The key of usage lacks the scope `quote`"),
    ],
)
@pytest.mark.parametrize("path", ["/", "/catalog"])
def test_a_key_that_is_refused_is_said_beside_the_field(
    visit: Visit, secrets: dict[str, str], path: str, name: str, says: str
) -> None:
    visit.open(path)
    page = visit.page
    _state_key(visit, secrets[name])
    field = page.get_by_label("API key of this service")
    expect(page.locator("#key-said")).to_contain_text(says)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_attribute("aria-describedby", "key-said key-hint")
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    expect(page.get_by_role("alert").filter(has_text=says)).to_be_visible()
    assert serious_findings(page) == []
    _state_key(visit, secrets["good"])
    expect(page.locator("#key-panel")).to_be_hidden()
    expect(page.locator("#bill" if path == "/" else ".catalog-table")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_what_no_key_can_be_is_not_sent(visit: Visit) -> None:
    visit.open("/catalog")
    asked: list[Request] = []
    visit.page.on("request", lambda request: asked.append(request))
    for text in ("", "two words", "钥匙", "Bearer "):
        _state_key(visit, text)
        expect(visit.page.locator("#key-said")).to_contain_text("without spaces")
    assert asked == []
    assert visit.page.evaluate("sessionStorage.length") == 0


def test_a_key_is_forgotten(visit: Visit, secrets: dict[str, str]) -> None:
    _page_with_good_key(visit, secrets)
    page = visit.page
    page.get_by_role("button", name="API key: accepted").click()
    expect(page.get_by_label("API key of this service")).to_be_focused()
    page.get_by_role("button", name="Forget the key").click()
    expect(page.locator("#key-said")).to_have_text("The key is forgotten.")
    expect(page.get_by_role("button", name="Forget the key")).to_be_hidden()
    assert page.evaluate("sessionStorage.getItem('tokenquote.key')") is None
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="API key: forgotten")).to_be_focused()
    page.reload()
    visit.wait_until_ready()
    expect(page.locator("#key-said")).to_contain_text("answers only with a key")


def _page_with_good_key(visit: Visit, secrets: dict[str, str]) -> None:
    visit.open("/catalog")
    _state_key(visit, secrets["good"])
    expect(visit.page.locator(".catalog-table")).to_be_visible()


def test_the_key_is_in_the_tab_alone(visit: Visit, secrets: dict[str, str]) -> None:
    """In no link, no text to copy, no storage but the tab's, and sent to the API alone."""
    secret, with_key = secrets["good"], list[str]()

    def hear(request: Request) -> None:
        if secret in request.headers.get("authorization", ""):
            with_key.append(request.url)

    visit.page.on("request", hear)
    with _api(secrets) as api:
        visit.open("/")
        _state_key(visit, secret)
        quotes = QuotePage(visit, api)
        quotes.settle()
        page, take = visit.page, quotes.section("take-away")
        texts = [page.url]
        for kind in ("JSON", "YAML", "curl", "Python", "Command line"):
            take.get_by_role("button", name=kind, exact=True).click()
            expect(take.get_by_role("region", name=kind, exact=True)).to_be_visible()
            page.wait_for_timeout(200)
            texts.append(take.get_by_role("region", name=kind, exact=True).inner_text())
        page.get_by_role("button", name="Copy link").click()
        expect(take.get_by_role("status")).to_have_text("Link copied.")
        texts.append(page.evaluate("navigator.clipboard.readText()"))
    words = shlex.split(texts[3].replace("\\\n", " "))
    assert "authorization: Bearer $TOKENQUOTE_API_KEY" in words
    assert "TOKENQUOTE_API_KEY" in texts[4]
    compile(texts[4], "ask.py", "exec")
    texts += page.evaluate(
        "[JSON.stringify(localStorage), document.cookie, document.documentElement.outerHTML]"
    )
    texts.append(json.dumps([visit.page.context.cookies(), page.evaluate("history.state")]))
    assert [text for text in texts if secret in text] == []
    assert page.evaluate("Object.values({...sessionStorage}).filter(text => text.includes('tq_'))") == [
        secret
    ]
    assert with_key
    assert all(url.startswith(f"{secrets['url']}/v1/") for url in with_key)
    other = page.context.new_page()  # another tab of the same browser has none
    other.goto(f"{secrets['url']}/catalog")
    expect(other.locator("#key-panel")).to_be_visible()


def test_the_docs_send_with_the_key_and_copy_without_it(visit: Visit, secrets: dict[str, str]) -> None:
    visit.open("/docs#createQuote")
    page = visit.page
    operation = page.locator("#createQuote")
    expect(page.locator("#key-button")).to_be_hidden()  # nothing was asked, nobody knows that one is needed
    operation.get_by_role("button", name="Send").click()
    expect(operation.locator(".answer-facts .badge")).to_have_text("401")
    _state_key(visit, secrets["good"])
    expect(page.locator("#key-said")).to_contain_text("sent with the next question")
    operation.get_by_role("button", name="Send").click()
    expect(operation.locator(".answer-facts .badge")).to_have_text("200")
    expect(page.get_by_role("button", name="API key: accepted")).to_be_visible()
    operation.get_by_role("button", name="Copy as curl").click()
    expect(operation.get_by_role("button", name="Copied")).to_be_visible()
    command = page.evaluate("navigator.clipboard.readText()")
    assert secrets["good"] not in command
    assert "authorization: Bearer $TOKENQUOTE_API_KEY" in shlex.split(command)


@pytest.mark.parametrize(
    ("path", "name", "says"),
    [("/catalog", "few", "may ask 1 times a minute"), ("/", "lazy", "seconds of work a day")],
)
def test_a_limit_says_when_to_ask_again(
    visit: Visit, secrets: dict[str, str], path: str, name: str, says: str
) -> None:
    """The catalog's first page takes the minute of its name, and a quote more than a day's work."""
    _open_with_key(visit, path, secrets[name])
    page = visit.page
    alert = page.locator("main").get_by_role("alert").first
    expect(alert).to_contain_text(says)
    expect(alert).to_contain_text("can be asked again at")
    page.get_by_role("button", name="API key: its limits are used").click()
    expect(page.locator("#key-said")).to_contain_text(says)
    expect(page.locator("#key-said")).to_contain_text("can be asked again at")
    assert serious_findings(page) == []


def test_a_plan_is_kept_while_a_key_expires(visit: Visit, secrets: dict[str, str]) -> None:
    """Nobody is taken away from the field that they are typing in, and the answer follows the new key."""
    with _api(secrets) as api:
        quotes = QuotePage(visit, api)
        _open_with_key(visit, f"/{link(CHAT)}", secrets["good"])
        quotes.settle()
        page = visit.page
        page.route(
            "**/v1/**",
            lambda route: route.continue_(headers=_with_key(route.request, f"Bearer {secrets['expired']}")),
        )
        with page.expect_response("**/v1/quotes"):
            quotes.field("/turns/0/user").fill("321")
        expect(page.locator("#key-said")).to_contain_text("The key of expired expired on")
        expect(quotes.field("/turns/0/user")).to_be_focused()
        expect(page.get_by_text("those of the last plan that was answered")).to_be_visible()
        page.unroute("**/v1/**")
        page.locator(".see").get_by_role("button", name="State a key").click()
        _state_key(visit, secrets["good"])
        quotes.settle()
        assert quotes.plan()["turns"][0]["user"] == 321
        quotes.check_figures()


def _with_key(request: Request, authorization: str) -> dict[str, str]:
    return {**request.headers, "authorization": authorization}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_small_chinese_screen_has_room_for_it(visit_as: Callable[..., Visit], theme: str) -> None:
    visit = visit_as(viewport={"width": 360, "height": 740}, locale="zh-CN", color_scheme=theme)
    visit.expect_failures(*REFUSALS)
    visit.open("/")
    expect(visit.page.get_by_label("本服务的 API 密钥")).to_be_focused()
    expect(visit.page.locator("#key-said")).to_contain_text("本服务需要密钥")
    width = visit.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width == 0
    assert serious_findings(visit.page) == []
