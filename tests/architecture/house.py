"""The house drawn from its imports: rooms, arrows between them, circles, and how large its modules are.

    make house

A room is a folder or module directly in `service/tokenquote`, the client, and each other top folder with
code. An arrow is a pair of rooms of which one imports the other. Tests are no room: they look into all.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grimp

__all__ = ["House", "Module", "read_house"]

ROOT = Path(__file__).parents[2]
SERVICE, CLIENT = "tokenquote", "tokenquote_client"
SOURCES = {SERVICE: ROOT / "service", CLIENT: ROOT / "clients" / "python"}
OTHER_FOLDERS = ("benchmarks", "docker", "models_catalog")
_CODE = ("py", "sh", "jinja")
SMALL_LINES = 50


@dataclass(frozen=True, slots=True)
class Module:
    """One file of the service or the client."""

    name: str
    lines: int
    longest_body: int
    """Lines of the longest function body, its docstring left out."""


@dataclass(frozen=True)
class House:
    """What the imports say."""

    rooms: list[str]
    arrows: dict[tuple[str, str], int]
    """How many imports go from one room to another."""
    circles: list[tuple[str, ...]]
    """Modules of two rooms that import each other, directly or not."""
    modules: list[Module]

    @property
    def small(self) -> list[Module]:
        """Modules of few lines."""
        return [module for module in self.modules if module.lines < SMALL_LINES]


def read_house() -> House:
    """Read every import of service, client and benchmarks."""
    graph = grimp.build_graph(SERVICE, CLIENT, cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    arrows: dict[tuple[str, str], int] = {}
    for room, imported in [*_between(imports), *_of_other_folders(graph.modules)]:
        if room != imported:
            arrows[room, imported] = arrows.get((room, imported), 0) + 1
    rooms = {room_of(module) for module in graph.modules} | {
        folder for folder in OTHER_FOLDERS if _has_code(folder)
    }
    return House(
        rooms=sorted(rooms),
        arrows=dict(sorted(arrows.items())),
        circles=[*_circles(imports)],
        modules=[*_modules()],
    )


def room_of(module: str) -> str:
    """`tokenquote.tokens.bodies` is in the room `tokens`."""
    package, _, rest = module.partition(".")
    if package == CLIENT:
        return "client"
    return rest.partition(".")[0] or package


def _between(imports: dict[str, set[str]]) -> Iterator[tuple[str, str]]:
    for module, imported in imports.items():
        yield from ((room_of(module), room_of(name)) for name in imported)


def _of_other_folders(known: set[str]) -> Iterator[tuple[str, str]]:
    """Imports of folders that are no packages, from their text."""
    for folder in OTHER_FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for name in _imported(ast.parse(path.read_text(encoding="utf-8"))):
                while name and name not in known:
                    name = name.rpartition(".")[0]
                if name:
                    yield folder, room_of(name)


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _circles(imports: dict[str, set[str]]) -> Iterator[tuple[str, ...]]:
    """Strongly connected modules that do not all lie in one room: each is reached from each."""
    reached = {module: _reached(module, imports) for module in imports}
    seen: set[str] = set()
    for module in sorted(imports):
        circle = {other for other in reached[module] if module in reached[other]} | {module}
        if module not in seen and len({room_of(other) for other in circle}) > 1:
            yield tuple(sorted(circle))
        seen |= circle


def _reached(module: str, imports: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [module]
    while waiting:
        for name in imports[waiting.pop()] - found:
            found.add(name)
            waiting.append(name)
    return found


def _modules() -> Iterator[Module]:
    for package, source in SOURCES.items():
        for path in sorted((source / package).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            name = ".".join(path.relative_to(source).with_suffix("").parts).removesuffix(".__init__")
            yield Module(name, text.count("\n"), max(_bodies(ast.parse(text)), default=0))


def _bodies(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            if body:
                yield (body[-1].end_lineno or 0) - body[0].lineno + 1


def _has_code(folder: str) -> bool:
    return any(any((ROOT / folder).rglob(f"*.{ending}")) for ending in _CODE)


def drawing(house: House) -> Iterator[str]:
    """The house as lines of text."""
    yield f"{len(house.rooms)} rooms, {len(house.arrows)} arrows, {len(house.circles)} circles\n"
    for room in house.rooms:
        to = [f"{other} {n}" for (one, other), n in house.arrows.items() if one == room]
        yield f"  {room:14} -> {', '.join(to) or 'nothing'}"
    for circle in house.circles:
        yield f"  circle: {', '.join(circle)}"
    share = len(house.small) / len(house.modules)
    yield f"\n{len(house.modules)} modules of service and client, {share:.1%} under {SMALL_LINES} lines"
    longest = max(house.modules, key=lambda module: module.lines)
    deepest = max(house.modules, key=lambda module: module.longest_body)
    yield f"longest module: {longest.name}, {longest.lines} lines"
    yield f"longest body: {deepest.longest_body} lines, in {deepest.name}"


if __name__ == "__main__":
    print("\n".join(drawing(read_house())))
