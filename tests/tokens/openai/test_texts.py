"""The tokens of the texts that the sums of these tests rest on, by both vocabularies."""

from __future__ import annotations

import pytest

from tokenquote.tokens import Vocabularies

TOOLS = "# Tools\n\n## functions\n\nnamespace functions {\n\n"
END = "\n\n} // namespace functions"
FORMATS = "# Response Formats\n\n## answer\n\n"
DEGREES = '{"type":"object","properties":{"degrees":{"type":"number"}}}'
USES = (
    '{"tool_uses":[{"recipient_name":"functions.f","parameters":{"x":1}},'
    '{"recipient_name":"functions.g","parameters":{}}]}'
)


@pytest.mark.parametrize(
    ("text", "o200k", "cl100k"),
    [
        ("Hello world", 2, 2),
        ("You are helpful", 3, 3),
        ("You are helpful.", 4, 4),
        ("bob", 1, 1),
        ("answer", 1, 1),
        ("functions.f", 2, 2),
        ("functions.g", 2, 2),
        ("functions.time.now", 3, 3),
        ('{"x":1}', 5, 5),
        ("not json", 2, 2),
        ("42", 1, 1),
        ('["42", "43"]', 6, 6),
        (USES, 30, 29),
        (f"{TOOLS}type f = () => any;{END}", 20, 20),
        (f"{TOOLS}type f = (_: any) => any;{END}", 23, 23),
        (f"{TOOLS}// Do it\ntype f = () => any;{END}", 23, 24),
        (f"{TOOLS}// Do it\ntype f = (_: {{ x: number }}) => any;{END}", 29, 30),
        (f"{TOOLS}// Do it\ntype f = (_: {{\nx: number,\n}}) => any;{END}", 30, 31),
        (f"{TOOLS}// Run it\n// start: WORD\n// WORD: /[a-z]+/\ntype run = (_: any) => any;{END}", 40, 40),
        (FORMATS + DEGREES, 21, 21),
        (f"{FORMATS}// The weather\n{DEGREES}", 25, 25),
        (FORMATS + '{"enum":["\\u00e9"]}', 17, 16),
        (FORMATS + '{"enum":["é"]}', 13, 12),
    ],
)
def test_texts(vocabularies: Vocabularies, text: str, o200k: int, cl100k: int) -> None:
    assert vocabularies.count("o200k_base", text) == o200k
    assert vocabularies.count("cl100k_base", text) == cl100k


@pytest.mark.parametrize(("before", "more"), [("You are helpful.", 0), ("You are helpful", 1)])
@pytest.mark.parametrize("block", [f"{TOOLS}type f = () => any;{END}", FORMATS + DEGREES])
def test_a_full_stop_and_the_blank_line_behind_it_are_one_token(
    vocabularies: Vocabularies, before: str, more: int, block: str
) -> None:
    together, alone, text = (
        vocabularies.count("o200k_base", text) for text in (f"{before}\n\n{block}", block, before)
    )
    assert together - text == alone + more
