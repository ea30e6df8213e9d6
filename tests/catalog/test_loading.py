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


UNQUOTED = 'write it as a quoted string, like "0.75" (found the'
NOT_PLAIN = 'not a plain decimal number such as "0.75":'


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("0.75", f"{UNQUOTED} float 0.75)"),
        ("1", f"{UNQUOTED} int 1)"),
        ("true", f"{UNQUOTED} bool True)"),
        ('"-1"', f"{NOT_PLAIN} '-1'"),
        ('"1e3"', f"{NOT_PLAIN} '1e3'"),
        ('".5"', f"{NOT_PLAIN} '.5'"),
        ('"1,5"', f"{NOT_PLAIN} '1,5'"),
        ('"NaN"', f"{NOT_PLAIN} 'NaN'"),
        ('"$1"', f"{NOT_PLAIN} '$1'"),
        ('"１"', f"{NOT_PLAIN} '１'"),
        ('"1 "', f"{NOT_PLAIN} '1 '"),
        ('"1234567890"', f"{NOT_PLAIN} '1234567890'"),
        ('"0.1234567890123"', f"{NOT_PLAIN} '0.1234567890123'"),
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
            "models[one].colour: extra inputs are not permitted",
            id="unknown-field",
        ),
        pytest.param(
            MODEL.replace("input:", "inputs:"),
            f"{BLOCK}.rates.inputs: extra inputs are not permitted",
            id="unknown-kind-of-token",
        ),
        pytest.param(
            MODEL.replace("        checked: 2026-11-12\n", ""),
            f"{BLOCK}.checked: field required",
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
            "models[one].prices: price block from 2026-01-01 must not follow the one from 2026-02-01",
            id="dates-out-of-order",
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
            MODEL.replace("counting: plain", "counting: fancy"),
            "models[one].counting: counting.yaml has no 'fancy'",
            id="unknown-counting",
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
    sentence = f"{FILE}: {BLOCK}.rates.input: {UNQUOTED} int 1)"
    assert problems_of(tmp_path, {FILE: HEAD + model}) == (sentence,)


def test_every_problem_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "caching.yaml": SHARED["caching.yaml"].replace("by_default: true", "by_default: perhaps"),
        FILE: HEAD + MODEL.replace("name: One", "name: One\n    colour: red\n    size: 4"),
        "providers/best.yaml": "id: best\nid: worst\n",
        "providers/core.yaml": HEAD.replace("acme", "core") + MODEL.replace("id: one", "id: two words"),
    }
    problems = problems_of(tmp_path, files)
    for sentence in (
        "caching.yaml: caching.plain.by_default: input should be a valid boolean, unable to interpret input",
        f"{FILE}: models[one].colour: extra inputs are not permitted",
        f"{FILE}: models[one].size: extra inputs are not permitted",
        "providers/best.yaml:2: the key 'id' stands here twice",
        "providers/core.yaml: models[two words].id: "
        "string should match pattern '^[A-Za-z0-9][A-Za-z0-9._:@/+-]*$'",
    ):
        assert sentence in problems


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
