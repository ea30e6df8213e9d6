"""Proposals: what two sources make of a new model, a changed price, and the YAML that is written."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import shipped
from tests.upkeep.acme import CHECKED, NOON, TWO, acme_catalog, acme_file, known, listed, source

from tokenquote.catalog import CatalogError, load_catalog
from tokenquote.catalog.schema.prices import PriceBlock
from tokenquote.catalog.schema.providers import Context
from tokenquote.catalog.schema.rates import Rates
from tokenquote.cli import main
from tokenquote.upkeep.append import append_proposals
from tokenquote.upkeep.figures import list_figures
from tokenquote.upkeep.proposal_yaml import block_lines, entry_lines
from tokenquote.upkeep.propose import Proposal, propose_block, propose_model
from tokenquote.upkeep.sources import read_genai_prices, read_source_names
from tokenquote.upkeep.sources.price_blocks import Figures

MODEL = f"  - {{id: one, name: One, prices: [{TWO}]}}\n"
BEGINS = dt.date(2026, 12, 1)

NEW = """\
  - id: two
    name: Two
    context: {window: 400000, max_output: 128000}
    retires: 2027-01-14
    # successor: three, by the source's own name
    # counting: how its texts become tokens, a rule of counting.yaml
    prices:
      - rates: {input: "2", output: "10", cache_read: "0.2"}
        tiers:
          - {above: 272000, rates: {input: "4"}}
        modes: {batch: {times: "0.5"}}
        fees:
          - {what: web_search, price: "10", per: 1000, unit: call, free: {amount: 5000, per: month}}
        source: https://example.com/prices, read by genai-prices 0.2.3 and litellm 1.110.2
        checked: 2026-11-12"""


def two_listings() -> tuple[Proposal, str]:
    fee = {"what": "web_search", "price": "10", "per": 1000, "unit": "call"}
    first = listed(
        "two",
        {
            "rates": {"input": "2", "output": "10"},
            "tiers": [{"above": 272000, "rates": {"input": "4"}}],
            "fees": [fee],
        },
        title="Two",
        context=Context(window=400_000),
    )
    free = {**fee, "free": {"amount": 5000, "per": "month"}}
    second = listed(
        "two",
        {
            "rates": {"input": "2", "cache_read": "0.2"},
            "modes": {"batch": {"times": "0.5"}},
            "fees": [free],
            "source": "https://example.com, read by litellm 1.110.2",
        },
        context=Context(max_output=128_000),
        retires=dt.date(2027, 1, 14),
        successor="three",
    )
    proposal = propose_model([first, second], shipped(), NOON)
    return proposal, "\n".join(entry_lines(proposal))


def test_two_sources_that_agree_make_one_entry() -> None:
    proposal, text = two_listings()
    assert text == NEW
    assert proposal.remarks == ()


def test_where_two_sources_differ_the_first_counts_and_a_remark_says_so(tmp_path: Path) -> None:
    catalog = acme_catalog(tmp_path, MODEL)
    first, second = (
        listed("two", {"rates": {"input": "2"}}),
        listed("two", {"rates": {"input": "3", "output": "9"}}),
    )
    proposal = propose_model([first, second], catalog, NOON)
    assert [block.rates.stated() for block in proposal.blocks] == [{"input": Decimal(2)}]
    assert proposal.remarks == ("acme: two: input 3, and not 2",)


def test_what_could_not_be_mapped_and_what_is_free_stands_in_the_remarks(tmp_path: Path) -> None:
    model = listed("two", {"rates": {"input": "0"}}, not_mapped=("cost_per_dream",))
    assert propose_model([model], acme_catalog(tmp_path, MODEL), NOON).remarks == (
        "acme: two: cost_per_dream is not mapped",
        "acme: two: all figures are 0; make sure that the model is free",
    )


@pytest.mark.parametrize(
    ("blocks", "begins", "rates"),
    [
        pytest.param([{"rates": {"input": "2", "output": "10"}}], [], [], id="nothing-new"),
        pytest.param([{"rates": {"input": "3"}}], [BEGINS], ["3"], id="another-price"),
        pytest.param(
            [{"rates": {"input": "2"}}, {"from": "2027-02-01", "rates": {"input": "4"}}],
            [dt.date(2027, 2, 1)],
            ["4"],
            id="announced",
        ),
        pytest.param(
            [{"rates": {"input": "2"}}, {"from": "2027-02-01", "rates": {"input": "2"}}],
            [],
            [],
            id="unchanged-later",
        ),
    ],
)
def test_blocks_for_a_model_of_the_catalog(
    tmp_path: Path, blocks: list[dict[str, object]], begins: list[dt.date], rates: list[str]
) -> None:
    model = acme_catalog(tmp_path, MODEL).models["acme/one"]
    proposal = propose_block(model, [source(listed("one", *blocks))], known(), NOON, BEGINS)
    new = proposal.blocks if proposal else ()
    assert [block.from_ for block in new] == begins
    assert [block.rates.input for block in new] == list(map(Decimal, rates))


def test_a_block_never_goes_before_one_that_is_there(tmp_path: Path) -> None:
    later = TWO.replace("{rates", "{from: 2026-12-01, rates").replace('"2"', '"5"')
    model = acme_catalog(tmp_path, MODEL.replace(TWO, f"{TWO}, {later}")).models["acme/one"]
    proposal = propose_block(model, [source(listed("one", {"rates": {"input": "3"}}))], known(), NOON, BEGINS)
    assert proposal is not None
    assert proposal.blocks == ()
    assert proposal.remarks == (
        "acme: one: a block from 2026-12-01 would not come after the catalog's, from 2026-12-01",
    )


def test_a_known_difference_is_not_proposed_again(tmp_path: Path) -> None:
    model = acme_catalog(tmp_path, MODEL).models["acme/one"]
    row = {"source": "genai-prices", "reason": "the two disagree", "models": ["acme/one"]}
    assert (
        propose_block(model, [source(listed("one", {"rates": {"input": "3"}}))], known(row), NOON, BEGINS)
        is None
    )


def test_a_reviewer_learns_who_agrees_and_what_would_be_lost(tmp_path: Path) -> None:
    model = acme_catalog(tmp_path, MODEL).models["acme/one"]
    agrees = source(listed("one", {"rates": {"input": "2"}}))
    differs = source(listed("one", {"rates": {"input": "3"}}), name="litellm")
    proposal = propose_block(model, [agrees, differs], known(), NOON, BEGINS)
    assert proposal is not None
    assert proposal.remarks == (
        "genai-prices 0.2.3 says what the catalog says",
        "not stated by acme: one, and with the catalog: output",
    )


def test_what_is_written_loads_and_nothing_that_was_there_has_changed(tmp_path: Path) -> None:
    path = acme_file(
        tmp_path,
        f"  - id: one\n    name: One\n    prices:\n      - {TWO}\n\n" + MODEL.replace("one", "x"),
    )
    before = path.read_text().splitlines()
    proposal, _ = two_listings()
    block = PriceBlock.model_validate(
        {"from": "2026-12-01", "rates": {"input": "3"}, "source": "me", "checked": CHECKED}
    )
    change = Proposal("acme", "one", (block,))
    assert append_proposals(tmp_path, [proposal, change]) == ["providers/acme.yaml"]
    after = iter(path.read_text().splitlines())
    assert [line for line in before if line not in after] == [], "each line is still there, in the same order"
    catalog = load_catalog(tmp_path)
    assert [block.rates.input for block in catalog.models["acme/one"].entry.prices] == [
        Decimal(2),
        Decimal(3),
    ]
    assert catalog.models["acme/two"].entry.prices == proposal.blocks


def test_what_would_not_load_is_taken_back(tmp_path: Path) -> None:
    path = acme_file(tmp_path, MODEL)
    before = path.read_text()
    other = Proposal("other", "two", two_listings()[0].blocks, listed("two", provider="other"))
    with pytest.raises(CatalogError, match="counting: missing"):
        append_proposals(tmp_path, [other])
    assert not (tmp_path / "providers" / "other.yaml").exists()
    with pytest.raises(CatalogError, match="append the block by hand"):
        append_proposals(tmp_path, [Proposal("acme", "nobody", other.blocks)])
    assert path.read_text() == before


def test_every_proposal_is_yaml_that_says_the_same_prices() -> None:
    listing = read_genai_prices(read_source_names(), CHECKED)
    for model in random.Random(7).sample(listing.models, 250):
        for block in model.prices:
            (read,) = yaml.safe_load("\n".join(block_lines(block)))
            assert PriceBlock.model_validate(read) == block


MONEY = st.decimals(min_value="0.001", max_value="100", places=3)
CARD = st.dictionaries(st.sampled_from(["input", "output", "cache_read"]), MONEY, min_size=1)


@given(CARD, CARD, st.dictionaries(st.sampled_from([200_000, 272_001]), CARD))
def test_a_block_says_the_figures_that_it_was_made_of(
    base: dict[str, Decimal], batch: dict[str, Decimal], tiers: dict[int, dict[str, Decimal]]
) -> None:
    figures = Figures()
    cards = {
        ("standard", 0): base,
        ("batch", 0): batch,
        **{("standard", start): card for start, card in tiers.items()},
    }
    for (mode, start), card in cards.items():
        for kind, rate in card.items():
            figures.add(mode, start, kind, rate)
    block = figures.block("me", CHECKED)
    said = {(figure.mode, figure.starts, figure.kind): figure.price for figure in list_figures(block, NOON)}
    assert said == {
        (mode, start, kind): rate for (mode, start), card in cards.items() for kind, rate in card.items()
    }


@pytest.mark.parametrize(
    ("factor", "stated"),
    [("0.5", True), ("1.75", True), ("1.33333", False)],
    ids=["half", "more", "no-round-factor"],
)
def test_a_mode_is_a_factor_where_it_is_one(factor: str, stated: bool) -> None:
    figures = Figures()
    for kind, rate in (("input", "3"), ("output", "12")):
        figures.add("standard", 0, kind, Decimal(rate))
        figures.add("batch", 0, kind, Decimal(rate) * Decimal(factor))
    mode = figures.block("me", CHECKED).modes["batch"]
    assert (mode.times == Decimal(factor)) is stated
    assert mode.spelt_out(figures.block("me", CHECKED)).rates == Rates(
        input=3 * Decimal(factor), output=12 * Decimal(factor)
    )


def test_the_command_names_near_ids_of_a_model_that_no_source_lists() -> None:
    arguments = ["catalog", "propose", "--source", "genai-prices", "google/gemini-2.5-prro"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1
    assert "no source lists 'google/gemini-2.5-prro', and the catalog does not have it." in result.output
    assert "google/gemini-2.5-pro" in result.output


def test_the_command_wants_to_know_what_to_propose() -> None:
    result = CliRunner().invoke(main, ["catalog", "propose"])
    assert result.exit_code == 2
    assert "name a model, or say --provider or --missing" in result.output


def gemini_2_5_pro() -> Decimal:
    """The price of its input by genai-prices."""
    listing = read_genai_prices(read_source_names(), CHECKED)
    (model,) = (model for model in listing.models if model.key == "google: gemini-2.5-pro")
    return model.prices[-1].rates.stated()["input"]


def test_the_command_proposes_and_writes_what_a_source_lists(tmp_path: Path) -> None:
    """A Gemini of our own whose price is not Google's: genai-prices proposes Google's as a new block."""
    path = tmp_path / "providers" / "google.yaml"
    path.parent.mkdir()
    path.write_text(
        "id: google\nname: Google\nfirst_party: true\nmodels:\n"
        "  - id: gemini-2.5-pro\n    name: Dear\n    counting: gemini-2-5\n    prices:\n"
        '      - {rates: {input: "12345"}, source: me, checked: 2026-11-12}\n'
    )
    options = ["--source", "genai-prices", "--from", "2026-11-20", "--catalog-dir", str(tmp_path), "--write"]
    result = CliRunner().invoke(main, ["catalog", "propose", "google/gemini-2.5-pro", *options])
    assert result.exit_code == 0, result.output
    assert "# providers/google.yaml: behind the last block of gemini-2.5-pro" in result.stdout
    blocks = load_catalog(tmp_path).models["google/gemini-2.5-pro"].entry.prices
    assert [(block.from_, block.rates.input) for block in blocks] == [
        (None, Decimal(12345)),
        (dt.date(2026, 11, 20), gemini_2_5_pro()),
    ]
