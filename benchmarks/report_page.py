"""The page docs/accuracy.md, and its part of the README: every table, over both sets of recordings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import TypeVar

from benchmarks.calibration.scores import private_vocabulary_table
from benchmarks.figures.media_counts import MediaCounter
from benchmarks.figures.memory_figures import MemoryFigures
from benchmarks.figures.memory_peers import memory_peer_table
from benchmarks.figures.memory_scoring import memory_table
from benchmarks.recordings.agreement import agreement_table, compare_plans
from benchmarks.recordings.cache_scoring import cause_table, read_table, rule_table, write_table
from benchmarks.recordings.cached_requests import cached_requests
from benchmarks.recordings.calls import rows
from benchmarks.recordings.growth import Grower, Grown
from benchmarks.recordings.growth_scoring import growth_table
from benchmarks.recordings.held_out import held_out_band_table, held_out_label_table
from benchmarks.recordings.labels import label_table, repository_table
from benchmarks.recordings.media import at_most_per_source, recorded_media
from benchmarks.recordings.peer_counts import installed_peers
from benchmarks.recordings.peer_scoring import peer_table
from benchmarks.recordings.scoring import (
    AT_MOST_PER_SOURCE,
    media_table,
    recorded_media_table,
    token_table,
)
from benchmarks.recordings.text_counts import count_claude_texts, text_table
from benchmarks.recordings.token_counts import Counted, TokenCounter
from benchmarks.recordings.tool_pairs import find_tool_pairs, tool_pair_table

from tokenquote.catalog import Catalog, load_catalog

__all__ = ["Inputs", "name_sets", "recorded_media_by_set", "write_caches", "write_report"]

T = TypeVar("T")
_MARKS = ("<!-- accuracy: written by `make accuracy` -->", "<!-- /accuracy -->")
_PAGE = (Path(__file__).parent / "report_page.md").read_text(encoding="utf-8")
_CACHES = (Path(__file__).parent / "report_caches.md").read_text(encoding="utf-8").rstrip()
_SET_NAMES = ("first", "second")


@dataclass(frozen=True)
class Inputs:
    """The files that the page is made from."""

    recordings: Sequence[Path]
    """One file for each set of recorded calls."""
    conversations: Path
    runs: Sequence[Path]
    vectors: Path
    memory: Path
    texts: Sequence[Path]

    @property
    def files(self) -> list[Path]:
        """All of the files."""
        return [
            *self.recordings, self.conversations, *self.runs, self.vectors, self.memory, *self.texts
        ]  # fmt: skip


def name_sets(paths: Sequence[Path]) -> dict[str, Path]:
    """Name each file of recorded calls: by its place if there are two of them, else by its file name."""
    names = _SET_NAMES if len(paths) == len(_SET_NAMES) else [path.name.split(".")[0] for path in paths]
    return dict(zip(names, paths, strict=True))


def write_report(output: Path, readme: Path | None, inputs: Inputs) -> None:
    """Count everything and write the page; with `readme` and installed peers, the README's tables too."""
    peers = installed_peers()
    catalog = load_catalog()
    counter = TokenCounter(catalog, peers=peers)
    sets = {name: [*counter.count(path)] for name, path in name_sets(inputs.recordings).items()}
    beside = _by_set(sets, lambda counts: peer_table(counts, [*peers]))
    labels = label_table(sets)
    output.write_text(_fill_page(sets, beside, labels, peers, inputs, catalog), encoding="utf-8")
    if readme is not None and peers:
        before, rest = readme.read_text(encoding="utf-8").split(_MARKS[0])
        after = rest.split(_MARKS[1])[1]
        tables = f"{beside}\n\n{_LABELS_IN_README}\n\n{labels}"
        readme.write_text(f"{before}{_MARKS[0]}\n{tables}\n{_MARKS[1]}{after}", encoding="utf-8")


_LABELS_IN_README = (
    "What the label of a count is worth, on the same calls. A figure that is not exact has a band; its\n"
    "width is high − low as a share of the figure."
)


def _fill_page(
    sets: Mapping[str, Sequence[Counted]],
    beside: str,
    labels: str,
    peers: Iterable[str],
    inputs: Inputs,
    catalog: Catalog,
) -> str:
    grower = Grower(catalog)
    conversations = [*grower.conversations(inputs.recordings, inputs.conversations)]
    runs = [*grower.runs(inputs.runs)]
    return _PAGE.format(
        peers=beside,
        peer_versions=", ".join(f"{name} {version(name)}" for name in peers) or "none installed",
        labels=labels,
        held_out_labels=held_out_label_table(sets),
        held_out_bands=held_out_band_table(sets),
        repositories_exact=repository_table(sets, "exact"),
        repositories=repository_table(sets),
        tokens=_by_set(sets, token_table),
        tool_pairs=tool_pair_table(
            find_tool_pairs(chain.from_iterable(map(rows, inputs.recordings)), catalog)
        ),
        private=_by_set(sets, lambda counts: private_vocabulary_table(counts, catalog)),
        texts=text_table(count_claude_texts(inputs.texts, catalog)),
        growth=growth_table(conversations),
        agreement=agreement_table(compare_plans(grower, inputs.recordings, inputs.conversations)),
        runs=growth_table(runs),
        caches=write_caches(conversations, runs),
        media=media_table(MediaCounter(catalog).count(inputs.vectors)),
        recorded_media=recorded_media_by_set(catalog, inputs.recordings),
        memory=memory_table(MemoryFigures(catalog).predict(inputs.memory)),
        memory_peers=memory_peer_table(catalog),
    )


def write_caches(conversations: Iterable[Grown], runs: Iterable[Grown]) -> str:
    """Write the section on prompt caches: reads and writes of conversations and long runs, and causes."""
    short, long = [*cached_requests(conversations)], [*cached_requests(runs)]
    return _CACHES.format(
        reads=read_table(short),
        run_reads=read_table(long),
        writes=write_table([*short, *long]),
        causes=cause_table([*short, *long]),
        rules=rule_table([*short, *long]),
    )


def recorded_media_by_set(catalog: Catalog, recordings: Sequence[Path]) -> str:
    """Write the table of recorded calls with media for each set."""
    return _by_set(
        name_sets(recordings),
        lambda path: recorded_media_table(
            at_most_per_source(recorded_media(catalog, path), AT_MOST_PER_SOURCE)
        ),
    )


def _by_set(sets: Mapping[str, T], table: Callable[[T], str]) -> str:
    """Write the same table for each set, under a line that names it."""
    return "\n\n".join(f"The {name} set:\n\n{table(found)}" for name, found in sets.items())
