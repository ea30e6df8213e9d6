"""What diffusers itself counts, for the suite to compare with: tests/memory/golden/diffusers.json.

    python -m benchmarks.references.diffusers_counts

Needs torch, transformers and diffusers (`make references` installs them, `make counts` runs this); takes
some minutes of one core. Each component is built on the meta
device, of published sizes and of small ones that are drawn at random. Networks of published sizes also run
there, and a tracker of live tensors says what they hold at most (`live_tensors.py`).
"""

from __future__ import annotations

import importlib
import json
import random
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.references.diffusion_configs import COMPONENTS, random_component
from benchmarks.references.live_tensors import peak_bytes

torch: Any = importlib.import_module("torch")
diffusers: Any = importlib.import_module("diffusers")
transformers: Any = importlib.import_module("transformers")

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "memory" / "golden" / "diffusers.json"
_RANDOM = 12
# Width, height and number of the images that published networks run for.
_IMAGES = ((512, 512, 1), (768, 1344, 2))
_SCALE = 8
# The tokens of text that the pipelines fill up to: of CLIP, of CLIP and T5, of T5 alone.
_TEXT_TOKENS = {"UNet": 77, "SD3": 333, "Flux": 512, "PixArt": 120}


def main() -> int:
    """Write the golden file."""
    warnings.filterwarnings("ignore")
    rows = {name: _row(config) for name, config in _components()}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
    held = ",\n".join(json.dumps(row) for row in _held())
    versions = f'"diffusers": "{diffusers.__version__}", "transformers": "{transformers.__version__}"'
    tables = f'"components": {{\n{lines}\n}},\n"held": [\n{held}\n]'
    GOLDEN.write_text(f"{{\n{versions},\n{tables}\n}}\n", encoding="utf-8")
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


def _held() -> Iterator[dict[str, Any]]:
    """Yield what published networks hold at most while they run in 16 bits, beside their weights."""
    for name, config in COMPONENTS.items():
        if "architectures" in config:
            continue
        network = build(config).half()
        for width, height, batch in _IMAGES:
            if width != height and config["_class_name"].startswith("DiT"):
                continue  # the class takes squares alone
            run = _run_of(network, config, (height // _SCALE, width // _SCALE, batch))
            yield {"name": name, "width": width, "height": height, "batch": batch, "bytes": peak_bytes(run)}


def _run_of(network: Any, config: Mapping[str, Any], sizes: tuple[int, int, int]) -> Callable[[], Any]:
    """Return a run of the network over a batch of latent images of a height and width."""
    height, width, batch = sizes
    name = config["_class_name"]
    if name == "AutoencoderKL":
        latent = _empty(batch, config["latent_channels"], height, width)
        return lambda: network.decode(latent)
    inputs = _text_inputs(config, batch)
    inputs["timestep"] = _empty(batch)
    if name.startswith("Flux"):
        tokens = (height // 2) * (width // 2)
        inputs |= {"hidden_states": _empty(batch, tokens, config["in_channels"]), "guidance": _empty(batch),
                   "img_ids": _empty(tokens, 3), "txt_ids": _empty(512, 3)}  # fmt: skip
        if not config["guidance_embeds"]:
            inputs["guidance"] = None
    else:
        images = "sample" if name.startswith("UNet") else "hidden_states"
        inputs[images] = _empty(batch, config["in_channels"], height, width)
    return lambda: network(**inputs)


def _text_inputs(config: Mapping[str, Any], batch: int) -> dict[str, Any]:
    name = config["_class_name"]
    if name.startswith("DiT"):
        return {"class_labels": torch.zeros(batch, dtype=torch.long, device="meta")}
    tokens = next(tokens for start, tokens in _TEXT_TOKENS.items() if name.startswith(start))
    columns = next(
        config[field]
        for field in ("joint_attention_dim", "caption_channels", "cross_attention_dim")
        if field in config
    )
    inputs: dict[str, Any] = {"encoder_hidden_states": _empty(batch, tokens, columns)}
    if "pooled_projection_dim" in config:
        inputs["pooled_projections"] = _empty(batch, config["pooled_projection_dim"])
    if "addition_embed_type" in config:
        text = config["projection_class_embeddings_input_dim"] - 6 * config["addition_time_embed_dim"]
        inputs["added_cond_kwargs"] = {"text_embeds": _empty(batch, text), "time_ids": _empty(batch, 6)}
    if name.startswith("PixArt"):
        ratio = {"resolution": _empty(batch, 2), "aspect_ratio": _empty(batch, 1)}
        inputs["added_cond_kwargs"] = ratio
    return inputs


def _empty(*shape: int) -> Any:
    return torch.empty(shape, dtype=torch.float16, device="meta")


if __name__ == "__main__":
    sys.exit(main())
