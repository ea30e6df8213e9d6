"""A body for each rule of known_rules.py that breaks it and nothing else, by the words of the rule."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

__all__ = ["BREAKING"]

Body = dict[str, Any]

_MODEL = "openai/gpt-5.4-mini"
_PLAN: Body = {"model": _MODEL, "turns": [{"user": 1, "assistant": 1, "reasoning": 0}]}
_CALLS: Body = {"tool_rounds": [{"calls": [{"call": 1, "agent": "a"}]}]}
_MAP: Body = {"kind": "map_reduce", "chunk": 10, "overlap": 10}
_TREE: Body = {"kind": "tree_of_thoughts", "breadth": 1_000, "depth": 100}
_SOLUTION: Body = {"plan": _PLAN, "at": "/turns/0/repeat", "limit": {"cost": "0.10"}}
_VARIANT: Body = {"name": "a", "patch": {}}
_TOOL: Body = {"name": "a", "inputSchema": {}}
_FILE: Body = {"name": "a", "text": "b"}
_LLAMA: Body = {"model": "meta-llama/Llama-3.1-8B"}
_DEPLOYMENT: Body = {**_LLAMA, "context_tokens": 4_096}
_BREAK_EVEN: Body = {"plan": {**_PLAN, "model": "groq/llama-3.3-70b-versatile"}, "conversations_per_day": 100}
_H100: Body = {**_DEPLOYMENT, "gpu": "h100-sxm-80gb"}
_DRAWN: Body = {**_BREAK_EVEN, "plan": {**_BREAK_EVEN["plan"], "system": {"p50": 1, "p90": 2}}}
_CACHE: Body = {**_LLAMA, "context_tokens": 8}
_INDEX: Body = {"vectors": 1_000, "dimension": 64}
_WEIGHTS: Body = {"header": {"format": "gguf", "tensors": [{"name": "a", "type": "?", "shape": [8]}]}}
_HUGE: Body = {"header": {"format": "gguf", "tensors": [{"name": "a", "type": "F16", "shape": [2**53, 8]}]}}
_USAGE: Body = {"model": _MODEL, "usage": {"prompt_tokens": 10, "completion_tokens": 5}}
_CHAT: Body = {"messages": [{"role": "user", "content": "Hello"}]}
_TOKENS: Body = {"model": _MODEL, "format": "openai.chat", "body": _CHAT}
_ROLLOUT: Body = {"sequences": 1, "prompt_tokens": 8, "answer_tokens": 8}
_OFFLOADED: Body = {**_LLAMA, "offload": "optimizer-and-weights", "zero_stage": 3}
_BACKWARD: Body = {**_LLAMA, "optimizer_in_backward": True}
_NOTHING = base64.b64encode(bytes(8)).decode()


def _media(**item: Any) -> Body:
    return {"model": "anthropic/claude-opus-4-8", "items": [item]}


BREAKING: Mapping[str, list[tuple[str, Body]]] = {
    "the numbers of a range stand in order": [
        ("quote", {**_PLAN, "turns": [{"user": {"min": 2, "mode": 1, "max": 3}}]}),
        ("quote", {**_PLAN, "turns": [{"user": {"p50": 2, "p90": 1}}]}),
    ],
    "a part is no more than the whole": [
        ("kv_cache", {**_CACHE, "prompt_tokens": 9}),
        ("kv_cache", {**_CACHE, "shared_prefix_tokens": 9}),
        ("deployment", {**_DEPLOYMENT, "prompt_tokens": 5_000}),
    ],
    "a summary keeps fewer turns than it is made of": [
        ("quote", {**_PLAN, "history": {"strategy": "summary", "every": 2, "tokens": 9, "keep": 2}})
    ],
    "pieces overlap by less than their length": [("quote", {"model": _MODEL, "workflow": _MAP})],
    "all models together make no more requests than a quote": [
        ("compare", {"models": "all", "turns": [{**_PLAN["turns"][0], "repeat": 1_000}]}),
    ],
    "a model that makes images is known by their tokens": [
        ("quote", {"model": _MODEL, "turns": [{"user": 1, "assistant": [{"type": "image"}]}]}),
    ],
    "a tree is no larger than a quote": [("quote", {"model": _MODEL, "workflow": _TREE})],
    "segments divide the dimension": [("vector_index", {**_INDEX, "index": "pq", "segments": 7})],
    "what is counted stays below 2^53 bytes": [
        ("vector_index", {**_INDEX, "vectors": 10**13, "dimension": 10**6}),
        ("kv_cache", {**_CACHE, "context_tokens": 10**9, "sequences": 10**6}),
        ("deployment", {**_DEPLOYMENT, "context_tokens": 10**9, "concurrency": 10**6}),
        ("training", {**_LLAMA, "batch_size": 10**6, "sequence_tokens": 10**7}),
        ("weights", _HUGE),
    ],
    "a search ends": [("solve", {**_SOLUTION, "limit": {"cost": 10**24 - 1}})],
    "a file is base64": [
        ("media", _media(type="image", data="0")),
        ("media", _media(type="image", data="\u00e9")),
    ],
    "names differ": [
        ("what_if", {"plan": _PLAN, "variants": [_VARIANT, _VARIANT]}),
        ("context_tax", {"model": _MODEL, "files": [_FILE, _FILE]}),
        ("context_tax", {"model": _MODEL, "mcp_tools": [_TOOL, _TOOL]}),
    ],
    "a pointer leads to something in the plan": [("solve", {**_SOLUTION, "at": "/nothing"})],
    "only the first turn after a start has no question": [("quote", {**_PLAN, "turns": [{}]})],
    "a plan whose cost is certain has no percentiles": [("solve", {**_SOLUTION, "limit": {"cost_p90": "1"}})],
    "draws are of something that is not certain": [
        ("quote", {**_PLAN, "samples": 9}),
        ("quote", {**_PLAN, "seed": 9}),
    ],
    "a call starts an agent of the plan": [("quote", {**_PLAN, "turns": [{**_PLAN["turns"][0], **_CALLS}]})],
    "a provider is one of the catalog": [
        ("compare", {"models": {"providers": ["nobody"]}, "turns": _PLAN["turns"]})
    ],
    "a provider of a query is one of the catalog": [("models", {"provider": "nobody"})],
    "a model is offered in some modes": [
        ("quote", {**_PLAN, "mode": "slow"}),
        ("usage", {**_USAGE, "mode": "slow"}),
    ],
    "a region has a price": [("quote", {**_PLAN, "region": "moon"})],
    "a GPU is one of the catalog": [
        ("deployment", {**_DEPLOYMENT, "gpu": "abacus"}),
        ("deployment", {**_DEPLOYMENT, "gpus": ["abacus"]}),
    ],
    "a GPU has a speed": [("deployment", {**_DEPLOYMENT, "gpu": "gb10-128gb", "break_even": _BREAK_EVEN})],
    "a GPU has a price": [("deployment", {**_DEPLOYMENT, "gpu": "gb300-288gb", "break_even": _BREAK_EVEN})],
    "a number format is one of the catalog": [
        ("kv_cache", {**_CACHE, "dtype": "words"}),
        ("weights", {**_LLAMA, "quantization": "0"}),
    ],
    "a tensor's type is one of the catalog": [("weights", _WEIGHTS)],
    "a model has a rule for such media": [("media", _media(type="audio", url="a"))],
    "a model takes images of some sizes": [("media", _media(type="image", width=1, height=10**6))],
    "an engine has versions": [("kv_cache", {**_CACHE, "engine": {"name": "vllm", "version": "0"}})],
    "an engine has options of its own": [
        ("deployment", {**_DEPLOYMENT, "engine": {"name": "ollama", "gpu_memory_utilization": 0.5}}),
        (
            "deployment",
            {**_DEPLOYMENT, "engine": {"name": "ollama"}, "gpu": "h100-sxm-80gb", "tensor_parallel": 2},
        ),
    ],
    "a quote has been made here": [("usage", {**_USAGE, "quote_id": "q_0"})],
    "a model divides over some numbers of GPUs": [
        ("kv_cache", {**_CACHE, "tensor_parallel": 3}),
        ("kv_cache", {**_CACHE, "pipeline_parallel": 1_000}),
    ],
    "a number of GPUs is the product of its factors": [
        ("deployment", {**_H100, "gpu_count": 4, "tensor_parallel": 3, "pipeline_parallel": 1}),
    ],
    "no more layers are put on GPUs than the model has": [
        ("deployment", {**_DEPLOYMENT, "engine": {"name": "llama.cpp"}, "gpu_layers": 1_000}),
    ],
    "some models have experts": [
        ("deployment", {**_H100, "expert_parallel": True}),
        ("deployment", {**_H100, "data_parallel": 2}),
    ],
    "some models have public weights": [("deployment", {**_DEPLOYMENT, "model": _MODEL})],
    "a model fits on the GPUs": [
        ("deployment", {**_H100, "context_tokens": 10**9, "gpu_count": 1, "break_even": _BREAK_EVEN}),
    ],
    "a break-even has no draws": [("deployment", {**_H100, "break_even": _DRAWN})],
    "some models predict further tokens": [("kv_cache", {**_CACHE, "prediction_layers": True})],
    "some models have an encoder": [("training", {**_LLAMA, "decoder_tokens": 8})],
    "some models make images": [("weights", {**_LLAMA, "image": {"width": 8, "height": 8}})],
    "a model has matrices of some names": [("training", {**_LLAMA, "lora": {"targets": ["a"]}})],
    "the ways of a training step go together": [
        ("training", {**_LLAMA, "optimizer": "lion", "optimizer_step": "loop"}),
        ("training", {**_BACKWARD, "optimizer_step": "loop"}),
        ("training", {**_BACKWARD, "gradient_accumulation_steps": 2}),
        ("training", {**_BACKWARD, "zero_stage": 1}),
        ("training", {**_OFFLOADED, "optimizer": "paged-adamw"}),
        ("training", {**_OFFLOADED, "zero_stage": 2}),
        ("training", {**_OFFLOADED, "zero_stage": 0}),
        ("training", {**_OFFLOADED, "objective": {"kind": "grpo", "rollout": _ROLLOUT}}),
    ],
    "a model's own config.json, whose members depend on its kind": [("weights", {"architecture": {}})],
    "the keys of a GGUF file depend on its architecture": [
        (
            "kv_cache",
            {"context_tokens": 8, "header": {"format": "gguf", "metadata": {"general.architecture": "a"}}},
        )
    ],
    "the body of an API has that API's members": [
        ("tokens", {**_TOKENS, "body": {}}),
        ("tokens", {**_TOKENS, "format": "bedrock.invoke", "body": {}}),
        *(
            ("tokens", {**_TOKENS, "format": name})
            for name in (
                "gemini.generateContent",
                "gemini.interactions",
                "ollama.embed",
                "ollama.generate",
                "bedrock.count_tokens",
                "openai.images",
                "llamacpp.rerank",
            )
        ),
    ],
    "a tool definition is one of a known API": [("context_tax", {"model": _MODEL, "tools": [{}]})],
    "a usage object is one that a provider sends": [("usage", {**_USAGE, "usage": {"": []}})],
    "a usage object is of the stated format": [("usage", {**_USAGE, "format": "cohere.chat"})],
    "a file is one of a known format": [
        ("media", _media(type=kind, data=_NOTHING)) for kind in ("image", "audio", "video", "document")
    ],
}
"""The method of the estimator, and the body, for each rule."""
