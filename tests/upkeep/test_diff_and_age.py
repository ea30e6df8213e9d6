"""What changed between two catalogs, and how old the checks of one are."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.conftest import shipped
from tests.upkeep.acme import NOON, TWO, acme_catalog, acme_file

from tokenquote.cli import main
from tokenquote.cli.upkeep_tables import changes_json
from tokenquote.upkeep.age import Due, find_age
from tokenquote.upkeep.diff import CatalogChanges, find_changes

MODEL = f"  - {{id: one, name: One, prices: [{TWO}]}}\n"


def changes(tmp_path: Path, before: str, after: str) -> CatalogChanges:
    return find_changes(acme_catalog(tmp_path / "a", before), acme_catalog(tmp_path / "b", after), NOON)


def sentences(found: CatalogChanges) -> list[tuple[str, str, str | None, str | None, str | None]]:
    def money(price: Decimal | None) -> str | None:
        return None if price is None else str(price)

    return [
        (change.model, change.figure, money(change.before), money(change.after), money(change.per_cent))
        for change in found.prices
    ]


def test_nothing_differs_from_itself() -> None:
    assert not find_changes(shipped(), shipped(), NOON).any


def test_dearer_cheaper_new_and_gone_figures(tmp_path: Path) -> None:
    rates = 'input: "3", cache_read: "0.3"'
    found = changes(tmp_path, MODEL, MODEL.replace('input: "2", output: "10"', rates))
    assert sentences(found) == [
        ("acme/one", "input", "2", "3", "50.0"),
        ("acme/one", "output", "10", None, None),
        ("acme/one", "cache_read", None, "0.3", None),
    ]
    assert all(change.begins is None for change in found.prices)


def test_a_price_of_another_day_says_its_day(tmp_path: Path) -> None:
    later = TWO.replace("{rates", "{from: 2027-01-01, rates").replace('"2"', '"1"')
    found = changes(tmp_path, MODEL, MODEL.replace(TWO, f"{TWO}, {later}"))
    assert sentences(found) == [("acme/one", "input", "2", "1", "-50.0")]
    assert found.prices[0].begins == dt.datetime(2027, 1, 1, tzinfo=dt.UTC)


def test_other_hours_are_another_price(tmp_path: Path) -> None:
    window = 'windows: [{name: peak, timezone: UTC, hours: ["09:00-12:00"], rates: {input: "4"}}]'
    before = MODEL.replace("source:", f"{window}, source:")
    after = before.replace("09:00-12:00", "09:00-13:00")
    assert sentences(changes(tmp_path, before, after)) == [
        ("acme/one", "peak (every day 09:00-12:00 UTC) input", "4", None, None),
        ("acme/one", "peak (every day 09:00-13:00 UTC) input", None, "4", None),
    ]
    holidays = before.replace("timezone", "except_holidays: cn, timezone")
    assert "not on holidays of cn" in sentences(changes(tmp_path, before, holidays))[1][1]


def test_models_that_came_went_and_retired(tmp_path: Path) -> None:
    two = MODEL.replace("one", "two")
    assert changes(tmp_path, MODEL, MODEL + two).added == ("acme/two",)
    assert changes(tmp_path, MODEL + two, MODEL).removed == ("acme/two",)
    gone = changes(tmp_path, MODEL, MODEL.replace("name: One", "name: One, retires: 2026-11-29"))
    assert gone.retired == ("acme/one",)
    assert [(rule.field, rule.before, rule.after) for rule in gone.rules] == [
        ("retires", "none", "2026-11-29")
    ]
    ahead = changes(tmp_path, MODEL, MODEL.replace("name: One", "name: One, retires: 2026-11-30"))
    assert ahead.retired == ()


def test_a_changed_rule_is_said_once_with_all_its_models(tmp_path: Path) -> None:
    both = MODEL + MODEL.replace("one", "two")
    (rule,) = changes(tmp_path, both, both.replace("name:", "caching: openai, name:")).rules
    assert (rule.field, rule.before, rule.after) == ("caching", "none", "openai")
    assert rule.models == ("acme/one", "acme/two")


def test_the_command_compares_a_folder_with_another(tmp_path: Path) -> None:
    for folder, price in (("a", "2"), ("b", "3")):
        acme_file(tmp_path / folder, MODEL.replace('input: "2"', f'input: "{price}"'))
    people = CliRunner().invoke(main, ["catalog", "diff", str(tmp_path / "a"), str(tmp_path / "b")])
    assert people.output == "1 prices:\n  acme/one  input: 2 → 3 (+50.0%)\n"


def test_changes_for_machines_are_decimal_strings(tmp_path: Path) -> None:
    found = changes(tmp_path, MODEL, MODEL.replace('input: "2"', 'input: "2.50"'))
    told = json.loads(json.dumps(changes_json(found)))
    assert told["prices"] == [
        {
            "model": "acme/one",
            "figure": "input",
            "before": "2",
            "after": "2.5",
            "per_cent": "25.0",
            "from": None,
        }
    ]
    assert (told["added"], told["removed"], told["retired"], told["rules"]) == ([], [], [], [])


@pytest.mark.parametrize(
    ("days", "due"),
    [
        (1, []),
        (2, [("acme/one", "price_changes", 1)]),
        (31, [("acme/one", "price_changes", 1), ("acme/two", "retires", 30)]),
    ],
)
def test_what_is_due(tmp_path: Path, days: int, due: list[tuple[str, str, int]]) -> None:
    later = TWO.replace("{rates", "{from: 2026-12-01, rates")
    catalog = acme_catalog(
        tmp_path,
        MODEL.replace(TWO, f"{TWO}, {later}")
        + MODEL.replace("one", "two").replace("name: One", "name: One, retires: 2026-12-30")
        + MODEL.replace("one", "old").replace("name: One", "name: One, retires: 2026-11-01"),
    )
    found = [item for item in find_age(catalog, NOON, days).due if item.model.startswith("acme/")]
    assert [(item.model, item.what, item.days) for item in found] == due
    assert all(isinstance(item, Due) and item.at > NOON for item in found)


def test_the_oldest_checks_come_first_and_retired_models_are_left_out(tmp_path: Path) -> None:
    days = {"one": "2026-11-12", "two": "2026-10-30", "three": "2026-11-28"}
    models = [MODEL.replace("one", name).replace("2026-11-12", day) for name, day in days.items()]
    models.append(MODEL.replace("one", "gone").replace("name: One", "name: One, retires: 2026-11-01"))
    age = find_age(acme_catalog(tmp_path, "".join(models)), NOON, 30)
    ours = [(price.model, price.days) for price in age.prices if price.model.startswith("acme/")]
    assert ours == [("acme/two", 30), ("acme/one", 17), ("acme/three", 1)]
    (acme,) = (row for row in age.providers if row.provider == "acme")
    assert (acme.models, acme.oldest, acme.median, acme.newest) == (3, 30, 17, 1)


def test_the_command_prints_ages_and_what_is_due() -> None:
    people = CliRunner().invoke(main, ["catalog", "age", "--days", "365"])
    assert people.exit_code == 0
    assert "The oldest checks:" in people.output
    machines = json.loads(CliRunner().invoke(main, ["catalog", "age", "--days", "365", "--json"]).output)
    assert {row["provider"] for row in machines["providers"]} >= {"openai", "anthropic"}
    assert [item["at"] for item in machines["due"]] == sorted(item["at"] for item in machines["due"])
