"""History strategies done the slow, obvious way: real lists of tokens, put together anew for every request.

Each token is a number of its own. What a strategy keeps, drops or inserts is done to lists of messages; what
a cache can serve is found by comparing the lists.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

Tokens = list[int]


@dataclass
class Block:
    """A block of a message: a question, a call, a result, reasoning, an answer, or what is inserted."""

    tokens: Tokens
    kind: str = "said"
    thinker: str = ""
    """The model whose reasoning it is."""


@dataclass
class Simulated:
    """One request as it would really be sent."""

    model: str
    blocks: list[Block]
    written: int
    gap: float
    purpose: str | None = None
    agent: str | None = None

    @property
    def sent(self) -> Tokens:
        return [token for block in self.blocks for token in block.tokens]


@dataclass
class SlowHistory:
    """A conversation under a strategy, as lists."""

    plan: Any
    kept: dict[str, str]
    """How long each model's reasoning is sent back to it."""
    windows: dict[str, int]
    """The most input that each model takes."""
    fresh: Iterator[int] = field(default_factory=count)
    requests: list[Simulated] = field(default_factory=list)
    agent: str | None = None

    def simulate(self) -> list[Simulated]:
        self.open()
        self.forget()
        for turn in unrolled(self.plan["turns"]):
            self.turn(turn)
        return self.requests

    def open(self) -> None:
        self.strategy = self.plan["history"]
        self.opening = [self.new(self.plan["tools"]), self.new(self.plan["system"])]
        self.placeholders: dict[int, Block] = {}

    def forget(self) -> None:
        self.summary: list[Block] = []
        self.turns: list[list[Block]] = []
        self.current: list[Block] = []
        self.since = 0

    def new(self, tokens: int, kind: str = "said", thinker: str = "") -> Block:
        return Block([next(self.fresh) for _ in range(tokens)], kind, thinker)

    def turn(self, turn: Any) -> None:
        self.model = turn.get("model", self.plan["model"])
        self.gap = turn["gap_seconds"] if self.requests else 0
        self.current = []
        self.summarize()
        self.passages = [self.new(self.strategy["tokens"])] if self.is_("retrieval") else []
        new = [self.new(turn["user"])]
        for tool_round in unrolled(turn["tool_rounds"]):
            made = sum(call["call"] for call in tool_round["calls"])
            self.send(new, made + tool_round["reasoning"])
            for call in tool_round["calls"]:
                self.answer_call(call)
            new = self.thought(tool_round["reasoning"])
            new += [self.new(call["call"]) for call in tool_round["calls"]]
            new += [self.new(self.result(call), "result") for call in tool_round["calls"]]
        self.send(new, turn["assistant"] + turn["reasoning"])
        self.current += [*self.thought(turn["reasoning"]), self.new(turn["assistant"])]
        self.turns.append([b for b in self.current if self.kept.get(b.thinker) != "same_turn"])
        self.since += 1

    def answer_call(self, call: Any) -> None:
        """Do what a call asks for: a tool makes no requests."""

    def result(self, call: Any) -> int:
        return int(call["result"])

    def is_(self, strategy: str) -> bool:
        return bool(self.strategy["strategy"] == strategy)

    def thought(self, reasoning: int) -> list[Block]:
        if not reasoning or self.kept[self.model] == "never":
            return []
        return [self.new(reasoning, "thought", self.model)]

    def summarize(self) -> None:
        if self.is_("summary") and self.since >= self.strategy["every"]:
            self.condense("summary", [])
            self.since = 0

    def condense(self, purpose: str, new: list[Block]) -> None:
        instruction = self.new(self.strategy["instruction"])
        model = self.strategy.get("model", self.model)
        context = [*self.opening, *self.summary, *joined(self.turns), *self.current, instruction]
        self.request(model, context, self.strategy["tokens"], purpose)
        self.summary = [self.new(self.strategy["tokens"])]
        keep = self.strategy["keep"]
        self.turns = self.turns[-keep:] if keep else []
        self.current = []

    def send(self, new: list[Block], written: int) -> None:
        """Send what is new with what the strategy keeps."""
        if self.is_("compaction"):
            whole = [*self.opening, *self.summary, *joined(self.turns), *self.current, *new]
            if self.size(whole) > self.threshold():
                self.condense("compaction", new)
        self.current += new
        context = [*self.opening, *self.summary, *joined(self.kept_turns()), *self.passages, *self.current]
        self.request(self.model, self.cleared(context), written, None)

    def threshold(self) -> int:
        at = self.strategy.get("at_tokens")
        return int(self.windows[self.model] * self.strategy["at"]) if at is None else int(at)

    def kept_turns(self) -> list[list[Block]]:
        if self.is_("window") and "tokens" in self.strategy:
            kept: list[list[Block]] = []
            for turn in reversed(self.turns):
                if self.size(joined([turn, *kept])) > self.strategy["tokens"]:
                    break
                kept = [turn, *kept]
            return kept
        if self.is_("window") or self.is_("retrieval"):
            turns = self.strategy["turns"]
            return self.turns[-turns:] if turns else []
        return self.turns

    def cleared(self, context: list[Block]) -> list[Block]:
        if not self.is_("clear_tool_results") or self.size(context) <= self.strategy["above"]:
            return context
        results = [block for block in context if block.kind == "result"]
        keep = self.strategy["keep"]
        gone = {id(block) for block in (results[:-keep] if keep else results)}
        for block in results:
            self.placeholders.setdefault(id(block), self.new(self.strategy["placeholder"]))
        return [self.placeholders[id(block)] if id(block) in gone else block for block in context]

    def size(self, blocks: list[Block]) -> int:
        return sum(len(block.tokens) for block in self.seen(self.model, blocks))

    def seen(self, model: str, blocks: list[Block]) -> list[Block]:
        """Leave out the reasoning of other models."""
        return [block for block in blocks if block.thinker in ("", model)]

    def request(self, model: str, blocks: list[Block], written: int, purpose: str | None) -> None:
        seen = self.seen(model, blocks)
        self.requests.append(Simulated(model, seen, written, self.gap, purpose, self.agent))
        self.gap = 0


def unrolled(items: list[Any]) -> Iterator[Any]:
    for item in items:
        for _ in range(item["repeat"]):
            yield item


def joined(turns: list[list[Block]]) -> list[Block]:
    return [block for turn in turns for block in turn]


@dataclass(frozen=True)
class SlowCache:
    """A prompt cache that compares lists of tokens."""

    minimum: int
    step: int
    ttl: float
    breakpoints: bool = False
    head: tuple[int, ...] = ()
    """Where breakpoints stand besides the end: after the tools and after the system message."""
    includes_output: bool = False

    def uses(self, requests: list[Simulated]) -> list[tuple[int, int]]:
        """Return what each request to one model reads, and what it loses."""
        found: list[tuple[int, int]] = []
        clock = 0.0
        before: Simulated | None = None
        entries: list[tuple[Tokens, int, float]] = []
        for request in requests:
            clock += request.gap
            alive = [entry for entry in entries if clock - entry[2] <= self.ttl]
            read = self.breakpoint_read(request, alive) if self.breakpoints else 0
            left: Tokens = []
            if before is not None and alive:
                left = before.sent[: self.whole(len(before.sent))]
                if not self.breakpoints:
                    read = self.whole(common_prefix(before.sent, request.sent))
            sends = set(request.sent)
            found.append((read, max(0, sum(token in sends for token in left) - read)))
            ends = (*self.head, len(request.sent))
            fresh = [(request.sent[:end], len(request.blocks), clock) for end in ends]
            # What is read lives on from now, and the shorter entries within it are read with it.
            lived_on = [
                (tokens, blocks, clock if request.sent[:read][: len(tokens)] == tokens else left_at)
                for tokens, blocks, left_at in alive
                # As in the ledger, a request finds only what the latest one before it began with as well:
                # results that are cleared and, once reasoning has gone, sent again are not found.
                if request.sent[: len(tokens)] == tokens
            ]
            entries = [*lived_on, *fresh]
            before = request
        return found

    def whole(self, tokens: int) -> int:
        return tokens // self.step * self.step if tokens >= self.minimum else 0

    def breakpoint_read(self, request: Simulated, alive: list[tuple[Tokens, int, float]]) -> int:
        """Return the longest entry that the request begins with, within 20 blocks of a breakpoint."""
        hits = [
            len(tokens)
            for tokens, blocks, _ in alive
            if request.sent[: len(tokens)] == tokens
            and (len(tokens) in self.head or len(request.blocks) - blocks < 20)
        ]
        return self.whole(max(hits, default=0))


@dataclass
class SlowStoredCache:
    """An explicit cache: tokens that one model may read until its end, which reading does not move."""

    model: str
    content: Tokens
    lifetime: float
    exists: bool = False
    """Whether it was created just before the first request."""
    creations: int = 0

    def rows(self, requests: list[Simulated]) -> list[tuple[str | None, int, int]]:
        """Return purpose, input and cache read of each request and of each call that creates the cache."""
        found: list[tuple[str | None, int, int]] = []
        clock = 0.0
        ends = self.lifetime if self.exists else None
        for request in requests:
            clock += request.gap
            reads = 0
            if request.model == self.model:
                if ends is None or clock > ends:
                    found.append(("cache", len(self.content), 0))
                    self.creations += 1
                    ends = clock + self.lifetime
                assert request.sent[: len(self.content)] == self.content
                reads = len(self.content)
            found.append((request.purpose, len(request.sent), reads))
        return found


def common_prefix(one: Tokens, other: Tokens) -> int:
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return length
