"""Names that stand twice in an object are refused, wherever they are and however they are written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokenquote.api.json_bodies import read_json
from tokenquote.api.problems import Refused


@pytest.mark.parametrize(
    ("text", "pointer", "name"),
    [
        ('{"a": 1, "a": 1}', "", "a"),
        ('{"a":1,"b":{"c":[0,{"d":1,"e":2,"d":3}]}}', "/b/c/1", "d"),
        ('{"a": 1, "\\u0061": 2}', "", "a"),
        ('{"a" : 1, "a": 2}', "", "a"),
        ('{"a"\t:1, "a"\n:2}', "", "a"),
        ('{"a\\\\":1,"a\\\\":2}', "", "a\\"),
        ('{"a\\"":1,"a\\"":2}', "", 'a"'),
        ('{"a":"say \\": ","a":2}', "", "a"),
        ('{"":1,"":2}', "", ""),
        ('[{"x": {"a": 1, "a": 2}, "x": 1}]', "/0", "x"),
        ('{"a": {"b": 1, "b": 2}, "c": {"d": 1, "d": 2}}', "/a", "b"),
        ('{"a": 1e400, "b": ' + "9" * 4_000 + ', "b": "::"}', "", "b"),
    ],
)
def test_a_name_that_stands_twice_is_named(text: str, pointer: str, name: str) -> None:
    with pytest.raises(Refused) as refused:
        read_json(text.encode())
    problem = refused.value.problem
    assert problem.status == 422
    (error,) = problem.errors
    assert (error.pointer, error.detail) == (
        pointer, f"the name {name!r} stands twice in this object; state it once",
    )  # fmt: skip


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text('a":\\ \t\n{},é', max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text('ab":\\ ', max_size=3), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(VALUES, st.sampled_from([None, (",", ":"), (" , ", " : "), (",\n", "\t:\r\n")]), st.booleans())
def test_what_states_each_name_once_is_read_as_it_is(value: Any, signs: Any, ascii_only: bool) -> None:
    text = json.dumps(value, separators=signs, ensure_ascii=ascii_only)
    assert read_json(text.encode()) == value


@given(st.lists(st.tuples(st.text('ab":\\', max_size=2), VALUES), min_size=1, max_size=5))
def test_members_are_refused_if_and_only_if_a_name_comes_twice(members: list[tuple[str, Any]]) -> None:
    text = "{" + ",".join(f"{json.dumps(name)}:{json.dumps(value)}" for name, value in members) + "}"
    try:
        read = read_json(text.encode())
    except Refused:
        read = None
    is_repeated = len({name for name, _ in members}) < len(members)
    assert read == (None if is_repeated else dict(members))


def test_an_object_of_very_many_members_is_refused_for_that_later() -> None:
    body = json.dumps({f"k{i}": 1 for i in range(30_000)})
    assert isinstance(read_json((body[:-1] + ', "k1": 2}').encode()), dict)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"nul", b"[1,]", b"\xff", b"\x1f\x8b\x08", b"[" * 300 + b"]" * 300]
)
def test_what_is_no_json_is_400(body: bytes) -> None:
    with pytest.raises(Refused) as refused:
        read_json(body)
    assert refused.value.problem.status == 400
