"""Recorded and documented media figures beside what our rules say."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.figures.media_exceptions import why_not_exact
from benchmarks.figures.media_row_rules import find_image_rule, read_detail
from benchmarks.figures.vector_rows import read_vectors, why_not_attempted

from tokenquote.catalog import Catalog
from tokenquote.catalog.image_rules import ImageRefused, ImageRule, ImageSize, SquareBudgetRule
from tokenquote.catalog.video_rules import FramesRule
from tokenquote.counts import Count

Row = Mapping[str, Any]

_AUDIO = {
    "qwen2_audio": "qwen2-audio",
    "qwen2_5_omni": "qwen2.5-omni",
    "qwen3_omni": "qwen3-omni",
    "gemma3n_audio": "gemma-3n",
    "gemma4_audio": "gemma-4",
    "phi4_audio": "phi-4-multimodal",
    "voxtral": "voxtral",
    "openai_audio": "openai-audio",
}
_VIDEO = {
    "qwen2_vl": "qwen2.5-vl",
    "qwen2_5_vl": "qwen2.5-vl",
    "qwen3_vl": "qwen3-vl",
    "glm4v": "glm-4v",
    "gemma4": "gemma-4",
    "llava_onevision": "llava-onevision",
    "gemini_video": "gemini-2.5",
}
_SHAPES = [(448 * long, 448 * short) for long in range(1, 7) for short in range(1, 7)]


@dataclass(frozen=True)
class Measured:
    """One row of the figures."""

    row: int
    family: str
    independent: bool
    """Whether it was executed, printed by a provider or measured; else a port of a formula."""
    tokens: int | None
    predicted: int | None = None
    low: int | None = None
    high: int | None = None
    method: str | None = None
    reason: str | None = None
    """Why it is not attempted, or refused as the row's own processor refuses it."""
    refused: bool = False
    known: str | None = None
    """Why the count is not the row's."""

    @property
    def exact(self) -> bool:
        """Whether the count is the row's, or both refuse the image."""
        return self.predicted == self.tokens and (self.tokens is not None or self.refused)


class MediaCounter:
    """Counts the rows whose rule the catalog has."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def count(self, vectors: Path) -> Iterator[Measured]:
        """Yield every row of the file, attempted or not."""
        for index, found in enumerate(read_vectors(vectors)):
            row = _readable(found)
            stated = (index, row["family"], row.get("independent") is not False, row.get("tokens"))
            try:
                count = self._count(row)
            except ImageRefused as error:
                yield Measured(*stated, reason=f"refused: {error}", refused=True)
                continue
            except Exception as error:  # rows may lack or misspell anything, and each gets its line
                yield Measured(*stated, reason=why_not_attempted(error), known=why_not_exact(row))
                continue
            yield Measured(
                *stated, count.tokens, count.low, count.high, count.method, known=why_not_exact(row)
            )

    def _count(self, row: Row) -> Count:
        counters: Mapping[str, Callable[[Row], Count]] = {
            "image": self._image,
            "image_output": self._image_output,
            "audio": self._audio,
            "video": self._video,
            "pdf": self._page,
        }
        if row.get("modality") not in counters:
            raise LookupError(f"modality {row.get('modality')!r} is not known")
        return counters[row["modality"]](row)

    def _image(self, row: Row) -> Count:
        if row["family"] == "gemini_3_max":
            return self._documented_maximum("gemini-3", row)
        if row["family"] == "gemini_3_image_model_input":
            return self._catalog.image_rules[row["model"]].count(1024, 1024)
        if row["config"].get("vision_tokens_only"):
            return self._without_marks(row)
        rule = find_image_rule(row, self._catalog)
        if row["config"].get("max"):
            return max((rule.count(*shape) for shape in _SHAPES), key=lambda count: count.tokens)
        if row.get("width") is None:
            if read_detail(row) is None:
                raise LookupError("an image of unknown size has no one count")
            return rule.count(1024, 1024, read_detail(row))
        return rule.count(row["width"], row["height"], read_detail(row))

    def _without_marks(self, row: Row) -> Count:
        """The square grid alone, of the rule's grid with a break for each row, and one token more."""
        mode = next((m for m in ("tiny", "small", "base", "large") if m in row["model"]), None)
        if mode is None:
            raise LookupError(f"no mode in {row['model']}")
        side = math.isqrt(self._catalog.image_rules[f"deepseek-ocr-{mode}"].count(1, 1).tokens)
        return Count(side * side, side * side, side * side, "rule")

    def _documented_maximum(self, name: str, row: Row) -> Count:
        """Gemini 3's pages print budgets, not counts."""
        rule = self._catalog.image_rules[name]
        if not isinstance(rule, SquareBudgetRule):
            raise LookupError(f"{name} has no budgets")
        resolution = row["config"]["media_resolution"]
        budget = next((b for word, b in rule.budgets.items() if word == resolution), None)
        if row["config"].get("per") == "page" and resolution == "unspecified":
            budget = rule.budgets["medium"]
        tokens = budget or rule.budgets[rule.default]
        return Count(tokens, tokens, tokens, "rule")

    def _page(self, row: Row) -> Count:
        if row["family"] == "gemini_pdf":
            return self._catalog.image_rules["gemini-2-page"].count(612, 792)
        return self._documented_maximum("gemini-3", row)

    def _image_output(self, row: Row) -> Count:
        if row["family"] == "gemini_image_output":
            rule = self._catalog.image_rules[f"{row['model']}-output"]
            size = str(row["config"]["size"]).split("-")[0].lower()
            return rule.count(1024, 1024, size)
        quality = row["config"].get("quality", "")
        if not row["model"].startswith("gpt-image-1") or row.get("width") is None:
            raise LookupError("gpt-image-2 has no published formula, and partial images no size")
        rule = self._catalog.image_rules[f"gpt-image-output-{quality}"]
        return rule.count(row["width"], row["height"])

    def _audio(self, row: Row) -> Count:
        name = _AUDIO.get(row["family"])
        if row["family"] == "gemini_audio":
            name = "gemini-3" if row["model"].startswith("gemini-3") else "gemini-2.5"
        if name is None:
            raise LookupError(f"no rule for audio of {row['family']}")
        spoken = row["config"].get("direction") == "output"
        return self._catalog.media_rules.audio_rules[name].count(row["seconds"], spoken=spoken)

    def _video(self, row: Row) -> Count:
        if row["family"] == "gemini_3_max":
            return self._documented_maximum("gemini-3-frame", row)
        name = _VIDEO.get(row["family"])
        if name is None:
            raise LookupError(f"no rule for videos of {row['family']}")
        rule = self._catalog.media_rules.video_rules[name]
        images: Mapping[str, ImageRule] = self._catalog.image_rules
        limits = {key: row["config"][key] for key in ("min_pixels", "max_pixels") if key in row["config"]}
        if limits and isinstance(rule, FramesRule):
            images = {rule.frame: images[rule.frame].model_copy(update=limits)}
        frames = row.get("frames") or round(row["seconds"])
        size = ImageSize(row["width"], row["height"]) if "width" in row and "height" in row else None
        return rule.count_frames(frames, size, images)


def _readable(found: Row) -> Row:
    """The row without nulls; its family and model are words and its configuration is an object."""
    row = {key: value for key, value in found.items() if value is not None}
    config = row.get("config")
    words = {key: str(row.get(key, "")) for key in ("family", "model")}
    return row | words | {"config": config if isinstance(config, Mapping) else {}}
