"""YAML texts: hand-written ones to begin with, and trees as texts in every style that there is."""

from __future__ import annotations

import random
import zlib
from typing import Any

import yaml

from tokenquote.catalog.yaml_text import NotYaml, read_yaml

__all__ = ["HAND_WRITTEN", "insert_words", "read_tree", "write_block", "write_styled"]

HAND_WRITTEN = (
    b"models:\n- id: gpt-5\n  prices:\n  - rates: {input: '1.25', output: '10'}\n    since: 2025-08-07\n",
    b"a: [1, 2.5, 1e3, true, null, 2026-11-30, 'x', \"y\"]\nb: |\n  text\nc: >-\n  folded\n",
    b"a: &x 1\nb: *x\n", b"!!python/object:os.system {}\n", b"? [a]\n: b\n", b"a: yes\nb: 010\nc: 1:30\n",
    b"--- 1\n--- 2\n", b"%YAML 1.1\n---\na: 1\n", b"a: 1\na: 2\n", b"\xef\xbb\xbfa: 1\n", b"a:\n\t- 1\n",
)  # fmt: skip


_WORDS = (
    b"yes", b"on", b"~", b"010", b"0o7", b"0x1F", b"0b1", b"1_000", b"1:30", b"1e3", b"1.", b".5",
    b".inf", b".NaN", b"<<", b"<<: {}", b"2026-11-30", b"2026-02-30", b"2026-1-1 10:00",
    b"2026-11-30T10:00:00.5+02:00", b"0000-01-01", b"&a ", b"*a", b"!!int ", b"! ", b"!<x> ", b"? ",
    b": ", b"- ", b"|-2\n", b">+\n", b"# ", b"---\n", b"...\n", b"%TAG ! x:\n", b"{", b"}", b"[", b"]",
    b",", b"\"", b"'", b"\\u0000", b"\\x", b"\t", b"\r", b"\xc2\x85", b"\xe2\x80\xa8", b"\xef\xbb\xbf",
    b"\0", b"@", b"`", b"9" * 4_001, b"[" * 60, b"- " * 60,
)  # fmt: skip
"""What readers of YAML trip over."""


def read_tree(text: bytes) -> Any:
    """Return the data of a text.

    Raises:
        ValueError: it is no YAML of ours.
    """
    try:
        return read_yaml(text)
    except NotYaml:
        raise ValueError("no YAML") from None


class _WithoutAnchors(yaml.SafeDumper):
    """Writes what stands in a tree twice, as a day may, twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


class _Styled(_WithoutAnchors):
    """Writes each text in a style that depends on it alone."""

    def represent_str(self, data: str) -> yaml.ScalarNode:
        """Return the text as it is to be written."""
        style = _STYLES[zlib.crc32(data.encode("utf-8", "surrogatepass")) % len(_STYLES)]
        return self.represent_scalar("tag:yaml.org,2002:str", data, style)


_STYLES = (None, None, None, None, '"', "'", "|", ">")
_Styled.add_representer(str, _Styled.represent_str)


def write_block(tree: Any) -> bytes:
    """Write the tree as a person would."""
    return yaml.dump(tree, Dumper=_WithoutAnchors, allow_unicode=True, sort_keys=False).encode()


def write_styled(tree: Any) -> bytes:
    """Write the tree in a style that depends on it alone."""
    plain = write_block(tree)
    chance = random.Random(zlib.crc32(plain))
    written = yaml.dump(
        tree,
        Dumper=_Styled,
        default_flow_style=chance.choice((None, True, False)),
        indent=chance.choice((2, 7)),
        width=chance.choice((20, 110)),
        allow_unicode=chance.random() < 0.5,
        line_break=chance.choice(("\n", "\r\n", "\r")),
        explicit_start=chance.random() < 0.1,
        explicit_end=chance.random() < 0.1,
        sort_keys=False,
    )
    assert isinstance(written, str)
    return written.encode()


def insert_words(text: bytes, chance: random.Random) -> bytes:
    """Put some of what readers trip over into a text, where a value, a line or anything may begin."""
    for _ in range(chance.choice((1, 1, 2, 4))):
        ends = [at for at in range(1, len(text)) if text[at - 1] in b"\n :-,[{"]
        at = chance.choice(ends) if ends and chance.random() < 0.8 else chance.randint(0, len(text))
        word, length = chance.choice(_WORDS), chance.choice((0, 0, 1, 4))
        text = text[:at] + word + text[at + length :]
    return text
