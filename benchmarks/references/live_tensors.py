"""The bytes of the tensors that are alive at once while a network runs, found on torch's meta device.

Every storage that an operation makes is counted from then until Python frees it, as an allocator without any
rounding would. What kernels take besides, such as cuDNN's workspaces, is not seen. Attention is taken to
write its output alone, as flash attention does.
"""

from __future__ import annotations

import importlib
import weakref
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["peak_bytes"]

torch: Any = importlib.import_module("torch")
_dispatch: Any = importlib.import_module("torch.utils._python_dispatch")
_overrides: Any = importlib.import_module("torch.overrides")
_pytree: Any = importlib.import_module("torch.utils._pytree")


class _FlashAttention(_overrides.TorchFunctionMode):  # type: ignore[misc]
    """Attention that makes no matrix of all pairs."""

    def __torch_function__(
        self, called: Any, types: Any, args: Any = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        if called is torch.nn.functional.scaled_dot_product_attention:
            query = args[0] if args else (kwargs or {})["query"]
            return torch.empty_like(query)
        return called(*args, **(kwargs or {}))


class _Tracker(_dispatch.TorchDispatchMode):  # type: ignore[misc]
    """A sum over the storages that are alive."""

    def __init__(self) -> None:
        super().__init__()
        self.live = self.peak = 0
        self._known: set[int] = set()

    def __torch_dispatch__(
        self, called: Any, types: Any, args: Any = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        before = {
            tensor.untyped_storage()._cdata
            for tensor in _pytree.tree_leaves((args, kwargs))
            if isinstance(tensor, torch.Tensor)
        }
        made = called(*args, **(kwargs or {}))
        for tensor in _pytree.tree_leaves(made):
            if isinstance(tensor, torch.Tensor):
                self._add(tensor.untyped_storage(), before)
        return made

    def _add(self, storage: Any, before: set[int]) -> None:
        key = storage._cdata
        if key in before or key in self._known:
            return
        self._known.add(key)
        self.live += storage.nbytes()
        self.peak = max(self.peak, self.live)
        weakref.finalize(storage, self._free, key, storage.nbytes())

    def _free(self, key: int, size: int) -> None:
        self._known.discard(key)
        self.live -= size


def peak_bytes(run: Callable[[], object]) -> int:
    """Return the most bytes of tensors, made by `run` itself, that were alive at once."""
    tracker = _Tracker()
    with torch.no_grad(), torch.device("meta"), _FlashAttention(), tracker:
        run()
    return tracker.peak
