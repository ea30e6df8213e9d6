"""Read the body of Bedrock's InvokeModel, which is the model vendor's own, told apart by its members."""

from __future__ import annotations

from tokenquote.tokens.bodies.anthropic_messages import read_anthropic_messages
from tokenquote.tokens.bodies.bedrock_converse import read_bedrock_converse
from tokenquote.tokens.bodies.cohere_chat import read_cohere_chat
from tokenquote.tokens.bodies.json_members import find_member
from tokenquote.tokens.bodies.openai_chat import read_openai_chat
from tokenquote.tokens.bodies.prompts import read_embedding, read_prompt
from tokenquote.tokens.request import BodyError, JsonObject, Request

__all__ = ["read_bedrock_count_tokens", "read_bedrock_invoke"]


def read_bedrock_invoke(body: JsonObject) -> Request:
    """Read a chat of Claude, Nova, OpenAI or Cohere, a prompt of Titan, Llama or Mistral, or an embedding.

    Raises:
        BodyError: the body is none of these, or it has a member of the wrong type.
    """
    if "anthropic_version" in body:
        return read_anthropic_messages(body)
    if "message" in body:
        return read_cohere_chat(body)
    messages = body.get("messages")
    if isinstance(messages, list):
        return read_bedrock_converse(body) if _is_converse(body, messages) else read_openai_chat(body)
    if "taskType" in body:
        text = find_member(find_member(body, "singleEmbeddingParams", "segmentedEmbeddingParams"), "text")
        return read_embedding({"input": find_member(text, "value") or ""})
    if "prompt" in body or "textGenerationConfig" in body:
        return read_prompt(body)
    if any(key in body for key in ("inputText", "texts")):
        return read_embedding(body)
    raise BodyError(("messages",), "a bedrock.invoke body is the model's own: messages, prompt, texts")


def _is_converse(body: JsonObject, messages: list[object]) -> bool:
    """Return whether Nova reads the body: its messages are Converse's, whose blocks have no `type`."""
    if any(key in body for key in ("inferenceConfig", "schemaVersion", "toolConfig")):
        return True
    contents = (message.get("content") for message in messages if isinstance(message, dict))
    blocks = [block for content in contents if isinstance(content, list) for block in content]
    return any(isinstance(block, dict) and "type" not in block for block in blocks)


def read_bedrock_count_tokens(body: JsonObject) -> Request:
    """Read `{input: {converse: {...}}}`; an invokeModel body is base64 in there and is not opened.

    Raises:
        BodyError: the body has no `input.converse`, or that has a member of the wrong type.
    """
    inner = find_member(body.get("input"), "converse")
    if not isinstance(inner, dict):
        raise BodyError(("input", "converse"), "a bedrock.count_tokens body has input.converse")
    return read_bedrock_converse(inner)
