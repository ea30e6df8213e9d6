"""Hosts' entries that serve another entry's model: what they take from it, and the mistakes in doing so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tokenquote.catalog import Catalog, CatalogError, load_catalog

MAKER = """\
id: acme
name: Acme
first_party: true
models:
  - id: big
    name: Big
    counting: claude-5
    caching: anthropic-512
    images: claude-standard
    documents: claude
    reasoning_kept: always
    context: {window: 200000, max_output: 4000}
    retires: 2027-01-01
    successor: acme/bigger
    prices: [{rates: {input: "1", cache_read: "0.1"}, source: made up, checked: 2026-11-20}]
  - id: bigger
    name: Bigger
    kind: embedding
    counting: openai-gpt-5
    prices: [{rates: {input: "2"}, source: made up, checked: 2026-11-20}]
"""
HOST = """\
id: host
name: Host
first_party: false
models:
  - id: plain
    name: Plain
    serves: acme/big
    prices: [{rates: {input: "3"}, source: made up, checked: 2026-11-20}]
  - id: caching
    name: Caching
    serves: acme/big
    context: {window: 64000}
    images: none
    documents: none
    prices: [{rates: {input: "3", cache_read: "1"}, source: made up, checked: 2026-11-20}]
  - id: twice
    name: Twice
    serves: host/plain
    prices: [{rates: {input: "4"}, source: made up, checked: 2026-11-20}]
  - id: open
    name: Open
    serves: meta-llama/Llama-3.1-8B
    prices: [{rates: {input: "0.1"}, source: made up, checked: 2026-11-20}]
  - id: vectors
    name: Vectors
    serves: acme/bigger
    prices: [{rates: {input: "0.1"}, source: made up, checked: 2026-11-20}]
"""


def catalog_of(directory: Path, host: str, maker: str = MAKER) -> Catalog:
    (directory / "providers").mkdir()
    (directory / "providers" / "acme.yaml").write_text(maker)
    (directory / "providers" / "host.yaml").write_text(host)
    return load_catalog(directory)


def test_what_a_host_does_not_say_is_as_with_the_served_model(tmp_path: Path) -> None:
    models = catalog_of(tmp_path, HOST).models
    big, plain = models["acme/big"], models["host/plain"]
    assert (plain.counting, plain.images, plain.documents) == (big.counting, big.images, big.documents)
    assert (plain.entry.context, plain.entry.reasoning_kept) == (big.entry.context, "always")
    assert plain.entry.prices[0].rates.input == 3
    assert (plain.entry.retires, plain.entry.successor) == (None, None)
    assert models["host/twice"].counting == big.counting
    assert models["host/vectors"].entry.kind == "embedding"


def test_a_host_caches_only_where_it_prices_cache_reads(tmp_path: Path) -> None:
    models = catalog_of(tmp_path, HOST).models
    assert models["host/plain"].caching is None
    assert models["host/caching"].caching == models["acme/big"].caching


def test_what_a_host_says_itself_holds(tmp_path: Path) -> None:
    caching = catalog_of(tmp_path, HOST).models["host/caching"]
    assert (caching.images, caching.documents) == (None, None)
    assert (caching.entry.context.window, caching.entry.context.max_output) == (64_000, None)


def test_a_host_of_open_weights_runs_them(tmp_path: Path) -> None:
    served = catalog_of(tmp_path, HOST).models["host/open"]
    assert served.weights is not None
    assert served.weights.id == "meta-llama/Llama-3.1-8B"


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (
            "serves: acme/bigger",
            "serves: acme/biggest",
            "models[vectors].serves: the catalog has no 'acme/biggest'; "
            "did you mean 'acme/bigger' or 'acme/big'?",
        ),
        (
            "serves: acme/big\n    prices",
            "serves: host/twice\n    prices",
            "models[plain].serves: a circle: host/plain serves host/twice serves host/plain",
        ),
        (
            "    name: Twice\n",
            "    name: Twice\n    rerouted_to: acme/big\n",
            "models[twice]: `rerouted_to` needs `retires`, from which on the other model answers",
        ),
        (
            "    name: Twice\n",
            "    name: Twice\n    successor: acme/bog\n",
            "models[twice].successor: the catalog has no 'acme/bog'; "
            "did you mean 'acme/big' or 'acme/bigger'?",
        ),
        (
            "    name: Twice\n",
            "    name: Twice\n    retires: 2026-12-01T10:00:00\n",
            "models[twice].retires: write an instant with its offset, like 2026-08-16T16:00:00Z",
        ),
        (
            "    name: Twice\n",
            "    name: Twice\n    kind: talk\n",
            "models[twice].kind: one of these is expected: 'chat', 'embedding', 'rerank', 'image', 'video', "
            "'speech', 'transcription', 'realtime', 'ocr' or 'moderation'",
        ),
    ],
    ids=["unknown", "circle", "rerouted-while-it-answers", "unknown-successor", "no-offset", "unknown-kind"],
)
def test_a_mistake_is_told_by_file_and_field(tmp_path: Path, before: str, after: str, sentence: str) -> None:
    assert before in HOST
    with pytest.raises(CatalogError) as caught:
        catalog_of(tmp_path, HOST.replace(before, after, 1))
    assert f"providers/host.yaml: {sentence}" in caught.value.problems


def test_a_circle_is_told_before_anything_is_completed(tmp_path: Path) -> None:
    host = HOST.replace("serves: acme/big\n    prices", "serves: host/plain\n    prices", 1)
    with pytest.raises(CatalogError) as caught:
        catalog_of(tmp_path, host)
    assert (
        "providers/host.yaml: models[plain].serves: a circle: host/plain serves host/plain"
        in caught.value.problems
    )
