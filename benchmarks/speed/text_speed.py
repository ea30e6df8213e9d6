"""Measure how fast texts are counted, and what stands around counting in a quote and in /v1/tokens.

    python benchmarks/speed/text_speed.py

Each line is a ratio of two ways that take turns, round after round, with texts that no round has had before:
both keep nothing of a text but what their engine keeps. `warm` therefore says that the engine has run, not
that it has seen the text. A ratio is the median of the rounds. The texts are put together from sentences of
the documentation of this project, from Python's own library, or drawn.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tokenquote.api.endpoints import Known, answer, encode_answer, read_parameters
from tokenquote.api.json_bodies import read_json
from tokenquote.api.usage.recent_quotes import RecentQuotes
from tokenquote.catalog import load_catalog
from tokenquote.tokens import Vocabularies
from tokenquote.tokens.vocabularies.byte_pairs import BytePairEncoder
from tokenquote.tokens.vocabularies.fast_engine import name_engine
from tokenquote_client.catalog import CatalogState
from tokenquote_client.endpoints import Endpoints
from tokenquote_client.plan import Plan
from tokenquote_client.tokens import TokensQuestion

MODEL = "openai/gpt-5.4-mini"
ROUNDS = 9
MESSAGES = 20
TURNS = 200
LONG = 1_000_000
"""The characters of each text that is hard on encoders."""

Way = Callable[[str], object]


def main() -> int:
    """Print all ratios; exit 1 if the engines differ on one of the texts."""
    catalog = load_catalog()
    vocabularies = Vocabularies(catalog.vocabularies)
    now = dt.datetime(2026, 11, 29, tzinfo=dt.UTC)
    state = CatalogState(revision=catalog.revision, loaded_at=now, reloads=0)
    known = Known(catalog, vocabularies, now, state, RecentQuotes())
    chance = random.Random(7)
    print(f"engine: {name_engine()}")
    differs = False
    for name in ("o200k_base", "cl100k_base"):
        encoder = vocabularies.encoder(name)
        if not isinstance(encoder, BytePairEncoder):
            raise TypeError(f"{name} has no byte pairs")
        differs |= _time_counting(name, encoder, chance)
    _time_answers(known, chance)
    _time_growth(known, chance)
    return int(differs)


def _time_counting(name: str, encoder: BytePairEncoder, chance: random.Random) -> bool:
    """Print how many times as fast as tiktoken texts are counted; return whether a count differs."""

    def reference(text: str) -> int:
        return len(encoder.encoding.encode_ordinary(text))

    written = _sentences()
    lengths = {"a line": 1, "a chat message": 4, "a long message": 40}
    differs = False
    for kind, length in lengths.items():
        batches = [[" ".join(chance.choices(written, k=length)) for _ in range(200)] for _ in range(ROUNDS)]
        ratio, ours = _compare(reference, encoder.count, batches)
        print(f"{name:12} {kind:20} {ratio:7.1f} x tiktoken, {ours * 1e6:9.1f} us a text")
        differs |= any(reference(text) != encoder.count(text) for text in batches[0])
    for kind, text in _hard_texts(chance):
        ratio, ours = _compare(reference, encoder.count, [[text]] * 3)
        print(f"{name:12} {kind:20} {ratio:7.1f} x tiktoken, {ours * 1e3:9.1f} ms a text")
        differs |= reference(text) != encoder.count(text)
    return differs


def _compare(slow: Way, fast: Way, batches: Sequence[Sequence[str]]) -> tuple[float, float]:
    """Return the median ratio of two ways that take turns, and the least seconds of the second for a text."""
    ratios: list[float] = []
    best = float("inf")
    for i, texts in enumerate(batches):
        took = {way: _seconds(way, texts) for way in ((slow, fast) if i % 2 else (fast, slow))}
        ratios.append(took[slow] / took[fast])
        best = min(best, took[fast] / len(texts))
    return statistics.median(ratios), best


def _seconds(way: Way, texts: Sequence[str]) -> float:
    """Return the seconds of processor time of one way."""
    started = time.process_time()
    for text in texts:
        way(text)
    return time.process_time() - started


def _time_answers(known: Known, chance: random.Random) -> None:
    """Print what whole answers take beside validating the same question, which any service has to do."""
    parameters = read_parameters(Endpoints.quotes, {})

    def tokens(raw: str) -> bytes:
        return encode_answer(answer(Endpoints.tokens, read_json(raw.encode()), len(raw), None, known))

    def quote(raw: str) -> bytes:
        return encode_answer(answer(Endpoints.quotes, read_json(raw.encode()), len(raw), parameters, known))

    for what, make, way, kind in (
        (f"/v1/tokens, {MESSAGES} messages", _body, tokens, TokensQuestion),
        (f"/v1/quotes, {MESSAGES} messages", _plan, quote, Plan),
    ):
        batches = [[json.dumps(make(chance)) for _ in range(40)] for _ in range(ROUNDS)]
        whole, validated = [], []
        for texts in batches:
            validated.append(_seconds(kind.model_validate_json, texts) / len(texts))
            whole.append(_seconds(way, texts) / len(texts))
        took, beside = statistics.median(whole), statistics.median(validated)
        print(
            f"{what:33} {took * 1e3:7.3f} ms (least {min(whole) * 1e3:.3f}), validation {beside * 1e3:.3f} ms"
        )


def _time_growth(known: Known, chance: random.Random) -> None:
    """Print what each of many turns takes, beside litellm counting the conversation again for each turn."""
    turns = [
        {"user": {"text": _message(chance)}, "assistant": {"text": _message(chance)}} for _ in range(TURNS)
    ]
    plan = {"model": MODEL, "turns": turns}
    parameters = read_parameters(Endpoints.quotes, {"detail": "summary"})
    ours = min(
        _seconds(lambda _: answer(Endpoints.quotes, plan, None, parameters, known), [""]) for _ in range(5)
    )
    print(f"growth over {TURNS} turns: {ours * 1e3:.1f} ms")
    try:
        from litellm import token_counter
    except ModuleNotFoundError:
        print("litellm is not installed: no comparison")
        return
    sent: list[dict[str, str]] = []

    def theirs(_: str) -> None:
        sent.clear()
        for turn in turns:
            sent.append({"role": "user", "content": turn["user"]["text"]})
            token_counter(model="gpt-4o-mini", messages=sent)
            sent.append({"role": "assistant", "content": turn["assistant"]["text"]})

    theirs("")
    again = min(_seconds(theirs, [""]) for _ in range(3))
    print(f"litellm.token_counter per turn: {again * 1e3:.1f} ms, {again / ours:.0f} times as long")


def _message(chance: random.Random) -> str:
    return " ".join(chance.choices(_sentences(), k=4))


def _body(chance: random.Random) -> dict[str, object]:
    said = [{"role": ("user", "assistant")[i % 2], "content": _message(chance)} for i in range(MESSAGES)]
    return {"format": "openai.chat", "body": {"model": MODEL.split("/")[1], "messages": said}}


def _plan(chance: random.Random) -> dict[str, object]:
    turns = [
        {"user": {"text": _message(chance)}, "assistant": {"text": _message(chance)}}
        for _ in range(MESSAGES // 2)
    ]
    return {"model": MODEL, "turns": turns}


_SENTENCES: list[str] = []


def _sentences() -> list[str]:
    """Return the sentences of this project's documentation, read once."""
    if not _SENTENCES:
        pages = sorted((Path(__file__).parents[2] / "docs").glob("*.md"))
        prose = "\n".join(page.read_text(encoding="utf-8") for page in pages)
        _SENTENCES.extend(re.findall(r"[A-Z][^.\n|]{30,200}\.", prose))
    return _SENTENCES


def _hard_texts(chance: random.Random) -> Iterator[tuple[str, str]]:
    """Yield texts of a megabyte that are hard on encoders, each with what it is."""
    yield "one letter", "a" * LONG
    yield "one sign", "!" * LONG
    yield "blanks", " " * 200_000 + "x"
    yield "line ends", "\n" * LONG
    yield "digits", "".join(chance.choices("0123456789", k=LONG))
    yield "emoji", "".join(chance.choices("😀🎉👍🏽👩‍💻🇩🇪✅", k=LONG // 4))
    yield "Chinese", "".join(chance.choices("的一是在不了有和人这中大为上个国我以要他，。", k=LONG // 3))
    yield "base64", base64.b64encode(chance.randbytes(LONG * 3 // 4)).decode()
    library = Path(random.__file__).parent
    code = "".join(path.read_text(encoding="utf-8") for path in sorted(library.glob("*.py")))
    yield "code", code[:LONG]
    yield "minified code", re.sub(r"\s+", "", code)[:LONG]
    yield "one word", "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=LONG))
    lengths = (chance.randint(2, 12) for _ in range(LONG // 8))
    yield "new words", " ".join("".join(chance.choices("etaoinshrdlucm", k=length)) for length in lengths)


if __name__ == "__main__":
    sys.exit(main())
