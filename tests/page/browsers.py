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

__all__ = ["Visit", "chromium", "chromium_path", "visiting"]

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
        # Its sandbox needs rights that a container's root does not have.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
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
    context: BrowserContext = browser.new_context(
        **{
            "viewport": {"width": 1280, "height": 900},
            "locale": "en-US",
            "reduced_motion": "reduce",
            **options,
        }
    )
    context.set_default_timeout(15_000)
    try:
        visit = Visit(context.new_page(), base_url)
        visit._watch()
        yield visit
    finally:
        context.close()
