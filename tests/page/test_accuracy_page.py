"""/accuracy: the tables of docs/accuracy.md, and charts of them."""

from __future__ import annotations

from pathlib import Path

from benchmarks.report_figures import read_report
from playwright.sync_api import expect
from tests.page.browsers import Visit

REPORT = (Path(__file__).parents[2] / "docs" / "accuracy.md").read_text(encoding="utf-8")
SECTIONS = read_report(REPORT)


def test_every_section_and_table_is_there(visit: Visit) -> None:
    visit.open("/accuracy")
    headings = visit.page.locator(".report-section h2, .report-section h3").all_inner_texts()
    assert headings == [section["title"] for section in SECTIONS[1:]]
    tables = [block for section in SECTIONS for block in section["blocks"] if block.get("rows")]
    assert visit.page.locator(".report-table").count() == len(tables)


def test_a_long_table_unfolds_to_every_row_of_the_report(visit: Visit) -> None:
    visit.open("/accuracy")
    section = next(section for section in SECTIONS if section["title"] == "By api and feature")
    rows = next(block["rows"] for block in section["blocks"] if "rows" in block)
    shown = visit.page.locator("section", has=visit.page.get_by_role("heading", name=section["title"]))
    table = shown.locator(".report-table").first
    assert table.locator("tbody tr").count() == 12
    shown.get_by_role("button", name=f"Show all {len(rows)} rows").click()
    expect(table.locator("tbody tr")).to_have_count(len(rows))
    texts = table.locator("tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(c => c.innerText))"
    )
    assert texts == [[cell.replace("`", "") for cell in row] for row in rows]


def test_bars_are_as_long_as_their_figures(visit: Visit) -> None:
    visit.open("/accuracy")
    charts = visit.page.locator(".bars")
    assert charts.count() == 3
    lengths = (
        charts.nth(1)
        .locator(".bar")
        .evaluate_all("bars => bars.map(bar => 100 * bar.offsetWidth / bar.parentElement.offsetWidth)")
    )
    values = (
        charts.nth(1)
        .locator(".bar-value")
        .evaluate_all("values => values.map(value => parseFloat(value.lastChild.textContent))")
    )
    assert len(values) == 27
    assert all(abs(length - value) < 0.5 for length, value in zip(lengths, values, strict=True))


def test_a_section_has_a_link_of_its_own(visit: Visit) -> None:
    visit.open("/accuracy")
    visit.page.get_by_role("navigation", name="Sections").get_by_role("link", name="Memory").click()
    expect(visit.page.get_by_role("heading", name="Memory", exact=True)).to_be_in_viewport()


def test_figures_that_do_not_load_are_said(visit: Visit) -> None:
    visit.expect_failures(500)
    visit.page.route("**/figures.json", lambda route: route.fulfill(status=500))
    visit.open("/accuracy")
    assert "could not be loaded" in visit.page.get_by_role("alert").inner_text()
