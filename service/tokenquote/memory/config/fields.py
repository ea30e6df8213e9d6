"""Fields of a Hugging Face `config.json`, read strictly: a mistake names its field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tokenquote.errors import LocatedError, Location

__all__ = ["ArchitectureError", "Fields", "Location"]

# Bounds that no model comes near; they keep the work and the figures of one request small.
MAX_SIZE = 100_000_000
MAX_LAYERS = 2_000


class ArchitectureError(LocatedError):
    """A config from which memory cannot be told; `location` leads to the field within the config."""


class Fields:
    """One object of a config, with the defaults of its model class. A null field counts as absent."""

    def __init__(
        self,
        config: Mapping[str, Any],
        location: Location,
        defaults: Mapping[str, int],
        names: Mapping[str, str] | None = None,
    ) -> None:
        self._config = config
        self._location = location
        self._defaults = defaults
        self._names = names or {}
        self.taken_defaults: dict[str, int] = {}
        """Fields that the config leaves to its model class, as far as they were asked for."""

    def with_layer(self, overrides: Mapping[str, Any]) -> Fields:
        """These fields as one layer has them that states some for itself."""
        layer = Fields({**self._config, **overrides}, self._location, self._defaults, self._names)
        layer.taken_defaults = self.taken_defaults
        return layer

    def has(self, name: str) -> bool:
        return self.raw(name) is not None

    def names(self) -> Iterable[str]:
        return [str(name) for name in self._config]

    def raw(self, name: str) -> Any:
        """The field under its usual name, or under the family's own."""
        value = self._config.get(name)
        return self._config.get(self._names[name]) if value is None and name in self._names else value

    def require(self, *names: str) -> None:
        """Name all missing fields at once.

        Raises:
            ArchitectureError: one is neither stated nor a default of the model class.
        """
        missing = [name for name in names if not self.has(name) and name not in self._defaults]
        if missing:
            raise ArchitectureError(self._location, f"missing: {', '.join(map(self._own_name, missing))}")

    def size(self, name: str, *others: str, most: int = MAX_SIZE) -> int:
        """A required whole number from 1, under the first of its names that is stated."""
        value = self.optional_size(name, *others, most=most)
        if value is None:
            raise ArchitectureError(self._location, f"missing: {self._own_name(name)}")
        return value

    def optional_size(self, name: str, *others: str, least: int = 1, most: int = MAX_SIZE) -> int | None:
        stated = (one for one in (name, *others) if self.has(one))
        name = next(stated, next((one for one in (name, *others) if one in self._defaults), name))
        value = self.raw(name)
        if value is None:
            if name not in self._defaults:
                return None
            value = self.taken_defaults[name] = self._defaults[name]
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.error(name, "a whole number is expected")
        if not least <= value <= most:
            raise self.error(name, f"{least} to {most} is expected")
        return value

    def count(self, name: str, *others: str) -> int:
        """A whole number from 0; absent is 0, as in the model classes that have the field."""
        return self.optional_size(name, *others, least=0) or 0

    def flag(self, name: str, default: bool) -> bool:
        value = self.raw(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.error(name, "true or false is expected")
        return value

    def any_flag(self, names: Iterable[str], default: bool) -> bool:
        """The first of the flags that is stated."""
        return next((self.flag(name, default) for name in names if self.has(name)), default)

    def layers(self) -> int:
        return self.size("num_hidden_layers", most=MAX_LAYERS)

    def per_layer(self, name: str, layers: int) -> Sequence[Any] | None:
        """A list with one item for each layer, or None."""
        value = self.raw(name)
        if value is None:
            return None
        if not isinstance(value, list):
            raise self.error(name, "a list with one item for each layer is expected")
        if len(value) != layers:
            raise self.error(name, f"{len(value)} items for {layers} layers")
        return value

    def layer_numbers(self, name: str) -> frozenset[int]:
        """A list of layer numbers from 0; absent is none."""
        value = self.raw(name)
        if value is None:
            return frozenset()
        if not isinstance(value, list) or any(type(item) is not int for item in value):
            raise self.error(name, "a list of layer numbers is expected")
        return frozenset(value)

    def within(self, name: str) -> Fields | None:
        """The fields of an object within, or None."""
        value = self.raw(name)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise self.error(name, "an object is expected")
        inner = Fields(value, (*self._location, name), {})
        inner.taken_defaults = self.taken_defaults
        return inner

    def error(self, name: str, detail: str) -> ArchitectureError:
        return ArchitectureError((*self._location, self._own_name(name)), detail)

    def missing(self, what: str) -> ArchitectureError:
        return ArchitectureError(self._location, f"missing: {what}")

    def _own_name(self, name: str) -> str:
        own = self._names.get(name)
        return own if own is not None and name not in self._config else name
