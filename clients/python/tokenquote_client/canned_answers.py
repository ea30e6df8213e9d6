"""The answers of `testing.FakeService`: of the right form, with round numbers, from what was asked."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from tokenquote_client.catalog import (
    CatalogInfo,
    ModelDetail,
    ModelList,
    ModelSummary,
    ProviderInfo,
    Readiness,
)
from tokenquote_client.deployments import DeploymentAnswer, EngineUsed, GpuShare
from tokenquote_client.endpoint import Fields
from tokenquote_client.gpus import GpuInfo, GpuList
from tokenquote_client.media import MediaAnswer, MediaItem
from tokenquote_client.memory import KvCacheAnswer, WeightsAnswer
from tokenquote_client.memory_grid import MemoryGridAnswer
from tokenquote_client.quote import Comparison, ContextUse, PriceLine, Quote, QuotedRequest, Totals
from tokenquote_client.tokens import TokensAnswer, TokensBreakdown
from tokenquote_client.training import TrainingAnswer
from tokenquote_client.vector_index import VectorIndexAnswer

MODEL = "openai/gpt-5.4-mini"
_REVISION = "0123456789abcdef"
_DAY = dt.date(2026, 11, 1)


def canned_quotes(asked: Fields) -> Quote | Comparison:
    """Make a quote, or one for each of several models."""
    if (models := asked.get("models")) is not None:
        named = models if isinstance(models, list) else [MODEL]
        return Comparison(quotes=[canned_quote(model) for model in named])
    return canned_quote(asked.get("model") or MODEL)


def canned_quote(model: str = MODEL, *, cost: str | None = "0.01") -> Quote:
    """Make a quote of one request of 1,000 tokens that is answered with 100."""
    money = None if cost is None else Decimal(cost)
    return Quote(
        id="q_canned",
        model=model,
        catalog_revision=_REVISION,
        prices_at=dt.datetime.combine(_DAY, dt.time(), dt.UTC),
        totals=_totals(money),
        requests=[_request(money)],
        lines=[] if money is None else [_line(money)],
        context=ContextUse(window=400_000, max_input=272_000, peak_tokens=1_100, overflows_at=None),
        counts=[],
        unpriced=[],
        assumptions=["canned: calculated from nothing"],
        warnings=[],
    )


def canned_model(model: str = MODEL) -> ModelDetail:
    """Make a model that has a price."""
    return ModelDetail(
        **_model_members(model),
        counting={"vocabulary": "o200k_base", "method": "exact"},
        caching=None,
        reasoning_kept="never",
        prices=[],
    )


def _totals(cost: Decimal | None) -> Totals:
    return Totals(
        requests=1,
        input_tokens=1_000,
        cache_read_tokens=0,
        cache_write_tokens=0,
        output_tokens=100,
        reasoning_tokens=0,
        framing_tokens=0,
        image_tokens=0,
        audio_tokens=0,
        video_tokens=0,
        cost=cost,
        cost_without_cache=cost,
        complete=cost is not None,
    )


def _request(cost: Decimal | None) -> QuotedRequest:
    return QuotedRequest(
        turn=1,
        round=0,
        input_tokens=1_000,
        cache_read_tokens=0,
        cache_write_tokens=0,
        output_tokens=100,
        reasoning_tokens=0,
        context_tokens=1_100,
        cost=cost,
        cumulative_cost=cost,
    )


def _line(cost: Decimal) -> PriceLine:
    rate = cost * 1_000  # dollars per million, for 1,000 tokens
    return PriceLine(
        kind="input", tokens=1_000, rate=rate, tier="base", cost=cost, source="canned", checked=_DAY
    )


def _model_members(model: str) -> dict[str, Any]:
    provider, _, name = model.rpartition("/")
    return {
        "id": model,
        "name": name,
        "provider": provider,
        "aliases": [],
        "window": 400_000,
        "max_input": 272_000,
        "max_output": 128_000,
        "vocabulary": "o200k_base",
        "method": "exact",
        "rates": {"input": "10"},
        "modes": ["standard"],
        "checked": _DAY,
        "retires": None,
    }


def canned_catalog(asked: Fields) -> CatalogInfo:
    provider = ProviderInfo(id="openai", name="OpenAI", models=1, oldest_price_check=_DAY)
    return CatalogInfo(revision=_REVISION, models=1, providers=[provider], vocabularies=["o200k_base"])


def canned_model_list(asked: Fields) -> ModelList:
    """Make a list of one model, whatever is asked."""
    return ModelList(items=[ModelSummary(**_model_members(MODEL))])


def canned_model_detail(asked: Fields) -> ModelDetail:
    """Make the model that the path names."""
    return canned_model(asked["model_id"])


def canned_readiness(asked: Fields) -> Readiness:
    """Make the answer of a service that is well."""
    return Readiness(status="ok")


def canned_gpus(asked: Fields) -> GpuList:
    """Make a list of one GPU."""
    return GpuList(items=[_gpu()])


def _gpu() -> GpuInfo:
    return GpuInfo(
        id="h100-sxm-80gb",
        name="NVIDIA H100 SXM 80GB",
        maker="NVIDIA",
        aliases=["h100"],
        memory_gb=80,
        usable_bytes=80_000_000_000,
        usable_method="assumed",
        bandwidth_bytes_per_second=3e12,
        flops_per_second={"fp16": 1e15},
        gpus_per_node=8,
        link="nvlink",
        link_bytes_per_second=4e11,
        price_per_hour=Decimal(2),
        price_source="canned",
        price_checked=_DAY,
        sources={"usable_bytes": "canned"},
    )


def canned_tokens(asked: Fields) -> TokensAnswer:
    members = dict.fromkeys(("tools", "schema", "images", "audio", "video", "documents", "unknown"), 0)
    return TokensAnswer(
        model=asked.get("model") or MODEL,
        input_tokens=100,
        method="exact",
        low=100,
        high=100,
        breakdown=TokensBreakdown.model_validate({**members, "messages": 93, "framing": 7}),
        vocabulary="o200k_base",
    )


def canned_media(asked: Fields) -> MediaAnswer:
    items = [MediaItem(tokens=100, method="rule", rule="canned", low=100, high=100)] * len(
        asked.get("items") or []
    )
    return MediaAnswer(model=asked.get("model") or MODEL, items=items, tokens=100 * len(items))


def canned_kv_cache(asked: Fields) -> KvCacheAnswer:
    return KvCacheAnswer(
        bytes=1_048_576,
        bytes_per_token=1_024,
        bytes_per_gpu=1_048_576,
        layers={"attention": 32},
        formula="canned",
        method="exact",
    )


def canned_deployment(asked: Fields) -> DeploymentAnswer:
    return DeploymentAnswer(
        model=asked.get("model"),
        quantization="bf16",
        kv_dtype="bf16",
        context_tokens=1_000,
        concurrency=1,
        gpu="h100-sxm-80gb",
        gpu_count=1,
        tensor_parallel=1,
        pipeline_parallel=1,
        engine=EngineUsed(name="vllm", version="0.33"),
        fits=True,
        per_gpu=[_gpu_share()],
        kv_cache_pool_bytes=60_000_000_000,
        kv_cache_pool_tokens=100_000,
        largest_batch=100,
        longest_context_tokens=100_000,
        options=[],
        speed=None,
        explained=[],
        assumptions=["canned: calculated from nothing"],
    )


def _gpu_share() -> GpuShare:
    return GpuShare(
        stage=0,
        gpu="h100-sxm-80gb",
        gpus=1,
        layers=32,
        memory_bytes=80_000_000_000,
        budget_bytes=72_000_000_000,
        weights_bytes=10_000_000_000,
        weights={"mlp": 10_000_000_000},
        draft_bytes=0,
        kv_cache_bytes=1_000_000_000,
        kv_in_flight_bytes=0,
        activation_bytes=1_000_000_000,
        cuda_graph_bytes=500_000_000,
        runtime_bytes=500_000_000,
        padding_bytes=0,
        total_bytes=13_000_000_000,
        free_bytes=59_000_000_000,
    )


def canned_memory_grid(asked: Fields) -> MemoryGridAnswer:
    contexts, sequences = asked.get("context_tokens") or [1], asked.get("sequences") or [1]
    formats = asked.get("quantization") or ["bf16"]
    cache = [[1_000] * len(sequences)] * len(contexts)
    return MemoryGridAnswer(
        weights_bytes=[2_000_000] * len(formats),
        kv_cache_bytes=cache,
        total_bytes=[[[2_001_000] * len(sequences)] * len(contexts)] * len(formats),
        method="assumed",
    )


def canned_training(asked: Fields) -> TrainingAnswer:
    return TrainingAnswer(
        bytes_per_gpu=16_000_000,
        high=17_000_000,
        components={"weights": 2_000_000, "optimizer": 14_000_000},
        parameters=1_000_000,
        trainable_parameters=1_000_000,
        formula="canned",
        method="rule",
    )


def canned_vector_index(asked: Fields) -> VectorIndexAnswer:
    return VectorIndexAnswer(
        bytes=4_000_000,
        bytes_per_vector=4_000,
        components={"vectors": 4_000_000},
        formula="canned",
        method="rule",
    )


def canned_weights(asked: Fields) -> WeightsAnswer:
    return WeightsAnswer(
        bytes=2_000_000,
        bits_per_weight=16,
        parameters=1_000_000,
        components={"mlp": 2_000_000},
        method="exact",
    )
