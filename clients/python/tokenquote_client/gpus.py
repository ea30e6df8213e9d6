"""The contract of GET /v1/gpus: the GPUs of the catalog."""

from __future__ import annotations

import datetime as dt

from tokenquote_client.wire_types import Dollars, Method, Received

__all__ = ["GpuInfo", "GpuList"]


class GpuInfo(Received):
    """One kind of GPU in one memory size; what no source says is null."""

    id: str
    """The catalog id of the GPU, such as `h100-sxm-80gb`."""
    name: str
    """The name under which the GPU is sold."""
    maker: str
    """The company that makes the GPU."""
    aliases: list[str]
    """Other names that questions may use for it; empty: there are none."""
    memory_gb: float
    """The memory of the card as it is sold, in GB."""
    usable_bytes: int
    """The bytes of memory that the driver gives to programs."""
    usable_method: Method
    """How `usable_bytes` is known: `exact`, `rule` (a published formula), `calibrated` (fitted to
    measurements) or `assumed` (a default, or a shape that is taken for granted)."""
    bandwidth_bytes_per_second: float | None
    """The bandwidth of the memory in bytes per second; null: not known."""
    flops_per_second: dict[str, float]
    """The dense operations per second by the number format that is multiplied: fp16 (and bf16), fp8, fp4,
    int8, fp32. Empty: not known."""
    gpus_per_node: int
    """The number of GPUs in a node, which tensor parallelism should not leave."""
    link: str | None
    """The kind of link between the GPUs of a node: nvlink, pcie or xgmi; null: not known."""
    link_bytes_per_second: float | None
    """The bandwidth of the link out of one GPU, in one direction, in bytes per second; null: not known."""
    price_per_hour: Dollars | None
    """The price of renting one GPU for an hour in US dollars, as a decimal string; null: the catalog has no
    price."""
    price_source: str | None
    """The place where the price is published, in words or as a web address; null: the catalog has no
    price."""
    price_checked: dt.date | None
    """The day (`2026-11-12`) on which the price was last compared with its source; null: the catalog has no
    price."""
    sources: dict[str, str]
    """The places where usable memory, bandwidth, operations and link are published, by the name of the field
    here; a field that is not known has none."""


class GpuList(Received):
    """Every GPU of the catalog, by id."""

    items: list[GpuInfo]
    """The GPUs, in the order of their ids."""
