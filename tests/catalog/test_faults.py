"""Every mistake is told by file, line and field, in the file that it was made in."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.catalog.test_loading import HEAD, LATER, MODEL, SHARED, catalog_at

from tokenquote.catalog import CatalogError, load_catalog
from tokenquote.catalog.faults import find_faults

FILE = "providers/acme.yaml"
PLAIN = HEAD + MODEL
"""Lines 1 to 4 are the head, 5 to 8 id, name, counting and caching, 9 to 12 the prices."""


def located(folder: Path, files: dict[str, str | bytes]) -> list[tuple[str, int | None, str]]:
    with pytest.raises(CatalogError) as caught:
        load_catalog(shipped=catalog_at(folder, files))
    for fault in caught.value.faults:
        assert str(fault) in str(caught.value)
    return [(fault.file, fault.line, fault.field) for fault in caught.value.faults]


RATE = "models[one].prices[0].rates.input"


@pytest.mark.parametrize(
    ("content", "line", "field"),
    [
        pytest.param(PLAIN.replace('input: "1"', "input: 0.75"), 10, RATE, id="money-as-a-float"),
        pytest.param(PLAIN.replace('input: "1"', "input: 1e-3"), 10, RATE, id="money-as-1e-3"),
        pytest.param(PLAIN.replace('input: "1"', 'input: "1e-3"'), 10, RATE, id="money-as-quoted-1e-3"),
        pytest.param(PLAIN.replace('input: "1"', "input: 1"), 10, RATE, id="money-unquoted"),
        pytest.param(PLAIN.replace("input:", "inputs:"), 10, f"{RATE}s", id="unknown-field"),
        pytest.param(PLAIN.replace("true", "yes"), 3, "", id="yes"),
        pytest.param(PLAIN.replace("true", '"yes"'), 3, "first_party", id="quoted-yes"),
        pytest.param(PLAIN.replace("    name:", "\tname:"), 6, "", id="tab"),
        pytest.param(PLAIN.replace("    name: One", "    name: One\n    name: Two"), 7, "", id="key-twice"),
        pytest.param(PLAIN + "    counting: *plain\n", 13, "", id="alias"),
        pytest.param(PLAIN + "x: " + "[" * 60, 13, "", id="nested-deep"),
        pytest.param(PLAIN.replace("name: One", "name: Caf\xe9").encode("latin-1"), 6, "", id="latin-1"),
        pytest.param(PLAIN.encode("utf-16"), 1, "", id="utf-16"),
        pytest.param(PLAIN.replace("One", "O\x00ne"), 6, "", id="control-character"),
        pytest.param(
            PLAIN.replace("        checked: 2026-11-12\n", ""), 10, RATE[:-12] + ".checked", id="missing"
        ),
        pytest.param(PLAIN.replace("2026-11-12", "2026-11-31"), 12, "", id="no-such-day"),
        pytest.param(
            PLAIN + LATER + LATER.replace("02-01", "01-01"), 9, "models[one].prices", id="blocks-out-of-order"
        ),
        pytest.param(PLAIN + LATER + LATER, 9, "models[one].prices", id="blocks-of-one-day"),
        pytest.param(
            PLAIN.replace("counting: plain", "counting: plan"), 7, "models[one].counting", id="reference"
        ),
        pytest.param(PLAIN.replace("caching: plain", "weights: x/y"), 8, "models[one].weights", id="weights"),
        pytest.param(PLAIN.replace("caching: plain", "family: x"), 8, "models[one].family", id="family"),
        pytest.param(PLAIN + MODEL, 5, "models[one]", id="model-twice"),
        pytest.param(
            PLAIN.replace("models:", "moving_names: {one: [{to: one, source: x}]}\nmodels:"),
            4,
            "moving_names[one]",
            id="moving-name-of-a-model",
        ),
        pytest.param(
            PLAIN.replace(
                "    name: One", "    name: One\n    retires: 2027-01-01\n    rerouted_to: acme/one"
            ),
            8,
            "models[one].rerouted_to",
            id="rerouted-to-itself",
        ),
        pytest.param(
            PLAIN + "        tiers: [{above: 9, rates: {}}]\n",
            13,
            RATE[:-12] + ".tiers[0]",
            id="tier-without-rates",
        ),
        pytest.param(
            PLAIN + '        windows: [{name: w, timezone: UTC, hours: ["01:00-02:00"]}]\n',
            13,
            RATE[:-12] + ".windows[0]",
            id="window-without-rates",
        ),
        pytest.param(
            PLAIN + '        windows: [{name: w, timezone: UTC, hours: [], rates: {input: "1"}}]\n',
            13,
            RATE[:-12] + ".windows[0].hours",
            id="window-without-hours",
        ),
        pytest.param(
            PLAIN
            + "        windows:\n"
            + 2 * '          - {name: w, timezone: UTC, hours: ["01:00-02:00"], rates: {input: "1"}}\n',
            13,
            RATE[:-12] + ".windows",
            id="windows-of-one-name",
        ),
        pytest.param("", None, "", id="empty"),
        pytest.param("- id: acme\n", None, "", id="list"),
    ],
)
def test_a_mistake_has_its_line(tmp_path: Path, content: str | bytes, line: int | None, field: str) -> None:
    assert located(tmp_path, {FILE: content})[0] == (FILE, line, field)


@pytest.mark.parametrize(
    ("name", "content", "line", "field"),
    [
        ("counting.yaml", SHARED["counting.yaml"].replace("tiny", "huge"), 2, "counting.plain.vocabulary"),
        ("caching.yaml", "caching:\n\n  plain: {by_default: 1, source: x}\n", 3, "caching.plain.by_default"),
        ("gpus.yaml", "gpus:\n  one:\n    name: One\n", 2, "gpus.one.maker"),
        (
            "media_rules.yaml",
            "video_rules:\n  film: {kind: frames, source: x}\n",
            2,
            "video_rules.film.fps",
        ),
    ],
)
def test_a_mistake_in_a_shared_file_has_its_line(
    tmp_path: Path, name: str, content: str, line: int, field: str
) -> None:
    assert (name, line, field) in located(tmp_path, {FILE: PLAIN, name: content})


def test_a_reference_out_of_an_overlay_has_the_line_of_the_overlay(tmp_path: Path) -> None:
    base = catalog_at(tmp_path / "base", {FILE: PLAIN})
    own = tmp_path / "own"
    (own / "providers").mkdir(parents=True)
    (own / FILE).write_text("# our contract\n\n" + PLAIN.replace("counting: plain", "counting: plan"))
    with pytest.raises(CatalogError) as caught:
        load_catalog(own, shipped=base)
    assert str(caught.value) == (
        "providers/acme.yaml:9: models[one].counting: counting.yaml has no 'plan'; did you mean 'plain'?"
    )


def test_a_long_name_with_dots_is_told_at_once(tmp_path: Path) -> None:
    """A pattern that tries every way to cut it at its dots would take longer than anybody waits."""
    name = "a." * 5_000 + "b"
    (fault,) = find_faults([f"{FILE}: {name} is a name: it is long"], ())
    assert (fault.file, fault.field) == (FILE, "")
    (fault,) = find_faults([f"{FILE}: counting.{name}: no such rule"], ())
    assert (fault.file, fault.field, fault.what) == (FILE, f"counting.{name}", "no such rule")
