"""NFC and NFD beside Python's own, beside the definition, and with what makes Python's own take hours."""

from __future__ import annotations

import itertools
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokenquote.tokens.vocabularies import canonical_forms
from tokenquote.tokens.vocabularies.canonical_forms import canonical_class, compose, decompose

MARKS = "\u0301\u0323\u0327\u0344\u0345\u0308\u0f71\u0f72\u0f73\u0f75\u0f81\u094d\u3099\u302e"
LETTERS = "aeÅéệ\u1e9bqक\u09c7\u09be가\u1100\u1161\u11a8Ω\u212b\ufb1d\u2adc\U0001d15e"
LATER_MARKS = "\u0897\u1adb\u1add\u1aeb\U00010efd\U0001e08f\U0001e4ec"
LATER_PARTS = (
    "\U000105d2\U00011382\U000113c9\U000113c2\U000113b8\U0001611e\U00016129\U0001611f\U00016d63\U00016d67"
)
OLD_TEXTS = st.lists(st.sampled_from(MARKS + LETTERS) | st.characters(), max_size=40).map("".join)
LATER_TEXTS = st.text(MARKS + LETTERS + LATER_MARKS + LATER_PARTS + "\u0307", max_size=40)


def _is_later(character: str) -> bool:
    """Whether Unicode 15 or a later version added the character, so that Pythons differ on it."""
    return character in LATER_MARKS + LATER_PARTS or unicodedata.category(character) == "Cn"


@given(text=OLD_TEXTS)
def test_forms_of_characters_that_every_python_knows_are_pythons_own(text: str) -> None:
    text = "".join(character for character in text if not _is_later(character))
    assert compose(text) == unicodedata.normalize("NFC", text)
    assert decompose(text) == unicodedata.normalize("NFD", text)


@given(text=st.lists(st.text(MARKS, min_size=28, max_size=70), max_size=4).map("eक".join))
@settings(max_examples=50)
def test_long_runs_of_marks_are_sorted_as_python_sorts_them(text: str) -> None:
    assert compose(text) == unicodedata.normalize("NFC", text)
    assert decompose(text) == unicodedata.normalize("NFD", text)


@given(text=LATER_TEXTS)
def test_what_later_versions_of_unicode_added_is_put_in_order_as_marks_are(text: str) -> None:
    """The properties that define a form: nothing is out of order, parts stay, forms are stable."""
    apart, whole = decompose(text), compose(text)
    classes = [canonical_class(character) for character in apart]
    assert not any(first > second > 0 for first, second in itertools.pairwise(classes))
    assert decompose(whole) == apart
    assert compose(whole) == whole == compose(apart)
    assert len(whole) <= len(apart)


@pytest.mark.skipif(unicodedata.unidata_version < "17", reason="this Python knows an older Unicode")
@given(text=LATER_TEXTS)
def test_later_characters_are_put_in_order_as_a_later_python_does(text: str) -> None:
    assert compose(text) == unicodedata.normalize("NFC", text)
    assert decompose(text) == unicodedata.normalize("NFD", text)


@pytest.mark.parametrize(
    ("text", "composed"),
    [
        ("a\u0897\u0323", "\u1ea1\u0897"),
        ("a\u1add\u0323\u0301", "\u00e1\u1add\u0323"),
        ("\U0001e4ec\u0301", "\u0301\U0001e4ec"),
        ("\U000105d2\u0323\u0307", "\U000105c9\u0323"),
        ("\U0001611e\U0001611e\U0001611f", "\U00016126"),
        ("\U000113c2\U000113c2\U000113c9", "\U000113c5\U000113c9"),
        ("\U00016d63\U00016d67\U00016d67", "\U00016d6a"),
        ("x\U00016d67\U00016d67e\u0301", "x\U00016d68\u00e9"),
    ],
)
def test_known_sequences_of_later_characters(text: str, composed: str) -> None:
    assert compose(text) == composed


@pytest.mark.parametrize("unit", ["\u0301\u0323", "\u0f73", "\u0f81\u0f71", "\u0344\u0327", "\u0897\u0323"])
def test_long_runs_of_marks_take_no_quadratic_time(unit: str) -> None:
    """For a million of them, Python alone takes an hour."""
    text = f"e{unit * (200_000 // len(unit))}"
    apart = decompose(text)
    assert sorted(apart[1:], key=canonical_class) == list(apart[1:])
    assert decompose(compose(text)) == apart


def test_each_later_character_is_looked_for() -> None:
    assert [
        one for one in canonical_forms._LATER_CHARACTERS if not canonical_forms._NEAR_LATER.match(one)
    ] == []
