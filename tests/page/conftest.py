"""A real browser and a real service; a test fails with whatever the page complained of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from tests.page.browsers import Visit, chromium, chromium_path, new_tab, remembering, visiting

expect.set_options(timeout=15_000)  # a machine that is busy with other tests
PAGE = Path(__file__).parents[2] / "service" / "tokenquote" / "http" / "page"


@pytest.fixture(scope="session")
def page_url(roomy_http: httpx2.Client) -> str:
    """A service with the settings that it has by default."""
    return str(roomy_http.base_url).rstrip("/")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the tests of a file; not of the session, as it has an event loop in our thread."""
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium here; `make test-tools` installs Debian's")
    with chromium(path) as found:
        yield found


@pytest.fixture(scope="module")
def reader(browser: Browser, page_url: str) -> Iterator[BrowserContext]:
    """A reader whose browser keeps the files of the service while the tests of a file go on."""
    with remembering(browser, page_url) as found:
        yield found


@pytest.fixture
def visit_as(browser: Browser, page_url: str) -> Iterator[Callable[..., Visit]]:
    """Open a tab of somebody who has never been here, with options such as `color_scheme` or `locale`."""
    with ExitStack() as tabs:
        opened: list[Visit] = []

        def enter(**options: Any) -> Visit:
            opened.append(tabs.enter_context(visiting(browser, page_url, **options)))
            return opened[-1]

        yield enter
        faults = [fault for visit in opened for fault in visit.faults]
        assert faults == []


@pytest.fixture
def visit(reader: BrowserContext, page_url: str) -> Iterator[Visit]:
    """A tab of a reader who has the page's files already and has stated nothing."""
    with new_tab(reader, page_url) as found:
        yield found
        assert found.faults == []
