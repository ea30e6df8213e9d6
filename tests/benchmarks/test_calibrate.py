"""`make calibrate` on recordings made up here, whose every token is known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from benchmarks.calibrate import calibration_file
from benchmarks.calibration.robust_fit import Column, band, folds, held_out, robust_fit

from tokenquote.catalog import load_catalog
from tokenquote.tokens import TokenRules, Vocabularies, read_body

WORDS = ("time", "person", "year", "way", "day", "thing", "world", "life", "hand", "part", "place", "week")
TOOL = {"name": "look_up", "description": "Look up a word", "input_schema": {"type": "object"}}
# What the made-up provider bills: words one token each, digits one each, 7 a request, 6 an answer.
REQUEST, ANSWER = 7, 6
PROMPTS = {"amazon.titan-text-premier-v1:0": 500, "amazon.nova-2-embed-v1:0": 310}


def call(model: str, number: int, *, tools: bool) -> dict[str, Any]:
    """So many words, a number of three digits, and in every second conversation an answer in between."""
    words = 10 + number % 23
    text = " ".join(WORDS[(number + i) % len(WORDS)] for i in range(words)) + " 420"
    messages = [{"role": "user", "content": text}]
    billed = REQUEST + words + 1 + 3
    if number % 2:
        messages += [{"role": "assistant", "content": "time"}, {"role": "user", "content": "day"}]
        billed += ANSWER + 2
    body: dict[str, Any] = {"model": model, "messages": messages}
    if tools:
        body["tools"] = [TOOL]
        billed += PROMPTS[model] + 5 + 17
    return {
        "id": f"{model}-{number}", "source": f"ours:{number}#0", "date": f"2026-01-{1 + number % 28:02}",
        "api": "anthropic.messages", "model_requested": model, "request": body, "input_tokens": billed,
        "features": [],
    }  # fmt: skip


def recorded(*models: str, calls: int = 40) -> Iterator[dict[str, Any]]:
    for model in models:
        for number in range(calls):
            yield call(model, number, tools=number % 3 == 0)


@pytest.fixture(scope="module")
def written() -> str:
    return calibration_file(recorded("amazon.titan-text-premier-v1:0", "amazon.nova-2-embed-v1:0"))


@pytest.fixture(scope="module")
def content(written: str) -> Any:
    return yaml.safe_load(written)


def test_the_same_recordings_give_the_same_file(written: str) -> None:
    assert calibration_file(recorded("amazon.titan-text-premier-v1:0", "amazon.nova-2-embed-v1:0")) == written


def test_what_the_provider_bills_is_found_again(content: Any) -> None:
    assert set(content["fits"]) == {"titan", "nova-embed"}
    for fit in content["fits"].values():
        assert (fit["rows"], fit["files"], str(fit["newest"])) == (40, 40, "2026-01-28")
        assert fit["held_out"]["median"] <= 0.005
        assert fit["held_out"]["p90"] <= 0.02
    prompts = {name: fit["structure"]["tools_auto"] for name, fit in content["fits"].items()}
    assert prompts["titan"] - prompts["nova-embed"] == pytest.approx(190, abs=2)


def test_terms_that_no_call_has_are_said_to_be_borrowed(content: Any) -> None:
    assert content["fits"]["titan"]["borrowed"] == []
    without_tools = [row for row in recorded("amazon.nova-2-embed-v1:0") if "tools" not in row["request"]]
    mixed = yaml.safe_load(calibration_file([*recorded("amazon.titan-text-premier-v1:0"), *without_tools]))
    assert mixed["fits"]["nova-embed"]["borrowed"] == ["tool", "tools_auto"]


def test_without_a_generations_calls_its_models_are_assumed_and_the_band_is_wider(
    tmp_path: Path, written: str
) -> None:
    """Never another generation's coefficients: the rule of counting.yaml holds, and says so."""
    body = call("amazon.nova-2-embed-v1:0", 1, tools=True)["request"]
    found = {}
    for name, text in (
        ("both", written),
        ("one", calibration_file(recorded("amazon.titan-text-premier-v1:0"))),
    ):
        catalog = load_catalog(_only(tmp_path / name, text))
        rules = TokenRules(
            catalog.find_counting(body["model"], "anthropic.messages").counting,
            Vocabularies(catalog.vocabularies),
        )
        found[name] = rules.request(read_body("anthropic.messages", body)).count
    assert found["both"].method == "calibrated"
    assert found["one"].method == "assumed"
    width = {name: (count.high - count.low) / count.tokens for name, count in found.items()}
    assert width["one"] > 3 * width["both"]


def _only(directory: Path, text: str) -> Path:
    """A catalog over the shipped one with nothing but this calibration, which takes the other's place."""
    (directory / "generated").mkdir(parents=True)
    (directory / "generated" / "calibration.yaml").write_text(text, encoding="utf-8")
    return directory


def test_a_few_wild_rows_do_not_bend_the_fit() -> None:
    """Sixty rows of 10 + 2·x, three of them billed a thousand more."""
    x = np.column_stack([np.ones(60), np.arange(60.0)])
    y = 10 + 2 * x[:, 1]
    y[[5, 25, 45]] += 1000
    found = robust_fit(x, y, [Column("constant", 0.0, 0.001), Column("slope", 1.0, 0.001)])
    assert found == pytest.approx([10, 2], abs=0.05)


def test_rows_of_one_file_are_held_out_together() -> None:
    files = [f"file{i // 3}" for i in range(90)]
    fold = folds(files)
    assert all(len({*fold[i : i + 3]}) == 1 for i in range(0, 90, 3))
    assert len(set(fold)) >= 8
    x = np.ones((90, 1))
    y = np.where(fold == 0, 100.0, 10.0)
    unseen = held_out(x, y, [Column("constant", 10.0, 0.001)], fold)
    assert unseen[fold == 0] == pytest.approx(10, abs=0.1)


def test_a_band_holds_its_share_of_the_rows() -> None:
    """Errors of 1 % of the size: the band is relative, and holds nine of ten and a little more."""
    rng = np.random.default_rng(7)
    predicted = rng.uniform(100, 10_000, 400)
    billed = predicted * (1 + rng.uniform(-0.01, 0.01, 400))
    absolute, relative = band(predicted, billed)
    inside = np.abs(np.round(predicted) - billed) <= absolute + relative * predicted
    assert 0.92 <= inside.mean() <= 0.96
    assert relative == pytest.approx(0.009, abs=0.001)
    assert absolute < 10
