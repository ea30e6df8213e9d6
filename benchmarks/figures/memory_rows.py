"""Rows of measured and published memory figures, and the config of the model that each is about."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmarks.figures.vector_rows import read_vectors

from tokenquote.catalog import Catalog
from tokenquote.memory import ArchitectureError, read_cache_layout

DEFAULT_TOLERANCE = 0.01
_UNITS = {
    "GiB": 2**30, "MiB": 2**20, "GB": 10**9, "MB": 10**6, "KB (1000 B)": 1000, "KiB": 1024, "bytes": 1,
}  # fmt: skip

# litgpt's own configs leave out the model type and whether embeddings are tied; both are well known.
_LITGPT_TYPES = (
    ("Qwen/Qwen3", "qwen3"), ("Qwen/", "qwen2"), ("microsoft/Phi-4-mini", "phi3"), ("microsoft/phi-2", "phi"),
    ("microsoft/phi-1_5", "phi"), ("microsoft/Phi", "phi3"), ("mistralai/Mixtral", "mixtral"),
    ("mistralai/", "mistral"), ("google/gemma-3", "gemma3_text"), ("google/gemma-2-", "gemma2"),
    ("google/", "gemma"), ("EleutherAI/", "gpt_neox"), ("tiiuae/falcon-", "falcon"),
    ("allenai/OLMo-2", "olmo2"), ("allenai/OLMo-", "olmo"), ("stabilityai/stablelm-3b", "stablelm"),
    ("stabilityai/stablelm-zephyr", "stablelm"), ("stabilityai/stable-code", "stablelm"),
    ("stabilityai/", "gpt_neox"), ("togethercomputer/RedPajama", "gpt_neox"),
    ("databricks/dolly", "gpt_neox"),
    ("nomic-ai/gpt4all-13b", "llama"),
)  # fmt: skip
_LITGPT_TIED = (
    "Qwen/Qwen3-0.6B", "Qwen/Qwen3-1.7B", "Qwen/Qwen3-4B", "Qwen/Qwen2.5-0.5B", "Qwen/Qwen2.5-1.5B",
    "Qwen/Qwen2.5-3B", "Qwen/Qwen2.5-Coder-0.5B", "Qwen/Qwen2.5-Coder-1.5B", "Qwen/Qwen2.5-Coder-3B",
    "Qwen/Qwen2.5-Math-1.5B", "HuggingFaceTB/SmolLM", "microsoft/Phi-4-mini", "meta-llama/Llama-3.2",
    "google/", "allenai/OLMo-1B", "tiiuae/falcon-",
)  # fmt: skip

# What people add to a model's name for a copy with other weights; the architecture is the model's own.
_VARIANTS = re.compile(
    r"(fp8|bf16|f16|fp16|awq|gptq|gguf|ud|nvfp4|mxfp4|mxfp8|w\d+a\d+|int[48]|quantized|dynamic|static|autoround|"
    r"instruct|chat|it|hf|base|thinking|sft|dpo|\d+-?bits?|mlx|i?q\d\w*|dq\d\w*|q\d|block|unsloth|bnb|fp8block)"
)
_VERSIONS = re.compile(r"(v\d+(\.\d+)*|\d{4}|\d+k|latest|ptpc)")
# The type of a whole model by that of its text model.
_OUTER = {
    "gemma3_text": "gemma3", "glm4v_text": "glm4v", "llama4_text": "llama4", "mistral": "mistral3",
    "qwen3_vl_text": "qwen3_vl", "qwen3_vl_moe_text": "qwen3_vl_moe", "qwen3_5_text": "qwen3_5",
    "qwen3_5_moe_text": "qwen3_5_moe",
}  # fmt: skip
# Names of logs and papers that are no repository's.
_KNOWN_AS = {
    "deepseek-v2 small moe, mla": "deepseek-ai/DeepSeek-V2-Lite",
    "deepseek-v2 large moe, mla": "deepseek-ai/DeepSeek-V2",
    "deepseek-v3/r1": "deepseek-ai/DeepSeek-V3",
    "deepseek-r1": "deepseek-ai/DeepSeek-V3",
    "deepseek r1": "deepseek-ai/DeepSeek-V3",
    "deepseek-v4": "deepseek-ai/DeepSeek-V4-Flash",
    "granite-vision-3.2-2b": "ibm-granite/granite-3.1-2b-instruct",
    "granite-vision-3.3-2b": "ibm-granite/granite-3.1-2b-instruct",
    "granite-3.3-8b-instruct": "ibm-granite/granite-3.1-8b-instruct",
    "kimi-dev-72b": "Qwen/Qwen2.5-72B-Instruct",
    "llama 7b": "meta-llama/Llama-2-7b-hf",
    "llama 13b": "meta-llama/Llama-2-13b-hf",
    "llama 8b": "meta-llama/Llama-3.1-8B",
    "llama 70b": "meta-llama/Llama-2-70b-hf",
    "llama-3.1-nemotron-70b-instruct-hf": "meta-llama/Llama-3.1-70B",
    "meta_llama_3.1_8b_it": "meta-llama/Llama-3.1-8B",
    "mistral-small-3.2-24b-instruct-2506": "mistralai/Mistral-Small-3.1-24B-Instruct-2503",
    "qwen2 7b": "Qwen/Qwen2.5-7B-Instruct",
}


class NoConfig(LookupError):
    """The architecture of the row's model is not known."""


@dataclass(frozen=True)
class Row:
    """A measured or published figure."""

    index: int
    entry: Mapping[str, Any]
    run: Mapping[str, Any] = field(default_factory=dict)
    """The other figures of the same log, by quantity."""

    @property
    def inputs(self) -> Mapping[str, Any]:
        return _object(self.entry.get("inputs"))

    @property
    def quantity(self) -> str:
        return str(self.entry.get("quantity"))

    @property
    def category(self) -> str:
        return str(self.entry.get("category"))

    @property
    def model(self) -> str:
        return str(self.entry.get("model"))

    @property
    def value(self) -> float | None:
        value = self.entry.get("value")
        return value if isinstance(value, int | float) else None

    @property
    def unit(self) -> int:
        """The bytes of the row's unit; 1 for what is no memory."""
        return _UNITS.get(str(self.entry.get("unit")), 1)

    @property
    def basis(self) -> str:
        """What the row's check rests on: `independent` and `conditional` figures test an estimator."""
        return str(_object(self.entry.get("check")).get("basis"))

    @property
    def tolerance(self) -> float:
        stated = self.entry.get("suggested_tolerance")
        return float(stated) if isinstance(stated, int | float) else DEFAULT_TOLERANCE

    def first(self, *names: str) -> Any:
        """Return the first of the inputs that is stated."""
        return next((self.inputs[name] for name in names if self.inputs.get(name) is not None), None)

    def number(self, *names: str) -> int | None:
        value = self.first(*names)
        return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    def text(self) -> str:
        """Return everything that says something of the weights' format, in lower case."""
        words = [
            self.model,
            *(str(self.inputs.get(k) or "") for k in ("quant", "quantization", "dtype", "mix")),
        ]
        return " ".join(words).lower()


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a file, each with the other figures of its group."""
    rows = [Row(index, entry) for index, entry in enumerate(read_vectors(path))]
    runs: dict[str, dict[str, Any]] = defaultdict(dict)
    for row in rows:
        if row.entry.get("group"):
            runs[str(row.entry["group"])].setdefault(row.quantity, row.entry.get("value"))
    return [replace(row, run=runs.get(str(row.entry.get("group")), {})) for row in rows]


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


class Configs:
    """The configs of models by name: of the row itself, of the catalog, of reference files."""

    def __init__(self, catalog: Catalog, references: Iterable[Path]) -> None:
        """Hold the references: of two that know a model the first counts, and missing files are left out."""
        self._catalog = catalog
        self._references = dict.fromkeys(path.resolve() for path in references if path.is_file())

    def config(self, row: Row) -> Mapping[str, Any]:
        """Return the config of the row's model.

        Raises:
            NoConfig: neither the row nor the catalog nor a reference has it.
        """
        stated = row.inputs.get("config")
        if isinstance(stated, Mapping) and _is_whole(stated):
            return stated
        for name in spellings(row.model):
            if (found := self._known.get(name)) is not None:
                return found
        raise NoConfig(f"no config of {row.model[:80]}")

    def with_tower(self, row: Row) -> Mapping[str, Any]:
        """Return the config with the vision tower where the reference has one, as in the whole model."""
        text = self.config(row)
        vision = next((self._towers[name] for name in spellings(row.model) if name in self._towers), None)
        outer = _OUTER.get(str(text.get("model_type")))
        if vision is None or outer is None or "text_config" in text:
            return text
        return {"model_type": outer, "text_config": text, "vision_config": vision}

    @cached_property
    def _towers(self) -> Mapping[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {}
        for spell in (_exact, _bare, stem):
            for model in self._listed:
                vision = model["fields"].get("vision")
                if isinstance(vision, Mapping) and "class default" not in str(model.get("source_kind")):
                    found.setdefault(spell(model["name"].split(" (")[0]), vision)
        return found

    def published_total(self, row: Row) -> int | None:
        """Return the parameters that the model's own files hold, as the reference states them."""
        plain = row.model.split(" (")[0].lower()
        totals = (model.get("params_total") for model in self._listed if str(model["name"]).lower() == plain)
        return next((total for total in totals if total), None)

    @cached_property
    def _known(self) -> Mapping[str, Mapping[str, Any]]:
        """The configs under every spelling of their models' names; the first of each counts."""
        scraped = [listed for listed in self._listed if "scraped" in listed]
        read = [listed for listed in self._listed if "scraped" not in listed]
        found: dict[str, Mapping[str, Any]] = {}
        # A config that was read counts more than a closer name of one that was scraped.
        for named, spellings_ in (
            ([*self._catalog_configs(), *_named(read)], (_exact, _bare, stem)),
            ([*_named(scraped)], (_exact, _bare, stem)),
            ([*self._catalog_configs(), *_named(read), *_named(scraped)], (_shortest,)),
        ):
            for spell in spellings_:
                for name, config in named:
                    found.setdefault(spell(name), config)
        return found

    def _catalog_configs(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for model in self._catalog.models.values():
            if model.weights is not None and model.weights.id == model.id:
                for name in (model.id, *model.entry.aliases):
                    yield name, model.weights.architecture

    @cached_property
    def _listed(self) -> list[dict[str, Any]]:
        contents = [json.loads(path.read_text(encoding="utf-8")) for path in self._references]
        read = [model for content in contents for model in content.get("models", ())]
        scraped = [model for content in contents for model in content.get("catalogue", ())]
        return [*read, *map(_from_catalogue, scraped)]


def _is_whole(config: Mapping[str, Any]) -> bool:
    """Return whether it describes a model; some rows state no more than a type."""
    try:
        read_cache_layout(config)
    except ArchitectureError:
        return False
    return True


def _named(models: list[dict[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for model in sorted(models, key=_trust):
        yield model["name"].split(" (")[0], whole_config(model["name"], model["fields"])


def _from_catalogue(model: Mapping[str, Any]) -> dict[str, Any]:
    """Return a scraped model, which has other names for fields; its widths are not to be relied on."""
    fields = {name: value for name, value in model["fields"].items() if value is not None}
    fields["model_type"] = fields.pop("architecture", None)
    fields["intermediate_size"] = fields.pop("intermediate_or_moe", None)
    return {**model, "fields": fields, "scraped": True}


def _trust(model: Mapping[str, Any]) -> tuple[bool, bool, bool]:
    """Return a key that sorts configs read from files first, then checked totals, then known types."""
    model_type = str(model["fields"].get("model_type"))
    checked = bool((model.get("params_check") or {}).get("exact_match"))
    return ("scraped" in model, not checked, model_type == "None" or model_type.startswith("litgpt:"))


def whole_config(name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the reference as a config.json has them: lists and model type in full."""
    config = dict(fields)
    for key in [key for key in config if key.endswith("_rle")]:
        config[key.removesuffix("_rle")] = [value for value, times in config.pop(key) for _ in range(times)]
    kind = str(config.get("model_type"))
    if kind.startswith("litgpt:") or kind == "None":
        config["model_type"] = next(
            (known for start, known in _LITGPT_TYPES if name.startswith(start)), "llama"
        )
    if kind.startswith("litgpt:"):
        config["tie_word_embeddings"] = name.startswith(_LITGPT_TIED)
        config.pop("attention_bias", None)
    return config


def spellings(name: str) -> Iterator[str]:
    """Yield the names under which the model may be known, closest first."""
    plain = re.sub(r"\s*\(.*\)$", "", name).strip()
    for form in (name, plain):
        yield _exact(_KNOWN_AS.get(_exact(form)) or _KNOWN_AS.get(_bare(form)) or form)
    for spell in (_bare, stem, _shortest):
        yield spell(plain)
    yield stem(re.sub(r"^[^_]*_", "", _bare(plain)))


def _exact(name: str) -> str:
    return name.lower()


def _bare(name: str) -> str:
    return name.rsplit("/", 1)[-1].lower()


def stem(name: str) -> str:
    """Return the bare name without what says how its weights are stored or tuned."""
    words = re.split(r"[-_. ](?=\D)|[-_ ]", re.sub(r"^meta-(?=llama)", "", _bare(name)))
    while len(words) > 1 and _VARIANTS.fullmatch(words[-1]):
        words.pop()
    return "-".join(words)


def _shortest(name: str) -> str:
    """Return the stem without versions and dates."""
    words = stem(name).split("-")
    while len(words) > 1 and (_VERSIONS.fullmatch(words[-1]) or _VARIANTS.fullmatch(words[-1])):
        words.pop()
    return "-".join(words)
