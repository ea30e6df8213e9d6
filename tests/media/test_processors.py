"""Our rules beside the processors themselves, run on random sizes (`make references`).

The image processor of each family is built from its published parameters, without weights, and shown a
image; its processor writes the tokens that stand for it. Every `<...>` and every blank line is one token.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tokenquote.catalog import Catalog
from tokenquote.catalog.image_rules import ImageRefused, RowBreaksRule

pytestmark = [
    pytest.mark.references,
    pytest.mark.usefixtures("torch"),
    pytest.mark.filterwarnings("default"),
]

SIZES = st.one_of(
    st.tuples(st.integers(1, 1200), st.integers(1, 1200)),
    st.tuples(st.integers(1, 64), st.integers(1, 3000)),
    st.tuples(st.integers(1, 3000), st.integers(1, 64)),
)
LLAVA_NEXT_PINPOINTS = [[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]]


def load(family: str, kind: str, name: str) -> Any:
    """A class of transformers; skipped where what it needs is not installed."""
    try:
        module = importlib.import_module(f"transformers.models.{family}.{kind}_{family}")
    except (ImportError, RuntimeError) as error:
        pytest.skip(f"transformers' {name} cannot be loaded here: {type(error).__name__}")
    return getattr(module, name)


def processor(family: str, name: str, **attributes: Any) -> Any:
    """A processor without tokenizer, which would need a vocabulary: only what its own arithmetic reads."""
    bare = object.__new__(load(family, "processing", name))
    for attribute, value in attributes.items():
        setattr(bare, attribute, value)
    return bare


def tokens_written(writer: Any, inputs: Any) -> int:
    return len(re.findall(r"<[^<>]+>|\n\n", writer.replace_image_token(inputs, 0)))


def qwen2_vl() -> tuple[Any, Any]:
    seer = load("qwen2_vl", "image_processing_pil", "Qwen2VLImageProcessorPil")(
        size={"shortest_edge": 3136, "longest_edge": 12_845_056}
    )
    return seer, processor("qwen2_vl", "Qwen2VLProcessor", image_processor=seer, image_token="<image>")


def llava_next() -> tuple[Any, Any]:
    seer = load("llava_next", "image_processing_pil", "LlavaNextImageProcessorPil")(
        image_grid_pinpoints=LLAVA_NEXT_PINPOINTS,
        size={"shortest_edge": 336},
        crop_size={"height": 336, "width": 336},
    )
    writer = processor(
        "llava_next",
        "LlavaNextProcessor",
        image_processor=seer,
        patch_size=14,
        num_additional_image_tokens=1,
        vision_feature_select_strategy="default",
        image_token="<image>",
    )
    return seer, writer


def llama4() -> tuple[Any, Any]:
    seer = load("llama4", "image_processing", "Llama4ImageProcessor")()
    return seer, processor("llama4", "Llama4Processor", patch_size=14, downsample_ratio=4)


def pixtral() -> tuple[Any, Any]:
    seer = load("pixtral", "image_processing_pil", "PixtralImageProcessorPil")()
    writer = processor(
        "pixtral",
        "PixtralProcessor",
        patch_size=16,
        spatial_merge_size=1,
        image_token="<image>",
        image_break_token="<break>",
        image_end_token="<end>",
    )
    return seer, writer


def internvl() -> tuple[Any, Any]:
    seer = load("got_ocr2", "image_processing_pil", "GotOcr2ImageProcessorPil")(
        crop_to_patches=True, min_patches=1, max_patches=12, size={"height": 448, "width": 448}
    )
    writer = processor(
        "internvl",
        "InternVLProcessor",
        image_seq_length=256,
        image_token="<image>",
        start_image_token="<start>",
        end_image_token="<end>",
    )
    return seer, writer


def gemma3(**parameters: Any) -> tuple[Any, Any]:
    seer = load("gemma3", "image_processing_pil", "Gemma3ImageProcessorPil")(
        size={"height": 896, "width": 896}, **parameters
    )
    writer = processor(
        "gemma3",
        "Gemma3Processor",
        boi_token="<start>",
        full_image_sequence="\n\n<start>" + "<image>" * 256 + "<end>\n\n",
    )
    return seer, writer


def gemma3_pan_and_scan() -> tuple[Any, Any]:
    return gemma3(
        do_pan_and_scan=True,
        pan_and_scan_min_crop_size=256,
        pan_and_scan_max_num_crops=4,
        pan_and_scan_min_ratio_to_activate=1.2,
    )


def gemma4() -> tuple[Any, Any]:
    seer = load("gemma4", "image_processing_pil", "Gemma4ImageProcessorPil")()
    writer = processor(
        "gemma4", "Gemma4Processor", image_token="<image>", boi_token="<start>", eoi_token="<end>"
    )
    return seer, writer


@pytest.mark.parametrize(
    ("rule", "build"),
    [
        pytest.param("qwen2-vl", qwen2_vl, id="Qwen2-VL"),
        pytest.param("llava-next", llava_next, id="LLaVA-NeXT"),
        pytest.param("llama-4", llama4, id="Llama 4"),
        pytest.param("pixtral", pixtral, id="Pixtral"),
        pytest.param("internvl", internvl, id="InternVL"),
        pytest.param("gemma-3", gemma3, id="Gemma 3"),
        pytest.param("gemma-3-pan-and-scan", gemma3_pan_and_scan, id="Gemma 3, pan and scan"),
        pytest.param("gemma-4", gemma4, id="Gemma 4"),
    ],
)
def test_a_processor_writes_as_many_tokens_as_we_count(
    catalog: Catalog, rule: str, build: Callable[[], tuple[Any, Any]]
) -> None:
    """Where it refuses a shape, so do we."""
    image = pytest.importorskip("PIL.Image")
    seer, writer = build()
    ours = catalog.image_rules[rule]
    if isinstance(ours, RowBreaksRule):  # mistral-common rounds where transformers cuts
        ours = ours.model_copy(update={"rounding": "floor"})

    @given(size=SIZES)
    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    def agree(size: tuple[int, int]) -> None:
        try:
            counted = ours.count(*size).tokens
        except ImageRefused:
            counted = None
        try:
            written = tokens_written(writer, seer(image.new("RGB", size), return_tensors="pt"))
        except ValueError:
            written = None
        assert written == counted

    agree()
