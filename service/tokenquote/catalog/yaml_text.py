"""Read a YAML text as plain data: names, texts, numbers, days, lists, and true, false and null.

One pass over the parser's events makes the data, so that nothing is composed twice and nothing unfolds.
What readers of YAML 1.1 and 1.2 take for different things (`yes`, `010`, `1:30`) is refused, with its line
and what to write instead; so are anchors, aliases, tags, keys that stand
twice, and collections that nest deep.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import yaml

from tokenquote.catalog.folders import MAX_YAML_BYTES, describe_length

__all__ = ["NotYaml", "describe_yaml_problem", "index_lines", "read_yaml"]

MAX_DEPTH = 50

_NO_ALIASES = "YAML anchors (&name) and aliases (*name) are not used here"

# libyaml where it is there: eight times as fast.
_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_YAML_PROBLEMS: Mapping[str, str] = {
    "tab character": "indent with spaces, not with tabs",
    "cannot start any token": "indent with spaces, not with tabs; put what begins with a sign in quotes",
    "mapping values are not allowed": "a wrong indent, or two colons: put a text with a colon in quotes",
    "expected ','": "a quote, a comma or a bracket is missing in this line or above it",
    "expected key": "this line is not indented as the lines above it",
    "expected '-' indicator": "this line is not indented as the lines above it",
    "expected <block end>": "this line is not indented as the lines above it",
    "unexpected end of stream": "a quote or a bracket is never closed",
    "maximum nesting depth": f"nested deeper than {MAX_DEPTH} levels",
}
"""Parts of what the parsers libyaml and PyYAML say, each with what to do about it."""


class NotYaml(Exception):
    """A text that is not read; `line` counts from 1, and None means that no line is to blame."""

    def __init__(self, problem: str, line: int | None = None) -> None:
        super().__init__(problem, line)
        self.problem = problem
        self.line = line


def read_yaml(content: bytes) -> Any:
    """Return the data of a YAML text of one document; None for a text without any.

    Raises:
        NotYaml: the text is long, not UTF-8, not YAML, or holds what is not used here.
    """
    text = _decode(content)
    try:
        parser = _Parser(text)
        try:
            return _read_stream(parser.get_event)
        finally:
            parser.dispose()
    except yaml.MarkedYAMLError as error:
        problem = describe_yaml_problem(str(error.problem or error.context))
        raise NotYaml(problem, error.problem_mark.line + 1 if error.problem_mark else None) from None
    except yaml.YAMLError as error:
        position = getattr(error, "position", None)
        line = text[:position].count("\n") + 1 if position is not None else None
        raise NotYaml(f"not YAML that can be read: {' '.join(str(error).split())}", line) from None


def describe_yaml_problem(problem: str) -> str:
    """Return the YAML parser's message about a line, or a remedy where newcomers meet that message."""
    remedies = (remedy for part, remedy in _YAML_PROBLEMS.items() if part in problem)
    return next(remedies, problem)


def index_lines(content: bytes) -> dict[str, int]:
    """Return the line of each place of a text that can be read, such as `models[gpt-5].prices[0].rates`.

    An item of a list is called by its `id` where it has one, and by its number too.
    """
    root = yaml.compose(_decode(content), Loader=_Parser)
    lines: dict[str, int] = {}
    for place, line in _walk(root, ""):
        lines.setdefault(place.lstrip("."), line)
    return lines


def _decode(content: bytes) -> str:
    if len(content) > MAX_YAML_BYTES:
        raise NotYaml(describe_length(len(content)))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise NotYaml("not UTF-8: save the file in this encoding", line) from None


def _read_stream(next_event: Callable[[], Any]) -> Any:
    data = None
    next_event()  # the start of the stream
    for documents in range(2):
        event = next_event()
        if type(event) is yaml.StreamEndEvent:
            return data
        if documents:
            raise _refusal("a second document begins here; a file holds one", event)
        data = _read_value(next_event(), next_event, 0)
        next_event()  # the end of the document
    return data


def _read_value(event: Any, next_event: Callable[[], Any], depth: int) -> Any:
    kind = type(event)
    if kind is yaml.AliasEvent:
        raise _refusal(_NO_ALIASES, event)
    if kind is yaml.ScalarEvent:
        return _read_scalar(event)
    if depth == MAX_DEPTH:
        raise _refusal(f"nested deeper than {MAX_DEPTH} levels", event)
    if event.tag is not None:
        raise _refusal(f"YAML tags ({event.tag}) are not used here", event)
    _refuse_anchor(event)
    if kind is yaml.MappingStartEvent:
        return _read_mapping(next_event, depth + 1)
    items = []
    while type(event := next_event()) is not yaml.SequenceEndEvent:
        items.append(_read_value(event, next_event, depth + 1))
    return items


def _read_mapping(next_event: Callable[[], Any], depth: int) -> dict[str, Any]:
    data: dict[str, Any] = {}
    while type(event := next_event()) is not yaml.MappingEndEvent:
        key = _read_scalar(event) if type(event) is yaml.ScalarEvent else None
        if type(key) is not str:
            raise _refusal(
                "a name is expected here: put it in quotes if it looks like a number; numbers have no commas "
                "inside: 400000",
                event,
            )
        if key in data:
            raise _refusal(f"the key {key!r} stands here twice", event)
        data[key] = _read_value(next_event(), next_event, depth)
    return data


def _refuse_anchor(event: Any) -> None:
    """Refuse a name for aliases: one that stands twice is read here, and by `yaml.compose` it is not."""
    if event.anchor is not None:
        raise _refusal(_NO_ALIASES, event)


def _read_scalar(event: Any) -> Any:
    _refuse_anchor(event)
    if event.implicit[0]:
        try:
            return _read_plain(event.value)
        except ValueError as reason:
            raise _refusal(str(reason), event) from None
    if event.tag is not None and event.tag != "!":
        raise _refusal(f"YAML tags ({event.tag}) are not used here", event)
    return event.value


_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]*)?([eE][-+]?[0-9]+)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt]|[ \t]+)[0-9].*")
_ONE_OF_TWO_NUMBERS = re.compile(
    # Octal, hexadecimal, binary, base 60, underscores, signs of infinity: numbers to some readers only.
    r"[-+]?(0[0-7_]+|0o[0-7]+|0x[0-9a-fA-F_]+|0b[01_]+|0[0-9]+(\.[0-9]*)?|[0-9][0-9_]*_[0-9_]*(\.[0-9_]*)?"
    r"|[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?|\.[0-9][0-9_]*([eE][-+]?[0-9]+)?|\.(inf|Inf|INF))|\.(nan|NaN|NAN)"
)
_WORDS: Mapping[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}
_SWITCHES = frozenset({"yes", "no", "on", "off", "true", "false"})


@lru_cache(maxsize=65_536)
def _read_plain(text: str) -> Any:
    """Return what a text without quotes stands for.

    Raises:
        ValueError: it stands for different things to different readers, or for a day that there is not.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "0123456789+-.":
        return _read_word(text)
    if _INTEGER.fullmatch(text):
        if len(text) > 4_000:
            raise ValueError("this number has too many digits")
        return int(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if math.isinf(number):
            raise ValueError("this number is too large")
        return number
    if _ONE_OF_TWO_NUMBERS.fullmatch(text):
        raise ValueError(f"write {text[:40]} as a plain number like 400 or 0.5, or in quotes if it is a text")
    return _read_time(text)


def _read_word(text: str) -> str:
    if text.lower() in _SWITCHES:
        raise ValueError(f'write true or false, or put the word in quotes: "{text}"')
    if text == "<<":
        raise ValueError("YAML merge keys (<<) are not used here")
    return text


def _read_time(text: str) -> dt.date | dt.datetime | str:
    try:
        if _DAY.fullmatch(text):
            return dt.date.fromisoformat(text)
        if _INSTANT.fullmatch(text):
            return dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("there is no such day; write one like 2026-01-31") from None
    return text


def _refusal(problem: str, at: Any) -> NotYaml:
    return NotYaml(problem, at.start_mark.line + 1)


def _walk(node: Any, place: str) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = f"{place}.{key.value}"
            yield inner, key.start_mark.line + 1
            yield from _walk(value, inner)
    elif isinstance(node, yaml.SequenceNode):
        for i, item in enumerate(node.value):
            for name in (_find_id(item), i):
                if name is not None:
                    yield f"{place}[{name}]", item.start_mark.line + 1
                    yield from _walk(item, f"{place}[{name}]")


def _find_id(node: Any) -> str | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    ids = (value.value for key, value in node.value if key.value == "id")
    return next((found for found in ids if isinstance(found, str)), None)
