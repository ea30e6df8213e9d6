"""Measure how many tokens of another vocabulary each class of content has, and print the table.

    measure_classes.py NAME=TOKENIZER_JSON ...

The vocabularies are your own files (Hugging Face's tokenizer.json). The texts are the project's own
sources and documents, Python's standard library, JSON made from it, and sentences in 22 languages; no
recorded call is looked at. The result stands in priors.py, where fits start from it.
"""

from __future__ import annotations

import ast
import json
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import tokenizers

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.calibration.robust_fit import Column, robust_fit

from tokenquote.catalog import load_catalog
from tokenquote.tokens import Vocabularies
from tokenquote.tokens.vocabularies.content_classes import CLASSES

PARALLEL = Path(__file__).with_name("parallel_text.json")
"""The file of the same few sentences in 22 languages, written for this measurement."""
_MODULES = (
    "argparse",
    "ast",
    "datetime",
    "difflib",
    "fractions",
    "inspect",
    "statistics",
    "textwrap",
    "typing",
)


def texts() -> Iterator[str]:
    """Yield paragraphs of prose, code, Markdown, YAML, JSON and other languages."""
    root = Path(__file__).resolve().parents[2]
    for path in sorted([*root.glob("docs/*.md"), *root.glob("*.md"), *root.glob("service/**/*.py")]):
        yield from path.read_text(encoding="utf-8").split("\n\n")
    for module in _MODULES:
        source = (Path(sysconfig.get_path("stdlib")) / f"{module}.py").read_text(encoding="utf-8")
        yield from source.split("\n\n")
        yield from _docstrings(source)
    for text in json.loads(PARALLEL.read_text(encoding="utf-8")).values():
        yield from (text, *text.replace("?", ".").split(". "))


def _docstrings(source: str) -> Iterator[str]:
    """Yield docstrings as prose, and as the values of compact and of spaced JSON."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and (doc := ast.get_docstring(node)):
            members = {
                "name": node.name,
                "description": doc[:300],
                "line": node.lineno,
                "nested": {"a": [1, 2.5]},
            }
            yield from (doc, json.dumps(members), json.dumps(members, separators=(",", ":")))


def measure(vocabulary: tokenizers.Tokenizer, found: Sequence[str]) -> dict[str, float]:
    """Measure the tokens for each token of o200k_base, by class; rare classes here are left out."""
    counter = Vocabularies(load_catalog().vocabularies).classes("o200k_base")
    x = np.array([counter.counts(text) for text in found], dtype=np.float64)
    y = np.array([len(vocabulary.encode(text, add_special_tokens=False)) for text in found], dtype=np.float64)
    columns = [Column(name, 0.0 if name == "continued" else 1.0, 0.05) for name in CLASSES]
    factors = robust_fit(x, y, columns)
    return {
        name: round(float(factor), 2)
        for name, factor, tokens in zip(CLASSES, factors, x.sum(axis=0), strict=True)
        if tokens >= 20
    }


def main() -> None:
    found = [text for text in dict.fromkeys(texts()) if text.strip()]
    print(f"{len(found)} texts, {sum(map(len, found))} characters")
    for argument in sys.argv[1:]:
        name, path = argument.split("=", 1)
        print(name, json.dumps(measure(tokenizers.Tokenizer.from_file(path), found)))


if __name__ == "__main__":
    main()
