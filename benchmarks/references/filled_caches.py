"""What the caches of transformers' models hold and what a step looks at, for comparisons with ours."""

from __future__ import annotations

from typing import Any

__all__ = ["PROMPT_TOKENS", "count_state_bytes", "fill_cache"]

PROMPT_TOKENS = 40
"""The tokens of the prompt: more than every window of the models that are compared."""


def fill_cache(torch: Any, model: Any) -> tuple[Any, int]:
    """Return a model's cache, and the bytes of all keys and values that one step of decoding looks at."""
    tokens = torch.randint(0, model.config.vocab_size, (1, PROMPT_TOKENS))
    seen: dict[int, int] = {}
    with torch.no_grad():
        cache = model(tokens, use_cache=True).past_key_values
        update = cache.update

        def counted(keys: Any, values: Any, layer: int, *rest: Any, **more: Any) -> Any:
            looked_at = update(keys, values, layer, *rest, **more)
            seen[layer] = sum(tensor.numel() * tensor.element_size() for tensor in looked_at)
            return looked_at

        cache.update = counted
        model(tokens[:, :1], past_key_values=cache, use_cache=True)
    return cache, sum(seen.values())


def count_state_bytes(cache: Any) -> int:
    """Return the bytes of recurrent states; of convolutions without the present token, as in engines."""
    total = 0
    for layer in cache.layers:
        for state in _tensors(getattr(layer, "conv_states", None)):
            total += state.numel() // state.shape[-1] * (state.shape[-1] - 1) * state.element_size()
        for state in _tensors(getattr(layer, "recurrent_states", None)):
            total += state.numel() * state.element_size()
    return total


def _tensors(held: Any) -> list[Any]:
    items = held.values() if isinstance(held, dict) else held if isinstance(held, list) else [held]
    return [item for item in items if item is not None]
