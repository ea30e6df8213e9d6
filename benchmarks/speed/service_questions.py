"""The questions that `service_speed.py` asks: some hundreds of each kind, no two alike.

In each text stands `STAMP`, which the load generator replaces by the number of the request: so no text comes
twice, and a service that keeps the counts of texts or whole answers gains nothing by it.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["KINDS", "STAMP", "Kind", "write_bodies"]

STAMP = "00000000"
_MODEL = "gpt-5.4-mini"
_BODIES = 300
_MESSAGES = 20
_DOCS = Path(__file__).resolve().parents[2] / "docs"


@dataclass(frozen=True)
class Kind:
    """One kind of question."""

    name: str
    path: str
    """The path that the service answers."""
    bare_path: str
    """The route of `bare_service.py`: one for each kind, as their answers differ in length."""
    peer_path: str | None = None
    """The path of LiteLLM's proxy that answers the like; None: there is none."""


KINDS = (
    Kind("plan of 10 turns in tokens", "/v1/quotes", "/in-tokens"),
    Kind("plan of 20 messages of text", "/v1/quotes", "/of-text"),
    Kind("tokens of 20 messages", "/v1/tokens", "/tokens", peer_path="/utils/token_counter"),
)


def write_bodies(kind: Kind, file: Path, *, for_peer: bool = False) -> None:
    """Write the bodies of a kind, one a line."""
    rng = random.Random(20261129)
    sentences = _sentences()
    lines = [json.dumps(_body(kind, rng, sentences, for_peer=for_peer)) for _ in range(_BODIES)]
    file.write_text("\n".join(lines) + "\n")


def _body(kind: Kind, rng: random.Random, sentences: list[str], *, for_peer: bool) -> dict[str, Any]:
    if kind is KINDS[0]:
        turns = [{"user": rng.randrange(20, 400), "assistant": rng.randrange(50, 600), "reasoning": 0}
                 for _ in range(10)]  # fmt: skip
        return {"model": f"openai/{_MODEL}", "system": rng.randrange(500, 3000), "turns": turns}
    texts = [_text(rng, sentences) for _ in range(_MESSAGES)]
    if kind is KINDS[1]:
        pairs = zip(texts[::2], texts[1::2], strict=True)
        spoken = [{"user": user, "assistant": assistant, "reasoning": 0} for user, assistant in pairs]
        return {"model": f"openai/{_MODEL}", "turns": spoken}
    roles = ("user", "assistant")
    messages = [{"role": roles[number % 2], "content": text} for number, text in enumerate(texts)]
    body: dict[str, Any] = {"model": _MODEL, "messages": messages}
    return body if for_peer else {"format": "openai.chat", "body": body}


def _text(rng: random.Random, sentences: list[str]) -> str:
    return " ".join([*rng.sample(sentences, 2), STAMP])


def _sentences() -> list[str]:
    """Collect the sentences of our own documents, of 6 to 30 words each."""
    prose = " ".join(path.read_text() for path in sorted(_DOCS.glob("*.md")))
    found = {match.replace("\n", " ") for match in re.findall(r"[A-Z][a-z][a-z ,\n'-]{30,200}[.:]", prose)}
    return sorted(each for each in found if 6 <= len(each.split()) <= 30)
