"""The contract of GET /v1/gpus."""

from __future__ import annotations

import datetime as dt

from tokenquote_client.wire import Dollars, Method, Received

__all__ = ["GpuInfo", "GpuList"]


class GpuInfo(Received):
    """One kind of GPU in one memory size; None is what no source says."""

    id: str
    name: str
    maker: str
    aliases: list[str]
    memory_gb: float
    """As it is sold."""
    usable_bytes: int
    """What the driver gives to programs."""
    usable_method: Method
    bandwidth_bytes_per_second: float | None
    """Of the memory."""
    flops_per_second: dict[str, float]
    """Dense, by the type that is multiplied: fp16 (and bf16), fp8, fp4, int8, fp32."""
    gpus_per_node: int
    link: str | None
    """nvlink, pcie or xgmi, between the GPUs of a node."""
    link_bytes_per_second: float | None
    """Out of one GPU, in one direction."""
    price_per_hour: Dollars | None
    price_source: str | None
    price_checked: dt.date | None
    sources: dict[str, str]
    """Where usable memory, bandwidth, operations and link stand."""


class GpuList(Received):
    """Every GPU of the catalog, by id."""

    items: list[GpuInfo]
