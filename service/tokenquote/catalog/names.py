"""What a name means: catalog ids, aliases, bare names, moving names, and what hosts wrap around an id.

Every step is a rule that the catalog's files state; nothing is found because it resembles something.

    gpt-5.4-mini                                  the bare name of a model that its maker sells
    vertex_ai/claude-opus-4-8                     another word for the provider
    accounts/fireworks/models/glm-5p3             a prefix of the provider's ids
    mistral-large-latest                          a moving name: it means another model from some day on
    ft:gpt-4o-mini-2024-07-18:acme::abc           a fine-tuned model, sold as `ft:gpt-4o-mini-2024-07-18`
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from tokenquote.catalog.models import Model, Provider

__all__ = ["Names"]

FINE_TUNED = re.compile(r"(?P<provider>[^:]*/)?(?P<sold_as>ft:[^:]+):.*", re.DOTALL)
"""A fine-tuned model of one customer: its base stands between the first two colons.
The page https://developers.openai.com/api/docs/guides/supervised-fine-tuning says so."""


@dataclass(frozen=True)
class Names:
    """The names of the models of a catalog."""

    models: Mapping[str, Model]
    providers: Mapping[str, Provider]

    def find(self, name: str, at: dt.datetime | None = None) -> tuple[str, ...]:
        """Return the ids that a name means at an instant: none, one, or those of several providers.

        Without an instant a moving name means what it means after its last announced move.
        """
        if name in self.models:
            return (name,)
        if ids := self._listed(name, at):
            return ids
        found = (model_id for meant in self._unwrapped(name) for model_id in self._listed(meant, at))
        return tuple(dict.fromkeys(found))

    def sold_as(self, name: str) -> tuple[str, ...]:
        """Return the ids that end with this bare name: what a name may mean that means nothing by itself."""
        return tuple(self._by_last_part.get(name, ()))

    @cached_property
    def fixed(self) -> Mapping[str, tuple[str, ...]]:
        """The ids that each name other than an id means, whatever the day."""
        names: dict[str, list[str]] = {}
        for model in self.models.values():
            for spelling in _spellings(model.provider, (model.entry.id, *model.entry.aliases)):
                names.setdefault(spelling, []).append(model.id)
        return {name: tuple(ids) for name, ids in names.items()}

    @cached_property
    def _moving(self) -> Mapping[str, tuple[Provider, str]]:
        """The provider's own moving name behind each spelling of it."""
        return {
            spelling: (provider, name)
            for provider in self.providers.values()
            for name in provider.moving_names
            for spelling in _spellings(provider, (name,))
        }

    @cached_property
    def _prefixes(self) -> tuple[tuple[Provider, re.Pattern[str]], ...]:
        return tuple(
            (provider, _prefix_pattern(provider)) for provider in self.providers.values() if provider.prefixes
        )

    @cached_property
    def _by_last_part(self) -> Mapping[str, list[str]]:
        parts: dict[str, list[str]] = {}
        for model_id in self.models:
            parts.setdefault(model_id.rsplit("/", 1)[-1], []).append(model_id)
        return parts

    def _listed(self, name: str, at: dt.datetime | None) -> tuple[str, ...]:
        """Return what an id, an alias, a bare name or a moving name means."""
        if name in self.models:
            return (name,)
        if name in self.fixed:
            return self.fixed[name]
        if name not in self._moving:
            return ()
        provider, moving = self._moving[name]
        begun = [
            move.to
            for move in provider.moving_names[moving]
            if at is None or move.begins is None or move.begins <= at
        ]
        return (f"{provider.id}/{begun[-1]}",) if begun else ()

    def _unwrapped(self, name: str) -> Iterator[str]:
        """Yield what a name may be without what hosts wrap around an id."""
        if (tuned := FINE_TUNED.fullmatch(name)) is not None:
            yield (tuned["provider"] or "") + tuned["sold_as"]
        for provider, pattern in self._prefixes:
            if (wrapped := pattern.match(name)) is not None:
                yield f"{provider.id}/{name[wrapped.end() :]}"


def _spellings(provider: Provider, names: tuple[str, ...]) -> list[str]:
    """Return the names behind every word for the provider, and bare where they mean it."""
    spelt = [f"{word}/{name}" for word in (provider.id, *provider.aliases) for name in names]
    return list(dict.fromkeys([*spelt, *names] if provider.has_bare_names else spelt))


def _prefix_pattern(provider: Provider) -> re.Pattern[str]:
    """Return what matches any prefix of the provider, after a word for the provider or without one."""
    words = "|".join(re.escape(word) for word in (provider.id, *provider.aliases))
    prefixes = "|".join(
        "[^/:]*".join(re.escape(part) for part in prefix.split("*")) for prefix in provider.prefixes
    )
    return re.compile(f"(?:(?:{words})/)?(?:{prefixes})")
