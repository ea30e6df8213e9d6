"""Files that are no catalog at all: traps of YAML, too long, not text. None of them runs or explodes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from tokenquote.catalog import CatalogError
from tokenquote.catalog.yaml_files import describe_yaml_problem, read_entry

FOUR_MIB = 4 * 1024 * 1024
LAUGHS = "a: &a [x, x]\nb: &b [*a, *a]\n"


class Thing(BaseModel):
    """What the files of this test should hold."""

    name: str


def problems_of(directory: Path, content: str | bytes) -> tuple[str, ...]:
    path = directory / "thing.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(CatalogError) as caught:
        read_entry(path, "thing.yaml", Thing)
    return caught.value.problems


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(LAUGHS, "thing.yaml:2: YAML aliases (*name) are not used here", id="billion-laughs"),
        pytest.param(
            "name: &word x\nother: *word\n",
            "thing.yaml:2: YAML aliases (*name) are not used here",
            id="one-alias",
        ),
        pytest.param(
            "a: &a [*a]\n", "thing.yaml:1: YAML aliases (*name) are not used here", id="endless-alias"
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
            "thing.yaml:1: could not determine a constructor for the tag "
            "'tag:yaml.org,2002:python/object/apply:os.system'",
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
def test_a_file_that_cannot_be_used_is_told_by_line_and_reason(
    tmp_path: Path, content: str, sentence: str
) -> None:
    assert problems_of(tmp_path, content) == (sentence,)


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
def test_what_the_parser_refuses_is_told_by_line(tmp_path: Path, content: str) -> None:
    (problem,) = problems_of(tmp_path, content)
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
def test_what_yaml_cannot_hold_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    (problem,) = problems_of(tmp_path, content)
    assert problem.startswith("thing.yaml")
    assert "\n" not in problem


def test_a_file_above_four_mib_is_refused_unread(tmp_path: Path) -> None:
    content = b"name: x\n#".ljust(FOUR_MIB + 1, b"#")
    sentence = "thing.yaml: 4194305 bytes are more than the 4194304 that a file may have"
    assert problems_of(tmp_path, content) == (sentence,)


def test_a_file_of_four_mib_is_read(tmp_path: Path) -> None:
    path = tmp_path / "thing.yaml"
    path.write_bytes(b"name: x\n#".ljust(FOUR_MIB, b"#"))
    assert read_entry(path, "thing.yaml", Thing) == Thing(name="x")
