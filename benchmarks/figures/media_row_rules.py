"""Which rule of the catalog a row of the media figures is about, with the parameters that the row states.

A row names a family and its configuration, not a model of the catalog. The family says which rule it is, and
what the configuration states takes the place of the rule's own parameters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from tokenquote.catalog import AmbiguousModel, Catalog, ModelNotFound
from tokenquote.catalog.image_rules import ImageRule, PatchDetail, PatchesRule, TilesRule

Row = Mapping[str, Any]
Config = Mapping[str, Any]

_NAMES = {
    "llava_1_5": "llava-1.5",
    "llava_next": "llava-next",
    "llava_onevision": "llava-onevision",
    "granite_vision_3": "granite-vision-3",
    "gemma3n": "gemma-3",
    "deepseek_vl": "deepseek-vl",
    "deepseek_vl2": "deepseek-vl2",
    "deepseek_ocr2": "deepseek-ocr-2",
    "unlimited_ocr": "unlimited-ocr",
    "aria": "aria",
    "mllama": "llama-3.2-vision",
}
"""Families whose configurations hold nothing that the rule does not."""

_DATE = re.compile(r"-20\d\d-\d\d-\d\d$")


def find_image_rule(row: Row, catalog: Catalog) -> ImageRule:
    """The rule that counts the row's image.

    Raises:
        LookupError: no rule of the catalog says how.
    """
    family, config = row["family"], row["config"]
    if family in _NAMES:
        return catalog.image_rules[_NAMES[family]]
    if family in _FAMILIES:
        return _FAMILIES[family](catalog, config, row)
    return _find_rule_of_model(catalog, row)


def read_detail(row: Row) -> str | None:
    """The detail that the row speaks of: of `original/auto` the first, and high where it speaks of none."""
    config = row["config"]
    stated = config.get("detail") or config.get("media_resolution")
    if stated is None:
        return "high" if row["family"].startswith("openai") else None
    return re.split(r"[/= (]", str(stated).removeprefix("auto="))[0]


def _find_rule_of_model(catalog: Catalog, row: Row) -> ImageRule:
    name = _DATE.sub("", re.split(r"[,/ ]", row["model"])[0].strip())
    try:
        rule = catalog.resolve(name).images
    except (ModelNotFound, AmbiguousModel):
        raise LookupError(f"no rule for {row['family']}: {row['model'][:80]}") from None
    if rule is None:
        raise LookupError(f"the catalog has no rule for images of {name}")
    return rule


def _smart_resize(name: str) -> Callable[[Catalog, Config, Row], ImageRule]:
    """The configuration states patches, what is merged, and pixels, of all frames together."""

    def state_rule(catalog: Catalog, config: Config, row: Row) -> ImageRule:
        if "SiliconFlow" in row["model"]:
            return catalog.image_rules["siliconflow-qwen2-vl"]
        patch = config.get("patch_size", config.get("patch"))
        merge = config.get("merge_size", config.get("merge"))
        frames = config.get("temporal", 1)
        stated: dict[str, int] = {
            key: config[key] // frames for key in ("min_pixels", "max_pixels") if key in config
        }
        if patch and merge:
            stated["unit"] = patch * merge
        return catalog.image_rules[name].model_copy(update=stated)

    return state_rule


def _qwen_api(catalog: Catalog, config: Config, _row: Row) -> ImageRule:
    unit = config["factor"]
    stated = {
        "unit": unit,
        "min_pixels": config["min_tokens"] * unit * unit,
        "max_pixels": config["max_tokens"] * unit * unit,
        "around": config["plus"],
        # The printed code counts shapes that the page itself says are refused.
        "max_aspect": 1_000_000,
    }
    return catalog.image_rules["qwen-api"].model_copy(update=stated)


def _row_breaks(
    name: str, rounding: str | None = None, *, merged_at_once: bool = True
) -> Callable[[Catalog, Config, Row], ImageRule]:
    def state_rule(catalog: Catalog, config: Config, row: Row) -> ImageRule:
        rule = catalog.image_rules[name]
        stated: dict[str, Any] = {"rounding": rounding} if rounding else {}
        if edge := config.get("longest_edge", config.get("max_image_size")):
            stated["max_edge"] = edge
        if patch := config.get("patch_size", config.get("patch")):
            merge = config["spatial_merge"]
            stated |= {"patch": patch * merge} if merged_at_once else {"patch": patch, "merge": merge}
        if "row breaks ignored" in row["model"]:
            stated["row_break"] = 0
        return rule.model_copy(update=stated)

    return state_rule


def _kimi(name: str) -> Callable[[Catalog, Config, Row], ImageRule]:
    def state_rule(catalog: Catalog, config: Config, _row: Row) -> ImageRule:
        stated = {
            "patch": config.get("patch_size", config.get("patch")),
            "merge": config.get("merge"),
            "max_patches": config.get("max_patches", config.get("in_token_limit")),
            "max_side_patches": config.get("max_side_patches"),
        }
        return catalog.image_rules[name].model_copy(update={k: v for k, v in stated.items() if v})

    return state_rule


def _renamed(name: str, fields: Mapping[str, str]) -> Callable[[Catalog, Config, Row], ImageRule]:
    """Configuration keys that are fields of the rule under another name."""

    def state_rule(catalog: Catalog, config: Config, _row: Row) -> ImageRule:
        stated = {field: config[key] for key, field in fields.items() if key in config}
        return catalog.image_rules[name].model_copy(update=stated)

    return state_rule


def _tile_grid(name: str, edge: str, most: str) -> Callable[[Catalog, Config, Row], ImageRule]:
    """Keys that are fields of the rule's grid."""

    def state_rule(catalog: Catalog, config: Config, _row: Row) -> ImageRule:
        rule: Any = catalog.image_rules[name]
        fields = {edge: "edge", most: "max_tiles", "min_patches": "min_tiles"}
        stated = {field: config[key] for key, field in fields.items() if key in config}
        return rule.model_copy(update={"grid": rule.grid.model_copy(update=stated)})  # type: ignore[no-any-return]

    return state_rule


def _by_value(key: str, names: Mapping[Any, str]) -> Callable[[Catalog, Config, Row], ImageRule]:
    """One key of the configuration decides between rules."""

    def state_rule(catalog: Catalog, config: Config, _row: Row) -> ImageRule:
        if config.get(key) not in names:
            raise LookupError(f"no rule for {key} {config.get(key)!r}")
        return catalog.image_rules[names[config.get(key)]]

    return state_rule


def _square_budget(name: str) -> Callable[[Catalog, Config, Row], ImageRule]:
    def state_rule(catalog: Catalog, config: Config, _row: Row) -> ImageRule:
        budget = config.get("max_soft_tokens", config.get("max_tokens"))
        if budget is None:
            return catalog.image_rules[name]
        return catalog.image_rules[name].model_copy(
            update={"budgets": {"medium": budget}, "default": "medium"}
        )

    return state_rule


def _claude(catalog: Catalog, _config: Config, row: Row) -> ImageRule:
    return catalog.image_rules["claude-standard" if "standard" in row["model"] else "claude-high-resolution"]


def _openai_patches(catalog: Catalog, config: Config, row: Row) -> ImageRule:
    if "max_edge" not in config and "patch_budget" not in config:
        return _find_rule_of_model(catalog, row)
    rule = catalog.image_rules["openai-patches-gpt-5-mini"]
    if not isinstance(rule, PatchesRule):
        raise LookupError("the rule is of another kind")
    budget = config["patch_budget"]
    unbounded = budget is None and config.get("max_edge", 2048) > 10_000
    detail = PatchDetail(
        max_edge=config.get("max_edge", 2048), budget=budget, reject_over=30_000 if unbounded else None
    )
    return rule.model_copy(
        update={
            "multiplier": Decimal(str(config["multiplier"])),
            "by_detail": {"high": detail},
            "default": "high",
        }
    )


def _openai_tiles(catalog: Catalog, config: Config, row: Row) -> ImageRule:
    if "base" not in config:
        if row["model"].startswith("computer-use"):
            return catalog.image_rules["openai-tiles-computer-use"]
        if row["model"].startswith("gpt-4.5"):
            return catalog.image_rules["openai-tiles-gpt-4o"]
        return _find_rule_of_model(catalog, row)
    rule = catalog.image_rules["openai-tiles-gpt-4o"]
    if not isinstance(rule, TilesRule):
        raise LookupError("the rule is of another kind")
    return rule.model_copy(
        update={"base": config["base"], "tile": config["tile"], "short_edge": config["short_side"]}
    )


def _paligemma(catalog: Catalog, config: Config, _row: Row) -> ImageRule:
    return catalog.image_rules["paligemma-224"].model_copy(update={"tokens": config["tokens"]})


def _ovis2(catalog: Catalog, config: Config, _row: Row) -> ImageRule:
    if config.get("class_defaults"):
        return catalog.image_rules["ovis2-whole"]
    return _tile_grid("ovis2", "tile", "max_patches")(catalog, config, _row)


def _smolvlm(catalog: Catalog, config: Config, _row: Row) -> ImageRule:
    name = {169: "idefics3", 81: "smolvlm", 64: "smolvlm-small"}.get(config["image_seq_len"])
    if name is None:
        raise LookupError(f"no rule for image_seq_len {config['image_seq_len']}")
    rule: Any = catalog.image_rules[name]
    grid = rule.grid.model_copy(
        update={"edge": config["max_image_size"], "long_side": config["longest_edge"]}
    )
    return rule.model_copy(update={"grid": grid})  # type: ignore[no-any-return]


_FAMILIES: Mapping[str, Callable[[Catalog, Config, Row], ImageRule]] = {
    "qwen2_vl": _smart_resize("qwen2-vl"),
    "qwen2_5_vl": _smart_resize("qwen2-vl"),
    "qwen3_vl": _smart_resize("qwen3-vl"),
    "glm4v": _smart_resize("glm-4v"),
    "glm46v": _smart_resize("glm-4v"),
    "ernie4_5_vl": _smart_resize("ernie-4.5-vl"),
    "paddleocr_vl": _smart_resize("paddleocr-vl"),
    "minimax_m3_vl": _smart_resize("minimax-m3-vl"),
    "video_llama_3": _smart_resize("video-llama-3"),
    "hunyuan_vl": _smart_resize("hunyuan-vl"),
    "qwen_vl_api": _qwen_api,
    "pixtral": _row_breaks("pixtral", "floor"),
    "mistral3": _row_breaks("mistral", "floor"),
    "mistral_common": _row_breaks("mistral"),
    "lighton_ocr": _row_breaks("lighton-ocr", merged_at_once=False),
    "kimi_vl": _kimi("kimi-vl"),
    "kimi_k2_5": _kimi("kimi-k2.5"),
    "kimi_k3": _kimi("kimi-k3"),
    "glm5_next": _renamed("glm-5-next", {"min_image_tokens": "min_tokens", "max_image_tokens": "max_tokens"}),
    "deepseek_v4_1": _renamed(
        "deepseek-v4.1",
        {"patch": "patch", "downsample": "merge", "min_pixels": "min_pixels", "max_n_token": "max_tokens"},
    ),
    "muse_glimmer": _renamed("muse-glimmer", {"max_image_tokens": "max_tokens"}),
    "nemotron_h_omni": _renamed(
        "nemotron-h-omni",
        {"patch": "patch", "min_patches": "min_patches", "max_patches": "max_patches"},
    ),
    "gemma3": _by_value("pan_and_scan", {False: "gemma-3", None: "gemma-3", True: "gemma-3-pan-and-scan"}),
    "gemma4": _square_budget("gemma-4"),
    "gemini_3": _square_budget("gemini-3"),
    "gemini_2": _by_value("tile_tokens", {258: "gemini-1.5", None: "gemini-1.5"}),
    "paligemma": _paligemma,
    "idefics2": _by_value("do_image_splitting", {True: "idefics2", False: "idefics2-whole"}),
    "idefics3": _smolvlm,
    "smolvlm": _smolvlm,
    "llama4": _tile_grid("llama-4", "tile", "max_patches"),
    "internvl": _tile_grid("internvl", "tile", "max_patches"),
    "aya_vision": _tile_grid("aya-vision", "tile", "max_patches"),
    "cohere2_vision": _tile_grid("cohere2-vision", "tile", "max_patches"),
    "ovis2": _ovis2,
    "perception_lm": _tile_grid("perception-lm", "tile", "max_num_tiles"),
    "phi3_v": _by_value("num_crops", {4: "phi-3-vision", 16: "phi-3-vision-16"}),
    "phi4_multimodal": _tile_grid("phi-4-multimodal", "crop", "dynamic_hd"),
    "deepseek_ocr": _by_value(
        "mode",
        {
            "gundam": "deepseek-ocr",
            None: "deepseek-ocr",
            **{mode: f"deepseek-ocr-{mode}" for mode in ("tiny", "small", "base", "large")},
        },
    ),
    "minicpm_v_2_6": _tile_grid("minicpm-v-2.6", "scale_resolution", "max_slice_nums"),
    "minicpm_v_4_6": _by_value("downsample", {"16x": "minicpm-v-4.6", "4x": "minicpm-v-4.6-4x"}),
    "lfm2_vl": _renamed("lfm2-vl", {"max_image_tokens": "max_tokens"}),
    "molmo": _renamed("molmo", {"crop": "crop", "max_crops": "max_crops"}),
    "molmo2": _renamed("molmo-2", {"crop": "crop", "max_crops": "max_crops"}),
    "step3p7": _renamed("step-3.7", {}),
    "claude": _claude,
    "openai_patch": _openai_patches,
    "openai_tile": _openai_tiles,
    "cohere_api": _renamed("cohere", {}),
    "grok": _renamed("grok-tiles", {}),
    "nova": _renamed("nova-1", {}),
}
