"""The fields of a Hugging Face `config.json`, read strictly: a mistake names its field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tokenquote.errors import LocatedError, Location

__all__ = [
    "ArchitectureError",
    "Config",
    "ConfigFields",
    "Location",
    "as_list",
    "as_mapping",
    "as_number",
    "as_text",
    "as_whole_number",
]

Config = Mapping[str, Any]
"""A `config.json`, or an object of it. Its values are Any because it may hold any JSON."""

# Bounds that no model comes near; they keep the work and the figures of one request small.
MAX_SIZE = 100_000_000
MAX_LAYERS = 2_000


class ArchitectureError(LocatedError):
    """Memory cannot be told from a config; `location` leads to the field within the config."""


def as_mapping(value: object) -> Mapping[str, Any] | None:
    """Return the value if it is an object of JSON, else None."""
    return value if isinstance(value, Mapping) else None


def as_list(value: object) -> list[Any] | None:
    """Return the value if it is a list, else None."""
    return value if isinstance(value, list) else None


def as_text(value: object) -> str | None:
    """Return the value if it is a text, else None."""
    return value if isinstance(value, str) else None


def as_number(value: object) -> int | float | None:
    """Return the value if it is a number, else None; true and false are none."""
    return value if isinstance(value, int | float) and value is not True and value is not False else None


def as_whole_number(value: object) -> int | None:
    """Return the value if it is a whole number, else None; true and false are none."""
    return value if isinstance(value, int) and value is not True and value is not False else None


class ConfigFields:
    """One object of a config, with the defaults of its model class. A null field counts as absent."""

    def __init__(
        self,
        config: Mapping[str, Any],
        location: Location,
        defaults: Mapping[str, int],
        names: Mapping[str, str] | None = None,
    ) -> None:
        """Hold the object.

        Args:
            config: the object.
            location: the way to it within the whole config.
            defaults: the values of fields that the object may leave to its model class.
            names: the family's own names of fields, by the usual name; None: it has none.
        """
        self._config = config
        self._location = location
        self._defaults = defaults
        self._names = names or {}
        self.taken_defaults: dict[str, int] = {}
        """Fields that the config leaves to its model class, as far as they were asked for."""

    def with_layer(self, overrides: Mapping[str, Any]) -> ConfigFields:
        """Return the fields of one layer: these, with its own values in place of those that it states."""
        layer = ConfigFields({**self._config, **overrides}, self._location, self._defaults, self._names)
        layer.taken_defaults = self.taken_defaults
        return layer

    def has(self, name: str) -> bool:
        """Return whether the field is stated and not null."""
        return self.raw(name) is not None

    def names(self) -> Iterable[str]:
        """Return the names of all fields as they are stated."""
        return [str(name) for name in self._config]

    def raw(self, name: str) -> Any:
        """Return the field under its usual name, or under the family's own; None if it is absent.

        It is Any because a config may hold any JSON; the readers below say what they want of it.
        """
        value = self._config.get(name)
        return self._config.get(self._names[name]) if value is None and name in self._names else value

    def mapping(self, name: str) -> Mapping[str, Any] | None:
        """Return the field if it is an object, else None."""
        return as_mapping(self.raw(name))

    def listed(self, name: str) -> list[Any] | None:
        """Return the field if it is a list, else None."""
        return as_list(self.raw(name))

    def text(self, name: str) -> str | None:
        """Return the field if it is a text, else None."""
        return as_text(self.raw(name))

    def require(self, *names: str) -> None:
        """Name all missing fields at once.

        Raises:
            ArchitectureError: one is neither stated nor a default of the model class.
        """
        missing = [name for name in names if not self.has(name) and name not in self._defaults]
        if missing:
            raise ArchitectureError(self._location, f"missing: {', '.join(map(self._own_name, missing))}")

    def size(self, name: str, *others: str, most: int = MAX_SIZE) -> int:
        """Return a required whole number from 1, under the first of its names that is stated.

        Raises:
            ArchitectureError: it is missing, no whole number, or out of bounds.
        """
        value = self.optional_size(name, *others, most=most)
        if value is None:
            raise ArchitectureError(self._location, f"missing: {self._own_name(name)}")
        return value

    def optional_size(self, name: str, *others: str, least: int = 1, most: int = MAX_SIZE) -> int | None:
        """Return a whole number under the first of its names that is stated; None if it is absent.

        Raises:
            ArchitectureError: it is no whole number, or out of bounds.
        """
        known_as = (name, *others)
        stated = (field for field in known_as if self.has(field))
        name = next(stated, next((field for field in known_as if field in self._defaults), name))
        stated_value = self.raw(name)
        if stated_value is None:
            if name not in self._defaults:
                return None
            stated_value = self.taken_defaults[name] = self._defaults[name]
        value = as_whole_number(stated_value)
        if value is None:
            raise self.error(name, "a whole number is expected")
        if not least <= value <= most:
            raise self.error(name, f"{least} to {most} is expected")
        return value

    def count(self, name: str, *others: str) -> int:
        """Return a whole number from 0; absent is 0, as in the model classes that have the field.

        Raises:
            ArchitectureError: it is no whole number, or out of bounds.
        """
        return self.optional_size(name, *others, least=0) or 0

    def flag(self, name: str, default: bool) -> bool:
        """Return the field if it is stated, else the default.

        Raises:
            ArchitectureError: it is neither true nor false.
        """
        value = self.raw(name)
        if value is None:
            return default
        if value is not True and value is not False:
            raise self.error(name, "true or false is expected")
        return bool(value)

    def any_flag(self, names: Iterable[str], default: bool) -> bool:
        """Return the first of the flags that is stated, else the default.

        Raises:
            ArchitectureError: it is neither true nor false.
        """
        return next((self.flag(name, default) for name in names if self.has(name)), default)

    def layers(self) -> int:
        """Return the number of layers.

        Raises:
            ArchitectureError: it is missing, no whole number, or out of bounds.
        """
        return self.size("num_hidden_layers", most=MAX_LAYERS)

    def per_layer(self, name: str, layers: int) -> Sequence[Any] | None:
        """Return a list with one item for each layer; None if it is absent.

        Raises:
            ArchitectureError: it is no list, or has another number of items.
        """
        if not self.has(name):
            return None
        items = self.listed(name)
        if items is None:
            raise self.error(name, "a list with one item for each layer is expected")
        if len(items) != layers:
            raise self.error(name, f"{len(items)} items for {layers} layers")
        return items

    def layer_numbers(self, name: str) -> frozenset[int]:
        """Return a list of layer numbers from 0; absent is none.

        Raises:
            ArchitectureError: it is no list of whole numbers.
        """
        if not self.has(name):
            return frozenset()
        items = self.listed(name)
        if items is None or any(as_whole_number(item) is None for item in items):
            raise self.error(name, "a list of layer numbers is expected")
        return frozenset(items)

    def within(self, name: str) -> ConfigFields | None:
        """Return the fields of an object within; None if it is absent.

        Raises:
            ArchitectureError: it is no object.
        """
        if not self.has(name):
            return None
        value = self.mapping(name)
        if value is None:
            raise self.error(name, "an object is expected")
        inner = ConfigFields(value, (*self._location, name), {})
        inner.taken_defaults = self.taken_defaults
        return inner

    def error(self, name: str, detail: str) -> ArchitectureError:
        """Return an error at the field, under the name that the config has for it."""
        return ArchitectureError((*self._location, self._own_name(name)), detail)

    def missing(self, what: str) -> ArchitectureError:
        """Return an error that names what is missing."""
        return ArchitectureError(self._location, f"missing: {what}")

    def _own_name(self, name: str) -> str:
        own = self._names.get(name)
        return own if own is not None and name not in self._config else name
