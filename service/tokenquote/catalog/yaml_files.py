"""Read one YAML file as one validated entry, with errors that name the file, the model and the field.

People write these files; the one that names vocabularies which a user imported is written here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from tokenquote.catalog.schema.vocabularies import VocabulariesFile, Vocabulary
from tokenquote.errors.field_faults import describe_fault, fields_at

__all__ = [
    "IMPORTED_VOCABULARIES",
    "CatalogError",
    "describe_yaml_problem",
    "parse_yaml",
    "read_entry",
    "write_imported",
]

IMPORTED_VOCABULARIES = "imported_vocabularies.yaml"
"""The file of imported vocabularies; it lies beside vocabularies.yaml, which people write."""

_HEADER = "# Written by `tokenquote vocabularies add`; the hash pins each file.\n"

MAX_YAML_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 50

# libyaml where it is there: eight times as fast.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_YAML_PROBLEMS: Mapping[str, str] = {
    "tab character": "indent with spaces, not with tabs",
    "cannot start any token": "indent with spaces, not with tabs; put what begins with a sign in quotes",
    "mapping values are not allowed": "a wrong indent, or two colons: put a text with a colon in quotes",
    "expected ','": "a quote, a comma or a bracket is missing in this line or above it",
    "expected key": "this line is not indented as the lines above it",
    "expected <block end>": "this line is not indented as the lines above it",
    "unexpected end of stream": "a quote or a bracket is never closed",
}
"""Parts of what the parsers libyaml and PyYAML say, each with what to do about it."""

EntryT = TypeVar("EntryT", bound=BaseModel)


class CatalogError(Exception):
    """The catalog cannot be used as it is; `problems` says every reason, one sentence each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class _NoDuplicates(_SafeLoader):  # type: ignore[misc]  # either of two loaders
    """YAML in which a key may stand only once in a mapping; plain YAML keeps the last without a word."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, (str, int)) and key in seen:
                raise _refusal(f"the key {key!r} stands here twice", key_node)
            seen.add(key if isinstance(key, (str, int)) else id(key_node))
        return super().construct_mapping(node, deep=deep)

    def construct_day(self, node: Any) -> Any:
        """Return a day or a time; a 31 November is refused with its line."""
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:
            raise _refusal("there is no such day; write one like 2026-01-31", node) from None


_NoDuplicates.add_constructor("tag:yaml.org,2002:timestamp", _NoDuplicates.construct_day)


def read_entry(path: Path, shown_as: str, kind: type[EntryT]) -> EntryT:
    """Read and validate one file; `shown_as` is what errors call it, such as `providers/openai.yaml`."""
    _refuse_length(path.stat().st_size, shown_as)
    data = parse_yaml(path.read_bytes(), shown_as)
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise CatalogError(
            [_sentence(shown_as, data, line, kind) for line in _causes(error.errors())]
        ) from None


def parse_yaml(content: bytes, shown_as: str) -> Any:
    """Return the data of a YAML text that has no aliases and no duplicate keys and is neither long nor deep.

    Raises:
        CatalogError: naming the file and the line.
    """
    _refuse_length(len(content), shown_as)
    try:
        text = content.decode("utf-8")
        _refuse_dangers(text)
        return yaml.load(text, Loader=_NoDuplicates)  # noqa: S506 - a safe loader underneath
    except yaml.MarkedYAMLError as error:
        where = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        problem = describe_yaml_problem(str(error.problem or error.context))
        raise CatalogError([f"{shown_as}{where}: {problem}"]) from None
    except (yaml.YAMLError, ValueError) as error:
        raise CatalogError(
            [f"{shown_as}: not YAML that can be read: {' '.join(str(error).split())}"]
        ) from None


def describe_yaml_problem(problem: str) -> str:
    """Return the YAML parser's message about a line, or a remedy where newcomers meet that message."""
    remedies = (remedy for part, remedy in _YAML_PROBLEMS.items() if part in problem)
    return next(remedies, problem)


def write_imported(catalog_dir: Path, name: str, entry: Vocabulary, content: bytes) -> None:
    """Keep a vocabulary's file, then the entry that names it; each appears whole or not at all.

    Raises:
        OSError: the directory cannot be written.
        CatalogError: the entries that are there already cannot be read.
    """
    path = catalog_dir / IMPORTED_VOCABULARIES
    before = read_entry(path, path.name, VocabulariesFile).vocabularies if path.is_file() else {}
    target = catalog_dir / str(entry.file)
    target.parent.mkdir(parents=True, exist_ok=True)
    _replace(target, content)
    entries = {word: known.model_dump(mode="json", exclude_defaults=True) for word, known in before.items()}
    entries[name] = entry.model_dump(mode="json", exclude_defaults=True)
    text = yaml.safe_dump({"vocabularies": entries}, allow_unicode=True, sort_keys=False)
    _replace(path, (_HEADER + text).encode())


def _refuse_length(size: int, shown_as: str) -> None:
    if size > MAX_YAML_BYTES:
        raise CatalogError(
            [f"{shown_as}: {size} bytes are more than the {MAX_YAML_BYTES} that a file may have"]
        )


def _refuse_dangers(text: str) -> None:
    """Aliases unfold without bound, and libyaml overflows its stack where collections nest too deep."""
    depth = 0
    for event in yaml.parse(text, Loader=_SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise _refusal("YAML aliases (*name) are not used here", event)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise _refusal(f"nested deeper than {MAX_DEPTH} levels", event)


def _refusal(problem: str, at: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=at.start_mark)


def _causes(errors: Sequence[Any]) -> list[Any]:
    """Leave out what only follows: a list that is too short because its one item is wrong."""
    places = [error["loc"] for error in errors]

    def follows(error: Any) -> bool:
        head = error["loc"]
        inside = any(len(place) > len(head) and place[: len(head)] == head for place in places)
        return bool(error["type"] == "too_short" and inside)

    return [error for error in errors if not follows(error)]


def _sentence(shown_as: str, data: Any, error: Mapping[str, Any], kind: type[BaseModel]) -> str:
    location = error["loc"]
    place = "".join(_steps(data, location, error["type"] == "missing")).lstrip(".") or "the file"
    return f"{shown_as}: {place}: {describe_fault(error, fields_at(kind, location[:-1]))}"


def _steps(data: Any, location: Sequence[int | str], missing: bool) -> Iterator[str]:
    """Yield `.models[gpt-4o]`, `.prices[0]`, `.rates` ...: list items by their `id` where they have one.

    A word that does not stand in the file is pydantic's name of a union's form, unless it is what is missing.
    """
    for i, step in enumerate(location):
        if isinstance(step, int):
            data = data[step] if isinstance(data, list) and step < len(data) else None
            yield f"[{data['id']}]" if isinstance(data, dict) and "id" in data else f"[{step}]"
        elif isinstance(data, dict) and step in data:
            data = data[step]
            yield f".{step}"
        elif missing and i == len(location) - 1:
            yield f".{step}"


def _replace(target: Path, content: bytes) -> None:
    part = target.with_name(f".{target.name}.part")
    part.write_bytes(content)
    os.replace(part, target)
