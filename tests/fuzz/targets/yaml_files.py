"""The reader of YAML, by the bytes of a text: what it reads, `index_lines` knows the lines of."""

from __future__ import annotations

import random

from tests.fuzz.target import Target, must_say
from tests.fuzz.trees import TreeMutation, join_input, split_input
from tests.fuzz.under_fuzzing import change_bytes
from tests.fuzz.yaml_texts import HAND_WRITTEN, insert_words, read_tree, write_styled

from tokenquote.catalog.folder_tables import shipped_catalog
from tokenquote.catalog.folders import read_folder
from tokenquote.catalog.yaml_text import NotYaml, index_lines, read_yaml

_FIRST_LINES = ("", "# a comment", "%YAML 1.1", "---")
_MOST_BYTES = 8192


def _take(content: bytes) -> None:
    try:
        read_yaml(content)
    except NotYaml as error:
        must_say(error.problem)
        return
    index_lines(content)


def make() -> Target:
    """The reader, by the shortest files of the catalog in every style and by texts that are no catalog."""
    files = read_folder(shipped_catalog()).files.items()
    short = [content for name, content in files if name.endswith(".yaml") and len(content) < _MOST_BYTES // 4]
    written = [write_styled(read_yaml(content)) for content in short]
    trees = [join_input(_FIRST_LINES[at % 2], text) for at, text in enumerate((*short, *written))]
    seeds = [*trees, *(join_input(line, text) for line in _FIRST_LINES for text in HAND_WRITTEN)]
    change_tree = TreeMutation(trees, read_tree, write_styled, change_bytes())

    def mutate(content: bytes, most_bytes: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if chance.random() < 0.3:
            line, text = split_input(content)
            return join_input(line, insert_words(text, chance))[:most_bytes]
        return change_tree(content, most_bytes, seed)

    return Target(_take, seeds, seconds=2, mutate=mutate, most_bytes=_MOST_BYTES)
