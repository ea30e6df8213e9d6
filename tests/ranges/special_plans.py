"""Plans with ranges that hold what few plans do: media, starts, marks, fees, tiers, other kinds of models."""

from __future__ import annotations

from typing import Any

__all__ = ["SPECIAL"]

OFTEN = {"min": 1, "mode": 2, "max": 5}
SOME = {"p50": 120, "p90": 700}
MANY = {"p50": 60_000, "p90": 250_000}
IMAGE = {"type": "image", "width": 1280, "height": 800}
AUDIO = {"type": "audio", "seconds": 30}
CALLS = [{"call": 40, "result": SOME}, {"call": SOME, "result": [IMAGE]}]
ROUND = {"calls": CALLS, "reasoning": SOME, "repeat": OFTEN}
TURN = {"user": SOME, "assistant": SOME, "reasoning": 0, "repeat": OFTEN}
SEEN = {
    "user": [IMAGE, AUDIO, {"type": "text", "text": "What is this?"}],
    "assistant": SOME,
    "reasoning": SOME,
}
CHAT = {
    "format": "openai.chat",
    "body": {
        "model": "gpt-5.4",
        "messages": [
            {"role": "system", "content": "You help."},
            {"role": "user", "content": "What is a prompt cache? " * 200},
            {"role": "assistant", "content": "It keeps prefixes. " * 100},
            {"role": "user", "content": "And its price?"},
        ],
    },
}
MARKED = {
    "format": "anthropic.messages",
    "body": {
        "model": "claude-sonnet-4-5",
        "max_tokens": 1000,
        "system": [{"type": "text", "text": "You help. " * 800, "cache_control": {"type": "ephemeral"}}],
        "messages": [
            {"role": "user", "content": "What is a cache? " * 300},
            {
                "role": "assistant",
                "content": [
                    {"type": "text", "text": "It keeps. " * 300, "cache_control": {"type": "ephemeral"}}
                ],
            },
            {"role": "user", "content": "And its price?"},
        ],
    },
}

SPECIAL: dict[str, dict[str, Any]] = {
    "media in questions and results": {
        "model": "google/gemini-2.5-flash",
        "system": {"p50": 900, "p90": 2000},
        "turns": [{**SEEN, "tool_rounds": [ROUND], "repeat": OFTEN}],
        "caching": {"hit_rate": 0.67},
    },
    "results with images are cleared": {
        "model": "openai/gpt-5.4",
        "system": 900,
        "turns": [{**TURN, "tool_rounds": [ROUND]}],
        "history": {"strategy": "clear_tool_results", "keep": 2, "placeholder": 12, "above": 2500},
    },
    "a tier within reach": {
        "model": "google/gemini-2.5-pro",
        "system": 900,
        "turns": [{**TURN, "user": MANY}],
    },
    "a window within reach": {
        "model": "openai/gpt-5.4",
        "system": 900,
        "turns": [{**TURN, "user": {"p50": 90_000, "p90": 700_000}}],
    },
    "texts, framed": {
        "model": "openai/gpt-5.4",
        "system": "You help.",
        "tools": [{"type": "function", "function": {"name": "find", "parameters": {"type": "object"}}}],
        "turns": [
            {
                "user": "Find it, please.",
                "tool_rounds": [
                    {
                        "calls": [{"call": {"name": "find", "arguments": {"a": 1}}, "result": "none"}],
                        "repeat": OFTEN,
                    }
                ],
                "assistant": "Found. " * 50,
                "reasoning": SOME,
                "repeat": OFTEN,
            }
        ],
        "history": {"strategy": "window", "turns": 1},
    },
    "a start that waits, in a window": {
        "model": "openai/gpt-5.4",
        "start": CHAT,
        "turns": [{"user": None, "assistant": SOME, "reasoning": 0, "tool_rounds": [ROUND]}, TURN],
        "history": {"strategy": "window", "tokens": 600},
    },
    "a start that waits, condensed": {
        "model": "openai/gpt-5.4",
        "start": CHAT,
        "turns": [{"user": None, "assistant": SOME, "reasoning": 0, "tool_rounds": [ROUND]}, TURN],
        "history": {"strategy": "compaction", "at_tokens": 1500, "tokens": 90, "instruction": 20, "keep": 1},
    },
    "marks of a start": {
        "model": "anthropic/claude-sonnet-4-5",
        "start": MARKED,
        "turns": [{"user": None, "assistant": SOME, "reasoning": 0, "tool_rounds": [ROUND]}, TURN],
    },
    "marks of a start, summarized": {
        "model": "anthropic/claude-sonnet-4-5",
        "start": MARKED,
        "turns": [{"user": None, "assistant": SOME, "reasoning": 0}, TURN],
        "history": {"strategy": "summary", "every": 2, "tokens": 50},
    },
    "passages, searched for": {
        "model": "openai/gpt-5.4",
        "system": 900,
        "turns": [TURN],
        "history": {
            "strategy": "retrieval",
            "tokens": 500,
            "turns": 2,
            "embedding_model": "openai/text-embedding-3-small",
            "rerank_model": "cohere/rerank-v3.5",
        },
    },
    "an embedding model": {
        "model": "openai/text-embedding-3-small",
        "turns": [{"user": SOME, "repeat": OFTEN}, {"user": MANY}],
    },
    "server tools": {
        "model": "anthropic/claude-sonnet-4-5",
        "system": 900,
        "turns": [{**TURN, "server_tools": {"web_search": 2}}, {**TURN, "server_tools": {"web_search": 1}}],
    },
    "reasoning that is dropped while results are cleared": {
        "model": "anthropic/claude-sonnet-4-5",
        "system": 1500,
        "turns": [{**TURN, "tool_rounds": [{**ROUND, "calls": [{"call": 40, "result": SOME}]}]}],
        "history": {"strategy": "clear_tool_results", "keep": 1, "placeholder": 12},
        "caching": {"enabled": True},
    },
}
