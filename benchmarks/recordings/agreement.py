"""Compare a plan made of a conversation with the same bodies one by one: both should give the same tokens.

No bill is looked at. Each request whose part of the quote differs from its single count is put down to what
it adds to the request before it: the cause lies in how that is counted in a plan.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.recordings.calls import read_format
from benchmarks.recordings.chains import read_conversations
from benchmarks.recordings.growth import Grower
from benchmarks.recordings.scoring import markdown_table

from tokenquote.errors import LocatedError
from tokenquote.tokens import read_body

__all__ = ["Compared", "agreement_table", "compare_plans"]


@dataclass(frozen=True)
class Compared:
    """The requests of one conversation in input tokens: as one plan, and one by one."""

    ids: Sequence[str]
    api: str
    model: str
    quoted: Sequence[int] | None
    """The quote's inputs. None: the conversation is no plan."""
    counted: Sequence[int] | None
    """The single counts. None: one of the bodies cannot be counted."""
    added: Sequence[str]
    """What each request adds to the one before it, in words; of the first, what it opens with."""
    reason: str | None
    """Why the conversation is no plan. None: it is one."""

    @property
    def differences(self) -> list[tuple[int, int]]:
        """The requests that begin to differ, by their place: tokens in the plan minus tokens in the body.

        A difference that is carried on from the request before is not named again.
        """
        if self.quoted is None or self.counted is None:
            return []
        off = [quoted - counted for quoted, counted in zip(self.quoted, self.counted, strict=True)]
        steps = [after - before for before, after in zip([0, *off], off, strict=False)]
        return [(i, step) for i, step in enumerate(steps) if step]


def compare_plans(grower: Grower, recordings: Sequence[Path], conversations: Path) -> Iterator[Compared]:
    """Quote each conversation, and count each of its bodies."""
    for chain, calls in read_conversations(recordings, conversations):
        quoted, reason = grower.quote(calls)
        yield Compared(
            chain["ids"],
            chain["api"],
            chain["model"],
            None if quoted is None else [request.input_tokens for request in quoted.requests or ()],
            grower.count_singly(calls),
            [*_describe_added(calls)],
            reason,
        )


def agreement_table(compared: Iterable[Compared]) -> str:
    """Write how many conversations agree by API, then where the others begin to differ, with an example."""
    found = list(compared)
    both = [item for item in found if item.quoted is not None and item.counted is not None]
    rows: list[list[object]] = []
    for api in sorted({item.api for item in found}):
        here = [item for item in both if item.api == api]
        agree = sum(not item.differences for item in here)
        rows.append(
            [api, len(here), agree, len(here) - agree, sum(item.api == api for item in found) - len(here)]
        )
    planned = sum(not item.differences for item in both)
    rows.append(["all", len(both), planned, len(both) - planned, len(found) - len(both)])
    lines = markdown_table(("api", ">plans", ">agree", ">differ", ">no plan"), rows)
    return "\n".join([*lines, "", *_causes(both), "", *_reasons(found)])


def _causes(compared: Sequence[Compared]) -> list[str]:
    groups: defaultdict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for item in compared:
        for place, step in item.differences:
            groups[item.api, item.added[place]].append((step, f"{item.ids[place]} ({item.model})"))
    ordered = sorted(groups.items(), key=lambda group: -len(group[1]))
    columns = ("api", "request adds", ">requests", ">median", ">least", ">most", "example")
    return markdown_table(
        columns,
        [
            [
                api,
                added,
                len(steps),
                median(step for step, _ in steps),
                min(steps)[0],
                max(steps)[0],
                steps[0][1],
            ]
            for (api, added), steps in ordered
        ],
    )


def _reasons(compared: Sequence[Compared]) -> list[str]:
    reasons = Counter((item.api, item.reason) for item in compared if item.reason is not None)
    columns = ("api", "no plan, because", ">conversations")
    return markdown_table(columns, [[api, why, n] for (api, why), n in reasons.most_common()])


def _describe_added(calls: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    before = 0
    for call in calls:
        try:
            request = read_body(read_format(call), call["request"])
        except LocatedError:
            yield "unreadable"
            continue
        words = []
        for message in request.messages[before:]:
            words.append(f"{len(message.calls)} calls" if message.calls else message.role)
            words += ["with text"] if message.calls and any(message.texts) else []
            words += ["with reasoning"] if message.reasoning or message.hidden_reasoning else []
            words += ["with media"] if message.media else []
        beside = ["tools"] * bool(request.tools) + ["schema"] * (request.schema is not None)
        yield ", ".join([*(dict.fromkeys(words)), *(beside if not before else [])])
        before = len(request.messages)
