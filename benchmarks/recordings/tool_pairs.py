"""Recorded calls that differ only in their tools: the parts of their tools beside their bills.

A recording whose body was edited afterwards has the answer and the bill of another body. Where one source has
the same answer and the same bill beside different tools, no call of that answer is taken.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from benchmarks.recordings.calls import body_with_betas, read_format, recorded_names
from benchmarks.recordings.scoring import markdown_table
from benchmarks.recordings.snapshots import recorded_day

from tokenquote.catalog import Catalog, CountedAs, ModelNotFound
from tokenquote.errors import LocatedError
from tokenquote.tokens import TokenRules, Vocabularies, count_tool_parts, read_body

__all__ = ["ToolPair", "find_tool_pairs", "tool_pair_misses", "tool_pair_table"]

_Row = Mapping[str, Any]


@dataclass(frozen=True)
class ToolPair:
    """Two recorded calls of one model whose bodies are equal but for their tools."""

    api: str
    model: str
    ids: tuple[str, str]
    repositories: tuple[str, str]
    billed: int
    """The input tokens that the second was billed more than the first."""
    predicted: int | None
    """The tokens that the parts of its tools have more; None: the tools or the model are not known."""


def find_tool_pairs(rows: Iterable[_Row], catalog: Catalog) -> Iterator[ToolPair]:
    """Find the pairs among recorded calls, and count the tools of both; n lists of tools make n - 1 pairs."""
    counter = _ToolCounter(catalog)
    for calls in _group(rows):
        for first, second in pairwise(calls):
            counts = [counter.count(call) for call in (first, second)]
            before, after = counts
            yield ToolPair(
                second["api"],
                str(second.get("model_requested")),
                (first["id"], second["id"]),
                (_repository(first), _repository(second)),
                second["input_tokens"] - first["input_tokens"],
                None if before is None or after is None else after - before,
            )


def tool_pair_table(pairs: Iterable[ToolPair]) -> str:
    """Write how many pairs come out to the token, by API and then by the repositories that recorded them."""
    found = [pair for pair in pairs if pair.predicted is not None]
    columns = ("api", ">pairs", ">equal to the bill", ">share", ">bills differ", ">of these equal")
    rows: list[list[object]] = []
    for api in sorted({pair.api for pair in found}):
        here = [pair for pair in found if pair.api == api]
        differ = [pair for pair in here if pair.billed]
        share = f"{_equal(here) / len(here):.0%}"
        rows.append([api, len(here), _equal(here), share, len(differ), _equal(differ)])
    return "\n".join([*markdown_table(columns, rows), "", *_by_repository(found)])


def tool_pair_misses(pairs: Iterable[ToolPair]) -> str:
    """Write the pairs that do not come out to the token."""
    columns = ("api", "model", "pair", ">billed", ">parts")
    rows = [
        [pair.api, pair.model, " and ".join(pair.ids), pair.billed, pair.predicted]
        for pair in sorted(pairs, key=lambda pair: (pair.api, pair.model))
        if pair.predicted is not None and pair.billed != pair.predicted
    ]
    return "\n".join(markdown_table(columns, rows))


def _by_repository(pairs: Sequence[ToolPair]) -> list[str]:
    groups: defaultdict[tuple[str, str], list[ToolPair]] = defaultdict(list)
    for pair in pairs:
        groups[pair.api, " and ".join(dict.fromkeys(pair.repositories))].append(pair)
    columns = ("api", "recorded by", ">pairs", ">equal to the bill")
    return markdown_table(
        columns, [[api, where, len(here), _equal(here)] for (api, where), here in sorted(groups.items())]
    )


def _equal(pairs: Sequence[ToolPair]) -> int:
    return sum(pair.billed == pair.predicted for pair in pairs)


def _group(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    """Yield calls that are equal but for their tools, one of each list of tools, in the order of the rows."""
    groups: defaultdict[str, dict[str, _Row]] = defaultdict(dict)
    answered: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        body = row.get("request")
        if row.get("suspect") or not isinstance(body, dict) or row.get("input_tokens") is None:
            continue
        tools = json.dumps(body.get("tools") or [])
        rest = {key: value for key, value in body.items() if key != "tools"}
        named = [row["api"], row.get("model_requested"), row.get("model_returned"), row.get("headers")]
        groups[json.dumps([*named, rest], sort_keys=True)].setdefault(tools, row)
        answered[_answer(row)].add(tools)
    for calls in groups.values():
        recorded = [call for call in calls.values() if len(answered[_answer(call)]) == 1]
        if len(recorded) > 1:
            yield recorded


def _answer(row: _Row) -> str:
    return json.dumps([row["source"], row.get("response"), row["input_tokens"], row.get("output_tokens")])


def _repository(row: _Row) -> str:
    return str(row["source"]).split(":")[0]


@dataclass
class _ToolCounter:
    """Counts the tools of recorded bodies part by part, as their model does."""

    catalog: Catalog

    def __post_init__(self) -> None:
        self._vocabularies = Vocabularies(self.catalog.vocabularies)

    def count(self, row: _Row) -> int | None:
        """Return the tokens of the parts of its tools; None: the tools or the model are not known."""
        try:
            request = read_body(read_format(row), body_with_betas(row))
            counted_as = self._counted_as(row)
            if counted_as is None or request.unknown:
                return None
            day = recorded_day(row)
            shape = counted_as.shape or request.shape
            rules = TokenRules(counted_as.counting, self._vocabularies, shape=shape, day=day)
            system = [message for message in request.messages if message.role == "system"]
            return count_tool_parts(rules, request.tools, system).tokens
        except LocatedError:
            return None

    def _counted_as(self, row: _Row) -> CountedAs | None:
        for name in recorded_names(row):
            api_format = read_format(row)
            try:
                day = recorded_day(row) or self.catalog.last_own_day(api_format, name)
                return self.catalog.find_counting(name[:200], api_format, day)
            except ModelNotFound:
                continue
        return None
