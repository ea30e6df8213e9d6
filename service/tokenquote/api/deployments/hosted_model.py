"""A model of a question about deployments, ready to be put on GPUs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from tokenquote.api.memory import MAX_BYTES, read_as, subject_of
from tokenquote.catalog import Catalog, Model
from tokenquote.catalog.schema.gpus import Gpu
from tokenquote.errors import LocatedError, under
from tokenquote.memory import (
    Architecture,
    CacheElement,
    CacheError,
    Formats,
    LatentAttention,
    WeightFormat,
    Weights,
    formats_of,
    kv_cache,
    read_architecture,
    read_cache_layout,
    weigh_architecture,
)
from tokenquote.memory.gpus import Layout
from tokenquote.memory.gpus.fit import Placement, StageDemand, budget_of
from tokenquote.memory.gpus.overhead import Engine, default_batch, overhead_of
from tokenquote.memory.gpus.sharding import StageWeights, WeightSharding
from tokenquote.memory.kv_cache import CachePlan
from tokenquote.memory.kv_cache.paging import hybrid_block
from tokenquote_client.deployments import DeploymentQuestion, Speculation
from tokenquote_client.memory import WeightsQuestion

__all__ = ["HostedModel", "read_hosted"]

_BLOCK, _MLA_BLOCK = 16, 64  # vLLM's defaults; FlashMLA wants 64
_OWN_FORMAT = "bf16"


@dataclass(frozen=True)
class Draft:
    """A small model that drafts, on the GPUs of the last stage."""

    architecture: Architecture
    sharding: WeightSharding


@dataclass(frozen=True)
class HostedModel:
    """What is hosted, wherever that may be."""

    question: DeploymentQuestion
    model: Model | None
    architecture: Architecture
    format: WeightFormat
    weights: Weights
    sharding: WeightSharding
    element: CacheElement
    draft: Draft | None
    encoder_tokens: int | None
    """That layers of cross attention hold."""
    window: int | None
    """Tokens that the model was made for."""
    _shards: dict[Layout, tuple[StageWeights, ...]] = field(default_factory=dict)
    _needs: dict[tuple[Layout, Engine], int] = field(default_factory=dict)

    def shards(self, layout: Layout) -> tuple[StageWeights, ...]:
        """The weights of each stage; a search asks for the same ones again and again."""
        if layout not in self._shards:
            self._shards[layout] = self.sharding.stages(layout)
        return self._shards[layout]

    def draft_shards(self, layout: Layout) -> tuple[StageWeights, ...]:
        """Those of the draft model: as one stage, as wide as the others."""
        if self.draft is None:
            return ()
        ranks = Layout(layout.tensor_parallel)
        return self.draft.sharding.stages(ranks)

    def check(self, layout: Layout) -> None:
        """Refuse a layout that engines refuse.

        Raises:
            LayoutError: naming what does not divide.
        """
        self.sharding.check(layout)
        if self.draft is not None:
            self.draft.sharding.check(Layout(layout.tensor_parallel))

    def engine_on(self, gpu: Gpu) -> Engine:
        """The engine as asked for; what is not said, as vLLM chooses it for the GPU."""
        asked = self.question.engine
        sequences, tokens = default_batch(gpu.usable_bytes, gpu.name)
        return Engine(
            utilization=Fraction(str(asked.gpu_memory_utilization)),
            max_num_seqs=asked.max_num_seqs or sequences,
            max_num_batched_tokens=asked.max_num_batched_tokens or tokens,
            cuda_graphs=asked.cuda_graphs,
            block_tokens=self.block_tokens,
            non_torch=asked.non_torch_bytes,
        )

    def fits_on(self, gpu: Gpu, layout: Layout) -> bool:
        """Whether the question's sequences fit; what they need is the same on many kinds of GPU."""
        engine = self.engine_on(gpu)
        if (layout, engine) not in self._needs:
            hosting = self.on(gpu, layout)
            context, sequences = self.question.context_tokens, self.question.concurrency
            self._needs[layout, engine] = max(
                hosting.need(stage, context, sequences) for stage in hosting.stages
            )
        return self._needs[layout, engine] <= budget_of(gpu.usable_bytes, engine.utilization)

    def on(self, gpu: Gpu, layout: Layout) -> Placement:
        """The model on GPUs of this kind."""
        engine = self.engine_on(gpu)
        drafts = self.draft_shards(layout)
        packed = self.format.name == "mxfp4"
        return Placement(
            stages=tuple(
                StageDemand(
                    weights=stage.bytes,
                    draft=sum(one.bytes for one in drafts) if stage.is_last else 0,
                    overhead=overhead_of(self.architecture, stage, layout, engine, packed_experts=packed),
                    layers=tuple(
                        (layer.attention, times)
                        for one in (stage, *(drafts if stage.is_last else ()))
                        for layer, times in one.kinds
                    ),
                )
                for stage in self.shards(layout)
            ),
            budget=budget_of(gpu.usable_bytes, engine.utilization),
            element=self.element,
            block=engine.block_tokens,
            tensor_parallel=layout.tensor_parallel,
            chunk=engine.max_num_batched_tokens,
            encoder_tokens=self.encoder_tokens,
        )

    @cached_property
    def block_tokens(self) -> int:
        """Tokens of a block of the KV cache."""
        return self.question.engine.block_tokens or self._default_block

    @property
    def _default_block(self) -> int:
        layers = [layer.attention for layer in self.architecture.layers]
        block = _MLA_BLOCK if any(isinstance(one, LatentAttention) for one in layers) else _BLOCK
        plan = CachePlan(1, self.element, block=block)
        try:
            return hybrid_block(layers, plan)
        except CacheError:  # no layer of attention to page
            return block


def read_hosted(question: DeploymentQuestion, catalog: Catalog) -> HostedModel:
    """What the question wants to host.

    Raises:
        LocatedError: the model, its architecture or a format is not known or not right.
    """
    config, model = subject_of(question, catalog)
    architecture = read_as(read_architecture, config, model)
    formats = formats_of(catalog.quantization)
    published = _OWN_FORMAT if model is None or model.weights is None else model.weights.published_as
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
        encoder_tokens=read_as(read_cache_layout, config, model).encoder_tokens,
        window=model.entry.context.window if model else _stated_window(config),
    )
    _check_cache(hosted)
    return hosted


def _stated_window(config: Mapping[str, Any]) -> int | None:
    stated = config.get("max_position_embeddings")
    return stated if isinstance(stated, int) and stated > 0 else None


def _read_draft(speculation: Speculation | None, catalog: Catalog, formats: Formats) -> Draft | None:
    if speculation is None or speculation.draft_model is None:
        return None
    try:
        subject = WeightsQuestion(model=speculation.draft_model, quantization=_OWN_FORMAT)
        config, model = subject_of(subject, catalog)
        architecture = read_as(read_architecture, config, model)
    except LocatedError as error:
        raise error.at("speculation", "draft_model") from None
    published = _OWN_FORMAT if model is None or model.weights is None else model.weights.published_as
    weights = weigh_architecture(architecture, formats.weight(published), formats)
    return Draft(architecture, WeightSharding(architecture, weights.components))


def _check_cache(hosted: HostedModel) -> None:
    """Whether rows divide into the cache type's blocks, and whether the whole can be said in JSON."""
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
