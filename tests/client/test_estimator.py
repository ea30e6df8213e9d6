"""In process: with files of one's own, without environment or network."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from tokenquote import Estimator, Plan, Turn, Unavailable
from tokenquote.catalog import CatalogError

ACME = """
id: acme
name: Acme
first_party: true
models:
  - id: roadrunner-1
    name: Roadrunner 1
    context: {window: 1000}
    counting: llama
    prices:
      - source: https://acme.example/prices
        checked: 2026-11-01
        rates: {input: "1", output: "2"}
"""


def test_files_of_ones_own_lie_over_the_shipped_ones(tmp_path: Path, estimator: Estimator) -> None:
    (tmp_path / "providers").mkdir()
    (tmp_path / "providers" / "acme.yaml").write_text(ACME)
    own = Estimator(catalog_dir=str(tmp_path))
    plan = Plan(model="roadrunner-1", turns=[Turn(user=1_000_000, assistant=0, reasoning=0)])
    assert own.quote(plan).totals.cost == Decimal(1)
    assert own.catalog().models == estimator.catalog().models + 1


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="no such catalog directory"):
        Estimator(catalog_dir=tmp_path / "missing")


def test_neither_environment_nor_network_is_touched() -> None:
    """Sockets fail, and no variable of ours is looked up."""
    program = """
import os, sys
from tokenquote import Estimator

looked_up = []
class Watched(dict):
    def __getitem__(self, name):
        looked_up.append(name)
        return super().__getitem__(name)
    def get(self, name, default=None):
        looked_up.append(name)
        return super().get(name, default)
os.environ = Watched(TOKENQUOTE_CATALOG_DIR="/nowhere", TOKENQUOTE_BASE_URL="nonsense")

def refuse(event, args):
    if event.startswith("socket."):
        raise RuntimeError(event)
sys.addaudithook(refuse)

with Estimator() as estimator:
    print(estimator.quote(model="gpt-4o", turns=[{"user": "Hello world", "assistant": 1}]).model)
print([name for name in looked_up if name.startswith("TOKENQUOTE_")])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    assert done.stdout == "openai/gpt-4o\n[]\n"


def test_threads_may_share_one() -> None:
    """All start at once with a vocabulary that nobody has loaded yet."""
    estimator = Estimator()
    at = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
    plan = Plan(model="gpt-4o", turns=[Turn(user="Hello world", repeat=20)], at=at)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(estimator.quote, [plan] * 16))
    assert answers == [estimator.quote(plan)] * 16


def test_a_vocabulary_that_is_not_installed_is_a_typed_error_that_says_how_to_install_it(
    tmp_path: Path,
) -> None:
    """An overlay's vocabulary lies in a package that nobody has."""
    (tmp_path / "vocabularies.yaml").write_text(
        "vocabularies:\n  gone: {format: tokenizer.json, package: nobody-has-this, file: a.json,"
        f" sha256: '{'0' * 64}', licence: MIT, source: none}}\n"
    )
    (tmp_path / "counting.yaml").write_text(
        "counting:\n  gone: {vocabulary: gone, method: exact, source: none}\n"
    )
    (tmp_path / "families.yaml").write_text("families: [{names: ['gone-*'], counting: gone}]\n")
    body = {"model": "gone-1", "messages": [{"role": "user", "content": "Hello"}]}
    with pytest.raises(Unavailable, match="needs the package nobody-has-this") as caught:
        Estimator(catalog_dir=tmp_path).tokens(format="openai.chat", body=body)
    assert caught.value.status == 503
