"""Reads usage as Google's APIs state it: `usageMetadata` of Gemini and Vertex, and the Interactions API.

`promptTokenCount` holds the cached content; thoughts and the prompts of tools stand beside. Names in
snake_case are those of Google's own clients. Sources: https://ai.google.dev/api/generate-content and
https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerateContentResponse.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tokenquote.api.usage.billed import Billed, BilledRequest, Hint
from tokenquote.api.usage.members import Members
from tokenquote.api.usage.splits import MEDIA, TOTAL_DIFFERS, find_beside, split_input, split_output
from tokenquote.errors import LocatedError

__all__ = ["read_gemini", "read_interactions"]

_MODALITIES: Mapping[object, str | None] = {
    "TEXT": None, "IMAGE": "image", "VIDEO": "video", "AUDIO": "audio", "DOCUMENT": "image",
    1: None, 2: "image", 3: "video", 4: "audio", 5: "image",
}  # fmt: skip
"""The modalities by name and by their number in Google's protocol buffers; pages are priced as images."""

_ORDINARY = ("", "standard", "on_demand", "traffic_type_unspecified", "unspecified", "1", "0")
_TRAFFIC_NUMBERS = {1: "on_demand", 2: "provisioned_throughput"}


def read_gemini(usage: Members) -> Billed:
    """Read the `usageMetadata` of an answer.

    Raises:
        LocatedError: numbers that cannot be, or that contradict each other.
    """
    tools = usage.counted(*_both("toolUsePromptTokenCount"))
    candidates = usage.counted(*_both("candidatesTokenCount"), *_both("responseTokenCount"))
    thoughts = usage.counted(*_both("thoughtsTokenCount"))
    read = usage.counted(*_both("cachedContentTokenCount"))
    total = usage.count(*_both("totalTokenCount"), *_both("totalTokens"))
    prompt = usage.count(*_both("promptTokenCount"))
    if prompt is None:  # countTokens states the total alone
        prompt = max(0, (total or 0) - candidates - thoughts - tools)
    media = _by_modality(usage, "promptTokensDetails", "promptTokenDetails")
    tool_media = _by_modality(usage, "toolUsePromptTokensDetails")
    made = _by_modality(usage, "candidatesTokensDetails", "responseTokensDetails")
    cached = _by_modality(usage, "cacheTokensDetails")
    parts = {"thoughts": thoughts, "tools": tools}
    beside, adds_up = find_beside(total, prompt + candidates, parts, ("thoughts", "tools"))
    assumed = [] if adds_up else [TOTAL_DIFFERS]
    inputs, assumed_in = split_input(
        prompt + (tools if "tools" in beside else 0),
        read=read,
        written={},
        media={name: (media or {}).get(name, 0) + (tool_media or {}).get(name, 0) for name in MEDIA},
        read_media=cached,
        at=usage.at,
    )
    outputs, assumed_out = split_output(
        candidates + (thoughts if "thoughts" in beside else 0),
        reasoning=thoughts,
        media=made or {},
        at=usage.at,
    )
    mode = _find_mode(usage)
    request = BilledRequest({**inputs, **outputs})
    usage.leave("pydantic_ai_gateway")
    assumptions = (*assumed, *assumed_in, *assumed_out)
    return Billed((request,), mode, None, None, assumptions, tuple(usage.unread()))


def read_interactions(usage: Members) -> Billed:
    """Read the usage of the Interactions API.

    Raises:
        LocatedError: numbers that cannot be, or that contradict each other.
    """
    thoughts, read = usage.counted("total_thought_tokens"), usage.counted("total_cached_tokens")
    tools = usage.counted("total_tool_use_tokens")
    usage.counted("total_tokens")
    media = _by_modality(usage, "input_tokens_by_modality", amount="tokens") or {}
    tool_media = _by_modality(usage, "tool_use_tokens_by_modality", amount="tokens") or {}
    inputs, assumed_in = split_input(
        usage.counted("total_input_tokens") + tools,
        read=read,
        written={},
        media={name: media.get(name, 0) + tool_media.get(name, 0) for name in MEDIA},
        read_media=_by_modality(usage, "cached_tokens_by_modality", amount="tokens"),
        at=usage.at,
    )
    outputs, assumed_out = split_output(
        usage.counted("total_output_tokens") + thoughts,
        reasoning=thoughts,
        media=_by_modality(usage, "output_tokens_by_modality", amount="tokens") or {},
        at=usage.at,
    )
    request = BilledRequest({**inputs, **outputs})
    return Billed((request,), None, None, None, (*assumed_in, *assumed_out), tuple(usage.unread()))


def _both(name: str) -> tuple[str, str]:
    """Return a name as the REST API writes it, and as Google's clients do."""
    return name, re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).lower()


def _by_modality(usage: Members, *names: str, amount: str = "tokenCount") -> dict[str, int] | None:
    """Return the tokens of each medium; None: the usage does not tell them apart."""
    spellings = dict.fromkeys(spelling for name in names for spelling in _both(name))
    listed = [item for name in spellings for item in usage.items(name)]
    if not listed:
        return None
    found = dict.fromkeys(MEDIA, 0)
    for item in listed:
        modality = item.data.get("modality")
        item.leave("modality")
        tokens = item.counted(*_both(amount))
        key = modality.upper() if isinstance(modality, str) else modality
        if isinstance(key, (str, int)) and key in _MODALITIES:
            medium = _MODALITIES[key]
            if medium is not None:
                found[medium] += tokens
        elif tokens:
            raise LocatedError((*item.at, "modality"), "text, image, video, audio or document")
    return found


def _find_mode(usage: Members) -> Hint | None:
    """Return the mode that `serviceTier` or Vertex' `trafficType` names."""
    for member in (*_both("serviceTier"), *_both("trafficType")):
        value = usage.data.get(member)
        usage.leave(member)
        word = _TRAFFIC_NUMBERS.get(value) if isinstance(value, int) else value
        tier = str(word or "").lower().removeprefix("service_tier_").removeprefix("on_demand_")
        if tier not in _ORDINARY:
            return Hint(tier, ("usage", member))
    return None
