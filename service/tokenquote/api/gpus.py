"""Answers what the catalog knows of GPUs."""

from __future__ import annotations

from tokenquote.catalog import Catalog
from tokenquote.catalog.schema.gpus import Gpu
from tokenquote_client.gpus import GpuInfo, GpuList

__all__ = ["answer_gpus"]

_GIGA, _TERA = 1e9, 1e12


def answer_gpus(catalog: Catalog) -> GpuList:
    """List every GPU by id."""
    return GpuList(items=[_info(gpu_id, gpu) for gpu_id, gpu in catalog.gpus.items()])


def _info(gpu_id: str, gpu: Gpu) -> GpuInfo:
    bandwidth, link, price = gpu.bandwidth_gb_per_second, gpu.link, gpu.price
    return GpuInfo(
        id=gpu_id,
        name=gpu.name,
        maker=gpu.maker,
        aliases=list(gpu.aliases),
        memory_gb=gpu.memory_gb,
        usable_bytes=gpu.usable_bytes,
        usable_method=gpu.usable_gib.method,
        bandwidth_bytes_per_second=bandwidth.value * _GIGA if bandwidth else None,
        flops_per_second=_flops(gpu),
        gpus_per_node=gpu.gpus_per_node,
        link=link.kind if link else None,
        link_bytes_per_second=link.gb_per_second * _GIGA if link else None,
        price_per_hour=price.per_hour if price else None,
        price_source=price.source if price else None,
        price_checked=price.checked if price else None,
        sources=_sources(gpu),
    )


def _flops(gpu: Gpu) -> dict[str, float]:
    stated = gpu.tflops.model_dump(exclude={"source"}, exclude_none=True) if gpu.tflops else {}
    return {kind: tflops * _TERA for kind, tflops in stated.items()}


def _sources(gpu: Gpu) -> dict[str, str]:
    parts = {
        "usable_bytes": gpu.usable_gib,
        "bandwidth_bytes_per_second": gpu.bandwidth_gb_per_second,
        "flops_per_second": gpu.tflops,
        "link_bytes_per_second": gpu.link,
    }
    return {name: part.source for name, part in parts.items() if part is not None}
