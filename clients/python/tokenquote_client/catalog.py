"""The contract of GET /v1/models, /v1/catalog, /livez and /readyz: what the service says of itself."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import Field

from tokenquote_client.stated_money import StatedMoney
from tokenquote_client.wire_types import Dollars, Received, Sent

__all__ = [
    "CatalogInfo",
    "CatalogProblem",
    "CatalogState",
    "ModelDetail",
    "ModelList",
    "ModelListParameters",
    "ModelParameters",
    "ModelSummary",
    "ProviderInfo",
    "Readiness",
]

_MostDollars = Annotated[Dollars, Field(ge=0), StatedMoney()]


class ModelSummary(Received):
    """A model of the catalog, as lists show it."""

    id: str
    """The catalog id: the provider, a slash, and the name that the provider's API uses; of open weights the
    Hugging Face id."""
    name: str
    """The display name of the model."""
    provider: str
    """The id of the provider that sells it, or `open-weights`."""
    aliases: list[str]
    """Other names of the very same model at the same price; empty: there are none."""
    window: int | None
    """The most tokens of input and output together in one request; null: not published."""
    max_input: int | None
    """The most input tokens of one request; null: not published."""
    max_output: int | None
    """The most output tokens of one request; null: not published."""
    vocabulary: str
    """The name of the vocabulary (of a tokenizer) that its texts are counted with."""
    method: str
    """How the counts of its texts are known: `exact`, `rule`, `calibrated` or `assumed`."""
    rates: dict[str, str]
    """The rates by kind of token, now, in the base tier and the standard mode, as decimal strings in US
    dollars per million tokens. Empty: no price is known."""
    modes: list[str]
    """The processing modes that the model is sold in: `standard`, and others such as `batch`."""
    checked: dt.date | None
    """The day (`2026-11-12`) on which its prices were last compared with their source; null: no price is
    known."""
    kind: str = "chat"
    """What the model is for: `chat`, `embedding`, `rerank`, `image`, `video`, `speech`, `transcription`,
    `realtime`, `ocr` or `moderation`."""
    released: dt.date | None = None
    """The day (`2026-03-05`) on which it could first be called; null: not known."""
    retires: dt.date | None
    """The day (`2026-11-12`, UTC) on which the provider switches it off; null: none is announced."""
    retires_at: dt.datetime | None = None
    """The instant from which the provider no longer answers with it, as an RFC 3339 time in UTC; null: none
    is announced."""
    successor: str | None = None
    """The catalog id of the model that the provider recommends in its place; null: it names none."""
    rerouted_to: str | None = None
    """The catalog id of the model that answers in its place, at its own prices, once it is switched off;
    null: calls fail then."""
    regions: list[str] = Field(default=[])
    """The regions with a price of their own that a plan may name as `region`; empty: none is known."""
    open_weights: str | None = None
    """The Hugging Face id of its public weights; null: none are known."""
    media: dict[str, str] = Field(default={})
    """The kinds of input besides text that can be counted for it (`image`, `audio`, `video`, `document`),
    each with the name of the rule that counts it; empty: none."""


class ModelList(Received):
    """One page of the list of models."""

    items: list[ModelSummary]
    """The models of the page, by id; empty: there are no more."""
    next_cursor: str | None = None
    """The value of the parameter `cursor` that asks for the next page; null: this is the last one."""


class ModelDetail(ModelSummary):
    """Everything the catalog knows of a model."""

    counting: dict[str, Any]
    """The rule that counts its texts, as the catalog's files say it: vocabulary, band, framing and source."""
    caching: dict[str, Any] | None
    """The rule of its prompt cache: `minimum_tokens` and `step_tokens` in tokens, `ttls` (each time to
    live with the kind of price that writing has), whether it works `by_default`, and where that is
    published. Null: no prompt cache is known."""
    media_limits: dict[str, Any] | None = None
    """The media that its provider refuses, as the catalog's files say it; null: no limit is known."""
    rate_limits: dict[str, Any] | None = None
    """The `tiers` of its provider with what each may use of the model in a minute (`requests`,
    `input_tokens`, `output_tokens`, or `tokens` together), and whether `cache_reads_count`; null: no limit is
    known."""
    reasoning_kept: str
    """Which later requests send the model's reasoning back as input: none (`never`), those of the turn in
    which it arose (`same_turn`), or all (`always`)."""
    file: str | None = None
    """The file of the catalog that states it, such as `providers/openai.yaml`; one of the operator's own
    files has the name of its folder before it. Null: not known."""
    prices: list[dict[str, Any]]
    """Its prices as the catalog's files say them, one block for each period, with source and date; empty: no
    price is known. A discount of the operator's own files is taken off, and `source` says how much."""


class ModelListParameters(Sent):
    """Which models are asked for, and which page of them: a model is listed that passes every filter."""

    provider: str | None = Field(default=None, max_length=200)
    """The id of the provider whose models are listed, or another word for it as in a model's name, such as
    `x-ai`; an unknown one is refused. Left out: the models of all providers."""
    kind: (
        Literal[
            "chat",
            "embedding",
            "rerank",
            "image",
            "video",
            "speech",
            "transcription",
            "realtime",
            "ocr",
            "moderation",
        ]
        | None
    ) = None
    """What the models are for, such as `embedding`; left out: anything."""
    retiring: int | None = Field(default=None, ge=1, le=3650)
    """The number of days from now in which they are switched off; left out: whether or not they are."""
    window: int | None = Field(default=None, ge=1)
    """The fewest tokens of input and output that they take together in one request, as far as that is
    published; left out: any number."""
    inputs: str | None = Field(
        default=None, pattern=r"^(image|audio|video|document)(,(image|audio|video|document)){0,3}$"
    )
    """The kinds of input besides text that can be counted for them, separated by commas: `image,audio`; left
    out: any."""
    max_input_price: _MostDollars | None = None
    """The most that a million tokens of input cost now, in US dollars, in the base tier and the standard
    mode; left out: any price, or none known."""
    max_output_price: _MostDollars | None = None
    """The most that a million tokens of output cost now, in US dollars, in the base tier and the standard
    mode; left out: any price, or none known."""
    open_weights: bool | None = None
    """Whether their weights are public, as far as the catalog knows: `true` or `false`; left out: either."""
    limit: int = Field(default=1000, ge=1, le=1000)
    """The most models on a page, from 1 to 1,000, the default."""
    cursor: str | None = Field(default=None, max_length=1000)
    """The `next_cursor` of the page before; left out: the first page."""


class ModelParameters(Sent):
    """Which model is asked for."""

    model_id: str
    """The model: its catalog id (`openai/gpt-5.4-mini`), an alias, or the name without the provider
    (`gpt-5.4-mini`) where the model's own maker sells it."""


class ProviderInfo(Received):
    """A provider's share of the catalog."""

    id: str
    """The id of the provider."""
    name: str
    """The display name of the provider."""
    models: int
    """The number of its models in the catalog."""
    oldest_price_check: dt.date
    """The earliest of the days (`2026-11-12`) on which the latest prices of each model were last compared
    with their source."""


class CatalogProblem(Received):
    """One reason why the catalog's files, as they are now, are not used."""

    file: str
    """The file by its path inside its folder, such as `providers/openai.yaml`, or the folder."""
    line: int | None = None
    """The line in the file, from 1; null: no single line is to blame."""
    field: str = ""
    """The place in the file, such as `models[gpt-5].prices[0].rates`; empty: the file as a whole."""
    detail: str
    """What is wrong there, in words."""


class CatalogState(Received):
    """Which catalog answers, and whether its files can be used as they are now."""

    revision: str
    """The revision of the catalog, which changes whenever an answer could change."""
    loaded_at: dt.datetime | None = None
    """The instant at which the files were last loaded, as an RFC 3339 time in UTC; null: not known."""
    reloads: int = 0
    """The number of times that changed files were loaded since the start."""
    failed_reloads: int = 0
    """The number of times that changed files could not be used since the start; the catalog before then
    answers on."""
    problems: list[CatalogProblem] = Field(default=[])
    """Why the files, as they are now, are not used; empty: they are, or have not changed."""


class CatalogInfo(CatalogState):
    """Which catalog answers, and how old its prices are."""

    models: int
    """The number of models in the catalog."""
    providers: list[ProviderInfo]
    """The providers with prices in the catalog, by id."""
    vocabularies: list[str]
    """The names of the vocabularies that the catalog knows."""


class Readiness(Received):
    """What /livez and /readyz answer when all is well."""

    status: str
    """The state of the service, which is `ok`."""
    catalog: CatalogState | None = None
    """The catalog that answers, in the answer of /readyz; null in that of /livez."""
