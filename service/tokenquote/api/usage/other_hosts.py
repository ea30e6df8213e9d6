"""Reads the usage of hosts with forms of their own: Amazon Bedrock, Cohere and Ollama."""

from __future__ import annotations

from dataclasses import replace

from tokenquote.api.usage.anthropic import read_anthropic
from tokenquote.api.usage.billed import Billed, BilledRequest
from tokenquote.api.usage.members import Members
from tokenquote.api.usage.openai import read_openai
from tokenquote.api.usage.splits import TOTAL_DIFFERS
from tokenquote.errors import LocatedError
from tokenquote.ledger.fees import Use

_METRICS = "amazon-bedrock-invocationMetrics"

__all__ = ["read_bedrock_invoke", "read_cohere", "read_converse", "read_ollama"]


def read_converse(usage: Members) -> Billed:
    """Read the usage of Bedrock's Converse API: cache reads and writes stand beside `inputTokens`.

    Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html.

    Raises:
        LocatedError: numbers that cannot be, or that contradict each other.
    """
    written = usage.counted("cacheWriteInputTokens", "cacheWriteInputTokenCount")
    by_ttl: dict[str, int] = {}
    for detail in usage.items("cacheDetails"):
        name = f"ttl {detail.word('ttl') or ''}".strip()
        by_ttl[name] = by_ttl.get(name, 0) + detail.counted("inputTokens")
    if by_ttl and sum(by_ttl.values()) != written:
        where = (*usage.at, "cacheDetails")
        raise LocatedError(where, f"adds up to {sum(by_ttl.values())}, and {written} tokens are written")
    total = usage.count("totalTokens")
    usage.leave("pydantic_ai_gateway")
    sent, made = usage.counted("inputTokens"), usage.counted("outputTokens")
    read = usage.counted("cacheReadInputTokens", "cacheReadInputTokenCount")
    kinds = {"input": sent, "cache_read": read, **(by_ttl or {"ttl": written}), "output": made}
    billed = _one_request(usage, kinds)
    if total in (
        None,
        sent + made,
        sent + made + read + written,
    ):  # models differ in whether it holds the cache
        return billed
    return replace(billed, assumptions=(TOTAL_DIFFERS,))


def read_bedrock_invoke(usage: Members) -> Billed:
    """Read what models of Bedrock's InvokeModel state: each in the form of its maker.

    The metrics of the invocation, which every answer holds (`amazon-bedrock-invocationMetrics`), are a form
    of their own; beside the maker's own form they repeat it and are passed over.

    Raises:
        LocatedError: numbers that cannot be, or that contradict each other.
    """
    if "prompt_tokens" in usage:
        return read_openai(usage)
    if "input_tokens" in usage:
        usage.leave(_METRICS)
        return read_anthropic(usage)
    if "inputTokens" in usage:
        usage.leave(_METRICS)
        return read_converse(usage)
    if _METRICS in usage:
        metrics = read_bedrock_invoke(usage.part(_METRICS))
        return replace(metrics, unread=tuple(usage.unread()))
    return _one_request(usage, {
        "input": usage.counted("inputTokenCount", "inputTextTokenCount", "prompt_token_count"),
        "cache_read": usage.counted("cacheReadInputTokenCount"),
        "ttl": usage.counted("cacheWriteInputTokenCount"),
        "output": usage.counted("outputTokenCount", "generation_token_count"),
    })  # fmt: skip


def read_cohere(usage: Members) -> Billed:
    """Read Cohere's `usage` or `meta`: what is billed is `billed_units`, and `tokens` is what was processed.

    Source: https://docs.cohere.com/reference/chat.

    Raises:
        LocatedError: numbers that cannot be.
    """
    processed = usage.part("tokens")
    if "billed_units" in usage:
        billed = usage.part("billed_units")
        # What Cohere processes besides, such as its own prompt and the cached part of it, is not billed.
        processed.leave(*processed.data)
        usage.leave("cached_tokens")
    else:
        billed = usage if "tokens" not in usage else processed
        billed.leave("reasoning_tokens", "image_tokens")
    searches, labels = billed.amount("search_units"), billed.amount("classifications")
    images = billed.amount("images")
    uses = (
        *((Use("search", {"query": searches}),) if searches else ()),
        *((Use("classification", {"call": labels}),) if labels else ()),
        *((Use("input_image", {"image": images}),) if images else ()),
    )
    return _one_request(usage, {
        "input": billed.counted("input_tokens"),
        "input_image": billed.counted("image_tokens") if "billed_units" in usage else 0,
        "output": billed.counted("output_tokens"),
    }, uses)  # fmt: skip


def read_ollama(usage: Members) -> Billed:
    """Read the counts of Ollama's own API.

    Raises:
        LocatedError: numbers that cannot be.
    """
    kinds = {"input": usage.counted("prompt_eval_count"), "output": usage.counted("eval_count")}
    return _one_request(usage, kinds)


def _one_request(usage: Members, kinds: dict[str, int], uses: tuple[Use, ...] = ()) -> Billed:
    return Billed((BilledRequest(kinds, uses),), unread=tuple(usage.unread()))
