"""The model that a question about deployments is about, ready to be put on GPUs."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

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
from tokenquote.memory.gpus import Layout
from tokenquote.memory.gpus.fit import Placement, StageDemand, engine_budget
from tokenquote.memory.gpus.overhead import EngineSettings, default_batch, engine_overhead
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
    _shards: dict[Layout, tuple[StageWeights, ...]] = field(default_factory=dict)
    _needs: dict[tuple[Layout, EngineSettings], int] = field(default_factory=dict)

    def shards(self, layout: Layout) -> tuple[StageWeights, ...]:
        """Return the weights of each stage; a search asks for the same ones again and again."""
        if layout not in self._shards:
            self._shards[layout] = self.sharding.stages(layout)
        return self._shards[layout]

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

    def engine_on(self, gpu: Gpu) -> EngineSettings:
        """Return the engine as asked for; what is not stated is as vLLM chooses it for the GPU."""
        asked = self.question.engine
        sequences, tokens = default_batch(gpu.usable_bytes, gpu.name)
        return EngineSettings(
            utilization=Fraction(str(asked.gpu_memory_utilization)),
            max_num_seqs=asked.max_num_seqs or sequences,
            max_num_batched_tokens=asked.max_num_batched_tokens or tokens,
            cuda_graphs=asked.cuda_graphs,
            block_tokens=self.block_tokens,
            non_torch=asked.non_torch_bytes,
        )

    def fits_on(self, gpu: Gpu, layout: Layout) -> bool:
        """Return whether the question's sequences fit; what they need is the same on many kinds of GPU."""
        engine = self.engine_on(gpu)
        if (layout, engine) not in self._needs:
            hosting = self.on(gpu, layout)
            context, sequences = self.question.context_tokens, self.question.concurrency
            self._needs[layout, engine] = max(
                hosting.need(stage, context, sequences) for stage in hosting.stages
            )
        return self._needs[layout, engine] <= engine_budget(gpu.usable_bytes, engine.utilization)

    def on(self, gpu: Gpu, layout: Layout) -> Placement:
        """Return the model on GPUs of this kind."""
        engine = self.engine_on(gpu)
        drafts = self.draft_shards(layout)
        packed = self.format.name == "mxfp4"
        return Placement(
            stages=tuple(
                StageDemand(
                    weights=stage.bytes,
                    draft=sum(shard.bytes for shard in drafts) if stage.is_last else 0,
                    overhead=engine_overhead(self.architecture, stage, layout, engine, packed_experts=packed),
                    layers=tuple(
                        (layer.attention, times)
                        for shard in (stage, *(drafts if stage.is_last else ()))
                        for layer, times in shard.kinds
                    ),
                )
                for stage in self.shards(layout)
            ),
            budget=engine_budget(gpu.usable_bytes, engine.utilization),
            element=self.element,
            block=engine.block_tokens,
            tensor_parallel=layout.tensor_parallel,
            chunk=engine.max_num_batched_tokens,
            encoder_tokens=self.encoder_tokens,
        )

    @cached_property
    def block_tokens(self) -> int:
        """The tokens of a block of the KV cache."""
        return self.question.engine.block_tokens or self._default_block

    @property
    def _default_block(self) -> int:
        layers = [layer.attention for layer in self.architecture.layers]
        block = max(layer.block_alignment for layer in layers)
        plan = CachePlan(1, self.element, block=block)
        try:
            return hybrid_block(layers, plan)
        except CacheError:  # no layer of attention to page
            return block


def read_hosted(question: DeploymentQuestion, catalog: Catalog) -> HostedModel:
    """Return the model that the question wants to host.

    Raises:
        LocatedError: the model, its architecture or a format is unknown or wrong.
    """
    config, model = resolve_subject(question, catalog)
    architecture = read_config(read_architecture, config, model)
    formats = number_formats(catalog.quantization)
    if question.speculation is not None and question.speculation.prediction_layers:
        architecture = drafting_architecture(architecture, ("speculation", "prediction_layers"))
    published = _OWN_FORMAT
    if question.quantization is None:
        published = stated_format(config, model) or _OWN_FORMAT
    with under("quantization"):
        format_ = formats.weight(question.quantization or published)
    with under("kv_dtype"):
        element = formats.cache_element(question.kv_dtype)
    weights = weigh_architecture(architecture, format_, formats)
    hosted = HostedModel(
        question=question,
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
    return hosted


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
