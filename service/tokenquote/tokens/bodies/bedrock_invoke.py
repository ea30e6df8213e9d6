"""Bedrock's InvokeModel: the body is the model vendor's own, told apart by its members."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tokenquote.tokens.bodies.anthropic_messages import read_anthropic_messages
from tokenquote.tokens.bodies.bedrock_converse import read_bedrock_converse
from tokenquote.tokens.bodies.cohere_chat import read_cohere_chat
from tokenquote.tokens.bodies.json_members import either
from tokenquote.tokens.bodies.openai_chat import read_openai_chat
from tokenquote.tokens.bodies.prompts import read_embedding, read_prompt
from tokenquote.tokens.request import BodyError, Request

__all__ = ["read_bedrock_count_tokens", "read_bedrock_invoke"]


def read_bedrock_invoke(body: Mapping[str, Any]) -> Request:
    """Claude's, Nova's, OpenAI's and Cohere's chats, Titan's, Llama's and Mistral's prompts, embeddings."""
    if "anthropic_version" in body:
        return read_anthropic_messages(body)
    if "message" in body:
        return read_cohere_chat(body)
    if isinstance(body.get("messages"), list):
        return read_bedrock_converse(body) if _is_novas(body) else read_openai_chat(body)
    if "taskType" in body:
        text = either(either(body, "singleEmbeddingParams", "segmentedEmbeddingParams"), "text")
        return read_embedding({"input": either(text, "value") or ""})
    if "prompt" in body or "textGenerationConfig" in body:
        return read_prompt(body)
    if any(key in body for key in ("inputText", "texts")):
        return read_embedding(body)
    raise BodyError(("messages",), "a bedrock.invoke body is the model's own: messages, prompt, texts")


def _is_novas(body: Mapping[str, Any]) -> bool:
    """Whether it is Converse's, whose blocks have no `type`."""
    if any(key in body for key in ("inferenceConfig", "schemaVersion", "toolConfig")):
        return True
    contents = (message.get("content") for message in body["messages"] if isinstance(message, dict))
    blocks = [block for content in contents if isinstance(content, list) for block in content]
    return any(isinstance(block, dict) and "type" not in block for block in blocks)


def read_bedrock_count_tokens(body: Mapping[str, Any]) -> Request:
    """`{input: {converse: {...}}}`; an invokeModel body is base64 in there and is not opened."""
    inner = either(body.get("input"), "converse")
    if not isinstance(inner, dict):
        raise BodyError(("input", "converse"), "a bedrock.count_tokens body has input.converse")
    return read_bedrock_converse(inner)
