"""Turn requests in others' shapes into Anthropic's, as gateways do before they pass them on."""

from __future__ import annotations

from dataclasses import replace

from tokenquote.tokens.request import Message, Request

__all__ = ["as_anthropic", "asks_thinking", "interleaves_thinking"]

_INTERLEAVED_THINKING = "interleaved-thinking-2025-05-14"


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
    return message._replace(parts=(*message.parts[:-1], message.parts[-1].rstrip()))


def asks_thinking(request: Request) -> bool:
    """Return whether Claude is asked to think a stated length; adaptive thinking adds no prompt.

    Gateways turn it off where a call of the history comes without its reasoning, and where one is forced.
    """
    if request.shape in ("chat", "responses"):
        return _asks_gateway(request) and not _is_forced(request) and not _calls_without_reasoning(request)
    asked = (request.settings.get(key) for key in ("thinking", "reasoning_config"))
    return any(isinstance(wanted, dict) and wanted.get("type") == "enabled" for wanted in asked)


def _asks_gateway(request: Request) -> bool:
    settings = request.settings
    if settings.get("reasoning_effort") not in (None, "none"):
        return True
    for key in ("thinking", "reasoning"):
        asked = settings.get(key)
        if isinstance(asked, dict):
            efforts = (asked.get("max_tokens"), asked.get("effort"))
            return (
                asked.get("type") == "enabled"
                or asked.get("enabled") is True
                or any(effort not in (None, "none", 0) for effort in efforts)
            )
    return False


def _is_forced(request: Request) -> bool:
    choice = request.tool_choice
    return choice is not None and choice.mode in ("required", "named") and bool(request.tools)


def _calls_without_reasoning(request: Request) -> bool:
    return any(
        message.calls and not message.reasoning and not message.hidden_reasoning
        for message in request.messages
    )


def interleaves_thinking(request: Request) -> bool:
    """Return whether a request with thinking and tools asks for thinking between calls.

    Betas stand in bodies on Bedrock and Vertex; elsewhere a header has them, which a body does not show.
    """
    named = request.settings.get("anthropic_beta")
    return isinstance(named, list) and _INTERLEAVED_THINKING in named and bool(request.tools)
