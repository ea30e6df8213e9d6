"""Counts tools and files part by part, so that the parts add up to what all of them add to a request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tokenquote.api.context_tax.deferral import Deferral
from tokenquote.counts import Count, total
from tokenquote.tokens import Message, TokenRules, ToolDefinition, count_tool_parts
from tokenquote_client.context_tax import ContextFile

__all__ = ["BLANK_LINE", "CountedPart", "count_files", "count_tools"]

BLANK_LINE = "\n\n"
"""What stands between the texts of a system message that is put together from several."""


@dataclass(frozen=True, slots=True)
class CountedPart:
    """One part of what every request sends."""

    name: str
    kind: Literal["tool", "file", "frame"]
    count: Count
    """What it adds to a request."""
    deferred: Count
    """What it adds to a request once every tool is deferred and none is loaded."""


def count_tools(
    rules: TokenRules, tools: Sequence[ToolDefinition], system: Sequence[Message], deferral: Deferral
) -> Iterator[CountedPart]:
    """Count each tool, and the frame that any tools have; the search for deferred ones has that frame too.

    Raises:
        BodyError: a definition that cannot be rendered.
    """
    if not tools:
        return
    parts = count_tool_parts(rules, tools, system)
    shortened = count_tool_parts(rules, deferral.shorten(tools), system).definitions
    shortened = shortened or (Count.certain(0, parts.frame.method),) * len(tools)
    for tool, count, short in zip(tools, parts.definitions, shortened, strict=True):
        # Some styles write that no parameters are stated, which is longer than that there are none.
        yield CountedPart(tool.name, "tool", count, min(count, short, key=lambda each: each.tokens))
    yield CountedPart("tools", "frame", parts.frame, parts.frame)


def count_files(rules: TokenRules, files: Sequence[ContextFile], before: str | None) -> Iterator[CountedPart]:
    """Count each file by its text, and the frame: the message around them, and the blank lines between them.

    `before` is the text that the system message holds already; None: it holds no text.
    """
    if not files:
        return
    texts = [file.text for file in files]
    whole = _count_system(rules, [*([] if before is None else [before]), *texts])
    if before is not None:
        whole = whole.beyond(_count_system(rules, [before]))
    counts = [*map(rules.text, texts)]
    for file, count in zip(files, counts, strict=True):
        yield CountedPart(file.name, "file", count, count)
    frame = whole.beyond(total(counts, Count.certain(0, whole.method))).in_order()
    yield CountedPart("files", "frame", frame, frame)


def _count_system(rules: TokenRules, texts: Sequence[str]) -> Count:
    return rules.appended([Message("system", (BLANK_LINE.join(texts),))])
