"""What others made and is shipped, with its licence: packages, vocabularies, chat templates, libraries.

Whatever does not say its licence is an error, so that nothing new is shipped without one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement

from tokenquote.catalog import CACHE_DIR, load_catalog

__all__ = [
    "LicenceMissing",
    "Pin",
    "Shipped",
    "applicable",
    "packages",
    "page_libraries",
    "pins",
    "templates",
    "vocabularies",
]

ROOT = Path(__file__).parents[2]
SERVICE = ROOT / "requirements" / "service.txt"

_IN_WORDS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
}
"""How classifiers of packages say what SPDX has an identifier for. There are several BSD licences: each
package that says no more than that was looked at, and has the one with three clauses."""

_LOOKED_AT = {
    "llama-models": "LicenseRef-Llama-3 AND LicenseRef-Llama-4",
    "numpy": "BSD-3-Clause",
    "tiktoken": "MIT",
}
"""Packages whose metadata hold a text or a link, or another word in each version: read on 2026-11-30."""

_EXPRESSION = re.compile(r"[A-Za-z0-9.+-]+(?: (?:AND|OR|WITH) [A-Za-z0-9.+-]+)*")


class LicenceMissing(Exception):
    """Something is shipped that does not say its licence; the text names it and says where to state it."""


@dataclass(frozen=True)
class Pin:
    """A line of a lock file."""

    name: str
    version: str
    marker: Marker | None = None
    """Where it is installed; None: everywhere."""


@dataclass(frozen=True)
class Shipped:
    """Something that others made."""

    name: str
    licence: str
    """An SPDX expression, or a licence's own name where SPDX has none."""
    source: str = ""
    version: str = ""
    files: tuple[str, ...] = ()
    sha256: str = ""
    """The hash of the file, where it is one whose hash is kept."""


def pins(path: Path = SERVICE) -> list[Pin]:
    """Read a lock file with hashes."""
    found = []
    for line in re.findall(r"^(\w.*) \\$", path.read_text(), re.MULTILINE):
        requirement = Requirement(line)
        (version,) = requirement.specifier
        found.append(Pin(requirement.name, version.version, requirement.marker))
    return found


def applicable(found: list[Pin]) -> list[Pin]:
    """Those that are installed on this machine."""
    return [pin for pin in found if pin.marker is None or pin.marker.evaluate()]


def packages() -> Iterator[Shipped]:
    """The packages that the service is installed with, but for those that other systems need.

    Raises:
        LicenceMissing: a package whose metadata say no licence, and which nobody has looked at.
    """
    for pin in applicable(pins()):
        yield Shipped(pin.name, licence_of(metadata.metadata(pin.name)), version=pin.version)


def licence_of(data: metadata.PackageMetadata) -> str:
    """Read the licence of a package's metadata, whichever way these say it.

    Raises:
        LicenceMissing: they do not.
    """
    if (name := data["Name"].lower().replace("_", "-")) in _LOOKED_AT:
        return _LOOKED_AT[name]
    said: list[str] = data.get_all("License-Expression") or data.get_all("License") or []
    if said and _EXPRESSION.fullmatch(said[0]):
        return said[0]
    classified = [
        line.rpartition(" :: ")[2] for line in data.get_all("Classifier") or [] if "License" in line
    ]
    if len(classified) == 1 and classified[0] in _IN_WORDS:
        return _IN_WORDS[classified[0]]
    raise LicenceMissing(
        f"{name} does not say its licence in a known form: read it, and state it in {Path(__file__).name}"
    )


def vocabularies() -> Iterator[Shipped]:
    """The vocabularies of the catalog that come with the service, by their files."""
    by_file: dict[str, list[str]] = {}
    catalog = load_catalog(cache_dir=CACHE_DIR).vocabularies
    for name, entry in catalog.items():
        if entry.file is not None:
            by_file.setdefault(f"{entry.package or 'tokenquote'}: {entry.file}", []).append(name)
    for file, names in sorted(by_file.items()):
        licences = dict.fromkeys(catalog[name].licence for name in names)
        entry = catalog[names[0]]
        yield Shipped(
            ", ".join(names), " / ".join(licences), entry.source, files=(file,), sha256=entry.sha256 or ""
        )


def templates(folder: Path = ROOT / "models_catalog" / "templates") -> Iterator[Shipped]:
    """The chat templates that are others' own text; what is written from a description is ours.

    Raises:
        LicenceMissing: a template says that it is as published, and not under which licence.
    """
    for path in sorted(folder.glob("*.jinja")):
        head = " ".join(path.read_text().partition("-#}")[0].removeprefix("{#-").split())
        if not path.read_text().startswith("{#-") or not head:
            raise LicenceMissing(f"{path.name} does not say where it comes from: say it in its first comment")
        if "as published" not in head:
            continue
        found = re.match(r"The chat template of (.+?), as published \(([^)]+)\)", head)
        if not found:
            raise LicenceMissing(f"{path.name} is as published: say the licence, as in `as published (MIT)`")
        yield Shipped(path.name, found[2], found[1])


def page_libraries() -> Iterator[Shipped]:
    """The libraries of the web page, which vendored.json lists; tests/page finds files that it does not."""
    for row in json.loads((ROOT / "service/tokenquote/http/page/vendor/vendored.json").read_text()):
        yield Shipped(
            row["package"], row["licence"], version=row["version"], files=(row["file"],), sha256=row["sha256"]
        )
