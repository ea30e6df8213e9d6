"""What caching.yaml and profiles.yaml may say: how prompt caches behave, and what `small` means."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, StrictInt, model_validator

from tokenquote.catalog.schema.catalog_entry import Entry, Word

__all__ = ["AmountProfiles", "CachingFile", "CachingRule", "ProfilesFile"]

Ttl = Annotated[str, Field(pattern=r"^[1-9]\d{0,3}[mh]$")]


class CachingRule(Entry):
    """How a provider's prompt cache behaves."""

    by_default: StrictBool
    """Whether the provider caches without being asked."""
    breakpoints: StrictBool = False
    """Whether the caller marks what is cached (after tools, after system, after the last message); otherwise
    the provider finds the longest prefix that it knows."""
    minimum_tokens: StrictInt = Field(default=0, ge=0)
    """The tokens of the shortest prefix that is cached."""
    step_tokens: StrictInt = Field(default=1, ge=1)
    """The step in tokens: cache reads are rounded down to a multiple of it."""
    step_holds_unbilled: StrictBool = False
    """Whether a step is counted in the tokens that the model sees, a few of which are not billed: then what a
    plan states to be in the cache already, which is a billed number, is not rounded to steps."""
    look_back_blocks: StrictInt | None = Field(default=None, ge=1)
    """The number of content blocks, the marked one included, over which a mark looks back for the end of an
    entry. None: it finds any."""
    includes_output: StrictBool = False
    """Whether the answer is cached too, ready for the request that sends it back."""
    ttls: dict[Ttl, Literal["cache_write", "cache_write_1h", "cache_write_12h"]] = Field(default={})
    """The times to live that a caller may ask for, such as `5m` or `1h`, and the kind of token that each
    bills when the cache is written."""
    default_ttl: Ttl | None = None
    """The time to live without asking. None: it is not published, and a quote takes the cache as lasting and
    says so."""
    explicit_ttl: Ttl | None = None
    """The lifetime of an explicit cache whose creator states none: one that a caller creates by a call of its
    own, which is billed as input, and that is billed for storage by the hour. None: the provider has none."""
    assumed: str | None = None
    """What is taken for granted because no source says it; a quote repeats it as a warning."""
    source: str = Field(min_length=1)
    """Where the behaviour is described, best an https address."""

    @model_validator(mode="after")
    def _default_is_offered(self) -> Self:
        if self.default_ttl is not None and self.default_ttl not in self.ttls:
            raise ValueError(f"default_ttl {self.default_ttl!r} is not among ttls")
        return self


class CachingFile(Entry):
    """The file caching.yaml."""

    caching: dict[Word, CachingRule]
    """The caching rules by the word that models name them by."""


class AmountProfiles(Entry):
    """The amounts that `small`, `medium` and `large` stand for, in tokens.

    Of media whose length nobody states, they are the seconds or pages at least, usually and at most.
    """

    small: StrictInt = Field(ge=0)
    """The amount that `small` stands for; of media, the least."""
    medium: StrictInt = Field(ge=0)
    """The amount that `medium` stands for; of media, the usual one."""
    large: StrictInt = Field(ge=0)
    """The amount that `large` stands for; of media, the most."""


class ProfilesFile(Entry):
    """The file profiles.yaml."""

    profiles: dict[
        Literal[
            "system",
            "tools",
            "user",
            "call",
            "result",
            "reasoning",
            "assistant",
            "audio_seconds",
            "video_seconds",
            "document_pages",
        ],
        AmountProfiles,
    ]
    """The amounts for each part of a plan, and for the length of media."""
    source: str = Field(min_length=1)
    """Where the amounts come from."""
