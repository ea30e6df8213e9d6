"""The page `/` as a reader uses it, and what the API says of the same plan."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, cast

import httpx2
from playwright.sync_api import Locator, expect
from tests.page.browsers import Visit

__all__ = ["QuotePage", "dollars", "link"]

_SETTLE_MS = 60_000
_LOOK_MS = 50
"""How often it is asked whether all answers are there; to ask at each frame would itself be work."""
_IS_SETTLED = """() => !document.documentElement.dataset.asking
  && document.querySelector('.headline') && !document.querySelector('[aria-busy="true"]')"""


def link(plan: Mapping[str, Any], view: Mapping[str, Any] | None = None) -> str:
    """Write a plan as the fragment of a link: deflated JSON in base64url after the version."""
    packer = zlib.compressobj(wbits=-15)
    text = json.dumps({"plan": plan, "view": view or {}, "kept": {}}).encode()
    packed = base64.urlsafe_b64encode(packer.compress(text) + packer.flush()).decode().rstrip("=")
    return f"#1.{packed}"


def dollars(amount: str | None) -> str:
    """An amount as the page shows it: to the cent from a dollar on, below it to three significant digits."""
    value = Decimal(cast(str, amount))
    places = 2 if value >= 1 or value == 0 else max(2, min(12, 2 - value.adjusted()))
    return f"${value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,f}"


class QuotePage:
    """The page in a tab.

    Args:
        visit: the tab.
        api: asks the same service directly.
    """

    def __init__(self, visit: Visit, api: httpx2.Client) -> None:
        self.visit, self.page, self._api = visit, visit.page, api

    def open(self, plan: Mapping[str, Any] | None = None, view: Mapping[str, Any] | None = None) -> None:
        """Go to the page, by a link if a plan is given, and wait until every answer is there."""
        self.visit.open("/" if plan is None else f"/{link(plan, view)}")
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is asked any more."""
        self.page.wait_for_function(_IS_SETTLED, timeout=_SETTLE_MS, polling=_LOOK_MS)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Do what makes the page ask for a quote, and wait for all that follows from it."""
        with self.page.expect_response("**/v1/quotes", timeout=30_000):
            yield
        self.settle()

    def field(self, pointer: str) -> Locator:
        """The control of a place of the plan."""
        return self.page.locator(f'[id="at{pointer}"]')

    def section(self, name: str) -> Locator:
        """A card of the answer, such as `bill`."""
        return self.page.locator(f"#{name}")

    def plan(self) -> dict[str, Any]:
        """The plan as the page gives it away."""
        take = self.section("take-away")
        take.get_by_role("button", name="JSON", exact=True).click()
        self.page.wait_for_timeout(100)  # the form is written a moment later
        text = take.get_by_role("region", name="JSON", exact=True).inner_text()
        return cast(dict[str, Any], json.loads(text))

    def quote(self) -> dict[str, Any]:
        """What the API answers to that plan."""
        return self.ask("/v1/quotes", self.plan())

    def ask(self, path: str, question: Mapping[str, Any]) -> dict[str, Any]:
        """Ask the API directly."""
        answer = self._api.post(path, json=question)
        assert answer.status_code == 200, answer.text
        return cast(dict[str, Any], answer.json())

    def figures(self) -> dict[str, str]:
        """The figures at the top, by their labels; `Cost` is the large one."""
        names = self.page.locator(".headline .figures dt").all_inner_texts()
        values = self.page.locator(".headline .figures dd .told").all_inner_texts()
        return {
            "Cost": self.page.locator(".headline .figure").inner_text(),
            **dict(zip(names, values, strict=True)),
        }

    def note(self, number: Locator) -> dict[str, str]:
        """What a number says of itself when it has the focus."""
        self.page.mouse.move(0, 0)  # what lies under the pointer would show its own note
        number.scroll_into_view_if_needed()
        number.focus()
        note = self.page.locator("#note")
        expect(note).to_be_visible()
        expect(number).to_have_attribute("aria-describedby", "note")
        rows = note.evaluate("note => [...note.querySelectorAll('dl > div')].map(row => row.innerText)")
        return dict(row.split("\n", 1) for row in rows)

    def check_figures(self) -> dict[str, Any]:
        """Compare the figures at the top with the API's, to the token and to the last digit of the cost."""
        quote, shown = self.quote(), self.figures()
        totals = quote["totals"]
        assert self.note(self.page.locator(".headline .figure"))["Exactly"] == f"${totals['cost']}"
        assert shown["Cost"] == dollars(totals["cost"])
        assert shown["Input tokens"] == f"{totals['input_tokens']:,}"
        assert shown["Output tokens"] == f"{totals['output_tokens']:,}"
        assert shown["Requests"] == f"{totals['requests']:,}"
        return quote
