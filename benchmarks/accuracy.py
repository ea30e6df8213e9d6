"""Measure how well recorded bills are predicted.

    accuracy.py tokens [--recordings PATH ...]            each call by itself
    accuracy.py growth [--recordings PATH ... --conversations PATH]
                                                          conversations, request by request
    accuracy.py growth --runs [PATH ...]                  long agent runs
    accuracy.py caches [--recordings PATH ... --conversations PATH --runs PATH ...]
                                                          what prompt caches read and write, and why
    accuracy.py agreement [--recordings PATH ... --conversations PATH]
                                                          plans beside the same bodies one by one
    accuracy.py tools [--recordings PATH ...]             pairs of calls that differ only in their tools
    accuracy.py texts [--counts PATH ...]                 texts in many languages, by Claude's families
    accuracy.py media [--vectors PATH]                    single images, then calls with media
    accuracy.py memory [--vectors PATH]                   parameters, weights, KV caches
    accuracy.py usages [--recordings PATH ...]            usage objects, read and priced beside genai-prices
    accuracy.py report --output docs/accuracy.md          all of it, as a page

Without paths, both sets of recordings are taken. Without --predictions it prints tables; with it, it writes
one JSON object for every input row and scores nothing. The recordings are not part of the project; without
them it says so and does nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.figures.media_counts import MediaCounter
from benchmarks.figures.memory_figures import MemoryFigures
from benchmarks.figures.memory_scoring import memory_row, memory_table
from benchmarks.predictions import growth_row, media_row, text_row, token_row, write_rows
from benchmarks.recordings.agreement import agreement_table, compare_plans
from benchmarks.recordings.calls import SHARED, rows
from benchmarks.recordings.growth import Grower
from benchmarks.recordings.growth_scoring import growth_table
from benchmarks.recordings.held_out import held_out_band_table, held_out_label_table
from benchmarks.recordings.labels import label_table, repository_table
from benchmarks.recordings.scoring import media_table, token_table
from benchmarks.recordings.text_counts import count_claude_texts, text_table
from benchmarks.recordings.token_counts import TokenCounter
from benchmarks.recordings.tool_pairs import find_tool_pairs, tool_pair_misses, tool_pair_table
from benchmarks.report_page import Inputs, name_sets, recorded_media_by_set, write_caches, write_report
from benchmarks.usages.against_genai_prices import compare_usages, usage_table

from tokenquote.catalog import load_catalog

T = TypeVar("T")
REFERENCE = SHARED.parent / "reference"
INPUTS = Inputs(
    recordings=[SHARED / "recordings.jsonl.gz", SHARED / "recordings_2.jsonl.gz"],
    conversations=SHARED / "conversations.json",
    runs=[SHARED / "long_runs.jsonl.gz", SHARED / "long_runs_2.jsonl.gz"],
    vectors=REFERENCE / "media_vectors.json",
    memory=REFERENCE / "memory_vectors.json",
    texts=[SHARED / "claude_counts" / "counts.jsonl.gz"],
)


def main(words: Sequence[str] | None = None) -> int:
    """Measure what the words of a command ask for, by default those that this program was started with."""
    arguments = _parser().parse_args(words)
    missing = [path for path in _inputs(arguments) if not path.is_file()]
    if missing:
        print(f"skipped: no recordings at {', '.join(map(str, missing))}", file=sys.stderr)
        return 0
    _COMMANDS[arguments.command](arguments)
    return 0


def _tokens(arguments: argparse.Namespace) -> None:
    counter = TokenCounter(load_catalog())
    if arguments.predictions is not None:
        counted = (call for path in arguments.recordings for call in counter.count(path))
        write_rows(arguments.predictions, map(token_row, counted))
        return
    sets = {name: [*counter.count(path)] for name, path in name_sets(arguments.recordings).items()}
    for name, counts in sets.items():
        print(f"{name}:\n{token_table(counts)}\n")
    print(f"{label_table(sets)}\n\n{held_out_label_table(sets)}\n\n{held_out_band_table(sets)}\n")
    print(f"{repository_table(sets, 'exact')}\n\n{repository_table(sets)}")


def _growth(arguments: argparse.Namespace) -> None:
    grower = Grower(load_catalog())
    if arguments.runs is not None:
        grown = grower.runs(arguments.runs or INPUTS.runs)
    else:
        grown = grower.conversations(arguments.recordings, arguments.conversations)
    _show(arguments.predictions, grown, growth_row, growth_table)


def _caches(arguments: argparse.Namespace) -> None:
    grower = Grower(load_catalog())
    conversations = grower.conversations(arguments.recordings, arguments.conversations)
    print(write_caches(conversations, grower.runs(arguments.runs)))


def _agreement(arguments: argparse.Namespace) -> None:
    grower = Grower(load_catalog())
    print(agreement_table(compare_plans(grower, arguments.recordings, arguments.conversations)))


def _tools(arguments: argparse.Namespace) -> None:
    pairs = [*find_tool_pairs(chain.from_iterable(map(rows, arguments.recordings)), load_catalog())]
    print(f"{tool_pair_table(pairs)}\n\n{tool_pair_misses(pairs)}")


def _texts(arguments: argparse.Namespace) -> None:
    found = count_claude_texts(arguments.counts, load_catalog())
    _show(arguments.predictions, found, text_row, text_table)


def _media(arguments: argparse.Namespace) -> None:
    catalog = load_catalog()
    _show(arguments.predictions, MediaCounter(catalog).count(arguments.vectors), media_row, media_table)
    if arguments.predictions is None and all(path.is_file() for path in INPUTS.recordings):
        print(f"\n{recorded_media_by_set(catalog, INPUTS.recordings)}")


def _memory(arguments: argparse.Namespace) -> None:
    figures = MemoryFigures(load_catalog()).predict(arguments.vectors)
    _show(arguments.predictions, figures, memory_row, memory_table)


def _report(arguments: argparse.Namespace) -> None:
    write_report(arguments.output, arguments.readme, INPUTS)


def _usages(arguments: argparse.Namespace) -> None:
    print(usage_table([*compare_usages(arguments.recordings, load_catalog())]))


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], None]] = {
    "tokens": _tokens,
    "growth": _growth,
    "caches": _caches,
    "agreement": _agreement,
    "tools": _tools,
    "texts": _texts,
    "media": _media,
    "memory": _memory,
    "usages": _usages,
    "report": _report,
}


def _show(
    predictions: Path | None,
    found: Iterable[T],
    row: Callable[[T], dict[str, Any]],
    table: Callable[[Iterable[T]], str],
) -> None:
    if predictions is None:
        print(table(found))
    else:
        write_rows(predictions, map(row, found))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    made = {name: commands.add_parser(name) for name in _COMMANDS}
    for name in ("tokens", "growth", "caches", "agreement", "tools", "usages"):
        made[name].add_argument("--recordings", type=Path, nargs="+", default=INPUTS.recordings)
    for name in ("growth", "caches", "agreement"):
        made[name].add_argument("--conversations", type=Path, default=INPUTS.conversations)
    made["growth"].add_argument("--runs", type=Path, nargs="*", help="without a path: both sets of runs")
    made["caches"].add_argument("--runs", type=Path, nargs="+", default=INPUTS.runs)
    made["texts"].add_argument("--counts", type=Path, nargs="+", default=INPUTS.texts)
    for name, vectors in (("media", INPUTS.vectors), ("memory", INPUTS.memory)):
        made[name].add_argument("--vectors", type=Path, default=vectors)
    for name in ("tokens", "growth", "texts", "media", "memory"):
        made[name].add_argument("--predictions", type=Path)
    report = made["report"]
    report.add_argument("--output", type=Path, required=True)
    report.add_argument("--readme", type=Path, help="a page that shows the tables of peers and labels")
    return parser


def _inputs(arguments: argparse.Namespace) -> Sequence[Path]:
    if arguments.command == "report":
        return INPUTS.files
    if arguments.command in ("media", "memory"):
        return [arguments.vectors]
    if arguments.command == "texts":
        return list(arguments.counts)
    if arguments.command == "caches":
        return [*arguments.recordings, arguments.conversations, *arguments.runs]
    if getattr(arguments, "runs", None) is not None:
        return arguments.runs or INPUTS.runs
    if arguments.command in ("tokens", "tools", "usages"):
        return list(arguments.recordings)
    return [*arguments.recordings, arguments.conversations]


if __name__ == "__main__":
    raise SystemExit(main())
