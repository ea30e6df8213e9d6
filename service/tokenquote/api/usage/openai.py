"""Reads usage as OpenAI's APIs state it, and the many hosts that took its form and added members.

One whole of input and one of output hold everything; details tell parts of them. Chat, Responses, Realtime,
images, transcriptions and embeddings differ in names only. Sources: the API references of OpenAI, xAI, Groq,
DeepSeek, Mistral, Moonshot, Alibaba's Model Studio, Perplexity, OpenRouter, Voyage and Jina.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tokenquote.api.usage.billed import Billed, BilledRequest, Hint, Measure
from tokenquote.api.usage.members import Members
from tokenquote.api.usage.splits import MEDIA, TOTAL_DIFFERS, find_beside, split_input, split_output
from tokenquote.api.usage.tool_uses import read_xai_tools
from tokenquote.errors import LocatedError
from tokenquote.ledger.fees import Use, use_tool

__all__ = ["read_openai"]

_TICKS_PER_DOLLAR = Decimal(10**10)
"""The unit of xAI's `cost_in_usd_ticks`: https://docs.x.ai/docs/guides/cost-tracking."""
_PERPLEXITY = ("citation_tokens", "num_search_queries", "search_context_size")
"""Members that only Perplexity has: https://docs.perplexity.ai/getting-started/pricing."""
_SENT = ("prompt_tokens_details", "input_tokens_details", "input_token_details", "prompt_token_details")
_MADE = ("completion_tokens_details", "output_tokens_details", "output_token_details")
_MEASURES = (
    ("prompt_audio_seconds", "input_audio", "second"),
    ("billable_audio_seconds", "input_audio", "second"),
    ("image_pixels", "input_image", "pixel"),
    ("video_pixels", "input_video", "pixel"),
)
"""Members of Mistral, xAI and Voyage, with what they measure and the unit."""
_ORDINARY_TIERS = ("standard", "default", "auto", "on_demand")
"""The service tiers that are the standard mode, as OpenAI, Groq and Mistral call it."""


@dataclass
class _Reading:
    """Holds what is read of one object."""

    usage: Members
    reasons_beside: bool
    """Whether the format counts reasoning beside the completion, where no total tells."""
    assumed: list[str] = field(default_factory=list)

    def read(self) -> Billed:
        """Read input, output and uses; whatever has not been read by then is not known."""
        usage = self.usage
        if usage.data.get("type") in ("duration", "tokens"):  # the two forms of a transcript's usage
            usage.leave("type")
        # Perplexity's reasoning and citations stand beside, and its total holds neither.
        of_perplexity = any(name in usage for name in _PERPLEXITY)
        sent, made = usage.part(*_SENT), usage.part(*_MADE)
        wholes = self._wholes()
        read, read_media = self._reads(sent)
        written, media = _writes(usage, sent), self._media_sent(sent)
        reasoning = made.counted("reasoning_tokens") or usage.counted("reasoning_tokens")
        parts = {
            "reasoning": reasoning,
            "read": read,
            "audio": media["audio"],
            "written": sum(written.values()),
        }
        documented = {"reasoning"} if self.reasons_beside or of_perplexity else set()
        total = None if of_perplexity else usage.count("total_tokens")
        usage.leave("total_tokens")
        beside, adds_up = find_beside(total, sum(wholes), parts, documented)
        if not adds_up:
            self.assumed.append(TOTAL_DIFFERS)
        inputs, assumed_in = split_input(
            wholes[0] + sum(parts[name] for name in beside - {"reasoning"}),
            read=read, written=written, media=media, read_media=read_media, at=sent.at,
        )  # fmt: skip
        made.leave("accepted_prediction_tokens", "rejected_prediction_tokens")
        whole_output = wholes[1] + (reasoning if "reasoning" in beside else 0)
        outputs, assumed_out = split_output(whole_output, reasoning=reasoning, media=_media(made), at=made.at)
        self.assumed += (*assumed_in, *assumed_out)
        kinds = {**inputs, **outputs, "output_citation": usage.counted("citation_tokens")}
        uses = (*self._searches(), *read_xai_tools(usage), *self._lengths())
        return self._end(BilledRequest(kinds, uses, tuple(self._measures())))

    def _wholes(self) -> tuple[int, int]:
        """Return the tokens of input and of output as the usage states them."""
        usage = self.usage
        output = usage.counted("completion_tokens", "output_tokens")
        sent = usage.count("prompt_tokens", "input_tokens")
        if sent is None:  # Voyage and Jina state the total of an embedding's input alone.
            sent = max(0, usage.counted("total_tokens") - output)
        return sent, output

    def _media_sent(self, sent: Members) -> dict[str, int]:
        """Return the tokens of each medium; Cerebras and Azure state some of them beside the details."""
        media = _media(sent)
        media["image"] = media["image"] or self.usage.counted("image_tokens")
        media["audio"] = media["audio"] or self.usage.counted("audio_prompt_tokens")
        return media

    def _end(self, request: BilledRequest) -> Billed:
        """Make the result, with the mode and the cost that the usage names itself."""
        tier = self.usage.word("service_tier")
        mode = None if tier in (None, "", *_ORDINARY_TIERS) else Hint(str(tier), ("usage", "service_tier"))
        cost = self._stated_cost()
        unread = tuple(self.usage.unread())
        return Billed((request,), mode, None, cost, tuple(self.assumed), unread)

    def _reads(self, sent: Members) -> tuple[int, Mapping[str, int] | None]:
        """Return the cached tokens, and how many of them are media where the usage says it."""
        usage = self.usage
        top = usage.counted(
            "cached_tokens",
            "num_cached_tokens",
            "prompt_cache_hit_tokens",
            "cache_read_input_tokens",
            "cached_prompt_text_tokens",
        )
        usage.leave("prompt_cache_miss_tokens")
        read = sent.counted("cached_tokens", "cache_read_input_tokens")
        if read and top and read != top:
            where = (*sent.at, "cached_tokens")
            raise LocatedError(where, f"says {read}, and a member beside the details says {top}")
        read = read or top
        if "cached_tokens_details" not in sent:
            return read, None
        details = sent.part("cached_tokens_details")
        return read, _media(details)

    def _measures(self) -> list[Measure]:
        """Return what Mistral measures in seconds and Voyage in pixels, beside the tokens of the same."""
        self.usage.leave("text_tokens")
        return [
            Measure(use, what) for member, what, unit in _MEASURES for use in self._uses(member, what, unit)
        ]

    def _lengths(self) -> tuple[Use, ...]:
        """Return what is billed by its length alone: transcripts by seconds, OCR by pages."""
        self.usage.leave("doc_size_bytes")
        return (
            *self._uses("seconds", "input_audio", "second"),
            *self._uses("pages_processed", "input_page", "page"),
        )

    def _uses(self, member: str, what: str, unit: str) -> tuple[Use, ...]:
        amount = self.usage.amount(member)
        return (Use(what, {unit: amount}),) if amount else ()

    def _searches(self) -> tuple[Use, ...]:
        """Return Perplexity's searches, and the request whose price depends on how much it searches."""
        usage = self.usage
        size = usage.word("search_context_size")
        queries = usage.counted("num_search_queries")
        uses = [use_tool("web_search", queries)] if queries else []
        if size is not None:
            uses.append(Use("request", {"request": Decimal(1)}, {"search_context_size": size}))
        return tuple(uses)

    def _stated_cost(self) -> Decimal | None:
        """Return the cost in USD that a host states itself, in whichever form."""
        usage = self.usage
        if (ticks := usage.amount("cost_in_usd_ticks")) is not None:
            return ticks / _TICKS_PER_DOLLAR
        usage.leave("pydantic_ai_gateway")
        if isinstance(usage.data.get("cost"), Mapping):
            cost = usage.part("cost")
            cost.leave(*cost.data)
            return cost.amount("usd") if "usd" in cost else cost.amount("total_cost")
        return usage.amount("cost")


def read_openai(usage: Members, *, reasons_beside: bool = False) -> Billed:
    """Read a usage object in OpenAI's form.

    Raises:
        LocatedError: numbers that cannot be, or that contradict each other.
    """
    return _Reading(usage, reasons_beside).read()


def _media(details: Members) -> dict[str, int]:
    details.leave("text_tokens")
    return {name: details.counted(f"{name}_tokens") for name in MEDIA}


def _writes(usage: Members, sent: Members) -> dict[str, int]:
    """Return what is written to the cache; Alibaba and others tell it by time to live."""
    written = sent.counted("cache_write_tokens", "cache_creation_input_tokens", "cache_creation_tokens")
    written = written or usage.counted("cache_creation_input_tokens")
    by_ttl = sent.part("cache_creation") if "cache_creation" in sent else usage.part("cache_creation")
    found = {
        f"ttl {ttl}": tokens
        for name in by_ttl.data
        if (tokens := by_ttl.counted(name))
        and (ttl := name.removeprefix("ephemeral_").removesuffix("_input_tokens"))
    }
    rest = written - sum(found.values())
    return {**found, **({"ttl": rest} if rest > 0 else {})}
