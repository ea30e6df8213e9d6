"""What each price field of litellm's model list means: a kind of token in a mode and tier, or a fee.

A field is a base with suffixes: `cache_read_input_token_cost` + `_above_272k_tokens` + `_batches`. litellm
moves the whole request to a tier, above its threshold; of xAI it says the same and means `and more` (the
provider's own page, docs.x.ai, says so).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["FeeField", "RateField", "fee_field", "is_price", "rate_field"]

_RATES = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cache_read",
    "cache_creation_input_token_cost": "cache_write",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
    "cache_creation_input_token_cost_above_12hr": "cache_write_12h",
    "input_cost_per_audio_token": "input_audio",
    "input_cost_per_image_token": "input_image",
    "input_cost_per_video_token": "input_video",
    "cache_read_input_audio_token_cost": "cache_read_audio",
    "cache_read_input_image_token_cost": "cache_read_image",
    "cache_creation_input_audio_token_cost": "cache_write_audio",
    "output_cost_per_audio_token": "output_audio",
    "output_cost_per_image_token": "output_image",
    "output_cost_per_video_token": "output_video",
    "output_cost_per_reasoning_token": "output_reasoning",
    "citation_cost_per_token": "output_citation",
}
_MODES = {"batches": "batch", "flex": "flex", "priority": "priority", "ultrafast": "ultrafast",
          "balanced": "balanced", "decisions": "decisions"}  # fmt: skip
_TIER = re.compile(r"_above_(\d+)k_tokens")
_MODE = re.compile(rf"_({'|'.join(_MODES)})$")

_FEES = {
    "input_cost_per_character": ("input_text", "character"),
    "output_cost_per_character": ("output_text", "character"),
    "input_cost_per_image": ("input_image", "image"),
    "output_cost_per_image": ("output_image", "image"),
    "input_cost_per_pixel": ("input_image", "pixel"),
    "output_cost_per_pixel": ("output_image", "pixel"),
    "input_cost_per_audio_per_second": ("input_audio", "second"),
    "input_cost_per_video_per_second": ("input_video", "second"),
    "output_cost_per_video_per_second": ("output_video", "second"),
    "input_cost_per_query": ("search", "query"),
    "input_cost_per_request": ("request", "request"),
    "input_cost_per_text_message": ("text_message", "message"),
    "google_maps_grounding_cost_per_query": ("maps_grounding", "call"),
    "code_interpreter_cost_per_session": ("code_session", "session"),
    "ocr_cost_per_page": ("input_page", "page"),
    "annotation_cost_per_page": ("annotated_page", "page"),
    "ocr_cost_per_credit": ("credit", "credit"),
}
_BY_KIND = {
    ("input_cost_per_second", "transcription"): ("input_audio", "second"),
    ("output_cost_per_second", "transcription"): ("input_audio", "second"),
    ("input_cost_per_second", "realtime"): ("input_audio", "second"),
    ("output_cost_per_second", "video"): ("output_video", "second"),
    ("output_cost_per_second", "speech"): ("output_audio", "second"),
    ("input_cost_per_image", "image"): ("output_image", "image"),
    ("input_cost_per_pixel", "image"): ("output_image", "pixel"),
}
"""Fields whose meaning depends on what the model does: a price per pixel of an image model is that of the
image that it makes."""
_CONDITIONS = (
    (re.compile(r"_above_(\d+)k_tokens$"), "input", "above {}000 tokens"),
    (re.compile(r"_above_(\d+)s_interval$"), "length", "above {} seconds"),
    (re.compile(r"_(480p|720p|768p|1080p|2k|4k)$"), "resolution", "{}"),
    (re.compile(r"_(0\.5K|1K|2K|4K|512|1024|1536)$"), "size", "{}"),
)
_IS_PRICE = re.compile(r"cost|pricing|uplift|search_free")


@dataclass(frozen=True, slots=True)
class RateField:
    """A rate: its kind of token, its mode, and the threshold of its tier (0: no tier)."""

    kind: str
    mode: str
    above: int


@dataclass(frozen=True, slots=True)
class FeeField:
    """A fee: what is billed, by which unit, and under which condition."""

    what: str
    unit: str
    when: tuple[tuple[str, str], ...]
    mode: str = "standard"


def is_price(field: str) -> bool:
    """Return whether a field of the list has to do with money."""
    return _IS_PRICE.search(field) is not None


def rate_field(field: str) -> RateField | None:
    """Return what a field says of tokens. None: it is about something else."""
    mode, above = "standard", 0
    if (found := _MODE.search(field)) is not None:
        mode, field = _MODES[found[1]], field[: found.start()]
    if (found := _TIER.search(field)) is not None:
        above, field = int(found[1]) * 1000, field[: found.start()] + field[found.end() :]
    kind = _RATES.get(field)
    return RateField(kind, mode, above) if kind is not None else None


def fee_field(field: str, model_kind: str) -> FeeField | None:
    """Return what a field says of anything but tokens. None: it is about something else."""
    when: list[tuple[str, str]] = []
    mode = "standard"
    if (found := _MODE.search(field)) is not None:
        mode, field = _MODES[found[1]], field[: found.start()]
    for pattern, word, value in _CONDITIONS:
        if (found := pattern.search(field)) is not None:
            when.append((word, value.format(found[1])))
            field = field[: found.start()]
    meaning = _BY_KIND.get((field, model_kind)) or _FEES.get(field)
    return FeeField(*meaning, tuple(sorted(when)), mode) if meaning is not None else None
