"""The values of parameters that a workflow leaves out: those of the catalog, each of them told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar, cast

from tokenquote.catalog import Catalog
from tokenquote.catalog.schema.caching import AmountProfiles
from tokenquote.catalog.schema.workflows import AssumedValue
from tokenquote.errors import LocatedError
from tokenquote_client.amounts import Profile

__all__ = ["Defaults", "find_defaults", "list_values"]

ValueT = TypeVar("ValueT")


@dataclass
class Defaults:
    """What one kind of workflow takes for the parameters that a plan leaves out."""

    kind: str
    values: Mapping[str, AssumedValue]
    profiles: Mapping[str, AmountProfiles]
    taken: list[str] = field(default_factory=list)
    """The values that were taken, a sentence each."""

    def take(self, name: str, stated: ValueT | None, profile: str = "") -> ValueT:
        """Return what the plan states, or else the catalog's value, which is noted.

        `profile` is what an amount stands for, such as `user`.
        """
        if stated is not None:
            return stated
        assumed = self.values[name]
        value = assumed.value
        if not isinstance(value, dict):
            self._note(name, str(value), assumed)
            return cast(ValueT, value)
        tokens = getattr(self.profiles[profile], value["profile"])
        self._note(name, f"{tokens} tokens, the profile {value['profile']}", assumed)
        return cast(ValueT, Profile(profile=value["profile"]))

    def take_at_most(self, name: str, stated: int | None, most: int, why: str) -> int:
        """Return what the plan states, or else the catalog's value, or `most` where that is less."""
        if stated is not None:
            return stated
        assumed = self.values[name]
        value = cast(int, assumed.value)
        if value <= most:
            return self.take(name, stated)
        self.taken.append(f"workflow {self.kind}: `{name}` is {most}, {why}")
        return most

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
    return Defaults(kind, dict(found.named()), catalog.profiles)
