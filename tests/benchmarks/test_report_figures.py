"""The page /accuracy shows what docs/accuracy.md says."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.report_figures import read_report

ROOT = Path(__file__).parents[2]
FIGURES = ROOT / "service" / "tokenquote" / "http" / "page" / "accuracy" / "figures.json"

REPORT = """# Accuracy

Two lines of
one paragraph.

## Single requests

| set | n | exact |
|---|---:|:---|
| first | 12 | 50.0% |
| second | 3 |  |

- one
- two
"""


def test_a_report_is_read_into_sections_of_texts_lists_and_tables() -> None:
    assert read_report(REPORT) == [
        {"title": "Accuracy", "level": 1, "blocks": [{"text": "Two lines of one paragraph."}]},
        {
            "title": "Single requests",
            "level": 2,
            "blocks": [
                {
                    "columns": ["set", "n", "exact"],
                    "numeric": [False, True, False],
                    "rows": [["first", "12", "50.0%"], ["second", "3", ""]],
                },
                {"items": ["one", "two"]},
            ],
        },
    ]


def test_the_page_is_of_the_report_as_it_stands() -> None:
    report = (ROOT / "docs" / "accuracy.md").read_text(encoding="utf-8")
    assert json.loads(FIGURES.read_text(encoding="utf-8")) == read_report(report), "run `make figures`"
