"""The YAML of a catalog: a text by itself, and a file of an overlay with all that is made of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from tests.fuzz.target import Target, must_say
from tests.fuzz.trees import TreeMutation, join_input, split_input, trim
from tests.fuzz.under_fuzzing import change_bytes

from tokenquote.catalog import CatalogError, Folder, ParsedFiles, assemble_catalog
from tokenquote.catalog.folder_tables import shipped_catalog
from tokenquote.catalog.folders import read_folder
from tokenquote.catalog.yaml_text import NotYaml, index_lines, read_yaml

_BASE = ("providers/openai.yaml",)
"""The providers of the catalog below the overlay: the whole of it takes seven times as long to assemble."""
_HAND_WRITTEN = (
    b"models:\n- id: gpt-5\n  prices:\n  - rates: {input: '1.25', output: '10'}\n    since: 2025-08-07\n",
    b"a: [1, 2.5, 1e3, true, null, 2026-11-30, 'x', \"y\"]\nb: |\n  text\nc: >-\n  folded\n",
    b"a: &x 1\nb: *x\n", b"!!python/object:os.system {}\n", b"? [a]\n: b\n", b"a: yes\nb: 010\nc: 1:30\n",
    b"--- 1\n--- 2\n", b"%YAML 1.1\n---\na: 1\n", b"a: 1\na: 2\n", b"\xef\xbb\xbfa: 1\n", b"a:\n\t- 1\n",
)  # fmt: skip


def make_yaml() -> Target:
    """The reader of YAML, by the bytes of a text."""

    def take(content: bytes) -> None:
        try:
            read_yaml(content)
        except NotYaml as error:
            must_say(error.problem)
            return
        index_lines(content)

    return Target(take, _HAND_WRITTEN, seconds=2)


def make_overlay() -> Target:
    """A catalog with a file of an overlay: its name in the first line, its text behind it."""
    shipped, parsed = read_folder(shipped_catalog()), ParsedFiles()
    below = {
        name: content
        for name, content in shipped.files.items()
        if not name.startswith(("providers/", "open_weights/")) or name in _BASE
    }
    base = Folder(shipped.path, below, ())

    def take(content: bytes) -> None:
        name, text = split_input(content)
        if not name.endswith(".yaml"):
            return
        overlay = Folder(Path("overlay"), {name: text}, ())
        try:
            assemble_catalog([base, overlay], parsed)
        except CatalogError as error:
            must_say(error.faults)

    seeds = [
        join_input(name, _write(trim(read_yaml(content), 3)))
        for name, content in sorted(shipped.files.items())
        if name.endswith(".yaml") and not name.startswith("generated/")
    ]
    seeds += [join_input("providers/openai.yaml", text) for text in _HAND_WRITTEN]
    trees = [seed for seed in seeds if _is_tree(split_input(seed)[1])]
    return Target(
        take, seeds, seconds=5, mutate=TreeMutation(trees, _read, _write, change_bytes()), most_bytes=8192
    )


def _is_tree(text: bytes) -> bool:
    try:
        return bool(_read(text) is not None)
    except ValueError:
        return False


def _read(text: bytes) -> Any:
    try:
        return read_yaml(text)
    except NotYaml:
        raise ValueError("no YAML") from None


def _write(tree: Any) -> bytes:
    return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False).encode()
