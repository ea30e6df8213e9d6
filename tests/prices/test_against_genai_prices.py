"""5,000 random usages, priced by Tokenquote and by genai-prices, which must agree to the last digit.

Where they do not, genai_prices_differences.yaml says for which models, modes and instants, and what
genai-prices bills there instead; that too must then agree to the last digit.

A model that genai_prices_models.json does not name, and a price block that is news to this genai-prices, are
not compared: whoever adds one edits no file here, and the cases of everything else stay as they are.
"""

from __future__ import annotations

import datetime as dt
import fnmatch
import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import genai_prices
import pytest
import yaml
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import StartDateConstraint
from tests.conftest import shipped
from tests.prices.genai_prices_map import MAP, compared_models

from tokenquote.catalog import Model
from tokenquote.catalog.schema.prices import PriceBlock
from tokenquote.ledger.prices import INPUT_KINDS, price, tariff_on

SEED, CASES = 20261123, 5000
FIRST = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
LAST = dt.datetime(2027, 3, 1, tzinfo=dt.UTC)
CHECKS_OF_GENAI = [dt.datetime(2026, 10, day, tzinfo=dt.UTC) for day in (12, 14, 15)]
PEAK_DAYS = [dt.datetime(2026, *day, tzinfo=dt.UTC) for day in ((8, 20), (9, 25), (10, 1))]
"""A day of the weeks in which weekends had peak hours, and two holidays."""
"""From these days on genai-prices knows the prices of modes."""

HERE = Path(__file__).parent
CATALOG = shipped()
COMPARED_ON = dt.date(2026, 11, 12)
"""The day of the prices in this genai-prices; it goes with the version that the table names."""
MAPPED = compared_models(CATALOG)
TABLE: dict[str, Any] = yaml.safe_load((HERE / "genai_prices_differences.yaml").read_text())


def known_to_genai(block: PriceBlock, announced: Collection[dt.date] = ()) -> bool:
    """Whether genai-prices was read for it. A later block is news to it, whatever its source line repeats,
    unless it begins on a day that genai-prices has announced.
    """
    if block.begins is None or (day := block.begins.date()) <= COMPARED_ON or day in announced:
        return "genai-prices" in block.source
    return "genai-prices" in block.source and block.checked <= COMPARED_ON


def announced_by_genai(model_id: str) -> list[dt.date]:
    """The first days of the prices that genai-prices has for the model."""
    theirs = MAPPED[model_id]
    _, found = get_snapshot().find_provider_model(theirs["model"], None, theirs["provider"], None)
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


@dataclass(frozen=True)
class Case:
    """One request to one model at one instant in one mode."""

    model: str
    mode: str
    at: dt.datetime
    usage: Mapping[str, int]


@dataclass(frozen=True)
class Difference:
    """A row of the table: which cases differ, and what genai-prices bills instead."""

    reason: str
    models: list[str]
    genai_bills: dict[str, Any]
    """`mode`, `at` or `kind` in place of the case's own."""
    but_not: list[str] = field(default_factory=list)
    modes: list[str] | None = None
    days: list[dt.date] | None = None
    since: dt.date = dt.date.min
    until: dt.date = dt.date.max
    """The last day."""
    weekdays: list[int] | None = None
    hours_utc: list[str] | None = None
    kind: str | None = None

    def covers(self, case: Case) -> bool:
        clock = case.at.strftime("%H:%M")
        spans = [span.split("-") for span in self.hours_utc or ["00:00-24:00"]]
        return (
            any(fnmatch.fnmatchcase(case.model, pattern) for pattern in self.models)
            and case.model not in self.but_not
            and (self.modes is None or case.mode in self.modes)
            and (self.days is None or case.at.date() in self.days)
            and self.since <= case.at.date() <= self.until
            and (self.weekdays is None or case.at.isoweekday() in self.weekdays)
            and any(start <= clock < end for start, end in spans)
            and (self.kind is None or case.usage.get(self.kind, 0) > 0)
        )

    def applied(self, case: Case) -> Case:
        """The case that genai-prices bills for this one."""
        usage = dict(case.usage)
        if self.kind is not None:
            billed_as = self.genai_bills["kind"]
            usage[billed_as] = usage.get(billed_as, 0) + usage.pop(self.kind)
        mode, at = self.genai_bills.get("mode", case.mode), self.genai_bills.get("at", case.at)
        return replace(case, mode=mode, at=at, usage=usage)


DIFFERENCES = [Difference(**row) for row in TABLE["differences"]]


def random_cases() -> list[Case]:
    """Round and round over every mapped model, ten times as often over those with peak hours, whose prices
    differ from hour to hour; the same cases on every run.
    """
    rng = random.Random(SEED)
    peaks = [model for model in sorted(MAPPED) if any(block.windows for block in KNOWN[model].entry.prices)]
    models = sorted(MAPPED) + peaks * 9
    return [random_case(rng, models[number % len(models)]) for number in range(CASES)]


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
    usage = {"output": round(10 ** rng.uniform(0, 5))}
    kinds = [kind for kind in block.rates.stated() if kind in INPUT_KINDS and kind != "input"]
    for kind in rng.sample(kinds, rng.randint(0, len(kinds))):
        usage[kind] = rng.randint(0, total - sum(usage.get(other, 0) for other in kinds))
    usage["input"] = total - sum(usage.get(kind, 0) for kind in kinds)
    if block.rates.output_audio is not None:
        usage["output_audio"] = rng.randint(0, 5000)
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
    ours = {kind: case.usage.get(kind, 0) for kind in [*INPUT_KINDS, "output", "output_audio"]}
    writes = ours["cache_write"] + ours["cache_write_1h"] + ours["cache_write_12h"]
    usage = {
        "input_tokens": sum(ours[kind] for kind in INPUT_KINDS),
        "input_audio_tokens": ours["input_audio"] + ours["cache_read_audio"],
        "cache_read_tokens": ours["cache_read"] + ours["cache_read_audio"],
        "cache_audio_read_tokens": ours["cache_read_audio"],
        "cache_write_tokens": writes,
        "cache_write_1h_tokens": ours["cache_write_1h"],
        "output_tokens": ours["output"] + ours["output_audio"],
        "output_audio_tokens": ours["output_audio"],
    }
    theirs = MAPPED[case.model]
    return genai_prices.calc_price(
        genai_prices.Usage(**usage),
        theirs["model"],
        provider_id=theirs["provider"],
        genai_request_timestamp=case.at,
        price_context=context_of(case),
    ).total_price


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
            case = DIFFERENCES[row].applied(case)
        return priced_by_tokenquote(case)


@pytest.fixture(scope="module")
def compared() -> list[Compared]:
    return [
        Compared(
            case,
            priced_by_tokenquote(case),
            priced_by_genai(case),
            [number for number, row in enumerate(DIFFERENCES) if row.covers(case)],
        )
        for case in random_cases()
    ]


def test_table_is_about_the_installed_genai_prices() -> None:
    assert genai_prices.__version__ == TABLE["genai_prices"] == "0.2.3"


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
    assert not missing, f"{missing}: state a source and a day of check of their own, or compare them here"
    assert len(MAPPED) >= 0.8 * len(MAP), "most prices are no longer read from genai-prices: is the map old?"


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
    assert {item.case.model for item in compared} == set(MAPPED)
