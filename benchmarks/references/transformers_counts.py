"""What transformers itself counts, for the suite to compare with: tests/memory/golden/transformers.json.

    python -m benchmarks.references.transformers_counts

Needs torch and transformers (`make references` installs them); takes some minutes of one core. Two tables:
the parameters of every catalog entry that transformers can build, on the meta device, and small models of
random sizes that are really built and fill a cache.
"""

from __future__ import annotations

import importlib
import json
import random
import signal
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.references.filled_caches import PROMPT_TOKENS, count_state_bytes, fill_cache
from benchmarks.references.tiny_configs import tiny_config

from tokenquote.catalog import load_catalog

torch: Any = importlib.import_module("torch")
transformers: Any = importlib.import_module("transformers")

__all__ = ["GOLDEN", "count_parameters"]

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "memory" / "golden" / "transformers.json"
_SECONDS = 90
# What no parameter depends on, left out of the golden configs.
_IDLE = (
    "id2label", "label2id", "dtype", "return_dict", "chunk_size_feed_forward", "output_attentions",
    "output_hidden_states", "problem_type", "_name_or_path", "initializer_range", "transformers_version",
    "layer_norm_eps", "rms_norm_eps", "attention_dropout", "rope_parameters", "hidden_act", "use_cache",
    "hidden_activation", "image_grid_pinpoints", "rope_scaling", "label_names",
)  # fmt: skip


class _TooLongError(Exception):
    """A model took too long to build."""


def main() -> int:
    """Write the golden file, and print how many of each table there are."""
    warnings.filterwarnings("ignore")
    transformers.logging.set_verbosity_error()
    tables = {
        "transformers": transformers.__version__,
        "catalog": dict(_catalog()),
        "tiny": dict(_tiny()),
    }
    GOLDEN.parent.mkdir(exist_ok=True)
    rows = [f'"transformers": {json.dumps(tables["transformers"])}']
    for name in ("catalog", "tiny"):
        table: Mapping[str, Any] = dict(tables[name])
        print(f"{name}: {len(table)}", file=sys.stderr)
        lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(row)}" for key, row in sorted(table.items()))
        rows.append(f'"{name}": {{\n{lines}\n}}')
    GOLDEN.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")
    return 0


@contextmanager
def _bounded() -> Iterator[None]:
    """End what is built inside, by an exception, once it takes too long."""
    signal.signal(signal.SIGALRM, _stop)
    signal.alarm(_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)


def _stop(*_: object) -> None:
    raise _TooLongError


def _catalog() -> Iterator[tuple[str, int]]:
    seen: dict[str, int] = {}
    for model in load_catalog().models.values():
        if model.weights is None or model.weights is not model.entry:
            continue
        key = json.dumps(model.weights.architecture, sort_keys=True)
        if key not in seen:
            counted = count_parameters(model.weights.architecture)
            if counted is None:
                continue
            seen[key] = counted
        yield model.id, seen[key]


def count_parameters(fields: Mapping[str, Any]) -> int | None:
    """Count the parameters of the class that transformers has for a config, on the meta device.

    Args:
        fields: the config as the catalog states it.

    Returns:
        None: transformers has no class for it, refuses its fields, or takes too long.
    """
    config = _config(fields)
    built = None if config is None else _built(config, _class_of(fields))
    return None if built is None else _elements(built)


def _config(fields: Mapping[str, Any]) -> Any:
    """Return the config class of the fields; None: transformers has none, or it refuses them."""
    stated = {**fields, "pad_token_id": None}
    if "kv_lora_rank" in fields:
        stated.setdefault("q_lora_rank", None)
    try:
        return transformers.CONFIG_MAPPING[stated.pop("model_type")](**stated)
    except Exception as error:
        print(f"{fields['model_type']}: {type(error).__name__}", file=sys.stderr)
        return None


def _class_of(fields: Mapping[str, Any]) -> str:
    """Return the auto class: that of the config's own `architectures`, or a language model's."""
    kind = fields["model_type"]
    named = (fields.get("architectures") or [""])[0]
    if named.endswith("ForMaskedLM"):
        return "AutoModelForMaskedLM"
    if named.endswith("ForSequenceClassification"):
        return "AutoModelForSequenceClassification"
    if named.endswith("Model"):
        return "AutoModel"
    if "vision_config" in fields and kind in _names("IMAGE_TEXT_TO_TEXT"):
        return "AutoModelForImageTextToText"
    return "AutoModelForCausalLM"


def _names(task: str) -> Mapping[str, Any]:
    modeling_auto = importlib.import_module("transformers.models.auto.modeling_auto")
    found: Mapping[str, Any] = getattr(modeling_auto, f"MODEL_FOR_{task}_MAPPING_NAMES", {})
    return found


def _built(config: Any, auto: str) -> Any:
    try:
        with _bounded(), torch.device("meta"):
            return getattr(transformers, auto).from_config(config)
    except Exception as error:
        print(f"{config.model_type}: {type(error).__name__}: {str(error)[:80]!r}", file=sys.stderr)
        return None


def _elements(model: Any) -> int:
    """Return the elements of everything that is saved: shared tensors once, tables of angles left out."""
    saved = {
        id(tensor): tensor.numel()
        for name, tensor in model.state_dict(keep_vars=True).items()
        if not name.endswith(("inv_freq", "position_ids", "num_batches_tracked"))
    }
    return sum(saved.values())


def _kept(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that parameters may depend on."""
    return {
        name: _kept(value) if isinstance(value, dict) else value
        for name, value in fields.items()
        if value is not None and name not in _IDLE and not name.endswith(("_token_id", "_token_index"))
    }


def _tiny() -> Iterator[tuple[str, dict[str, Any]]]:
    for kind in _names("CAUSAL_LM"):
        fields = tiny_config(kind, random.Random(kind))
        if fields is not None and (row := _filled(kind, fields)) is not None:
            yield kind, row


def _filled(kind: str, fields: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what a small model weighs, and what its cache holds while one token follows a prompt."""
    torch.manual_seed(0)
    try:
        with _bounded():
            config = transformers.CONFIG_MAPPING[kind](**fields)
            model = transformers.AutoModelForCausalLM.from_config(config).eval()
            cache, looked_at = fill_cache(torch, model)
            states = count_state_bytes(cache)
    except Exception as error:
        print(f"tiny {kind}: {type(error).__name__}: {str(error)[:80]!r}", file=sys.stderr)
        return None
    stored = {
        id(tensor): tensor.numel() * tensor.element_size()
        for name, tensor in model.state_dict(keep_vars=True).items()
        if not name.endswith(("inv_freq", "position_ids"))
    }
    return {
        "config": _kept(config.to_dict()),
        "weight_bytes": sum(stored.values()),
        "tokens": PROMPT_TOKENS + 1,
        "cache_bytes": looked_at,
        "state_bytes": states,
    }


if __name__ == "__main__":
    sys.exit(main())
