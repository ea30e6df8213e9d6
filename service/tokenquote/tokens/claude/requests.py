"""Turn requests in others' shapes into Anthropic's, as gateways do before they pass them on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tokenquote.tokens.request import Message, Request

__all__ = ["as_anthropic", "asks_thinking", "has_beta"]


def as_anthropic(request: Request) -> Request:
    """Return the request as Anthropic's own API would be sent it.

    Gateways that take OpenAI's chats put all system messages before the conversation, in paragraphs, and take
    white space away at the end of the system text and of a message (OpenRouter, 4 of 4 calls).
    """
    if request.shape not in ("chat", "responses"):
        return request
    system = [text.rstrip() for m in request.messages if m.role == "system" if (text := "".join(m.texts))]
    spoken = [_trimmed(message) for message in request.messages if message.role != "system"]
    opening = [Message("system", ("\n\n".join(system),))] if system else []
    return replace(request, messages=(*opening, *spoken))


def _trimmed(message: Message) -> Message:
    if message.role == "tool" or not message.parts or not isinstance(message.parts[-1], str):
        return message
    return replace(message, parts=(*message.parts[:-1], message.parts[-1].rstrip()))


def asks_thinking(request: Request) -> bool:
    """Return whether Claude is asked to think a stated length; adaptive thinking adds no prompt.

    Gateways turn it off where a call of the history comes without its reasoning, and where one is forced.
    """
    for key in ("thinking", "reasoning_config", "reasoning"):
        asked = request.settings.get(key)
        if isinstance(asked, dict):
            effort = asked.get("effort")
            asks = asked.get("type") == "enabled" or asked.get("max_tokens") or effort not in (None, "none")
            thinks = bool(asks or asked.get("enabled") is True)
            return thinks and not (request.shape == "chat" and _turned_off(request))
    return False


def _turned_off(request: Request) -> bool:
    forced = request.tool_choice is not None and request.tool_choice.mode in ("required", "named")
    return (forced and bool(request.tools)) or _calls_without_reasoning(request.messages)


def _calls_without_reasoning(messages: Sequence[Message]) -> bool:
    return any(m.calls and not m.reasoning and not m.hidden_reasoning for m in messages)


def has_beta(request: Request, beta: str) -> bool:
    """Return whether the request asks for a beta; Bedrock and Vertex have betas in the body."""
    named = request.settings.get("anthropic_beta")
    return isinstance(named, list) and beta in named
