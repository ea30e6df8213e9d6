"""The counters that answers add to: what they are called, what they mean, and what their labels are.

Names follow OpenTelemetry's conventions for generative AI where these have one: `gen_ai_provider_name`,
`gen_ai_request_model` and `gen_ai_token_type` are its attributes as Prometheus writes them, so that a quote
can be laid beside what an application's own telemetry says it used. Its metrics are of tokens that were used
(`gen_ai.client.token.usage`); quoted ones are none of these and have names of their own.
https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["COUNTER_GROUPS", "FAMILIES", "Column", "CounterFamily", "Group"]


@dataclass(frozen=True, slots=True)
class CounterFamily:
    """A counter as Prometheus sees it."""

    name: str
    """The name without `_total`."""
    meaning: str


@dataclass(frozen=True, slots=True)
class Column:
    """One amount of a group: the counter that it adds to, and the labels that tell it from its neighbours."""

    family: str
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Counters that are added to together, with the same labels."""

    labels: tuple[str, ...]
    """The labels; `model` becomes provider and model, as OpenTelemetry has them."""
    columns: tuple[Column, ...]
    follows: str | None = None
    """The group whose labels are these but for the last: what has series there may have some here too."""


_MODEL = ("model", "app", "mode")
_PLURAL = "of one conversation each. A forecast, not spend."
_SHARED = (
    "Of a plan with several models each has its own; what is known of the whole plan only is shared out."
)

FAMILIES: Mapping[str, CounterFamily] = {family.name: family for family in (
    CounterFamily("tokenquote_quotes",
        "Quotes by model, app and mode. The outcome is `complete`, `incomplete` where some tokens have no "
        "price, `unpriced` where no tokens have a price (weights that you run yourself), `refused` where "
        "a plan was not quoted. A comparison of several models is none of these."),
    CounterFamily("tokenquote_quoted_tokens",
        f"Tokens quoted, {_PLURAL} The types overlap: input includes cache_read and cache_write, output "
        f"includes reasoning. {_SHARED}"),
    CounterFamily("tokenquote_quoted_cost_dollars", f"US dollars quoted, {_PLURAL} {_SHARED}"),
    CounterFamily("tokenquote_quoted_cost_without_cache_dollars",
        f"US dollars that the same requests would take without a prompt cache, {_PLURAL} Less the quoted "
        "cost this is what the cache is forecast to save; below 0 where writing it costs more."),
    CounterFamily("tokenquote_quotes_with_agents", "Quotes of plans with agents, by app."),
    CounterFamily("tokenquote_quoted_agent_requests",
        "Requests of agents, among those quoted, of one conversation each, by app."),
    CounterFamily("tokenquote_quoted_requests",
        "Requests of quoted plans by purpose: of the `conversation`, of its history (`summary`, "
        "`compaction`, `embedding`, `rerank`, `queries`, `hypothesis`), to create a `cache`; `unlisted` "
        "in a summary of a quote."),
    CounterFamily("tokenquote_quoted_histories", "Quotes by the history strategy of their plan."),
    CounterFamily("tokenquote_quoted_fees_dollars",
        "The part of the US dollars quoted that fees make, by what has the fee and app. A forecast, not "
        "spend."),
    CounterFamily("tokenquote_counted_amounts", "Amounts of quoted plans, by how they were counted."),
    CounterFamily("tokenquote_comparisons",
        "Comparisons by app and by what they compare: `models`, `variants` of a plan, or `values` of one "
        "of its numbers. Their tokens and dollars are in no other metric: one of them will be called."),
    CounterFamily("tokenquote_compared_quotes",
        "Quotes of single models within comparisons of models, by outcome."),
    CounterFamily("tokenquote_priced_usages",
        "Usage objects priced by model, app and mode. The outcome is `complete`, or `incomplete` where "
        "something has no price or is not known."),
    CounterFamily("tokenquote_priced_usage_cost_dollars",
        "US dollars of the usage objects priced, by the catalog's prices. What the provider bills may "
        "differ by discounts and free allowances."),
    CounterFamily("tokenquote_compared_usages",
        "Usage objects that name a quote of one request, so that the two can be laid side by side."),
    CounterFamily("tokenquote_compared_tokens",
        "Input and output tokens of these usages: `quoted` before the call, and `billed` after it."),
    CounterFamily("tokenquote_compared_cost_dollars",
        "US dollars of those of them whose cost and quote are complete: `quoted` before the call, and "
        "`billed` after it by the catalog's prices."),
    CounterFamily("tokenquote_compared_usages_within",
        "The same usages by the share of the quoted input by which the billed one is off: the smallest "
        "bound that holds, or `more`."),
)}  # fmt: skip


def _tokens(family: str, kind: str, *labels: tuple[str, str]) -> Column:
    return Column(family, (*labels, ("gen_ai_token_type", kind)))


_KINDS = ("input", "cache_read", "cache_write", "output", "reasoning")
_QUOTED, _BILLED = ("side", "quoted"), ("side", "billed")

COUNTER_GROUPS: Mapping[str, Group] = {
    "quoted": Group(_MODEL, (
        *(_tokens("tokenquote_quoted_tokens", kind) for kind in _KINDS),
        Column("tokenquote_quoted_cost_dollars"),
        Column("tokenquote_quoted_cost_without_cache_dollars"),
    )),
    "quotes": Group((*_MODEL, "outcome"), (Column("tokenquote_quotes"),), "quoted"),
    "billed": Group(_MODEL, (Column("tokenquote_priced_usage_cost_dollars"),)),
    "usages": Group((*_MODEL, "outcome"), (Column("tokenquote_priced_usages"),), "billed"),
    "beside_quote": Group(("model", "app"), (
        Column("tokenquote_compared_usages"),
        *(_tokens("tokenquote_compared_tokens", kind, _QUOTED) for kind in ("input", "output")),
        *(_tokens("tokenquote_compared_tokens", kind, _BILLED) for kind in ("input", "output")),
        Column("tokenquote_compared_cost_dollars", (_QUOTED,)),
        Column("tokenquote_compared_cost_dollars", (_BILLED,)),
    )),
    "agents": Group(("app",), (
        Column("tokenquote_quotes_with_agents"), Column("tokenquote_quoted_agent_requests"),
    )),
    "fees": Group(("what", "app"), (Column("tokenquote_quoted_fees_dollars"),)),
    "comparisons": Group(("app", "compares"), (Column("tokenquote_comparisons"),)),
    "compared": Group(("outcome",), (Column("tokenquote_compared_quotes"),)),
    "purposes": Group(("purpose",), (Column("tokenquote_quoted_requests"),)),
    "histories": Group(("strategy",), (Column("tokenquote_quoted_histories"),)),
    "methods": Group(("method",), (Column("tokenquote_counted_amounts"),)),
    "off": Group(("within",), (Column("tokenquote_compared_usages_within"),)),
}  # fmt: skip
