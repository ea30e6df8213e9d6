"""What the trial of the metrics sends, and what the metrics must then say to the request."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx2
from tests.http.service_process import ServiceProcess

__all__ = ["APPS", "Sent", "send_every_pair", "send_mix"]

APPS = tuple(f"app-{i:02}" for i in range(50))
_AT = "2026-11-20T00:00:00Z"
_MINI = "openai/gpt-5.4-mini"
_MODELS = (
    _MINI, "openai/gpt-5.4", "openai/gpt-5.4-nano", "anthropic/claude-opus-4-8", "anthropic/claude-haiku-4-5",
    "google/gemini-3.8-flash", "mistral/mistral-large-2512", "deepseek/deepseek-chat",
)  # fmt: skip
_CLIENTS = 6
_PATIENCE_SECONDS = 120
_TURN = {"user": 1200, "assistant": 300, "reasoning": 40}
_BAD_CHUNK = (
    b"POST /v1/quotes HTTP/1.1\r\nHost: service\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\nnothing\r\n"
)
"""A request whose chunk has no length: 400, which is the client's doing."""


@dataclass
class Sent:
    """What was sent and how it was answered, counted by the clients themselves."""

    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Answers by route and status."""
    quotes: Counter[str] = field(default_factory=Counter)
    """Quotes of one model by outcome."""
    dollars: Decimal = Decimal(0)
    """What these say they cost."""
    tokens: Counter[str] = field(default_factory=Counter)
    """What these say they take, by type."""
    comparisons: int = 0
    usages: int = 0

    def note(self, route: str, status: int, body: bytes, *, is_plan: bool) -> None:
        """Count an answer."""
        self.answers[route, str(status)] += 1
        if not is_plan:
            return
        if status != 200:
            self.quotes["refused"] += 1
            return
        totals = json.loads(body, parse_float=Decimal)["totals"]
        unpriced = "unpriced" if totals["cost"] is None else "incomplete"
        self.quotes["complete" if totals["complete"] else unpriced] += 1
        self.dollars += Decimal(totals["cost"] or 0)
        for kind in ("input", "cache_read", "cache_write", "output", "reasoning"):
            self.tokens[kind] += totals[f"{kind}_tokens"]


def plan(app: str, model: str = _MINI, **members: Any) -> dict[str, Any]:
    """A plan of one turn."""
    return {"model": model, "app": app, "at": _AT, "turns": [_TURN], **members}


async def send_mix(service: ServiceProcess, sent: Sent, seconds: float) -> None:
    """Ask for all that is counted, from several clients at once, until the time is over."""
    over = asyncio.get_running_loop().time() + seconds
    limits = httpx2.Limits(max_connections=_CLIENTS)
    async with httpx2.AsyncClient(base_url=service.url, timeout=_PATIENCE_SECONDS, limits=limits) as http:
        await asyncio.gather(*(_ask_mix(http, service, sent, over, i) for i in range(_CLIENTS)))


async def _ask_mix(
    http: httpx2.AsyncClient, service: ServiceProcess, sent: Sent, over: float, seed: int
) -> None:
    draw = random.Random(seed)
    while asyncio.get_running_loop().time() < over:
        app = draw.choice(APPS[:8])
        for body in _plans(draw, app, draw.choice(_MODELS)):
            answer = await http.post("/v1/quotes", json=body)
            sent.note("/v1/quotes", answer.status_code, answer.content, is_plan=True)
            await asyncio.sleep(draw.expovariate(40))
        compared = {**plan(app), "model": None, "models": [_MINI, "openai/gpt-5.4-nano"]}
        answer = await http.post("/v1/quotes", json=compared)
        sent.note("/v1/quotes", answer.status_code, answer.content, is_plan=False)
        sent.comparisons += answer.status_code == 200
        await _ask_usage(http, sent, app, draw)
        if draw.random() < 0.1:
            sent.answers["/v1/quotes", await _send_bad_chunk(service)] += 1


def _plans(draw: random.Random, app: str, model: str) -> Iterator[dict[str, Any]]:
    """Plans as applications send them: small ones, long ones, some that are refused."""
    agent = {"name": "helper", "turns": [{"user": 50, "assistant": 20, "reasoning": 0}]}
    calls = {**_TURN, "tool_rounds": [{"calls": [{"call": 5, "agent": "helper"}], "reasoning": 0}]}
    yield plan(app, model, system=2000, turns=[{**_TURN, "repeat": draw.randint(1, 12)}])
    yield plan(app, turns=[{**_TURN, "user": "How many tokens has this question? " * draw.randint(1, 20)}])
    yield plan(app, mode="batch")
    yield plan(app, turns=[calls], agents=[agent])
    yield plan(app, turns=[{**_TURN, "server_tools": {"web_search": 2}}])
    yield plan(app, "meta-llama/Llama-3.1-8B")
    yield plan(app, "no-such-model")
    if draw.random() < 0.1:
        yield plan(app, turns=[{**_TURN, "repeat": 800}], history={"strategy": "window", "turns": 2})


async def _ask_usage(http: httpx2.AsyncClient, sent: Sent, app: str, draw: random.Random) -> None:
    """Quote a request, and send the usage that it might have had."""
    quoted = await http.post("/v1/quotes", json=plan(app))
    sent.note("/v1/quotes", quoted.status_code, quoted.content, is_plan=True)
    billed = round(_TURN["user"] * draw.choice((1.0, 1.0, 1.02, 1.08)))
    usage = {"prompt_tokens": billed, "completion_tokens": 340, "total_tokens": billed + 340}
    asked = {"model": _MINI, "app": app, "at": _AT, "usage": usage, "quote_id": quoted.json()["id"]}
    answer = await http.post("/v1/usage", json=asked)
    sent.note("/v1/usage", answer.status_code, answer.content, is_plan=False)
    sent.usages += answer.status_code == 200


async def _send_bad_chunk(service: ServiceProcess) -> str:
    """Send what is no chunk; return the status."""
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
    try:
        writer.write(_BAD_CHUNK)
        return (await reader.read())[9:12].decode()
    finally:
        writer.close()


async def send_every_pair(service: ServiceProcess, sent: Sent, models: list[str]) -> None:
    """Quote every model for every app, one after the other on a few connections."""
    pairs = iter([(app, model) for app in APPS for model in models])
    async with httpx2.AsyncClient(base_url=service.url, timeout=_PATIENCE_SECONDS) as http:

        async def ask() -> None:
            for app, model in pairs:
                answer = await http.post("/v1/quotes?detail=summary", json=plan(app, model))
                sent.note("/v1/quotes", answer.status_code, answer.content, is_plan=True)

        await asyncio.gather(*(ask() for _ in range(_CLIENTS)))
