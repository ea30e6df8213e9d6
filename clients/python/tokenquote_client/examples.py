"""An example of each question, as the OpenAPI document shows it; tests send each to a real service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = [
    "COMPARISON",
    "CONTEXT_TAX",
    "DEPLOYMENT",
    "KV_CACHE",
    "MEDIA",
    "MEMORY_GRID",
    "MODEL_DETAIL",
    "MODEL_LIST",
    "PLAN",
    "SOLUTION",
    "TOKENS",
    "TRAINING",
    "USAGE",
    "VECTOR_INDEX",
    "WEIGHTS",
]

PLAN: Mapping[str, Any] = {
    "model": "openai/gpt-5.4-mini",
    "system": "You are a support agent of a bicycle shop.",
    "turns": [{"user": "Where is my order 4711?", "assistant": 260, "reasoning": 0, "repeat": 10}],
}
COMPARISON: Mapping[str, Any] = {
    "plan": {
        "model": "openai/gpt-5.4-mini",
        "system": 1200,
        "turns": [{"user": 120, "assistant": 260, "reasoning": 0, "repeat": 10}],
    },
    "variants": [
        {"name": "the last two turns only", "patch": {"history": {"strategy": "window", "turns": 2}}},
        {"name": "in a batch", "patch": {"mode": "batch"}},
    ],
}
SOLUTION: Mapping[str, Any] = {
    "plan": COMPARISON["plan"],
    "at": "/turns/0/repeat",
    "limit": {"cost": "0.10"},
}
CONTEXT_TAX: Mapping[str, Any] = {
    "model": "openai/gpt-5.4-mini",
    "mcp_tools": {
        "tools": [
            {
                "name": "find_order",
                "description": "Find an order of the bicycle shop by its number.",
                "inputSchema": {
                    "type": "object",
                    "properties": {"number": {"type": "integer", "description": "The number of the order."}},
                    "required": ["number"],
                },
            },
            {
                "name": "list_open_orders",
                "description": "List the orders of a customer that are not delivered yet.",
                "inputSchema": {
                    "type": "object",
                    "properties": {
                        "customer": {"type": "string", "description": "The customer's e-mail address."}
                    },
                    "required": ["customer"],
                },
            },
        ]
    },
    "files": [{"name": "AGENTS.md", "text": "Answer in the language of the customer. Never promise a day."}],
}
USAGE: Mapping[str, Any] = {
    "model": "openai/gpt-5.4-mini",
    "usage": {
        "prompt_tokens": 2006,
        "completion_tokens": 300,
        "total_tokens": 2306,
        "prompt_tokens_details": {"cached_tokens": 1920, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 128, "audio_tokens": 0},
    },
}
TOKENS: Mapping[str, Any] = {
    "format": "openai.chat",
    "body": {
        "model": "gpt-4o",
        "messages": [{"role": "user", "content": "What is the weather in Paris?"}],
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "get_weather",
                    "description": "Get the weather",
                    "parameters": {
                        "type": "object",
                        "properties": {"city": {"type": "string"}},
                        "required": ["city"],
                    },
                },
            }
        ],
    },
}
MEDIA: Mapping[str, Any] = {
    "model": "anthropic/claude-opus-4-8",
    "items": [{"type": "image", "width": 1920, "height": 1080}],
}
KV_CACHE: Mapping[str, Any] = {
    "model": "meta-llama/Llama-3.1-8B",
    "context_tokens": 32768,
    "sequences": 16,
    "dtype": "fp16",
    "block_tokens": 16,
    "tensor_parallel": 2,
}
WEIGHTS: Mapping[str, Any] = {"model": "Qwen/Qwen3-32B", "quantization": "awq-4bit-g128"}
TRAINING: Mapping[str, Any] = {
    "model": "Qwen/Qwen3-8B",
    "lora": {"rank": 16, "targets": ["all-linear"]},
    "quantization": "nf4-dq",
    "batch_size": 4,
    "sequence_tokens": 4096,
    "checkpointing": "full",
}
MEMORY_GRID: Mapping[str, Any] = {
    "model": "Qwen/Qwen3-32B",
    "context_tokens": [4096, 8192, 16384, 32768],
    "sequences": [1, 8, 64],
    "quantization": ["bf16", "fp8", "awq-4bit-g128"],
}
VECTOR_INDEX: Mapping[str, Any] = {
    "vectors": 10_000_000,
    "dimension": 1536,
    "index": "hnsw",
    "dtype": "fp16",
}
DEPLOYMENT: Mapping[str, Any] = {
    "model": "meta-llama/Llama-3.1-70B",
    "quantization": "fp8",
    "kv_dtype": "fp8",
    "context_tokens": 8192,
    "concurrency": 32,
    "gpu": "h100",
    "gpu_count": 2,
    "break_even": {
        "plan": {
            "model": "groq/llama-3.3-70b-versatile",
            "system": 500,
            "turns": [{"user": 120, "assistant": 260, "reasoning": 0, "repeat": 10}],
        },
        "conversations_per_day": 20_000,
    },
}
MODEL_LIST: Mapping[str, Any] = {"provider": "openai", "limit": 10}
MODEL_DETAIL: Mapping[str, Any] = {"model_id": "openai/gpt-5.4-mini"}
