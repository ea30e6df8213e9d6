"""What a counting rule may say of Gemini: in which form a request reaches the model, and by which routes."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field, StrictInt

from tokenquote.catalog.schema.catalog_entry import Entry, Money

__all__ = ["GeminiBand", "GeminiRoute", "RequestKind"]

RequestKind = Literal["plain", "tools", "history", "schema"]
"""What a request has beside messages: nothing, tools, calls already made, or an output schema."""


class GeminiBand(Entry):
    """How sure counts of one kind are, where they are less sure than texts."""

    low: Money = Decimal(1)
    """The lower end of the band, as a multiple of the count."""
    high: Money = Decimal(1)
    """The upper end of the band, as a multiple of the count."""
    slack: StrictInt = Field(default=0, ge=0)
    """The number of tokens by which the band is wider on either side, besides the multiples."""


class GeminiRoute(Entry):
    """How one of Google's surfaces turns a request into tokens."""

    frame: Literal["fields", "stubs", "declarations"]
    """The form of tools and calls. `fields` adds up names and texts, each alone, `stubs` is Python source,
    and `declarations` is what Gemma 4's chat template writes."""
    role: StrictInt = Field(default=0, ge=0)
    """The tokens of a role, for each entry of a conversation that states one."""
    empty_part: StrictInt = Field(default=0, ge=0)
    """The tokens of a text part that is empty."""
    types_billed: bool = True
    """Whether each `type` of a schema is a token, where the frame is `fields`."""
    schema_billed: bool = False
    """Whether an output schema in Google's own form is billed; one that is sent as a JSON schema never is."""
    results: Literal["object", "named"] = "object"
    """What a router makes of a tool's text. `object`: the object that it is in JSON, else `{result: text}`;
    `named`: `{name: function, content: value}`."""
    result_name: Literal["function", "call_id"] = "function"
    """What a router calls a result that states no name: its function, or the id of the call it answers."""
    provider: str | None = None
    """The name by which a request of a router asks for this route alone. None: it cannot."""
    thoughts: bool = True
    """Whether the model's earlier thoughts, sent back as text, are billed as text."""
    bands: dict[RequestKind, GeminiBand] = Field(default={})
    """The kinds of requests whose counts are `calibrated`, each with its band."""
