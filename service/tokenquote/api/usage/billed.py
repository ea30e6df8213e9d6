"""What a usage object says was billed, in the catalog's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tokenquote.api.usage.members import Unread
from tokenquote.errors import Location
from tokenquote.ledger.fees import Use

__all__ = ["Billed", "BilledRequest", "Hint", "Measure"]


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that is measured beside its tokens: a model with a fee for it bills the fee, others the
    tokens.
    """

    use: Use
    kind: str
    """The kind of the tokens that stand for the same thing."""


@dataclass(frozen=True, slots=True)
class BilledRequest:
    """One request to a model."""

    kinds: Mapping[str, int]
    """The tokens by disjoint kinds: `input` is text that is neither read from the cache nor written."""
    uses: tuple[Use, ...] = ()
    """What is used besides tokens."""
    measures: tuple[Measure, ...] = ()


@dataclass(frozen=True, slots=True)
class Hint:
    """A mode or a region that the usage names itself."""

    name: str
    location: Location
    """The place of the member that names it."""


@dataclass(frozen=True, slots=True)
class Billed:
    """All that a usage object says."""

    requests: tuple[BilledRequest, ...]
    """The requests that it sums up; nearly always one."""
    mode: Hint | None = None
    """The processing mode, unless it is the standard one."""
    region: Hint | None = None
    """The region that the request was kept in."""
    stated_cost: Decimal | None = None
    """The cost in USD that the provider states itself."""
    assumptions: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = field(default=())
    """What is neither zero nor known."""
