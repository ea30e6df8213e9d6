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

from pydantic import Field, StrictInt, model_validator

from tokenquote.catalog.schema.entry import Entry, Money, Word

__all__ = ["Gpu", "GpuLink", "GpuPrice", "GpusFile", "MatrixType", "Sourced", "Tflops", "UsableMemory"]

Positive = Annotated[float, Field(ge=1e-3, le=1e9, allow_inf_nan=False)]
MatrixType = Literal["fp32", "fp16", "fp8", "fp4", "int8"]
_GIB = 2**30


class Sourced(Entry):
    """A figure and where it stands."""

    value: Positive
    source: str = Field(min_length=1)


class UsableMemory(Sourced):
    """What the driver gives to programs; less than the card is sold with."""

    method: Literal["calibrated", "rule", "assumed"]
    """`calibrated`: seen on such cards. `rule`: published. `assumed`: as of similar cards."""


class Tflops(Entry):
    """Dense operations a second, in 10^12, by the type that is multiplied."""

    fp32: Positive | None = None
    fp16: Positive | None = None
    """And bf16."""
    fp8: Positive | None = None
    fp4: Positive | None = None
    int8: Positive | None = None
    source: str = Field(min_length=1)

    def of(self, kind: MatrixType) -> tuple[MatrixType, float]:
        """The type that matrices of this kind are multiplied as here, and how fast: else 16 bit, else 32."""
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
    """Between the GPUs of a node."""

    kind: Literal["nvlink", "pcie", "xgmi"]
    gb_per_second: Positive
    """10^9 bytes a second out of one GPU, in one direction."""
    source: str = Field(min_length=1)


class GpuPrice(Entry):
    """Of renting one GPU."""

    per_hour: Money
    """US dollars."""
    source: str = Field(min_length=1)
    checked: dt.date


class Gpu(Entry):
    """One kind of GPU in one memory size."""

    name: str = Field(min_length=1, max_length=128)
    maker: str = Field(min_length=1, max_length=64)
    aliases: tuple[Word, ...] = ()
    memory_gb: Positive
    """As it is sold."""
    usable_gib: UsableMemory
    bandwidth_gb_per_second: Sourced | None = None
    """Of the memory, in 10^9 bytes."""
    tflops: Tflops | None = None
    gpus_per_node: StrictInt = Field(default=8, ge=1, le=1024)
    """As many as tensor parallelism spreads over without leaving the node."""
    only_by_name: bool = False
    """Left out when GPUs are looked for: a machine that serving engines such as vLLM do not run on."""
    link: GpuLink | None = None
    price: GpuPrice | None = None

    @property
    def usable_bytes(self) -> int:
        """What programs get, in bytes."""
        return round(self.usable_gib.value * _GIB)

    @model_validator(mode="after")
    def _usable_is_less_than_sold(self) -> Self:
        # Sizes are sold in GB and read as GiB.
        if self.usable_gib.value > self.memory_gb:
            raise ValueError(f"usable_gib {self.usable_gib.value} is more than memory_gb {self.memory_gb}")
        return self


class GpusFile(Entry):
    """gpus.yaml"""

    multiplied_as: dict[Word, MatrixType] = Field(default={})
    """Weight formats of quantization.yaml whose matrices are multiplied as they are; others in 16 bit."""
    gpus: dict[Word, Gpu] = Field(default={})

    def with_more(self, other: Self) -> Self:
        """What the other defines takes the place of what has the same name here."""
        return self.model_copy(
            update={
                "multiplied_as": self.multiplied_as | other.multiplied_as,
                "gpus": self.gpus | other.gpus,
            }
        )
