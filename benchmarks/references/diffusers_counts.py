"""What diffusers itself counts, for the suite to compare with: tests/memory/golden/diffusers.json.

    python -m benchmarks.references.diffusers_counts

Needs torch, transformers and diffusers; takes a minute of one core. Each component is built on the meta
device, of published sizes and of small ones that are drawn at random. Networks of published sizes also run
there, and a tracker of live tensors says what they hold at most (`live_tensors.py`).
"""

from __future__ import annotations

import importlib
import json
import random
import sys
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.references.diffusion_configs import COMPONENTS, random_component

torch: Any = importlib.import_module("torch")
diffusers: Any = importlib.import_module("diffusers")
transformers: Any = importlib.import_module("transformers")

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "memory" / "golden" / "diffusers.json"
_RANDOM = 12


def main() -> int:
    """Write the golden file."""
    warnings.filterwarnings("ignore")
    rows = {name: _row(config) for name, config in _components()}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
    versions = f'"diffusers": "{diffusers.__version__}", "transformers": "{transformers.__version__}"'
    GOLDEN.write_text(f'{{\n{versions},\n"components": {{\n{lines}\n}}\n}}\n', encoding="utf-8")
    print(f"{len(rows)} components", file=sys.stderr)
    return 0


def _components() -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from COMPONENTS.items()
    for kind in ("unet", "vae", "dit", "pixart", "sd3", "flux"):
        for number in range(_RANDOM):
            yield f"random {kind} {number}", random_component(kind, random.Random(f"{kind} {number}"))


def _row(config: Mapping[str, Any]) -> dict[str, Any]:
    return {"config": config, "parameters": _elements(build(config))}


def build(config: Mapping[str, Any]) -> Any:
    """Return the network or text encoder of a config, on the meta device and without values."""
    with torch.device("meta"):
        if "architectures" in config:
            fields = transformers.CONFIG_MAPPING[config["model_type"]](**config)
            return getattr(transformers, config["architectures"][0])(fields)
        return getattr(diffusers, config["_class_name"]).from_config(dict(config)).eval()


def _elements(model: Any) -> int:
    """Return the elements of everything that is saved: shared tensors once."""
    saved = {id(tensor): tensor.numel() for tensor in model.state_dict(keep_vars=True).values()}
    return sum(saved.values())


if __name__ == "__main__":
    sys.exit(main())
