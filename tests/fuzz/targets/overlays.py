"""A file of an overlay, and the catalog that is made of it."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import fields
from pathlib import Path
from typing import Any

from tests.fuzz.target import Target, must_say
from tests.fuzz.trees import TreeMutation, join_input, split_input
from tests.fuzz.under_fuzzing import change_bytes
from tests.fuzz.yaml_texts import HAND_WRITTEN, read_tree, write_block

from tokenquote.catalog import CatalogError, Folder, ParsedFiles, assemble_catalog, loading
from tokenquote.catalog.folder_tables import FolderTables, shipped_catalog
from tokenquote.catalog.folders import read_folder
from tokenquote.catalog.yaml_text import read_yaml

_PROVIDER, _WEIGHTS, _MODELS = "providers/openai.yaml", "open_weights/openai.yaml", 8
"""The models of the catalog below the overlay: the whole of it takes some seconds to assemble."""
_PARTS = 5
_MOST_BYTES = 8192
_SUCCESSORS = frozenset({"successor", "rerouted_to"})
_DISCOUNTS = (
    b"discounts:\n- {provider: openai, percent: '15', source: contract of May}\n"
    b"- {model: openai/gpt-6-sol, percent: '20.5'}\n"
)


def make() -> Target:
    """A catalog with a file of an overlay: its name in the first line, its text behind it.

    It is laid over tables that were read before, as `assemble_catalog` lays it: to read the catalog below it
    each time takes three times as long.
    """
    shipped, parsed = read_folder(shipped_catalog()), ParsedFiles()
    base = _keep_few(shipped)
    below = FolderTables(templates=base.files, parsed=parsed)
    below.add_folder(base)
    assemble_catalog([base])

    def take(content: bytes) -> None:
        name, text = split_input(content)
        if not name.endswith(".yaml"):
            return
        overlay, tables = Folder(Path("overlay"), {name: text}, ()), _copy(below)
        try:
            tables.add_folder(overlay)
            loading._assemble(tables)
        except CatalogError as error:
            must_say(CatalogError(error.problems, [base, overlay]).faults)
        parsed.keep()

    files = {name: content for name, content in sorted(shipped.files.items()) if name.endswith(".yaml")}
    trees = [
        join_input(name, write_block(part)) for name, content in files.items() for part in _parts(content)
    ]
    trees = [tree for tree in trees if len(tree) <= _MOST_BYTES] + [join_input("discounts.yaml", _DISCOUNTS)]
    hand_written = [join_input(_PROVIDER, text) for text in HAND_WRITTEN]
    mutate = TreeMutation(trees, read_tree, write_block, change_bytes())
    return Target(take, [*trees, *hand_written], seconds=5, mutate=mutate, most_bytes=_MOST_BYTES)


def _keep_few(shipped: Folder) -> Folder:
    """Return the catalog with a few models of one provider alone."""
    files = {
        name: content
        for name, content in shipped.files.items()
        if name == _WEIGHTS or not name.startswith(("providers/", "open_weights/", "generated/"))
    }
    provider = read_yaml(shipped.files[_PROVIDER])
    files[_PROVIDER] = write_block({**provider, "models": provider["models"][:_MODELS]})
    return Folder(shipped.path, files, ())


def _copy(tables: FolderTables) -> FolderTables:
    """Return tables that can be added to."""
    own = copy(tables)
    for field in fields(tables):
        if isinstance(held := getattr(tables, field.name), (dict, list)):
            setattr(own, field.name, copy(held))
    return own


def _parts(content: bytes) -> Iterator[Any]:
    """Yield the text with two models, or two entries of each table: the first, some between, the last."""
    data = read_yaml(content)
    data.pop("moving_names", None)  # of models that are left out
    tables = ["models"] if "models" in data else [*data]
    longest = max(len(data[name]) if isinstance(data[name], (dict, list)) else 1 for name in tables)
    for number in range(min(_PARTS, longest)):
        part = data | {name: _cut(data[name], number) for name in tables}
        yield part
        if any(_SUCCESSORS & model.keys() for model in part.get("models", ())):
            without = [{k: v for k, v in model.items() if k not in _SUCCESSORS} for model in part["models"]]
            yield part | {"models": without}


def _cut(table: Any, number: int) -> Any:
    if not isinstance(table, (dict, list)) or not table:
        return table
    at = number * (len(table) - 1) // _PARTS
    return dict([*table.items()][at : at + 2]) if isinstance(table, dict) else table[at : at + 2]
