"""What is published and what is written reads as plain English, and names say what they return."""

from __future__ import annotations

import ast

import pytest
from tests.architecture.plain_english import (
    QUOTED,
    ROOT,
    RULES,
    Fault,
    aliases,
    bad_words,
    fields,
    why_not_plain,
)


@pytest.mark.parametrize("rule", RULES)
def test_plain(rule: str) -> None:
    faults: list[Fault] = sorted(RULES[rule]())
    assert [str(fault) for fault in faults] == []


def test_every_field_is_looked_at() -> None:
    names = [place for place, _ in fields()]
    assert len(names) > 300
    assert "Turn.user" in names
    assert "TokensBreakdown.schema" in names


def test_type_aliases_are_found_among_constants() -> None:
    text = "A = 1\nMAX_SIZE = 2\nRole = Literal['a']\n_Rows: TypeAlias = list[int]\nT_co = TypeVar('T_co')\n"
    assert [name for _, name in aliases(ast.parse(text))] == ["Role", "_Rows"]


def test_every_quoted_text_still_stands() -> None:
    folders = [("service", "*.py"), ("clients", "*.py"), ("models_catalog", "*.yaml")]
    files = [path for folder, pattern in folders for path in (ROOT / folder).rglob(pattern)]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    assert [quoted for quoted in QUOTED if quoted not in text] == []


@pytest.mark.parametrize(
    "text",
    [
        "The number of GPUs used.",
        "Return `a`, rounded up (RFC 9110).",
        "What a call may raise:\n\n    ClientError  everything below",
    ],
)
def test_a_sentence_is_plain(text: str) -> None:
    assert why_not_plain(text) is None


@pytest.mark.parametrize(
    "text",
    ["", "How many.", "The number of GPUs used", "Of all of them.", "That are used here.", "A list follows:"],
)
def test_a_fragment_is_not_plain(text: str) -> None:
    assert why_not_plain(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "a picture",
        "PictureTokens",
        "n_clips",
        "SOUND_TRACK",
        "# so\n    # many",
        '"so "\n    f"many"',
        "Likewise.",
    ],
)
def test_a_forbidden_word_is_found(text: str) -> None:
    assert [what for _, what in bad_words(text)]


@pytest.mark.parametrize("text", ["pixtral", "soundfile", "eclipse", "so much"])
def test_other_words_are_let_pass(text: str) -> None:
    assert [*bad_words(text)] == []
