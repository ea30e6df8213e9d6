"""Serving engines by version: what is known of each, and which line of versions a stated one belongs to.

A line begins with a version whose source was read, or with the version that changed a rule, and goes on to
the next. What a line says is kept beside the engine: `vllm.py`, `sglang.py`, `llama_cpp.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tokenquote.errors import LocatedError
from tokenquote.memory.engines.llama_cpp import LLAMA_CPP_LINES, OLLAMA_LINES, LlamaCppRules
from tokenquote.memory.engines.sglang import SGLANG_LINES, SglangRules
from tokenquote.memory.engines.vllm import VLLM_LINES, VllmRules

__all__ = ["EngineRules", "NameOfEngine", "ServingEngine", "UnknownVersion", "find_engine", "known_versions"]

NameOfEngine = Literal["vllm", "sglang", "llama.cpp", "ollama"]
EngineRules = VllmRules | SglangRules | LlamaCppRules
"""What is known of one line of versions of an engine."""

_LINES: Mapping[NameOfEngine, Sequence[EngineRules]] = {
    "vllm": VLLM_LINES,
    "sglang": SGLANG_LINES,
    "llama.cpp": LLAMA_CPP_LINES,
    "ollama": OLLAMA_LINES,
}


class UnknownVersion(LocatedError):
    """The version is no number, or older than all that are known."""

    def __init__(self, detail: str) -> None:
        super().__init__(("version",), detail)


@dataclass(frozen=True, slots=True)
class ServingEngine:
    """An engine whose version is decided."""

    name: NameOfEngine
    version: str
    """The version that the answer is for: as stated, else the newest that is known."""
    rules: EngineRules
    """What is known of its line."""
    assumption: str
    """A sentence on the version: stated or assumed, and from which line its rules are."""


def find_engine(name: NameOfEngine, stated: str | None) -> ServingEngine:
    """Return the engine in the stated version; None: in the newest that is known.

    A version newer than all known ones is answered by the newest, and the assumption says so.

    Raises:
        UnknownVersion: it is no number, or older than all known ones; the detail lists these.
    """
    lines = _LINES[name]
    newest = lines[-1]
    if stated is None:
        sentence = f"no version of {name} is stated: memory as {name} {newest.newest} reserves it"
        return ServingEngine(name, newest.newest, newest, f"{sentence}; earlier ones differ")
    number = _number(stated)
    known = [line for line in lines if number is not None and line.since <= number]
    if number is None or not known:
        raise UnknownVersion(f"no version of {name} that is known; known: {known_versions(name)}")
    sentence = f"memory as {name} {stated} reserves it: its rules hold since {_words(name, known[-1].since)}"
    if _is_newer(number, newest.newest):
        counted = f"counted as {name} {newest.newest}, the newest"
        sentence = f"{name} {stated} is newer than all that are known: {counted}"
    return ServingEngine(name, stated, known[-1], sentence)


def known_versions(name: NameOfEngine) -> str:
    """Return the lines of versions in words, such as `0.6.4, 0.8, … and later ones`."""
    lines = _LINES[name]
    words = ", ".join(_words(name, line.since) for line in lines)
    return f"{words} and later ones, read up to {lines[-1].newest}"


def _number(version: str) -> tuple[int, ...] | None:
    """Return the leading numbers of `v0.20.2rc1.dev9` or `b6000`; None: it does not begin with one."""
    found = re.match(r"[vb]?(\d{1,9}(?:\.\d{1,9}){0,3})", version)
    return tuple(int(part) for part in found[1].split(".")) if found else None


def _is_newer(number: tuple[int, ...], newest: str) -> bool:
    """Return whether a version is newer than the newest known one, if that has a number; 0.33.1 is not."""
    known = _number(newest)
    return known is not None and number[: len(known)] > known


def _words(name: NameOfEngine, since: tuple[int, ...]) -> str:
    return f"b{since[0]}" if name == "llama.cpp" else ".".join(map(str, since))
