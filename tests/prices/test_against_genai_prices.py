"""5,000 random usages, priced by Tokenquote and by genai-prices, which must agree to the last digit.

Where they do not, models_catalog/upkeep/differences.yaml says for which models, modes and instants, and what
genai-prices bills there instead; that too must then agree to the last digit.

A model is compared if genai-prices lists it by the same name and a block of it was read from there. A block
that is news to this genai-prices is not compared: whoever adds one edits no file here.
"""

from __future__ import annotations

import datetime as dt
import fnmatch
import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import genai_prices
import pytest
from genai_prices.types import StartDateConstraint
from tests.conftest import shipped
from tests.prices.genai_prices_map import compared_models

from tokenquote.catalog import Model
from tokenquote.catalog.schema.prices import PriceBlock
from tokenquote.ledger.prices import INPUT_KINDS, price, tariff_on
from tokenquote.upkeep.differences import KnownDifference, read_differences

SEED, CASES = 20261123, 5000
FIRST = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
LAST = dt.datetime(2027, 3, 1, tzinfo=dt.UTC)
CHECKS_OF_GENAI = [dt.datetime(2026, 10, day, tzinfo=dt.UTC) for day in (12, 14, 15)]
"""From these days on genai-prices knows the prices of modes."""
PEAK_DAYS = [dt.datetime(2026, *day, tzinfo=dt.UTC) for day in ((8, 20), (9, 25), (10, 1))]
"""A day of the weeks in which weekends had peak hours, and two holidays."""

CATALOG = shipped()
TABLE = read_differences()
COMPARED_ON = TABLE.read["genai-prices"].prices_of
"""The day of the prices in this genai-prices."""
MAPPED = compared_models(CATALOG)
DIFFERENCES = [
    row
    for row in TABLE.differences
    if row.source == "genai-prices" and row.bills.model_dump(exclude_none=True)
]
"""Those that say what genai-prices bills instead; others are about fees and about models with a source of
their own."""


def known_to_genai(block: PriceBlock, announced: Collection[dt.date] = ()) -> bool:
    """Whether genai-prices was read for it. A later block is news to it, whatever its source line repeats,
    unless it begins on a day that genai-prices has announced.
    """
    if block.begins is None or (day := block.begins.date()) <= COMPARED_ON or day in announced:
        return "genai-prices" in block.source
    return "genai-prices" in block.source and block.checked <= COMPARED_ON


def announced_by_genai(model_id: str) -> list[dt.date]:
    """The first days of the prices that genai-prices has for the model."""
    found = MAPPED[model_id].model
    dated = found.prices if isinstance(found.prices, list) else []
    constraints = (one.constraint for one in dated)
    return [one.start_date for one in constraints if isinstance(one, StartDateConstraint)]


def as_genai_knows(model: Model) -> Model:
    """The model with the prices that genai-prices was read for: as if no later ones had been added."""
    announced = announced_by_genai(model.id)
    prices = tuple(block for block in model.entry.prices if known_to_genai(block, announced))
    assert prices, f"{model.id} has no price that was read from genai-prices; is it another model now?"
    return replace(model, entry=model.entry.model_copy(update={"prices": prices}))


KNOWN = {model_id: as_genai_knows(CATALOG.models[model_id]) for model_id in MAPPED}
BY_TOKENS = sorted(
    model_id
    for model_id, model in KNOWN.items()
    if all(block.rates.input is not None for block in model.entry.prices)
)
"""The models whose requests cost by the token; others cost by the hour, page or character, or nothing."""


@dataclass(frozen=True)
class Case:
    """One request to one model at one instant in one mode."""

    model: str
    mode: str
    at: dt.datetime
    usage: Mapping[str, int]


def covers(row: KnownDifference, case: Case) -> bool:
    return row.covers(case.model, case.mode, case.at, [kind for kind, tokens in case.usage.items() if tokens])


def applied(row: KnownDifference, case: Case) -> Case:
    """The case that genai-prices bills for this one."""
    usage = dict(case.usage)
    if row.bills.kind is not None:
        (kind,) = row.kinds or ()
        usage[row.bills.kind] = usage.get(row.bills.kind, 0) + usage.pop(kind)
    return replace(case, mode=row.bills.mode or case.mode, at=row.bills.at or case.at, usage=usage)


def random_cases() -> list[Case]:
    """Round and round over every mapped model, more often over those with peak hours, whose prices differ
    from hour to hour, and over a few of those that each row of the table covers; the same on every run.
    """
    rng = random.Random(SEED)
    peaks = [model for model in BY_TOKENS if any(block.windows for block in KNOWN[model].entry.prices)]
    models = BY_TOKENS + peaks * 9 + [model for row in DIFFERENCES for model in covered_models(row)[:3]] * 8
    return [random_case(rng, models[number % len(models)]) for number in range(CASES)]


def covered_models(row: KnownDifference) -> list[str]:
    """The models that a row covers in some mode, at some instant and for some kind."""
    return [
        model
        for model in BY_TOKENS
        if any(fnmatch.fnmatchcase(model, pattern) for pattern in row.models) and model not in row.but_not
    ]


def random_case(rng: random.Random, model: str) -> Case:
    at = random_instant(rng, model)
    block = KNOWN[model].prices_on(at)
    assert block is not None
    mode = rng.choice(["standard", *block.modes])
    cards = [block, *block.modes.values()]
    starts = sorted({tier.starts for card in cards for tier in card.tiers})
    total = round(10 ** rng.uniform(0, 6.2))
    if starts and rng.random() < 0.5:
        total = rng.choice(starts) + rng.choice([-1, 0, 1])
    usage = {"output": round(10 ** rng.uniform(0, 5))} if block.rates.output is not None else {}
    kinds = [kind for kind in block.rates.stated() if kind in INPUT_KINDS and kind != "input"]
    for kind in rng.sample(kinds, rng.randint(0, len(kinds))):
        usage[kind] = rng.randint(0, total - sum(usage.get(other, 0) for other in kinds))
    usage["input"] = total - sum(usage.get(kind, 0) for kind in kinds)
    if block.rates.output_audio is not None:
        usage["output_audio"] = rng.randint(0, 5000)
    if block.rates.output_image is not None:
        usage["output_image"] = rng.randint(0, 5000)
    return Case(model, mode, at, usage)


def random_instant(rng: random.Random, model: str) -> dt.datetime:
    """Any second of the nine months, or within a second of a change of prices."""
    day = FIRST + dt.timedelta(days=rng.randrange((LAST - FIRST).days))
    entry = KNOWN[model].entry
    begins = [block.begins for block in entry.prices if block.begins and block.begins >= FIRST]
    modes = any(block.modes for block in entry.prices)
    turns = [*begins, *begins, *(CHECKS_OF_GENAI if modes else [])]
    if turns and rng.random() < 0.4:
        edge = rng.choice(turns)
    elif any(block.windows for block in entry.prices) and rng.random() < 0.7:
        night = rng.choice(PEAK_DAYS) if rng.random() < 0.2 else day
        edge = night + dt.timedelta(hours=rng.choice([1, 4, 6, 10]))
    else:
        return day + dt.timedelta(seconds=rng.randrange(86_400))
    return edge + dt.timedelta(seconds=rng.choice([-1, 0, 1]))


def priced_by_tokenquote(case: Case) -> Decimal:
    block = KNOWN[case.model].prices_on(case.at)
    total = price(tariff_on(block, case.at, case.mode), [case.usage]).total
    assert total is not None
    return total


def priced_by_genai(case: Case) -> Decimal:
    """Their input holds cache reads, cache writes and audio; their writes hold those for an hour."""
    outputs = ["output", "output_audio", "output_image"]
    ours = {kind: case.usage.get(kind, 0) for kind in [*INPUT_KINDS, *outputs]}
    writes = ours["cache_write"] + ours["cache_write_1h"] + ours["cache_write_12h"]
    usage = {
        "input_tokens": sum(ours[kind] for kind in INPUT_KINDS),
        "input_audio_tokens": ours["input_audio"] + ours["cache_read_audio"],
        "input_image_tokens": ours["input_image"] + ours["cache_read_image"],
        "input_video_tokens": ours["input_video"],
        "cache_read_tokens": ours["cache_read"] + ours["cache_read_audio"] + ours["cache_read_image"],
        "cache_image_read_tokens": ours["cache_read_image"],
        "cache_audio_read_tokens": ours["cache_read_audio"],
        "cache_write_tokens": writes,
        "cache_write_1h_tokens": ours["cache_write_1h"],
        "output_tokens": sum(ours[kind] for kind in outputs),
        "output_audio_tokens": ours["output_audio"],
        "output_image_tokens": ours["output_image"],
    }
    return MAPPED[case.model].price(genai_prices.Usage(**usage), case.at, context_of(case))


def context_of(case: Case) -> dict[str, str] | None:
    """How genai-prices is told a mode."""
    if case.mode == "standard":
        return None
    if case.mode == "batch":
        return {"processing": "batch"}
    return {"speed" if case.model.startswith("anthropic/") else "service_tier": case.mode}


@dataclass(frozen=True)
class Compared:
    """A case with both prices and the rows that cover it."""

    case: Case
    ours: Decimal
    theirs: Decimal
    rows: list[int]

    @property
    def explained(self) -> Decimal:
        """What we would bill for the case that genai-prices bills instead, all rows applied."""
        case = self.case
        for row in self.rows:
            case = applied(DIFFERENCES[row], case)
        return priced_by_tokenquote(case)


@pytest.fixture(scope="module")
def compared() -> list[Compared]:
    return [
        Compared(
            case,
            priced_by_tokenquote(case),
            priced_by_genai(case),
            [number for number, row in enumerate(DIFFERENCES) if covers(row, case)],
        )
        for case in random_cases()
    ]


def test_table_is_about_the_installed_genai_prices() -> None:
    assert genai_prices.__version__ == TABLE.read["genai-prices"].version


def test_every_model_that_was_read_from_genai_prices_is_compared() -> None:
    """All that were in the catalog on that day; a newer one may have copied its source line from another."""
    read_from_it = {
        model_id
        for model_id, model in CATALOG.models.items()
        if any("genai-prices" in block.source for block in model.entry.prices)
    }
    newer = {
        model_id
        for model_id in read_from_it
        if all(block.checked > COMPARED_ON for block in CATALOG.models[model_id].entry.prices)
    }
    missing = sorted(read_from_it - newer - set(MAPPED))
    assert not missing, f"{missing}: what does genai-prices call them? Say so in upkeep/sources.yaml"
    assert len(MAPPED) >= 150


def test_a_later_price_is_not_compared_and_an_old_one_is_however_often_it_is_checked() -> None:
    source, later = "https://example.com/prices, read by genai-prices 0.2.3", COMPARED_ON + dt.timedelta(16)
    rates = {"rates": {"input": "1"}}
    old = PriceBlock.model_validate({**rates, "source": source, "checked": later})
    assert known_to_genai(old)
    new = PriceBlock.model_validate({**rates, "source": source, "checked": later, "from": later})
    assert not known_to_genai(new)
    assert known_to_genai(new, announced=[later])
    before = new.model_copy(update={"checked": COMPARED_ON})
    assert known_to_genai(before)
    assert not known_to_genai(before.model_copy(update={"source": "https://example.com/prices"}))
    assert dt.date(2027, 1, 1) in announced_by_genai("google/gemini-3.8-flash")


def test_equal_to_the_last_digit_or_exactly_as_the_table_says(compared: list[Compared]) -> None:
    wrong = [item for item in compared if item.theirs != item.explained]
    assert not wrong, f"{len(wrong)} cases, such as {wrong[:5]}"


def test_no_row_of_the_table_is_dead(compared: list[Compared]) -> None:
    alive = {row for item in compared if item.ours != item.theirs for row in item.rows}
    assert [row.reason for number, row in enumerate(DIFFERENCES) if number not in alive] == []


def test_no_row_of_the_table_is_wider_than_its_difference(compared: list[Compared]) -> None:
    assert [item for item in compared if item.ours == item.theirs and item.rows] == []


def test_four_fifths_are_equal_without_the_table(compared: list[Compared]) -> None:
    equal = sum(item.ours == item.theirs for item in compared)
    print(f"{equal} of {len(compared)} equal to the last digit")
    assert len(compared) == 5000
    assert equal >= 4000


def test_every_mapped_model_is_among_the_cases(compared: list[Compared]) -> None:
    assert {item.case.model for item in compared} == set(BY_TOKENS)
    assert len(BY_TOKENS) >= 0.95 * len(MAPPED)


FEES = {
    "input_audio": (["audio_seconds", "input_audio_seconds"], 3600),
    "input_page": (["input_document_pages"], 1000),
    "input_text": (["input_characters"], 1000),
}
"""What genai-prices calls the usage that a fee bills, and an amount of it."""


@pytest.mark.parametrize("model_id", sorted(set(MAPPED) - set(BY_TOKENS)))
def test_what_is_not_billed_by_the_token_costs_the_same(model_id: str) -> None:
    block = KNOWN[model_id].prices_on(dt.datetime(2026, 11, 20, tzinfo=dt.UTC))
    assert block is not None
    compared_fees = [fee for fee in block.fees if fee.what in FEES and not fee.when]
    if not compared_fees:
        pytest.skip("genai-prices bills no fee of this model that is measured here")
    for fee in compared_fees:
        usages, amount = FEES[fee.what]
        units = Decimal(amount)
        if fee.unit == "hour":
            units /= 3600
        ours = fee.price * units / fee.per
        theirs = MAPPED[model_id].price(
            genai_prices.Usage(**dict.fromkeys(usages, amount)), dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
        )
        assert abs(ours - theirs) <= theirs * Decimal("1e-12")
