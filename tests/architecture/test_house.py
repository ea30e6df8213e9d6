"""The house stays one that a stranger can walk through: few rooms, few arrows, no circles, no giants."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.architecture.house import House, read_house
from tests.conftest import SLOW


@pytest.fixture(scope="module")
def house() -> House:
    return read_house()


def test_the_rooms_are_few_and_of_the_design(house: House) -> None:
    assert house.rooms == [
        "__main__", "api", "benchmarks", "catalog", "cli", "client", "counts", "docker", "errors",
        "estimator", "http", "ledger", "media", "memory", "models_catalog", "settings", "tokenquote",
        "tokens", "upkeep",
    ]  # fmt: skip


def test_the_arrows_between_rooms_are_few(house: House) -> None:
    assert 30 < len(house.arrows) <= 62


def test_no_modules_of_two_rooms_import_each_other(house: House) -> None:
    assert house.circles == []


def test_at_most_an_eighth_of_the_modules_are_tiny(house: House) -> None:
    names = [module.name for module in house.small]
    assert len(names) <= 0.12 * len(house.modules), names


def test_no_module_and_no_body_is_a_giant(house: House) -> None:
    assert [module.name for module in house.modules if module.lines > 300] == []
    assert [module.name for module in house.modules if module.longest_body > 50] == []


def test_every_slow_file_is_there() -> None:
    tests = Path(__file__).parents[1]
    assert [name for name in SLOW if not (tests / name).is_file()] == []
