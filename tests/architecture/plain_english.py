"""What can be measured of plain English and good names, each rule as a function from sources to faults.

    python -m tests.architecture.plain_english [PREFIX]

prints every fault, or those of the paths that begin with PREFIX. A word that is not ours (a provider's field,
a library's name) is quoted in `QUOTED`, with its reason.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from tokenquote.http.openapi import openapi_document

ROOT = Path(__file__).parents[2]

WORDS = frozenset(
    "picture pictures pictured clip clips clipped sound sounds sounded film films filmed".split()  # noqa: SIM905
)
"""The field says image, video and audio."""

PHRASES = (
    "as above",
    "likewise",
    "so many",
    "how it was come by",
    "of one's own",
    "what is left over",
    "one for whatever",
)

QUOTED: Mapping[str, str] = {
    "clip_text_model": "the model type of transformers for text encoders of diffusion pipelines",
    "clip_vision_model": "the model type of transformers for the tower of LLaVA",
    "use_clipped_linears": "a field of Gemma 4's config.json",
}
"""Texts in which a forbidden word may stand, exactly as they stand, and whose words they are.

`{"clip.vision.": "a key of llama.cpp's projector files"}`
"""

MIRRORED: Mapping[str, str] = {
    "Bound": "what limits the speed: the core has no wire contract, and the client stands alone",
    "Method": "how certain a count is: the core has no wire contract, and the client stands alone",
}
"""Type aliases that service and client each write down, for neither may import the other."""

FRAGMENTS = ("Of", "That", "Those", "Alike", "From", "To", "As")
"""Words that begin half a sentence: `Of one GPU.`, `That are used.`"""

DIVISION_MODULE = "service/tokenquote/counts/rounding.py"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something that is not plain, and where it stands."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


@dataclass(frozen=True)
class Source:
    """One Python file of the service or the client."""

    path: str
    text: str
    tree: ast.Module

    def line_of(self, offset: int) -> int:
        """The line of a character, from 1."""
        return self.text.count("\n", 0, offset) + 1


@cache
def sources() -> tuple[Source, ...]:
    """Every Python file of service and clients."""
    paths = sorted(path for room in ("service", "clients") for path in (ROOT / room).rglob("*.py"))
    texts = [(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")) for path in paths]
    return tuple(Source(path, text, ast.parse(text)) for path, text in texts)


def why_not_plain(text: str) -> str | None:
    """What is wrong with a description or a docstring; None if it reads as a sentence."""
    first, *rest = re.split(r"\n\s*\n", text.strip())
    ends = re.search(r"[.][)\"'”]?$", first) or (rest and first.endswith(":"))
    if len(re.findall(r"[\w.$%]*\w[\w.'’/-]*", first)) < 3:
        return f"has fewer than three words: {first!r}"
    if not ends:
        return f"does not end in a full stop: {first!r}"
    if first.split()[0] in FRAGMENTS:
        return f"begins like half a sentence: {first!r}"
    return None


def bad_words(text: str) -> Iterator[tuple[int, str]]:
    """Forbidden words and phrases with their offsets; identifiers are taken apart."""
    for quoted in QUOTED:
        text = text.replace(quoted, " " * len(quoted))
    for run in re.finditer(r"[A-Za-z]+", text):
        for part in re.finditer(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", run[0]):
            if part[0].lower() in WORDS:
                yield run.start() + part.start(), f"the word {part[0]!r}"
    for phrase in PHRASES:
        # A phrase may run over the end of a line, of a comment's line or of a string.
        pattern = r"(?:[\s#\"]+f?\"?)".join(map(re.escape, phrase.split()))
        for found in re.finditer(rf"\b{pattern}\b", text, re.IGNORECASE):
            yield found.start(), f"the phrase {phrase!r}"


def words_in_sources() -> Iterator[Fault]:
    """Forbidden words in docstrings, comments, strings and identifiers, and in the names of files."""
    for source in sources():
        yield from (Fault(source.path, 1, f"{what} in its name") for _, what in bad_words(source.path))
        for offset, what in bad_words(source.text):
            yield Fault(source.path, source.line_of(offset), what)


def words_in_catalog() -> Iterator[Fault]:
    """Forbidden words in the keys, texts and comments of the catalog."""
    for path in sorted((ROOT / "models_catalog").rglob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        for offset, what in bad_words(text):
            yield Fault(str(path.relative_to(ROOT)), text.count("\n", 0, offset) + 1, what)


def words_in_documents() -> Iterator[Fault]:
    """Forbidden words in README, CHANGELOG and docs; the CHANGELOG may quote old names as code."""
    for path in (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))):
        text = path.read_text(encoding="utf-8")
        if path.name == "CHANGELOG.md":
            text = re.sub(r"`[^`\n]*`", lambda code: " " * len(code[0]), text)
        for offset, what in bad_words(text):
            yield Fault(str(path.relative_to(ROOT)), text.count("\n", 0, offset) + 1, what)


def docstrings() -> Iterator[Fault]:
    """Docstrings of modules, classes, functions and attributes that are no sentences; modules without one."""
    for source in sources():
        for line, name, text in _documented(source.tree):
            fault = why_not_plain(text)
            if fault is not None:
                yield Fault(source.path, line, f"{name} {fault}")


def _documented(tree: ast.Module) -> Iterator[tuple[int, str, str]]:
    """Line, name and docstring of the module, of every public class and function, and of every attribute."""
    yield 1, "the module", ast.get_docstring(tree) or ""
    for node in ast.walk(tree):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            text = ast.get_docstring(node)
            if text is not None and not (node.name.startswith("_") and not node.name.startswith("__")):
                yield node.lineno, node.name, text
        body = getattr(node, "body", None)
        if isinstance(body, list):
            yield from _attributes(body)


def _attributes(body: list[ast.stmt]) -> Iterator[tuple[int, str, str]]:
    """Strings that stand below an assignment."""
    for before, node in pairwise(body):
        if (
            isinstance(before, (ast.Assign, ast.AnnAssign))
            and isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            target = before.target if isinstance(before, ast.AnnAssign) else before.targets[0]
            yield node.lineno, ast.unparse(target), node.value.value


def loops() -> Iterator[Fault]:
    """Loops and comprehensions over `one`."""
    for source, loop in _nodes(ast.For, ast.AsyncFor, ast.comprehension):
        for name in ast.walk(loop.target):
            if isinstance(name, ast.Name) and name.id == "one":
                yield Fault(source.path, name.lineno, "a loop over `one`: say what it is")


def functions() -> Iterator[Fault]:
    """Functions that are named after a relation, not after what they do."""
    for source, function in _nodes(ast.FunctionDef, ast.AsyncFunctionDef):
        if re.fullmatch(r"_*of|.*_of|_*of_.*", function.name):
            yield Fault(source.path, function.lineno, f"{function.name} does not say what it returns")


def types() -> Iterator[Fault]:
    """Classes and type aliases that share their name."""
    first: dict[str, str] = {}
    named = [(source.path, found.lineno, found.name) for source, found in _nodes(ast.ClassDef)]
    named += [(source.path, line, name) for source in sources() for line, name in aliases(source.tree)]
    for path, line, name in named:
        if name in first and name not in MIRRORED:
            yield Fault(path, line, f"the type {name} is also at {first[name]}")
        first.setdefault(name, f"{path}:{line}")


def aliases(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and name of each type alias of a module: `Name = …` in capitals and small letters, no TypeVar."""
    for node in tree.body:
        if not isinstance(node, (ast.Assign, ast.AnnAssign)):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        made = ast.unparse(node.value.func) if isinstance(node.value, ast.Call) else ""
        for target in targets:
            if isinstance(target, ast.Name) and re.match(r"_*[A-Z]\w*[a-z]", target.id) and made != "TypeVar":
                yield node.lineno, target.id


def divisions() -> Iterator[Fault]:
    """Quotients that are rounded up by two signs."""
    for source, negative in _nodes(ast.UnaryOp):
        match negative:
            case ast.UnaryOp(
                op=ast.USub(), operand=ast.BinOp(left=ast.UnaryOp(op=ast.USub()), op=ast.FloorDiv())
            ) if source.path != DIVISION_MODULE:
                yield Fault(source.path, negative.lineno, "-(-a // b) is ceil_div(a, b)")


def _nodes(*kinds: type[ast.AST]) -> Iterator[tuple[Source, Any]]:
    for source in sources():
        for node in ast.walk(source.tree):
            if isinstance(node, kinds):
                yield source, node


def published() -> Iterator[Fault]:
    """Schemas, fields, operations and parameters of the OpenAPI document without a plain sentence."""
    document = openapi_document()
    for tag in document["tags"]:
        yield from _judged(f"tags/{tag['name']}", tag)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            place = f"{method.upper()} {path}"
            yield from _judged(place, operation)
            if not operation.get("summary"):
                yield Fault(place, 0, "has no summary")
            for parameter in operation["parameters"]:
                yield from _judged(f"{place} {parameter['name']}", parameter)
    for place, schema in _schemas(document["components"]["schemas"], ""):
        yield from _judged(place, schema)


def fields() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every field of every schema that is published."""
    for place, schema in _schemas(openapi_document()["components"]["schemas"], ""):
        if "." in place:
            yield place, schema


def _schemas(schemas: Mapping[str, Any], within: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, schema in schemas.items():
        yield f"{within}{name}", schema
        yield from _schemas(schema.get("properties", {}), f"{within}{name}.")


def _judged(place: str, described: Mapping[str, Any]) -> Iterator[Fault]:
    text = described.get("description")
    fault = why_not_plain(text) if text else "has no description"
    if fault is not None:
        yield Fault(place, 0, fault)
    for _, what in bad_words(text or ""):
        yield Fault(place, 0, f"{what} in {text!r}")


RULES = {
    "words": words_in_sources,
    "catalog words": words_in_catalog,
    "document words": words_in_documents,
    "docstrings": docstrings,
    "loops": loops,
    "functions": functions,
    "types": types,
    "divisions": divisions,
    "published": published,
}

if __name__ == "__main__":
    for rule, check in RULES.items():
        for fault in sorted(check()):
            if fault.path.startswith("".join(sys.argv[1:2])):
                print(f"{fault}  [{rule}]")
