"""A headless Chromium, and pages in it of which every complaint is kept.

The browser is the system's own: Playwright brings the protocol and none of its browsers is downloaded.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Request, Response, sync_playwright

__all__ = ["Visit", "chromium", "chromium_path", "new_tab", "remembering", "visiting"]

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium_path() -> str | None:
    """Return the path of the browser that the system has; None: it has none."""
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


@contextmanager
def chromium(path: str) -> Iterator[Browser]:
    """Run a browser until the end of the block.

    While it runs the thread has a running event loop, in which `asyncio.run` fails.
    """
    with sync_playwright() as playwright:
        # Its sandbox needs rights that a container's root does not have. One process draws all tabs of a
        # reader on a site, and does not read and compile the same files again for each.
        arguments = ["--no-sandbox", "--process-per-site"]
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visit:
    """One reader in one tab, and all that went wrong there."""

    page: Page
    base_url: str
    faults: list[str] = field(default_factory=list)
    """Console messages, errors that nothing caught, requests to outside and unexpected answers."""
    transferred: int = 0
    """The bytes that came over the network, heads and compressed bodies."""
    expected: tuple[int, ...] = ()
    """The statuses of failure that a test brings about; the browser's own message of each is no fault."""

    @classmethod
    def of(cls, page: Page, base_url: str) -> Visit:
        """Watch a tab that has not been anywhere yet."""
        visit = cls(page, base_url)
        visit._watch()
        return visit

    def open(self, path: str) -> None:
        """Go to a page and wait until it says that it is ready."""
        self.page.goto(self.base_url + path)
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until the page says that it shows what it has to."""
        self.page.locator("html[data-ready]").wait_for(state="attached")

    def expect_failures(self, *statuses: int) -> None:
        """Say which answers are no fault in this test; 0 is no answer at all."""
        self.expected = statuses

    def _watch(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.faults.append(f"uncaught: {error}"))
        self.page.on("request", self._check_request)
        self.page.on("response", self._check_response)
        session = self.page.context.new_cdp_session(self.page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", self._add_transferred)

    def _hear(self, message: Any) -> None:
        if self.expected and message.text.startswith("Failed to load resource"):
            return
        self.faults.append(f"console {message.type}: {message.text}")

    def _check_request(self, request: Request) -> None:
        if not request.url.startswith((self.base_url, "blob:")):
            self.faults.append(f"asked outside: {request.url}")

    def _check_response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.faults.append(f"{response.status} {response.request.method} {response.url}")

    def _add_transferred(self, event: dict[str, Any]) -> None:
        self.transferred += int(event["encodedDataLength"])


@contextmanager
def visiting(browser: Browser, base_url: str, **options: Any) -> Iterator[Visit]:
    """Open a tab of a reader who has never been here; options are those of a browser context."""
    with _reader(browser, **options) as reader:
        yield Visit.of(reader.new_page(), base_url)


@contextmanager
def remembering(browser: Browser, base_url: str) -> Iterator[BrowserContext]:
    """A reader whose browser keeps what it fetched from the service; `new_tab` makes it forget all else."""
    with _reader(browser) as reader:
        reader.new_page().goto(
            f"{base_url}/livez"
        )  # the process that draws the site's tabs lives with this one
        yield reader


@contextmanager
def new_tab(reader: BrowserContext, base_url: str) -> Iterator[Visit]:
    """Open a tab of a reader whose browser knows the files of the service, and nothing that a tab left."""
    reader.clear_cookies()
    reader.clear_permissions()
    page = reader.new_page()
    try:
        session = reader.new_cdp_session(page)
        session.send("Storage.clearDataForOrigin", {"origin": base_url, "storageTypes": "local_storage"})
        yield Visit.of(page, base_url)
    finally:
        page.close()


@contextmanager
def _reader(browser: Browser, **options: Any) -> Iterator[BrowserContext]:
    reader = browser.new_context(
        **{
            "viewport": {"width": 1280, "height": 900},
            "locale": "en-US",
            "reduced_motion": "reduce",
            **options,
        }
    )
    reader.set_default_timeout(15_000)
    try:
        yield reader
    finally:
        reader.close()
