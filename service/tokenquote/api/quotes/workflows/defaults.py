"""The values of parameters that a workflow leaves out: those of the catalog, each of them told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, TypeVar

from tokenquote.api.quotes.workflows.messages import Composer, Piece
from tokenquote.catalog import Catalog
from tokenquote.catalog.schema.workflows import AssumedValue
from tokenquote.errors import LocatedError
from tokenquote_client.amounts import Amount, AmountOrParts, CallAmount, Profile
from tokenquote_client.turns import PlannedRepeats

__all__ = ["Defaults", "find_defaults", "list_values"]

ItemT = TypeVar("ItemT")
Process: TypeAlias = Literal["sequential", "hierarchical"]


@dataclass
class Defaults:
    """What one kind of workflow takes for the parameters that a plan leaves out."""

    kind: str
    values: Mapping[str, AssumedValue]
    composer: Composer
    taken: list[str] = field(default_factory=list)
    """The values that were taken, a sentence each."""

    def amount(self, name: str, stated: Amount | None, profile: str) -> Amount:
        """Return an amount; `profile` is what it stands for, such as `assistant`."""
        return self._take(name, profile) if stated is None else stated

    def content(self, name: str, stated: AmountOrParts | None, profile: str) -> AmountOrParts:
        """Return an amount or the parts of a message; `profile` is what it stands for, such as `user`."""
        return self._take(name, profile) if stated is None else stated

    def call(self, name: str, stated: CallAmount | None) -> CallAmount:
        """Return a tool call."""
        return self._take(name, "call") if stated is None else stated

    def number(self, name: str, stated: int | None) -> int:
        """Return how many there are of something, or a length in tokens."""
        return self._take(name) if stated is None else stated

    def repeats(self, name: str, stated: PlannedRepeats | None) -> PlannedRepeats:
        """Return how many times something happens."""
        return self._take(name) if stated is None else stated

    def number_or_list(self, name: str, stated: int | list[ItemT] | None) -> int | list[ItemT]:
        """Return how many there are of something, or each of them."""
        return self._take(name) if stated is None else stated

    def probability(self, name: str, stated: float | None) -> float:
        """Return how likely something is."""
        return self._take(name) if stated is None else stated

    def process(self, name: str, stated: Process | None) -> Process:
        """Return how a crew works off its tasks."""
        return self._take(name) if stated is None else stated

    def number_at_most(self, name: str, stated: int | None, most: int, why: str) -> int:
        """Return a number that is the catalog's at most, or `most` where that is less."""
        if stated is not None or self.values[name].value <= most:
            return self.number(name, stated)
        self.taken.append(f"workflow {self.kind}: `{name}` is {most}, {why}")
        return most

    def _take(self, name: str, profile: str = "") -> Any:
        """Return the catalog's value, which the schema of its file keeps to the type of the parameter."""
        assumed = self.values[name]
        value = assumed.value
        if not isinstance(value, dict):
            self._note(name, str(value), assumed)
            return value
        size = Profile.model_validate(value)
        tokens = self.composer.join(Piece(size, name, profile))
        self._note(name, f"{tokens} tokens, the profile {size.profile}", assumed)
        return size

    def _note(self, name: str, value: str, assumed: AssumedValue) -> None:
        self.taken.append(f"workflow {self.kind}: `{name}` is {value} ({assumed.source})")


def list_values(kind: str, catalog: Catalog) -> dict[str, object]:
    """Return the catalog's values for a kind of workflow as a plan would state them.

    Raises:
        LocatedError: the catalog has none.
    """
    return {name: assumed.value for name, assumed in find_defaults(kind, catalog).values.items()}


def find_defaults(kind: str, catalog: Catalog) -> Defaults:
    """Return the catalog's values for a kind of workflow.

    Raises:
        LocatedError: the catalog has none, as one without a workflows.yaml.
    """
    found = catalog.workflows.get(kind)
    if found is None:
        raise LocatedError(("kind",), f"the catalog has no defaults of {kind}: it lacks workflows.yaml")
    return Defaults(kind, dict(found.named()), Composer(catalog.profiles))
