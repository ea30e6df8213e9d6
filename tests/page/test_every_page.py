"""What holds of every page: no complaint, nothing from outside, for every reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from tests.page.accessibility import serious_findings
from tests.page.browsers import Visit

PAGES = ("/", "/catalog", "/accuracy", "/docs")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(visit: Visit, path: str, theme: Literal["light", "dark"]) -> None:
    visit.page.emulate_media(color_scheme=theme)
    visit.open(path)
    assert serious_findings(visit.page) == []


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_wider_than_a_small_screen(visit: Visit, path: str) -> None:
    visit.page.set_viewport_size({"width": 360, "height": 740})
    visit.open(path)
    overhang = visit.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overhang == 0


@pytest.mark.parametrize("path", PAGES)
def test_a_chinese_browser_reads_chinese(visit_as: Callable[..., Visit], path: str) -> None:
    visit = visit_as(locale="zh-CN")
    visit.open(path)
    assert visit.page.locator("html").get_attribute("lang") == "zh-CN"
    assert visit.page.locator(".site-nav").inner_text().split() == ["报价", "模型目录", "准确度", "API"]


def test_the_language_and_the_colours_are_chosen_and_kept(visit: Visit) -> None:
    visit.open("/")
    page = visit.page
    page.get_by_label("Language").select_option("zh")
    page.get_by_role("link", name="模型目录").wait_for()
    page.locator("#theme").click()
    page.locator("#theme").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    visit.open("/catalog")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.locator("html").get_attribute("lang") == "zh-CN"


def test_the_first_thing_that_the_keyboard_reaches_skips_to_the_content(visit: Visit) -> None:
    visit.open("/")
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.textContent") == "Skip to the content"
    visit.page.keyboard.press("Enter")
    assert visit.page.evaluate("location.hash") == "#main"
