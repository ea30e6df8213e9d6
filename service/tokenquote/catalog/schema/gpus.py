"""What gpus.yaml may say: how much a GPU holds, how fast it reads and multiplies, and what an hour costs.

gpus:
  h100-sxm-80gb:
    name: NVIDIA H100 SXM 80GB
    maker: NVIDIA
    aliases: [h100]
    memory_gb: 80
    usable_gib: {value: 79.18, method: calibrated, source: ...}
    bandwidth_gb_per_second: {value: 3350, source: ...}
    tflops: {fp16: 989, fp8: 1978, int8: 1978, source: ...}
    link: {kind: nvlink, gb_per_second: 450, source: ...}
    price: {per_hour: "3.99", source: ..., checked: 2026-11-09}
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, StrictInt, model_validator

from tokenquote.catalog.schema.catalog_entry import Entry, Money, Word

__all__ = ["Gpu", "GpuLink", "GpuPrice", "GpusFile", "MatrixType", "Sourced", "Tflops", "UsableMemory"]

PositiveNumber = Annotated[float, Field(ge=1e-3, le=1e9, allow_inf_nan=False)]
MatrixType = Literal["fp32", "fp16", "fp8", "fp4", "int8"]
_GIB = 2**30


class Sourced(Entry):
    """A figure with its source."""

    value: PositiveNumber
    """The figure, in the unit that its field states."""
    source: str = Field(min_length=1)
    """Where the figure stands."""


class UsableMemory(Sourced):
    """The memory that the driver gives to programs; it is less than the card is sold with."""

    method: Literal["calibrated", "rule", "assumed"]
    """How the figure is known: `calibrated` was read on such cards, `rule` is published, `assumed` is taken
    from similar cards."""


class Tflops(Entry):
    """The dense operations a second, in 10^12, by the type that is multiplied. None: not published."""

    fp32: PositiveNumber | None = None
    """The operations on 32-bit floats."""
    fp16: PositiveNumber | None = None
    """The operations on 16-bit floats, both fp16 and bf16."""
    fp8: PositiveNumber | None = None
    """The operations on 8-bit floats."""
    fp4: PositiveNumber | None = None
    """The operations on 4-bit floats."""
    int8: PositiveNumber | None = None
    """The operations on 8-bit integers."""
    source: str = Field(min_length=1)
    """Where the figures stand."""

    def speed(self, kind: MatrixType) -> tuple[MatrixType, float]:
        """Return the type that such matrices are multiplied as (this, else 16 or 32 bit), and its rate."""
        for used in (kind, "fp16"):
            if (rate := getattr(self, used)) is not None:
                return used, rate
        return "fp32", self.fp32 or 0.0

    @model_validator(mode="after")
    def _sixteen_bit_or_more(self) -> Self:
        if self.fp16 is None and self.fp32 is None:
            raise ValueError("state `fp16`, or `fp32` where nothing narrower is known")
        return self


class GpuLink(Entry):
    """The link between the GPUs of a node."""

    kind: Literal["nvlink", "pcie", "xgmi"]
    """The kind of the link."""
    gb_per_second: PositiveNumber
    """The rate out of one GPU in one direction, in 10^9 bytes a second."""
    source: str = Field(min_length=1)
    """Where the rate stands."""


class GpuPrice(Entry):
    """The price of renting one GPU."""

    per_hour: Money
    """The price of an hour in US dollars."""
    source: str = Field(min_length=1)
    """Where the price stands."""
    checked: dt.date
    """The day on which somebody last compared the price with the source."""


class Gpu(Entry):
    """One kind of GPU in one memory size."""

    name: str = Field(min_length=1, max_length=128)
    """The name that people read."""
    maker: str = Field(min_length=1, max_length=64)
    """The company that makes it."""
    aliases: tuple[Word, ...] = ()
    """Other words for this GPU."""
    memory_gb: PositiveNumber
    """The memory as it is sold, in GB."""
    usable_gib: UsableMemory
    """The memory that programs get, in GiB."""
    bandwidth_gb_per_second: Sourced | None = None
    """The bandwidth of the memory, in 10^9 bytes a second. None: no source says it."""
    tflops: Tflops | None = None
    """The dense operations a second, in 10^12. None: no source says them."""
    gpus_per_node: StrictInt = Field(default=8, ge=1, le=1024)
    """The number of GPUs that tensor parallelism spreads over without leaving the node."""
    only_by_name: StrictBool = False
    """Whether it is left out when GPUs are looked for: serving engines such as vLLM do not run on it."""
    link: GpuLink | None = None
    """The link between the GPUs of a node. None: no source says it."""
    price: GpuPrice | None = None
    """The price of renting one. None: no price is known."""

    @property
    def usable_bytes(self) -> int:
        """The memory that programs get, in bytes."""
        return round(self.usable_gib.value * _GIB)

    @model_validator(mode="after")
    def _usable_is_less_than_sold(self) -> Self:
        # Sizes are sold in GB and read as GiB.
        if self.usable_gib.value > self.memory_gb:
            raise ValueError(f"usable_gib {self.usable_gib.value} is more than memory_gb {self.memory_gb}")
        return self


class GpusFile(Entry):
    """The file gpus.yaml."""

    multiplied_as: dict[Word, MatrixType] = Field(default={})
    """The weight formats of quantization.yaml whose matrices are multiplied in another type than 16 bit."""
    gpus: dict[Word, Gpu] = Field(default={})
    """The GPUs by the word that questions name them by."""

    def with_more(self, other: Self) -> Self:
        """Return both together; what the other defines replaces what has the same name here."""
        return self.model_copy(
            update={
                "multiplied_as": self.multiplied_as | other.multiplied_as,
                "gpus": self.gpus | other.gpus,
            }
        )
