"""genai-prices in our schema's words costs what genai-prices' own calculator says, for all its models."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import Any

import genai_prices
from genai_prices.data_snapshot import get_snapshot
from tests.prices.genai_prices_map import GenaiModel, by_place

from tokenquote.catalog.schema.prices import PriceBlock
from tokenquote.ledger.prices import INPUT_KINDS, price, tariff_on
from tokenquote.upkeep.sources import read_genai_prices, read_source_names
from tokenquote.upkeep.sources.genai_prices import FEES, RATES
from tokenquote.upkeep.sources.listing import ListedModel

SEED, CASES = 20261129, 5000
AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
LISTING = read_genai_prices(read_source_names(), dt.date(2026, 11, 12))
PRICED = [model for model in LISTING.models if any(block.rates.stated() for block in model.prices)]
MEDIA = ("audio", "image", "video")
OUTPUTS = ("output_audio", "output_image", "output_reasoning")


def has_noise(theirs: GenaiModel) -> bool:
    """Whether a figure of theirs has more than our twelve decimals, such as 0.18000000000000002."""
    items = theirs.model.prices if isinstance(theirs.model.prices, list) else [theirs.model]
    amounts = [amount for item in items for amount in vars(item.prices).values()]
    return any(isinstance(amount, Decimal) and amount != round(amount, 12) for amount in amounts)


ROUNDED = {key for key, theirs in by_place().items() if has_noise(theirs)}


def block_at(model: ListedModel, at: dt.datetime) -> PriceBlock:
    begun = [block for block in model.prices if block.begins is None or block.begins <= at]
    return begun[-1] if begun else model.prices[0]


def random_usage(rng: random.Random, block: PriceBlock) -> dict[str, int]:
    """Tokens of the kinds that the block prices, at the edge of a tier every other time."""
    stated = block.rates.stated()
    total = round(10 ** rng.uniform(0, 6.2))
    starts = [tier.starts for card in (block, *block.modes.values()) for tier in card.tiers]
    if starts and rng.random() < 0.5:
        total = rng.choice(starts) + rng.choice([-1, 0, 1])
    usage = {"output": rng.randint(0, 99_999) if "output" in stated else 0}
    left = total
    for kind in (kind for kind in stated if kind in INPUT_KINDS and kind != "input"):
        usage[kind] = rng.randint(0, left) if rng.random() < 0.5 else 0
        left -= usage[kind]
    usage["input"] = left
    for kind in OUTPUTS:
        usage[kind] = rng.randint(0, 5000) if kind in stated else 0
    return usage


def as_genai_counts(usage: dict[str, int]) -> dict[str, int]:
    """Their totals hold the parts: input holds cache reads, writes and media, writes those for an hour."""
    by_kind = {kind: usage.get(kind, 0) for kind in (*INPUT_KINDS, *usage)}
    media = {
        f"input_{medium}_tokens": by_kind[f"input_{medium}"] + by_kind[f"cache_read_{medium}"]
        for medium in MEDIA
    }
    read = {f"cache_{medium}_read_tokens": by_kind[f"cache_read_{medium}"] for medium in MEDIA}
    return {
        "input_tokens": sum(by_kind[kind] for kind in INPUT_KINDS),
        "cache_read_tokens": sum(by_kind[kind] for kind in INPUT_KINDS if kind.startswith("cache_read")),
        "cache_write_tokens": sum(by_kind[kind] for kind in INPUT_KINDS if kind.startswith("cache_write")),
        "cache_write_1h_tokens": by_kind["cache_write_1h"],
        "output_tokens": sum(amount for kind, amount in by_kind.items() if kind not in INPUT_KINDS),
        **{f"{kind}_tokens": by_kind.get(kind, 0) for kind in OUTPUTS},
        **media,
        **read,
    }


def context_of(theirs: GenaiModel, mode: str) -> dict[str, str]:
    variants = (variant.when for variant in theirs.model.price_variants or ())
    return next((when for when in variants if mode in when.values()), {})


def test_5000_random_usages_over_all_models_cost_what_their_own_calculator_says() -> None:
    rng = random.Random(SEED)
    wrong: list[Any] = []
    for number in range(CASES):
        model = PRICED[number % len(PRICED)]
        block = block_at(model, AT)
        mode = rng.choice(["standard", *block.modes])
        usage = random_usage(rng, block)
        ours = price(tariff_on(block, AT, mode), [usage]).total or Decimal(0)
        theirs = by_place()[model.key]
        counted = genai_prices.Usage(**as_genai_counts(usage))
        billed = theirs.price(counted, AT, context_of(theirs, mode))
        fees = (fee.price / fee.per for fee in block.fees if fee.what == "request")
        rounded = Decimal("1e-9") if model.key in ROUNDED else 0
        if abs(ours + sum(fees, Decimal(0)) - billed) > rounded:
            wrong.append((model.key, mode, usage, ours, billed))
    assert len(PRICED) > 2000
    assert len(ROUNDED) < 50
    assert wrong == [], f"{len(wrong)} cases"


def test_every_price_key_of_theirs_has_a_word_of_ours() -> None:
    """A key that is new to a later version of theirs ends up in what is not mapped, and here."""
    used = {
        key
        for provider in get_snapshot().providers
        for model in provider.models
        for item in (model.prices if isinstance(model.prices, list) else [model])
        for key, amount in vars(item.prices).items()
        if amount is not None
    }
    assert used - set(RATES) - set(FEES) == set()


def test_what_is_not_mapped_is_a_condition_that_no_mode_of_ours_knows() -> None:
    """A route or a kind of search; nothing is left out without a word."""
    reported = [what for model in LISTING.models for what in model.not_mapped]
    assert [
        what for what in reported if not what.startswith(("prices when route=", "prices when search_type="))
    ] == []
    assert len(reported) < 20


def test_hours_with_other_prices_become_windows() -> None:
    """At every edge of every window, by a second: what their calculator says."""
    models = [model for model in PRICED if any(block.windows for block in model.prices)]
    assert "deepseek: deepseek-flash" in [model.key for model in models]
    usage, counted = {"input": 1_000_000}, genai_prices.Usage(input_tokens=1_000_000)
    for model in models:
        for window in model.prices[-1].windows:
            assert window.timezone == "UTC"
            for clock in (clock for span in window.hours for clock in span.split("-")):
                edge = AT.replace(hour=int(clock[:2]) % 24, minute=int(clock[3:]))
                for at in (edge - dt.timedelta(seconds=1), edge, edge + dt.timedelta(seconds=1)):
                    ours = price(tariff_on(block_at(model, at), at), [usage]).total
                    assert ours == by_place()[model.key].price(counted, at), (model.key, at)
