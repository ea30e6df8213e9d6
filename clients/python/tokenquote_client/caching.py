"""What a plan expects of the provider's prompt cache."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from tokenquote_client.wire_types import Sent, TokenNumber, all_rules, either, having

__all__ = ["Caching"]


def _warm_form(value: Any) -> str | None:
    if isinstance(value, str):
        return "~opening" if value == "opening" else None
    return "~tokens"


WarmPrefix = Annotated[
    Annotated[Literal["opening"], Tag("~opening")] | Annotated[TokenNumber, Tag("~tokens")],
    Discriminator(
        _warm_form,
        custom_error_type="warm",
        custom_error_message="write `opening`, or a number of tokens without quotes",
    ),
]


class Caching(Sent):
    """What to expect of the provider's prompt cache."""

    model_config = all_rules(
        either(
            having(enabled=(None, True)),
            {
                **having(ttl=(None,), warm=(None,), shared=(None,), explicit=(None,)),
                "not": {"required": ["hit_rate"]},
            },
        ),
        either(having(warm=(None,)), having(shared=(None,))),
        either(having(explicit=(None,)), having(hit_rate=(1,), warm=(None, "opening"))),
    )

    enabled: Annotated[bool, Field(strict=True)] | None = None
    """Whether the prompt cache is used; null, the default: what the provider does without being asked, or
    what the marks of `start` ask for. True for a model without a prompt cache is an error, and so is false
    beside `ttl` or `hit_rate`."""
    ttl: str | None = Field(default=None, pattern=r"^[1-9]\d{0,3}[mh]$")
    """The time to live of cache entries, in minutes or hours (`5m`, `1h`); null, the default: the provider's
    own. One that the provider does not offer is an error; that of an `explicit` cache is free to choose."""
    hit_rate: Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)] = 1
    """The share of each possible cache read that happens, from 0 to 1, the default. Recorded follow-up
    requests hit about two times in three."""
    warm: WarmPrefix | None = None
    """How much of the conversation's first request is in the cache already: `opening`, which is tools and
    system message, or a number of tokens; the provider's minimum and step apply. Null, the default: nothing.
    Beside `shared` it is an error."""
    shared: Literal["opening"] | None = None
    """What the conversations of a fleet find in the cache: with `opening` the first one is cold, and the
    others find tools and system message there. Null, the default: they share nothing. Without `conversations`
    it is an error."""

    explicit: Literal["opening"] | None = None
    """What an explicit cache holds, which is created by a call of its own, as Gemini's are: with `opening`
    tools and system message. The call is a row with the purpose `cache` and billed as input; every request of
    the plan's model reads the cache, which is billed for storage over its lifetime: `ttl`, or else the
    provider's own (1h). When that is over it is created anew. The other models of the plan, and what stands
    behind the opening, do not use it. Null, the default: there is none. For a model of which no price of
    storage is known it is an error, and so it is beside `hit_rate` or a `warm` in tokens."""

    @model_validator(mode="after")
    def _off_means_off(self) -> Self:
        beside = [
            name
            for name in type(self).model_fields
            if name != "enabled" and name in self.model_fields_set and getattr(self, name) is not None
        ]
        if self.enabled is False and beside:
            named = " and ".join(f"`{name}`" for name in beside)
            raise ValueError(f"`enabled: false` leaves nothing for {named}")
        return self
