"""Images of every page at three widths, light and dark: `python -m tests.page.screenshots FOLDER`.

With `--readme` in place of a folder: those of the README.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import httpx2
from playwright.sync_api import Browser
from tests.conftest import running
from tests.page.browsers import chromium, chromium_path, visiting
from tests.page.quote_page import QuotePage, link
from tests.page.test_quotes import AGENT

from tokenquote.settings import Settings

_SCROLL = "element => scrollTo(0, element.getBoundingClientRect().top + scrollY - 116)"
IMAGES = Path(__file__).parents[2] / "docs" / "images"
LONG_CHAT: dict[str, Any] = {
    "model": "openai/gpt-5.4-mini",
    "system": 600,
    "tools": 2_400,
    "turns": [
        {
            "user": {"p50": 900, "p90": 4_000},
            "tool_rounds": [
                {"calls": [{"call": 60, "result": {"p50": 1_800, "p90": 6_000}}], "reasoning": 0}
            ],
            "assistant": 700,
            "reasoning": 0,
            "repeat": 80,
        }
    ],
}
RIVALS = ["anthropic/claude-haiku-4-5", "google/gemini-3.6-flash", "deepseek/deepseek-v4-pro"]


@dataclass(frozen=True)
class Scene:
    """What an image shows."""

    name: str
    path: str
    width: int
    theme: Literal["light", "dark"]
    locale: str = "en-US"
    scroll_to: str = ""
    """The element that stands at the top of the image; empty: the page's beginning."""

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.name}-{self.width}-{self.theme}.png"


PLANS = {
    "quote": ("/" + link(AGENT, {"rivals": RIVALS}), ""),
    "quote-growth": ("/" + link(LONG_CHAT, {"rivals": RIVALS}), "#snowball"),
    "quote-models": ("/" + link(LONG_CHAT, {"rivals": RIVALS}), "#models"),
    "quote-what-if": ("/" + link(AGENT), "#what-if"),
    "quote-gpus": ("/" + link(AGENT), "#gpus"),
}
PATHS = {
    "catalog": "/catalog",
    "catalog-model": "/catalog#q=claude-haiku&open=anthropic/claude-haiku-4-5",
    "catalog-retirements": "/catalog#view=retirements",
    "accuracy": "/accuracy",
    "docs": "/docs",
    "docs-operation": "/docs#createQuote",
}
README = (
    Scene("page", PLANS["quote-growth"][0], 1440, "light"),
    Scene("page-models", PLANS["quote-models"][0], 1440, "dark", scroll_to="#models"),
    Scene("page-phone", PLANS["quote-what-if"][0], 360, "light", scroll_to="#what-if"),
)


def scenes() -> Iterator[Scene]:
    """Every page at every width in both themes, and one in Chinese."""
    for width in (360, 800, 1440):
        for theme in ("light", "dark"):
            for name, (path, place) in PLANS.items():
                yield Scene(name, path, width, theme, scroll_to=place)
            for name, path in PATHS.items():
                yield Scene(name, path, width, theme)
    yield Scene("quote-chinese", PLANS["quote"][0], 1440, "light", "zh-CN")


def take(browser: Browser, api: httpx2.Client, scene: Scene, folder: Path) -> None:
    """Take one image."""
    size = {"width": scene.width, "height": 780 if scene.width < 500 else 900}
    options = {"viewport": size, "color_scheme": scene.theme, "locale": scene.locale}
    with visiting(browser, str(api.base_url).rstrip("/"), **options) as visit:
        visit.open(scene.path)
        if scene.path.startswith("/#"):
            QuotePage(visit, api).settle()
        if scene.scroll_to:
            visit.page.locator(scene.scroll_to).evaluate(_SCROLL)
        visit.page.wait_for_timeout(300)
        visit.page.screenshot(path=folder / scene.file)
        for fault in visit.faults:
            print(f"{scene.file}: {fault}", file=sys.stderr)


def main(folder: Path, wanted: list[Scene]) -> None:
    """Take images into a folder."""
    path = chromium_path()
    if path is None:
        sys.exit("no Chromium here; `make test-tools` installs Debian's")
    folder.mkdir(parents=True, exist_ok=True)
    with (
        running(Settings()) as url,
        httpx2.Client(base_url=url, timeout=120) as api,
        chromium(path) as browser,
    ):
        for scene in wanted:
            take(browser, api, scene, folder)


if __name__ == "__main__":
    if sys.argv[1:] == ["--readme"]:
        main(IMAGES, list(README))
    else:
        main(Path(sys.argv[1]), list(scenes()))
