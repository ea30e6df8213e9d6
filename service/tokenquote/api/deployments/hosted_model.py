"""The model that a question about deployments is about, ready to be put on GPUs."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from tokenquote.api.deployments.engine_choice import choose_engine
from tokenquote.api.deployments.engine_settings import engine_settings
from tokenquote.api.memory import MAX_BYTES, read_config, resolve_subject
from tokenquote.api.memory.weights import drafting_architecture, stated_format
from tokenquote.catalog import Catalog, Model
from tokenquote.catalog.schema.gpus import Gpu
from tokenquote.errors import LocatedError, under
from tokenquote.memory import (
    Architecture,
    CacheElement,
    CacheError,
    CachePlan,
    Config,
    Formats,
    WeightFormat,
    Weights,
    hybrid_block,
    kv_cache,
    number_formats,
    read_architecture,
    read_cache_layout,
    weigh_architecture,
)
from tokenquote.memory.engines import ServingEngine
from tokenquote.memory.engines.llama_cpp import LlamaCppRules
from tokenquote.memory.engines.vllm import VllmRules
from tokenquote.memory.gpus import Layout, check_experts
from tokenquote.memory.gpus.overhead import EngineSettings
from tokenquote.memory.gpus.sharding import StageWeights, WeightSharding
from tokenquote_client.deployments import DeploymentQuestion, Speculation
from tokenquote_client.memory import WeightsQuestion

__all__ = ["HostedModel", "read_hosted"]

_OWN_FORMAT = "bf16"


@dataclass(frozen=True)
class Draft:
    """A small model that drafts tokens on the GPUs of the last stage."""

    architecture: Architecture
    sharding: WeightSharding


@dataclass(frozen=True)
class HostedModel:
    """The model of the question, whatever GPUs it is put on."""

    question: DeploymentQuestion
    engine: ServingEngine
    model: Model | None
    architecture: Architecture
    format: WeightFormat
    weights: Weights
    sharding: WeightSharding
    element: CacheElement
    draft: Draft | None
    encoder_tokens: int | None
    """The tokens that layers of cross attention hold; None: not known."""
    window: int | None
    """The tokens that the model was made for; None: not known."""
    needs: dict[tuple[Layout, EngineSettings], int] = field(default_factory=dict)
    """The bytes of a GPU with all sequences, without the runtime; a search fills it."""
    _shards: dict[Layout, tuple[StageWeights, ...]] = field(default_factory=dict)
    _offloads: dict[tuple[int, tuple[int, ...], bool], tuple[StageWeights, ...]] = field(default_factory=dict)

    def shards(self, layout: Layout) -> tuple[StageWeights, ...]:
        """Return the weights of each stage; a search asks for the same ones again and again."""
        if layout not in self._shards:
            self._shards[layout] = self.sharding.stages(layout)
        return self._shards[layout]

    def offloaded_shards(
        self, in_ram: int, on_gpus: tuple[int, ...], *, output: bool
    ) -> tuple[StageWeights, ...]:
        """Return the weights in RAM and on each GPU; a search asks for the same ones again and again."""
        key = (in_ram, on_gpus, output)
        if key not in self._offloads:
            self._offloads[key] = self.sharding.offloaded(in_ram, on_gpus, output=output)
        return self._offloads[key]

    def draft_shards(self, layout: Layout) -> tuple[StageWeights, ...]:
        """Return the draft model's weights: one stage, on as many GPUs as the others. Empty without one."""
        if self.draft is None:
            return ()
        ranks = Layout(layout.tensor_parallel)
        return self.draft.sharding.stages(ranks)

    def check(self, layout: Layout) -> None:
        """Refuse a layout that engines refuse.

        Raises:
            LayoutError: it names what does not divide.
        """
        self.sharding.check(layout)
        if self.draft is not None:
            self.draft.sharding.check(Layout(layout.tensor_parallel))

    def engine_on(self, gpu: Gpu, layout: Layout) -> EngineSettings:
        """Return the engine as asked for; what is not stated is as the engine chooses it for the GPU."""
        return engine_settings(self.question, self.engine.rules, gpu, layout, self.block_tokens)

    @property
    def gpu_layers(self) -> int | None:
        """The layers on the GPUs, the output among them where the version counts it; None: not by layers."""
        if not isinstance(self.engine.rules, LlamaCppRules):
            return None
        asked = self.question.gpu_layers
        return self.most_layers if asked is None else asked

    @property
    def most_layers(self) -> int:
        """The layers that may be on GPUs: those of the model and the output."""
        return len(self.architecture.layers) + 1

    @property
    def is_whole(self) -> bool:
        """Whether all layers and all of the cache are on the GPUs."""
        return self.gpu_layers in (None, self.most_layers) and self.question.kv_offload is not False

    @cached_property
    def block_tokens(self) -> int:
        """The tokens of a block of the KV cache."""
        return self.question.engine.block_tokens or self._default_block

    @property
    def _default_block(self) -> int:
        if not isinstance(self.engine.rules, VllmRules):
            return 1
        layers = [layer.attention for layer in self.architecture.layers]
        block = max(layer.block_alignment for layer in layers)
        drafted = self.question.speculation.tokens if self.question.speculation else 0
        plan = CachePlan(1, self.element, block=block, drafted=drafted)
        try:
            return hybrid_block(layers, plan, latent_alignment=self.engine.rules.latent_alignment)
        except CacheError:  # no layer of attention to page
            return block


def read_hosted(question: DeploymentQuestion, catalog: Catalog) -> HostedModel:
    """Return the model that the question wants to host.

    Raises:
        LocatedError: the model, its architecture or a format is unknown or wrong.
    """
    engine = choose_engine(question)
    config, model = resolve_subject(question, catalog)
    architecture = read_config(read_architecture, config, model)
    formats = number_formats(catalog.quantization)
    if question.speculation is not None and question.speculation.prediction_layers:
        architecture = drafting_architecture(architecture, ("speculation", "prediction_layers"))
    published = _OWN_FORMAT
    if question.quantization is None:
        published = stated_format(config, model) or _OWN_FORMAT
    with under("quantization"):
        format_ = formats.weight(published if question.quantization is None else question.quantization)
    with under("kv_dtype"):
        element = formats.cache_element(question.kv_dtype)
    weights = weigh_architecture(architecture, format_, formats)
    hosted = HostedModel(
        question=question,
        engine=engine,
        model=model,
        architecture=architecture,
        format=format_,
        weights=weights,
        sharding=WeightSharding(architecture, weights.components),
        element=element,
        draft=_read_draft(question.speculation, catalog, formats),
        encoder_tokens=read_config(read_cache_layout, config, model).encoder_tokens,
        window=model.entry.context.window if model else _stated_window(config),
    )
    _check_cache(hosted)
    _check_gpu_layers(hosted)
    spread = Layout(data_parallel=question.data_parallel or 1, expert_parallel=question.expert_parallel)
    check_experts(architecture.layers, spread)
    return hosted


def _check_gpu_layers(hosted: HostedModel) -> None:
    asked = hosted.question.gpu_layers
    if asked is not None and asked > hosted.most_layers:
        detail = (
            f"the model has {hosted.most_layers - 1} layers and its output, so at most {hosted.most_layers}; "
            "leave `gpu_layers` out for all of them"
        )
        raise LocatedError(("gpu_layers",), detail)


def _stated_window(config: Config) -> int | None:
    stated = config.get("max_position_embeddings")
    return stated if isinstance(stated, int) and stated > 0 else None


def _read_draft(speculation: Speculation | None, catalog: Catalog, formats: Formats) -> Draft | None:
    if speculation is None or speculation.draft_model is None:
        return None
    try:
        subject = WeightsQuestion(model=speculation.draft_model, quantization=_OWN_FORMAT)
        config, model = resolve_subject(subject, catalog)
        architecture = read_config(read_architecture, config, model)
    except LocatedError as error:
        raise error.at("speculation", "draft_model") from None
    published = _OWN_FORMAT if model is None or model.weights is None else model.weights.published_as
    weights = weigh_architecture(architecture, formats.weight(published), formats)
    return Draft(architecture, WeightSharding(architecture, weights.components))


def _check_cache(hosted: HostedModel) -> None:
    """Refuse rows that are not whole blocks of the cache type, and sizes too large for a number of JSON."""
    question = hosted.question
    layers = [layer.attention for layer in hosted.architecture.layers]
    try:
        plan = CachePlan(
            question.context_tokens,
            hosted.element,
            question.concurrency,
            encoder_tokens=hosted.encoder_tokens,
        )
        held = kv_cache(layers, plan).bytes
    except CacheError as error:
        config = "model" if hosted.model else "architecture"
        raise error.at("kv_dtype" if error.location == ("dtype",) else config) from None
    if hosted.weights.bytes + held > MAX_BYTES:
        raise LocatedError(
            ("concurrency",), f"weights and cache would take more than 2^53 bytes, {MAX_BYTES}"
        )
