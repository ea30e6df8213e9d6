"""Counts requests by rendering them with the model's own chat template, token for token.

What a message, a call or the tools add is found by rendering as well: the difference that they make to a
short conversation. So a plan's requests grow as the rendered prompts do, and no constant is kept beside the
template.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from tokenquote.catalog.schema.counting import TemplateUse
from tokenquote.catalog.schema.framing import Framing
from tokenquote.counts import Count
from tokenquote.tokens.request import BodyError, Message, Request, Role, ToolCall, ToolChoice, ToolDefinition
from tokenquote.tokens.request_count import RequestCount
from tokenquote.tokens.templates.chat_messages import (
    template_messages,
    template_settings,
    template_tools,
    with_named_calls,
)
from tokenquote.tokens.templates.hosted_framing import HostedFraming
from tokenquote.tokens.templates.rendered_prompts import RenderedPrompts
from tokenquote.tokens.templates.rendering import ChatTemplateError, render
from tokenquote.tokens.texts import TextCounter

__all__ = ["TemplatedRequests"]

_QUESTION = Message("user", ("Hello",))
_ANSWER = Message("assistant", ("Hello",))
_TOOL = ToolDefinition("f", "f", {"type": "object", "properties": {}})
_CALL = Message("assistant", calls=(ToolCall("f", "{}", "call_0"),))


class TemplatedRequests:
    """Counts requests by one chat template.

    `opening` is the request that messages are appended to, whose settings hold for them too, and whose tools
    may make thoughts stay in the history; None: it is not known.
    """

    def __init__(
        self,
        template: TemplateUse,
        framing: Framing,
        texts: TextCounter,
        prompts: RenderedPrompts,
        opening: Request | None = None,
    ) -> None:
        self._template = template
        self._framing = framing
        self._texts = texts
        self._rendered = prompts
        self._hosted = HostedFraming(framing, template.values, texts)
        self._opened_with = _opened_with(opening)

    @cached_property
    def per_request(self) -> int:
        """Tokens before the first message, and those that ask for the answer."""
        return self._framing.request + self._tokens([_QUESTION]) - self._question

    @property
    def reaches_back(self) -> bool:
        """Whether what any message adds depends on what goes before it, and not that of answers alone."""
        return False

    def request(self, request: Request) -> RequestCount:
        """Count a whole request, part by part."""
        if request.shape == "prompts":
            return self._prompts(request)
        values = template_settings(request)
        tools = self._hosted.sent_tools(request)
        whole = self._tokens(request.messages, tools, values)
        plain = {key: value for key, value in values.items() if key not in ("wants_json", "schema")}
        no_schema = self._tokens(request.messages, tools, plain) if plain != values else whole
        no_tools = self._tokens(request.messages, (), plain) if tools else no_schema
        others = [message for message in request.messages if message.role != "system"]
        no_system = (
            self._tokens(others, (), plain) if others != list(request.messages) and others else no_tools
        )
        system = [message for message in request.messages if message.role == "system"]
        unknown = [piece.text for piece in request.everything_unknown()]
        return RequestCount(
            system=self._framed(no_tools - no_system, _list_texts(system)),
            tools=self._hosted.tools(no_schema - no_tools, len(tools), has_system=bool(system)).with_framing(
                self._hosted.choice(request)
            ),
            schema=self._hosted.schema(request, whole - no_schema),
            messages=self._hosted.messages(
                self._framed(no_system + self._framing.request - self.per_request, _list_texts(others)),
                request,
                thinks=bool({**self._template.values, **values}.get("thinking")),
            ),
            unknown=self._texts.as_unknown(unknown) if unknown else self._texts.nothing(),
            per_request=self.per_request,
            slack=self._texts.slack,
        )

    def tools(self, tools: Sequence[ToolDefinition], system: Sequence[Message] = ()) -> Count:
        """Count tool definitions, given the system messages that may hold their block."""
        if not tools:
            return self._texts.nothing()
        conversation = [*system, _QUESTION]
        tokens = self._tokens(conversation, tools) - self._tokens(conversation)
        return self._hosted.tools(tokens, len(tools), has_system=bool(system))

    def appended(
        self,
        messages: Sequence[Message],
        before: Sequence[Message] = (),
        choice: ToolChoice | None = None,
    ) -> Count:
        """Count what messages add to a request that ends with `before`."""
        together = self._added([*before, *messages])
        return together.beyond(self._added(before)) if before else together

    def _added(self, messages: Sequence[Message]) -> Count:
        if not messages:
            return self._texts.nothing()
        messages = [with_named_calls(message) for message in messages]
        if messages[0].role == "system":
            added = self._tokens([*messages, _QUESTION]) - self._tokens([_QUESTION])
            return self._framed(added, _list_texts(messages))
        before, tokens = self._before(messages[0].role)
        conversation = [*before, *messages]
        if messages[-1].role == "assistant":
            conversation.append(_QUESTION)
            tokens += self._question
        counted = self._framed(self._tokens(conversation) - tokens, _list_texts(messages))
        return self._hosted.calls(counted, messages)

    def _before(self, role: Role) -> tuple[list[Message], int]:
        """Return a short conversation that a message of this role can follow, with its request's tokens."""
        asked = self._tokens([_QUESTION])
        if role == "user":
            return [_QUESTION, _ANSWER], asked + self._answer
        if role == "tool":
            called = self._tokens([_QUESTION, _CALL, _QUESTION]) - self._question
            return [_QUESTION, _CALL], called
        return [_QUESTION], asked

    @cached_property
    def _question(self) -> int:
        """Tokens that the question of the short conversation adds after an answer."""
        asked = self._tokens([_QUESTION, _ANSWER, _QUESTION], asks=False)
        return asked - self._tokens([_QUESTION, _ANSWER], asks=False)

    @cached_property
    def _answer(self) -> int:
        """Tokens that its answer adds, the opening that had asked for it included."""
        return self._tokens([_QUESTION, _ANSWER, _QUESTION]) - self._tokens([_QUESTION]) - self._question

    def _prompts(self, request: Request) -> RequestCount:
        nothing = self._texts.nothing()
        unknown = [piece.text for piece in request.everything_unknown()]
        return RequestCount(
            system=nothing,
            tools=nothing,
            schema=nothing,
            messages=self._texts.texts(request.prompts).with_framing(request.prompt_tokens),
            unknown=self._texts.as_unknown(unknown) if unknown else nothing,
            per_request=0,
        )

    def _tokens(
        self,
        messages: Sequence[Message],
        tools: Sequence[ToolDefinition] = (),
        values: Mapping[str, object] | None = None,
        *,
        asks: bool = True,
    ) -> int:
        """Count the tokens of a rendered conversation.

        Raises:
            BodyError: the template refuses it.
        """
        stated = self._opened_with if values is None else values
        shown: dict[str, object] = {
            "bos_token": "",
            "eos_token": "",
            "tools": template_tools(tools) or None,
            **self._template.values,
            **stated,
            "messages": template_messages(messages, self._template.joined_by),
            "add_generation_prompt": asks,
        }
        if self._template.literal:
            shown |= {key: self._rendered.shield(shown[key]) for key in ("messages", "tools")}
        try:
            rendered = render(self._template.text, shown)
        except ChatTemplateError as error:
            raise BodyError(("messages",), str(error)) from None
        return self._rendered.count(rendered) + self._hosted.default_system(messages)

    def _framed(self, tokens: int, texts: Sequence[str]) -> Count:
        """Count a part whose texts are its content, and all the rest of it framing."""
        content = self._texts.texts(texts)
        return content.with_framing(tokens - content.tokens)


def _list_texts(messages: Sequence[Message]) -> list[str]:
    """List what stands in the messages: texts, reasoning, and the arguments of calls."""
    found: list[str] = []
    for message in messages:
        found += [*message.texts, *([message.reasoning] if message.reasoning else [])]
        found += [call.arguments for call in message.calls]
    return found


def _opened_with(opening: Request | None) -> dict[str, object]:
    """Return the values of a template that an opening leaves to what follows it.

    Any tool stands for its tools, as only that there are some matters. What asks for an output is part of it.
    """
    if opening is None:
        return {}
    values = template_settings(opening)
    for key in ("wants_json", "schema", "tool_choice"):
        values.pop(key, None)
    return {**values, "tools": template_tools([_TOOL])} if opening.tools else values
