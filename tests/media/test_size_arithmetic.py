"""Our rules beside the size arithmetic of transformers, on random sizes, no pixel (`make references`).

`test_processors.py` shows images to six families; here are the functions of many more by which a processor
decides how it will resize and cut, with the tokens that it then writes for each grid.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tokenquote.catalog import Catalog
from tokenquote.catalog.image_rules import ImageRefused

pytestmark = [
    pytest.mark.references,
    pytest.mark.usefixtures("torch"),
    pytest.mark.filterwarnings("default"),
]

Tokens = Callable[[int, int], int]
SIZES = st.one_of(
    st.tuples(st.integers(1, 4200), st.integers(1, 4200)),
    st.tuples(st.integers(1, 100), st.integers(1, 9000)),
    st.tuples(st.integers(1, 9000), st.integers(1, 100)),
)


def module(family: str) -> Any:
    try:
        return importlib.import_module(f"transformers.models.{family}.image_processing_{family}")
    except (ImportError, RuntimeError) as error:
        pytest.skip(f"{family} cannot be loaded here: {type(error).__name__}")


def smart_resize(family: str, **limits: int) -> Tokens:
    resize = module(family).smart_resize

    def tokens(width: int, height: int) -> int:
        resized = resize(height=height, width=width, factor=28, **limits)
        return int(resized[0] * resized[1] // 28**2)

    return tokens


def glm_4v() -> Tokens:
    return smart_resize("glm4v", num_frames=2, min_pixels=12_544, max_pixels=9_633_792)


def glm_5_next() -> Tokens:
    return smart_resize("glm5_next", num_frames=2)


def kimi(most: int) -> Tokens:
    resize = module("kimi_k25").navit_resize

    def tokens(width: int, height: int) -> int:
        _, padded = resize(height, width, 14, 2, most, 512)
        return int(padded[0] * padded[1] // 28**2)

    return tokens


def muse_glimmer() -> Tokens:
    resize = module("muse_glimmer").smart_resize
    return lambda width, height: int(math.prod(resize(height, width, 28, 4096)) // 28**2 + 2)


def nemotron_h_omni() -> Tokens:
    grid = module("nemotron_h_omni").get_patch_grid_size
    return lambda width, height: int(math.prod(grid(height, width, 16, 2, 1024, 13_312)) // 4 + 2)


def tiles(
    family: str, edge: int, counted: Callable[[int, int], int], least: int = 1, most: int = 12
) -> Tokens:
    """Of the grid's columns and rows."""
    canvas = module(family).get_optimal_tiled_canvas
    return lambda width, height: counted(*canvas((height, width), (edge, edge), least, most))


def separate(tile: int, single: int, overview: int | None = None) -> Callable[[int, int], int]:
    """Tokens where each tile stands by itself."""

    def tokens(columns: int, rows: int) -> int:
        whole = single if overview is None else overview
        return single if columns * rows == 1 else columns * rows * tile + whole

    return tokens


def whole_up_to(edge: int, single: int, cut: Tokens) -> Tokens:
    return lambda width, height: single if max(width, height) <= edge else cut(width, height)


def ovis2() -> Tokens:
    grid = module("ovis2").get_min_tile_covering_grid
    return lambda width, height: separate(257, 259, 258)(*grid((height, width), 448, 9))


def perception_lm() -> Tokens:
    processor = module("perception_lm").PerceptionLMImageProcessor()

    def tokens(width: int, height: int) -> int:
        fitting = processor._fit_image_to_canvas(width, height, 448)
        return 256 + 256 * int(math.prod(fitting or processor._find_closest_aspect_ratio(width, height, 448)))

    return tokens


def step_3_7() -> Tokens:
    processor = module("step3p7").Step3p7ImageProcessor()

    def tokens(width: int, height: int) -> int:
        *_, columns, rows, _ = processor._plan_patches(width, height, 728, 504)
        return int(171 + columns * rows * 83 + max(0, rows - 1))

    return tokens


def molmo_2() -> Tokens:
    geometry = module("molmo2").compute_crop_geometry

    def tokens(width: int, height: int) -> int:
        _, _, high, wide = geometry(height, width, 8, [4, 4], 378, 14)
        return int(14 * 15 + math.ceil(high / 28) * (math.ceil(wide / 28) + 1) + 5)

    return tokens


def lfm2_vl() -> Tokens:
    processor = module("lfm2_vl").Lfm2VlImageProcessor()

    def tokens(width: int, height: int) -> int:
        whole = math.prod(processor.smart_resize(height, width, 2, 64, 256, 16)) // 32**2 + 2
        if not processor._is_image_too_large(height, width, 256, 16, 2, 2.0):
            return int(whole)
        columns, rows, *_ = processor._get_grid_layout(height, width, 2, 10, 512)
        return int(whole + columns * rows * 257 + 1)

    return tokens


def minicpm_v_4_6(mode: str, divisor: int) -> Tokens:
    processor = module("minicpmv4_6").MiniCPMV4_6ImageProcessor()

    def tokens(width: int, height: int) -> int:
        grid = processor.get_sliced_grid((height, width), 9, 448)
        parts = {"scale_resolution": 448, "patch_size": 14, "downsample_mode": mode}
        whole = processor.find_best_resize((height, width), allow_upscale=grid is None, **parts)
        found = math.prod(side // 14 for side in whole) // divisor + 5
        if grid is None:
            return int(found)
        refined = processor.get_refine_size((height, width), grid, allow_upscale=True, **parts)
        one = math.prod(side // number // 14 for side, number in zip(refined, grid, strict=True)) // divisor
        return int(found + math.prod(grid) * (one + 2) + grid[0] - 1)

    return tokens


def idefics3(long_side: int, edge: int, soft: int) -> Tokens:
    parts = module("idefics3")

    def tokens(width: int, height: int) -> int:
        high, wide = parts._resize_output_size_rescale_to_max_len(height, width, max_len=long_side)
        columns, rows = math.ceil(wide / edge), math.ceil(high / edge)
        if wide >= high:
            rows = math.ceil(int(columns * edge / (wide / high)) / edge)
        else:
            columns = math.ceil(int(rows * edge * (wide / high)) / edge)
        return int(columns * rows * (soft + 2) + rows + 1 + soft + 3)

    return tokens


BUILDERS: Mapping[str, Callable[[], Tokens]] = {
    "qwen2-vl": lambda: smart_resize("qwen2_vl", min_pixels=3136, max_pixels=12_845_056),
    "ernie-4.5-vl": lambda: smart_resize("ernie4_5_vl_moe", min_pixels=3136, max_pixels=4_842_768),
    "paddleocr-vl": lambda: smart_resize("paddleocr_vl"),
    "glm-4v": glm_4v,
    "glm-5-next": glm_5_next,
    "kimi-k2.5": lambda: kimi(16_384),
    "kimi-k3": lambda: kimi(65_536),
    "muse-glimmer": muse_glimmer,
    "nemotron-h-omni": nemotron_h_omni,
    "internvl": lambda: tiles("got_ocr2", 448, separate(256, 258)),
    "aya-vision": lambda: tiles("got_ocr2", 364, separate(170, 172)),
    "cohere2-vision": lambda: tiles("cohere2_vision", 512, separate(257, 259)),
    "deepseek-ocr-2": lambda: whole_up_to(
        768, 257, tiles("deepseek_ocr2", 768, separate(144, 257), least=2, most=6)
    ),
    "unlimited-ocr": lambda: whole_up_to(
        640, 273, tiles("unlimited_ocr", 640, lambda c, r: 273 + 10 * r * (10 * c + 1), least=2, most=32)
    ),
    "ovis2": ovis2,
    "perception-lm": perception_lm,
    "step-3.7": step_3_7,
    "molmo-2": molmo_2,
    "lfm2-vl": lfm2_vl,
    "minicpm-v-4.6": lambda: minicpm_v_4_6("16x", 16),
    "minicpm-v-4.6-4x": lambda: minicpm_v_4_6("4x", 4),
    "idefics3": lambda: idefics3(1456, 364, 169),
    "smolvlm": lambda: idefics3(1536, 384, 81),
    "smolvlm-small": lambda: idefics3(2048, 512, 64),
}


@pytest.mark.parametrize("rule", BUILDERS)
def test_a_processor_decides_as_we_count(catalog: Catalog, rule: str) -> None:
    """Where it refuses a shape, so do we."""
    theirs = BUILDERS[rule]()
    ours = catalog.image_rules[rule]

    @given(size=SIZES)
    @example(size=(1, 1))
    @example(size=(7680, 4320))
    @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
    def agree(size: tuple[int, int]) -> None:
        try:
            counted = ours.count(*size).tokens
        except ImageRefused:
            counted = None
        try:
            decided = theirs(*size)
        except ValueError:
            decided = None
        assert decided == counted

    agree()
