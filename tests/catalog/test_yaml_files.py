"""Files that are no catalog at all: traps of YAML, too long, not text. None of them runs or explodes."""

from __future__ import annotations

import pytest
import yaml
from pydantic import BaseModel

from tokenquote.catalog import CatalogError
from tokenquote.catalog.yaml_files import parse_yaml, validate_entry
from tokenquote.catalog.yaml_text import describe_yaml_problem, read_yaml

FOUR_MIB = 4 * 1024 * 1024
LAUGHS = "a: &a [x, x]\nb: &b [*a, *a]\n"


class Thing(BaseModel):
    """What the files of this test should hold."""

    name: str


def read_content(content: bytes, shown_as: str, kind: type[Thing]) -> Thing:
    return validate_entry(parse_yaml(content, shown_as), shown_as, kind)


def problems_of(content: str | bytes) -> tuple[str, ...]:
    with pytest.raises(CatalogError) as caught:
        read_content(content if isinstance(content, bytes) else content.encode(), "thing.yaml", Thing)
    return caught.value.problems


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(
            LAUGHS,
            "thing.yaml:1: YAML anchors (&name) and aliases (*name) are not used here",
            id="billion-laughs",
        ),
        pytest.param(
            "name: &word x\nother: *word\n",
            "thing.yaml:1: YAML anchors (&name) and aliases (*name) are not used here",
            id="one-alias",
        ),
        # What looks for the lines of faults would stumble over it.
        pytest.param(
            "a: &word 1\nb: &word 2\n",
            "thing.yaml:1: YAML anchors (&name) and aliases (*name) are not used here",
            id="one-anchor-twice",
        ),
        pytest.param(
            "a:\n  b: &word {}\n",
            "thing.yaml:2: YAML anchors (&name) and aliases (*name) are not used here",
            id="anchor-of-an-object",
        ),
        pytest.param(
            "a: &a [*a]\n",
            "thing.yaml:1: YAML anchors (&name) and aliases (*name) are not used here",
            id="endless-alias",
        ),
        pytest.param("a: " + "[" * 100_000, "thing.yaml:1: nested deeper than 50 levels", id="bottomless"),
        pytest.param(
            "name: x\nname: y\n", "thing.yaml:2: the key 'name' stands here twice", id="duplicate-key"
        ),
        pytest.param(
            "name: x\nmore: {b: 1,\n  b: 2}\n",
            "thing.yaml:3: the key 'b' stands here twice",
            id="duplicate-key-further-down",
        ),
        pytest.param(
            "name: !!python/object/apply:os.system [ls]\n",
            "thing.yaml:1: YAML tags (tag:yaml.org,2002:python/object/apply:os.system) are not used here",
            id="tag-that-would-run-code",
        ),
        pytest.param(
            "", "thing.yaml: the file: an object is expected: names, each with its value", id="empty"
        ),
        pytest.param(
            "- name: x\n",
            "thing.yaml: the file: an object is expected: names, each with its value",
            id="list",
        ),
        pytest.param(
            "name: x\nday: 2026-11-31\n",
            "thing.yaml:2: there is no such day; write one like 2026-01-31",
            id="31-november",
        ),
        pytest.param(
            "name: 1\n",
            "thing.yaml: name: a text is expected; put it in quotes if it looks like a number",
            id="wrong-type",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_told_by_line_and_reason(content: str, sentence: str) -> None:
    assert problems_of(content) == (sentence,)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("name: x\n\tother: y\n", id="tab"),
        pytest.param("name: x\n---\nname: y\n", id="two-documents"),
        pytest.param("name: x\n]\n", id="not-yaml"),
        pytest.param("name: x\n? [a, b]\n: c\n", id="list-as-a-key"),
        pytest.param("name: x\nother: *nowhere\n", id="alias-of-nothing"),
    ],
)
def test_what_the_parser_refuses_is_told_by_line(content: str) -> None:
    (problem,) = problems_of(content)
    assert problem.startswith("thing.yaml:2: ")


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        pytest.param("a:\n\tb: x\n", "indent with spaces, not with tabs", id="tab"),
        pytest.param("a: x: y\n", "put a text with a colon in quotes", id="two-colons"),
        pytest.param('a: {b: "x, c: y}\nd: z\n', "a quote", id="quote-not-closed"),
        pytest.param("a: {b: x\nc: y\n", "a quote, a comma or a bracket is missing", id="bracket-not-closed"),
        pytest.param("a:\n    b: x\n  c: y\n", "not indented as the lines above", id="indent"),
    ],
)
def test_slips_of_newcomers_are_told_with_a_remedy(loader: str, content: str, remedy: str) -> None:
    with pytest.raises(yaml.MarkedYAMLError) as caught:
        yaml.load(content, Loader=getattr(yaml, loader))  # noqa: S506
    assert remedy in describe_yaml_problem(str(caught.value.problem))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"name: \xff\xfe\n", id="not-utf-8"),
        pytest.param(b"name: caf\xe9\n", id="latin-1"),
        pytest.param(b"name: \x00\n", id="control-character"),
        pytest.param(b"name: 2026-11-31\n", id="day-that-no-month-has"),
        pytest.param(b"name: " + b"9" * 5000 + b"\n", id="number-longer-than-python-reads"),
    ],
)
def test_what_yaml_cannot_hold_is_refused_in_one_sentence(content: bytes) -> None:
    (problem,) = problems_of(content)
    assert problem.startswith("thing.yaml")
    assert "\n" not in problem


def test_a_file_above_four_mib_is_refused_unread() -> None:
    content = b"name: x\n#".ljust(FOUR_MIB + 1, b"#")
    sentence = "thing.yaml: 4194305 bytes are more than the 4194304 that a file may have"
    assert problems_of(content) == (sentence,)


def test_a_file_of_four_mib_is_read() -> None:
    content = b"name: x\n#".ljust(FOUR_MIB, b"#")
    assert read_content(content, "thing.yaml", Thing) == Thing(name="x")


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    assert read_content(b"\xef\xbb\xbfname: x\n", "thing.yaml", Thing) == Thing(name="x")


AS_A_TEXT = "as a plain number like 400 or 0.5, or in quotes if it is a text"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("yes", 'write true or false, or put the word in quotes: "yes"'),
        ("No", 'write true or false, or put the word in quotes: "No"'),
        ("on", 'write true or false, or put the word in quotes: "on"'),
        ("TRUE", 'write true or false, or put the word in quotes: "TRUE"'),
        ("0400", f"write 0400 {AS_A_TEXT}"),
        ("0x1F", f"write 0x1F {AS_A_TEXT}"),
        ("0b101", f"write 0b101 {AS_A_TEXT}"),
        ("400_000", f"write 400_000 {AS_A_TEXT}"),
        ("9:30", f"write 9:30 {AS_A_TEXT}"),
        (".5", f"write .5 {AS_A_TEXT}"),
        (".inf", f"write .inf {AS_A_TEXT}"),
        (".nan", f"write .nan {AS_A_TEXT}"),
        ("1e999", "this number is too large"),
        ("9" * 5000, "this number has too many digits"),
        ("!!str 5", "YAML tags (tag:yaml.org,2002:str) are not used here"),
        ("2026-13-01", "there is no such day; write one like 2026-01-31"),
        ("2026-1-5", "there is no such day; write one like 2026-01-31"),
        ("2026-01-31T25:00:00Z", "there is no such day; write one like 2026-01-31"),
    ],
)
def test_what_two_readers_of_yaml_would_read_differently_is_refused(written: str, reason: str) -> None:
    assert problems_of(f"a: 1\nname: {written}\n") == (f"thing.yaml:2: {reason}",)


@pytest.mark.parametrize("key", ["1", "no", "null", "2026-01-01", "0.5", "[a]", "{a: b}", "<<"])
def test_a_key_that_is_no_text_is_refused(key: str) -> None:
    (problem,) = problems_of(f"name: x\nmore:\n  {key}: y\n")
    assert problem.startswith("thing.yaml:3: ")


@pytest.mark.parametrize(
    "text",
    [
        "a: 5\nb: -3\nc: +4\nd: 0.5\ne: 1.5e+3\nf: true\ng: false\nh: null\ni: ~\nj:\n",
        "a: [x, y y, 'z''s', \"\\u00e9\"]\nb: {c: d, e: []}\nc: |\n  two\n  lines\nd: >-\n  one\n  line\n",
        "a: 2026-01-31\nb: 2026-01-31T10:00:00Z\nc: 2026-01-31T10:00:00+02:00\nd: 2026-01-31 10:00:00\n",
        "a: gpt-5.4\nb: 5m\nc: 1.2.3\nd: -x\ne: https://example.com/a:b\nf: '010'\ng: \"yes\"\nh: 1 000\n",
        "# nothing\n",
        "plain words\n",
    ],
)
def test_what_is_plain_is_read_as_pyyaml_reads_it(text: str) -> None:
    assert read_yaml(text.encode()) == yaml.safe_load(text)
