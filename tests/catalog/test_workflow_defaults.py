"""workflows.yaml: what each kind of workflow takes, and how an overlay replaces a kind."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import shipped

from tokenquote.catalog import CatalogError, load_catalog
from tokenquote_client import Plan

LOOP = """\
workflows:
  graph_loop:
    question: {tokens: 900, source: our own runs}
    nodes: {number: 4, source: our own runs}
    output: {profile: small, source: our own runs}
    retry_probability: {probability: 0.25, source: our own runs}
"""


def test_the_shipped_catalog_has_every_kind_of_the_wire() -> None:
    schema = Plan.model_json_schema()
    refs = [one["$ref"].rpartition("/")[2] for one in schema["properties"]["workflow"]["anyOf"][0]["oneOf"]]
    kinds = [schema["$defs"][name]["properties"]["kind"]["const"] for name in refs]
    assert sorted(shipped().workflows) == sorted(kinds)


def test_each_value_has_a_source() -> None:
    values = [assumed for defaults in shipped().workflows.values() for _, assumed in defaults.named()]
    assert all(
        assumed.source.startswith(("https://", "recorded calls", "assumed: "))
        or assumed.source.startswith(("LangChain", "AutoGen", "CrewAI"))
        for assumed in values
    )


def test_an_overlay_replaces_a_kind_whole(tmp_path: Path) -> None:
    (tmp_path / "workflows.yaml").write_text(LOOP)
    catalog = load_catalog(tmp_path)
    assert {name: assumed.value for name, assumed in catalog.workflows["graph_loop"].named()} == {
        "question": 900,
        "nodes": 4,
        "output": {"profile": "small"},
        "retry_probability": 0.25,
    }
    assert catalog.workflows["react"] == shipped().workflows["react"]
    assert catalog.revision != shipped().revision


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("    nodes: {number: 4, source: our own runs}\n", "", "workflows.graph_loop.nodes: missing"),
        ("number: 4", "number: 0", "workflows.graph_loop.nodes.number: a number of at least 1"),
        ("tokens: 900", "tokens: 900, profile: small", "state either `tokens` or `profile`"),
        ("number: 4, source: our own runs", "number: 4", "workflows.graph_loop.nodes.source: missing"),
        ("probability: 0.25", "probability: 1.0", "retry_probability.probability: a number of at most 0.999"),
        ("graph_loop:", "graph_lop:", "did you mean 'graph_loop'?"),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, before: str, after: str, said: str) -> None:
    assert before in LOOP
    (tmp_path / "workflows.yaml").write_text(LOOP.replace(before, after))
    with pytest.raises(CatalogError) as faults:
        load_catalog(tmp_path)
    assert said in str(faults.value)
