"""Mistakes in catalog files, each refused with one sentence that names file, model and field."""

from __future__ import annotations

from pathlib import Path

import pytest

from tokenquote.catalog import CatalogError, load_catalog

FILE = "providers/acme.yaml"
SHARED = {
    "vocabularies.yaml": (
        "vocabularies:\n"
        f'  tiny: {{file: tiny.xz, sha256: "{"0" * 64}", pattern: ".", licence: MIT, source: made up}}\n'
    ),
    "counting.yaml": "counting:\n  plain: {vocabulary: tiny, method: exact, source: made up}\n",
    "caching.yaml": "caching:\n  plain: {by_default: true, source: made up}\n",
}
HEAD = "id: acme\nname: Acme\nfirst_party: true\nmodels:\n"
MODEL = """\
  - id: one
    name: One
    counting: plain
    caching: plain
    prices:
      - rates: {input: "1", output: "2"}
        source: made up
        checked: 2026-11-12
"""
LATER = """\
      - from: 2026-02-01
        rates: {input: "1"}
        source: made up
        checked: 2026-11-12
"""
WINDOW = '{name: peak, timezone: Asia/Shanghai, days: [mon], hours: ["09:00-12:00"], rates: {input: "2"}}'


def catalog_at(directory: Path, files: dict[str, str | bytes]) -> Path:
    """A small catalog with these files, or these in place of its own."""
    for name, content in {**SHARED, **files}.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return directory


def problems_of(directory: Path, files: dict[str, str | bytes]) -> tuple[str, ...]:
    with pytest.raises(CatalogError) as caught:
        load_catalog(shipped=catalog_at(directory, files))
    return caught.value.problems


def block_with(line: str) -> str:
    """The model with one more line in its price block."""
    return MODEL.replace("        source:", f"        {line}\n        source:")


def test_the_small_catalog_without_a_mistake_loads(tmp_path: Path) -> None:
    full = block_with(f"windows: [{WINDOW}]") + LATER
    assert list(load_catalog(shipped=catalog_at(tmp_path, {FILE: HEAD + full})).models) == ["acme/one"]


UNQUOTED = 'write money as a quoted decimal, like "0.50"'
NOT_PLAIN = 'write money as a plain decimal number, like "0.50"'


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("0.75", UNQUOTED),
        ("1", UNQUOTED),
        ("true", UNQUOTED),
        ('"-1"', NOT_PLAIN),
        ('"1e3"', NOT_PLAIN),
        ('".5"', NOT_PLAIN),
        ('"1,5"', NOT_PLAIN),
        ('"NaN"', NOT_PLAIN),
        ('"$1"', NOT_PLAIN),
        ('"１"', NOT_PLAIN),
        ('"1 "', NOT_PLAIN),
        ('"1234567890"', NOT_PLAIN),
        ('"0.1234567890123"', NOT_PLAIN),
    ],
)
def test_a_price_is_a_quoted_plain_decimal(tmp_path: Path, written: str, reason: str) -> None:
    model = MODEL.replace('input: "1"', f"input: {written}")
    assert (
        problems_of(tmp_path, {FILE: HEAD + model})[0]
        == f"{FILE}: models[one].prices[0].rates.input: {reason}"
    )


BLOCK = "models[one].prices[0]"


@pytest.mark.parametrize(
    ("models", "sentence"),
    [
        pytest.param(
            MODEL.replace("name: One", "name: One\n    colour: red"),
            "models[one].colour: no such field here; there are counting, caching, images, audio, video, "
            "documents, media_limits, rate_limits, reasoning_kept, generated_images, id, name, aliases, "
            "context, kind, converses, released, retires, successor, rerouted_to, family, weights, serves, "
            "prices",
            id="unknown-field",
        ),
        pytest.param(
            MODEL.replace("input:", "inputs:"),
            f"{BLOCK}.rates.inputs: no such field here; did you mean 'input'?",
            id="unknown-kind-of-token",
        ),
        pytest.param(
            block_with('tiers: [{from: 200, rates: {input: "2"}}]'),
            f"{BLOCK}.tiers[0].from: no such field here; there are above, at_least, rates",
            id="field-of-another-place",
        ),
        pytest.param(
            MODEL.replace("        checked: 2026-11-12\n", ""),
            f"{BLOCK}.checked: missing: it has to be stated",
            id="unchecked",
        ),
        pytest.param(MODEL + MODEL, f"models[one]: duplicate id, also in {FILE}", id="duplicate-id"),
        pytest.param(
            MODEL + MODEL.replace("id: one", "id: two\n    aliases: [one]"),
            "models[two].aliases: 'one' already means acme/one",
            id="alias-that-is-an-id",
        ),
        pytest.param(
            block_with('tiers: [{above: 200, rates: {input: "2"}}, {above: 100, rates: {input: "3"}}]'),
            f"{BLOCK}.tiers: tier out of order: `above 100` must not follow `above 200`",
            id="tiers-out-of-order",
        ),
        pytest.param(
            block_with('tiers: [{above: 200, rates: {input: "2"}}, {at_least: 201, rates: {input: "3"}}]'),
            f"{BLOCK}.tiers: tier out of order: `at least 201` must not follow `above 200`",
            id="two-tiers-at-one-start",
        ),
        pytest.param(
            block_with('tiers: [{above: 200, at_least: 200, rates: {input: "2"}}]'),
            f"{BLOCK}.tiers[0]: "
            "state exactly one of `above` (strictly more) and `at_least` (this many or more)",
            id="tier-with-both-thresholds",
        ),
        pytest.param(
            MODEL + LATER + LATER.replace("02-01", "01-01"),
            "models[one].prices: price blocks stand in the order of their `from`: "
            "put the one from 2026-01-01 above the one from 2026-02-01",
            id="dates-out-of-order",
        ),
        pytest.param(
            MODEL + LATER + LATER,
            "models[one].prices: two price blocks begin at 2026-02-01: keep one of them",
            id="one-date-twice",
        ),
        pytest.param(
            MODEL + LATER.replace("from: 2026-02-01\n        ", ""),
            "models[one].prices: only the first price block may leave out `from`",
            id="later-block-without-a-date",
        ),
        pytest.param(
            block_with('modes: {standard: {times: "1"}}'),
            f"{BLOCK}.modes: `standard` is the block's own rates, not a mode",
            id="standard-as-a-mode",
        ),
        pytest.param(
            block_with('modes: {batch: {times: "1", rates: {input: "1"}}}'),
            f"{BLOCK}.modes.batch: state either `times` or own `rates`",
            id="mode-with-factor-and-rates",
        ),
        pytest.param(
            block_with('modes: {batch: {times: "0"}}'),
            f"{BLOCK}.modes.batch.times: a number above 0 is expected",
            id="mode-with-factor-0",
        ),
        pytest.param(
            block_with("modes: {batch: {times: 0.5}}"),
            f'{BLOCK}.modes.batch.times: write a factor as a quoted decimal, like "0.5"',
            id="mode-with-unquoted-factor",
        ),
        pytest.param(
            block_with('modes: {batch: {times: "-0.5"}}'),
            f'{BLOCK}.modes.batch.times: write a factor as a plain decimal number, like "0.5"',
            id="mode-with-factor-below-0",
        ),
        pytest.param(
            block_with('uplifts: {eu: "0"}'),
            f"{BLOCK}.uplifts.eu: a number above 0 is expected",
            id="uplift-0",
        ),
        pytest.param(
            block_with('modes: {batch: {times: "0.5", tiers: [{above: 9, rates: {input: "1"}}]}}'),
            f"{BLOCK}.modes.batch: `times` multiplies the tiers of the block: leave out `tiers`",
            id="mode-with-factor-and-tiers",
        ),
        pytest.param(
            MODEL.replace("counting: plain", "counting: fancy"),
            "models[one].counting: counting.yaml has no 'fancy'",
            id="unknown-counting",
        ),
        pytest.param(
            MODEL.replace("counting: plain", "counting: plan"),
            "models[one].counting: counting.yaml has no 'plan'; did you mean 'plain'?",
            id="misspelt-counting",
        ),
        pytest.param(
            MODEL.replace("caching: plain", 'context: {window: "400000"}'),
            "models[one].context.window: a whole number is expected, without quotes, like 400",
            id="number-in-quotes",
        ),
        pytest.param(
            MODEL.replace("caching: plain", "context: {window: 0}"),
            "models[one].context.window: a number of at least 1 is expected",
            id="number-out-of-range",
        ),
        pytest.param(
            MODEL.replace("caching: plain", "reasoning_kept: sometimes"),
            "models[one].reasoning_kept: one of these is expected: 'never', 'same_turn' or 'always'",
            id="word-that-is-not-offered",
        ),
        pytest.param(
            MODEL.replace("checked: 2026-11-12", "checked: yesterday"),
            f"{BLOCK}.checked: a day is expected, without quotes, like 2026-01-31",
            id="day-in-words",
        ),
        pytest.param(
            MODEL.replace("prices:\n      - ", "prices:\n        "),
            "models[one].prices: a list is expected, like [a, b]",
            id="list-without-its-dash",
        ),
        pytest.param(
            block_with('modes: {Batch: {times: "0.5"}}'),
            f"{BLOCK}.modes.Batch: write small letters, digits and _, beginning with a letter",
            id="capital-letter-in-a-mode",
        ),
        pytest.param(
            MODEL.replace("caching: plain", "caching: fancy"),
            "models[one].caching: caching.yaml has no 'fancy'",
            id="unknown-caching",
        ),
        pytest.param(
            block_with(f"windows: [{WINDOW.replace('Asia/Shanghai', 'Mars/Base')}]"),
            f"{BLOCK}.windows[0].timezone: no such IANA time zone: 'Mars/Base'",
            id="unknown-time-zone",
        ),
        pytest.param(
            block_with(f"windows: [{WINDOW.replace('Asia/Shanghai', 'Asia/Shangai')}]"),
            f"{BLOCK}.windows[0].timezone: no such IANA time zone: 'Asia/Shangai'; "
            "did you mean 'Asia/Shanghai'?",
            id="mistyped-time-zone",
        ),
        pytest.param(
            block_with(f"windows: [{WINDOW.replace('Asia/Shanghai', 'Asia')}]"),
            f"{BLOCK}.windows[0].timezone: no such IANA time zone: 'Asia'",
            id="time-zone-that-is-a-folder",
        ),
        pytest.param(
            block_with(f"windows: [{WINDOW.replace('09:00-12:00', '12:00-09:00')}]"),
            f"{BLOCK}.windows[0].hours: '12:00-09:00' ends before it starts; write two spans around midnight",
            id="hours-backwards",
        ),
    ],
)
def test_a_mistake_is_told_by_file_model_and_field(tmp_path: Path, models: str, sentence: str) -> None:
    assert problems_of(tmp_path, {FILE: HEAD + models})[0] == f"{FILE}: {sentence}"


def test_one_mistake_is_one_problem(tmp_path: Path) -> None:
    model = MODEL.replace('input: "1"', "input: 1")
    sentence = f"{FILE}: {BLOCK}.rates.input: {UNQUOTED}"
    assert problems_of(tmp_path, {FILE: HEAD + model}) == (sentence,)


def test_every_problem_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "caching.yaml": SHARED["caching.yaml"].replace("by_default: true", "by_default: perhaps"),
        FILE: HEAD
        + MODEL.replace("name: One", "name: One\n    contex: {window: 4}\n    retired: 2026-12-01"),
        "providers/best.yaml": "id: best\nid: worst\n",
        "providers/core.yaml": HEAD.replace("acme", "core") + MODEL.replace("id: one", "id: two words"),
    }
    problems = problems_of(tmp_path, files)
    for sentence in (
        "caching.yaml: caching.plain.by_default: true or false is expected, without quotes",
        f"{FILE}: models[one].contex: no such field here; did you mean 'context'?",
        f"{FILE}: models[one].retired: no such field here; did you mean 'retires'?",
        "providers/best.yaml:2: the key 'id' stands here twice",
        "providers/core.yaml: models[two words].id: "
        "write letters, digits and . _ : @ / + -, beginning with a letter or a digit",
    ):
        assert sentence in problems


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        pytest.param(
            "{source: x}", ": 'kind' is missing or no word: it says of which kind this is", id="none"
        ),
        pytest.param(
            "{kind: patchez, source: x}", ": 'kind' has to be one of these: 'area', 'bisection', ", id="no"
        ),
        pytest.param(
            "{kind: fixed, token: 5}", ".token: no such field here; did you mean 'tokens'?", id="field"
        ),
    ],
)
def test_a_mistake_in_a_rule_of_some_kind_names_what_stands_in_the_file(
    tmp_path: Path, rule: str, sentence: str
) -> None:
    """Without the name that the kind has among pydantic's union members."""
    files: dict[str, str | bytes] = {"image_rules.yaml": f"image_rules: {{mine: {rule}}}", FILE: HEAD + MODEL}
    found = problems_of(tmp_path, files)
    assert any(one.startswith(f"image_rules.yaml: image_rules.mine{sentence}") for one in found), found


def test_a_counting_rule_without_its_vocabulary_is_refused(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "counting.yaml": SHARED["counting.yaml"].replace("tiny", "huge"),
        FILE: HEAD + MODEL,
    }
    sentence = "counting.yaml: counting.plain.vocabulary: vocabularies.yaml has no 'huge'"
    assert problems_of(tmp_path, files) == (sentence,)


def test_a_missing_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="no such catalog directory") as caught:
        load_catalog(tmp_path / "nowhere")
    assert caught.value.problems == (f"{tmp_path / 'nowhere'}: no such catalog directory",)
