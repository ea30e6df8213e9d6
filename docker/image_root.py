"""Copy what the service needs of the machine that it was installed on into a folder: the root of its image.

    PYTHON docker/image_root.py FOLDER          with the Python of the virtual environment, on Debian

In the folder lie afterwards, at the same paths: the virtual environment, the interpreter that it was made of,
the standard library, and the shared libraries that any of these loads. There is no shell, no package manager
and no pip. Debian's notes on the packages that files were taken of come too, so that scanners see these
packages and their licences are told.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterable, Iterator
from importlib import metadata, resources
from pathlib import Path

import yaml

_USER = 65532
"""The user of the image, as in the Dockerfile; distroless images call the same number nonroot."""

_UNUSED_OF_THE_LIBRARY = frozenset(
    {"dist-packages", "ensurepip", "idlelib", "lib2to3", "pydoc_data", "site-packages", "test", "tkinter"}
    | {"turtledemo"}
)
"""Folders of the standard library that hold its tests, an editor, graphical windows and pip."""

_UNUSED_MODULES = re.compile(
    r"(_curses|_dbm|_gdbm|_sqlite3|_test|_tkinter|nis|ossaudiodev|readline|xxlimited)"
)
"""Extension modules of the standard library for terminals, windows, sounds and databases: nothing imports
them, and each would bring libraries of its own."""


def make_root(root: Path) -> None:
    """Fill a new folder.

    Raises:
        SystemExit: a library of the virtual environment needs one that is not here.
    """
    environment, library = Path(sys.prefix), Path(sysconfig.get_path("stdlib"))
    copied = [*_interpreter(), *_stdlib(library), *_environment(environment)]
    libraries = sorted(set(_shared_libraries(copied, environment)))
    for link in ("lib", "lib64"):
        if (Path("/") / link).is_symlink():
            (root / link).parent.mkdir(parents=True, exist_ok=True)
            (root / link).symlink_to((Path("/") / link).readlink())
    for path in (*copied, *libraries):
        _copy(path, root)
    _tell_debian_packages([path for path in (*copied, *libraries) if environment not in path.parents], root)
    _write_settings(root)


def _interpreter() -> Iterator[Path]:
    """The program, and the links outside the environment that lead to it."""
    environment = Path(sys.prefix)
    path = environment / "bin" / "python"
    while path.is_symlink():
        if environment not in path.parents:
            yield path
        path = path.parent / path.readlink()
    yield path


def _stdlib(library: Path) -> Iterator[Path]:
    def is_used(path: Path) -> bool:
        if path.parent.name == "lib-dynload" and _UNUSED_MODULES.match(path.name):
            return False
        return path.name not in _UNUSED_OF_THE_LIBRARY and not path.name.startswith("config-")

    files = list(_files(library, is_used))
    # Extension modules whose own library is not installed cannot be imported here either.
    broken = {path for path, said in _loaded_by(filter(_is_library, files)).items() if "not found" in said}
    return (path for path in files if path not in broken)


def _environment(environment: Path) -> Iterator[Path]:
    """The files of the virtual environment without tests; of packages that are only read, what is read."""
    packages = Path(sysconfig.get_path("purelib"))
    wanted, owned = _files_of_vocabularies()

    def is_used(path: Path) -> bool:
        if path.is_dir():
            return path.name not in ("tests", "include")
        within = path.relative_to(packages) if packages in path.parents else None
        return within not in owned or within in wanted

    return _files(environment, is_used)


def _files_of_vocabularies() -> tuple[set[Path], set[Path]]:
    """Which files of the packages that hold vocabularies are read, and which there are, by their paths there.

    Nothing of these packages is imported, so that only files of vocabularies and what pip noted is needed.
    """
    catalog = resources.files("tokenquote") / "models_catalog" / "vocabularies.yaml"
    vocabularies = yaml.safe_load(catalog.read_text())["vocabularies"].values()
    packages = {entry["package"] for entry in vocabularies if "package" in entry}
    wanted = {Path(entry["file"]) for entry in vocabularies if "package" in entry}
    owned = {
        Path(str(file))
        for package in packages
        for file in metadata.files(package) or ()
        if ".dist-info" not in str(file)
    }
    return wanted, owned


def _files(folder: Path, is_used: Callable[[Path], bool]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if not is_used(path):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _files(path, is_used)
        elif path.exists():
            yield path


def _shared_libraries(paths: Iterable[Path], environment: Path) -> Iterator[Path]:
    """The system's libraries that programs and extension modules load, with the loader itself."""
    programs = [path for path in paths if _is_library(path) or (path.parent.name == "bin" and _is_elf(path))]
    for program, said in _loaded_by(programs).items():
        if "not found" in said:
            sys.exit(f"{program} needs a library that is not here:\n{said}")
        for found in re.findall(r"(/\S+) \(0x", said):
            path = Path(found)
            if environment not in path.resolve().parents:
                yield path.parent.resolve() / path.name


def _is_library(path: Path) -> bool:
    return ".so" in path.suffixes


def _loaded_by(paths: Iterable[Path]) -> dict[Path, str]:
    """What ldd says of each file; of several it writes a head before each."""
    # The interpreter's own name stands first, so that there are always several.
    said = _run("ldd", sys.executable, *map(str, paths))
    parts = re.split(r"^(/.*):$", said, flags=re.MULTILINE)[1:]
    return {Path(path): lines for path, lines in zip(parts[::2], parts[1::2], strict=True)}


def _run(*command: str) -> str:
    # Both programs end with a fault where one of many files has no answer, and have answered for the others.
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _copy(path: Path, root: Path) -> None:
    """Links stay links, but for those to libraries and settings, which become what they lead to."""
    target = root / path.relative_to("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    leads_out = path.is_symlink() and (_is_library(path.resolve()) or path.resolve().is_relative_to("/etc"))
    shutil.copy2(path, target, follow_symlinks=leads_out)


def _tell_debian_packages(paths: list[Path], root: Path) -> None:
    """Where distroless images have it: var/lib/dpkg/status.d holds a file for each package."""
    names = [str(name) for path in paths for name in (path, *_before_usr_was_merged(path))]
    found = _run("dpkg-query", "--search", *names)
    packages = {line.split(":")[0] for line in found.splitlines() if not line.startswith("diversion")}
    for package in sorted(packages):
        noted = root / "var/lib/dpkg/status.d" / package
        noted.parent.mkdir(parents=True, exist_ok=True)
        noted.write_text(_run("dpkg-query", "--status", package))
        licence = Path("/usr/share/doc", package, "copyright").resolve()
        kept = root / "usr/share/doc" / package / "copyright"
        kept.parent.mkdir(parents=True)
        shutil.copyfile(licence, kept)


def _before_usr_was_merged(path: Path) -> Iterator[Path]:
    if path.is_relative_to("/usr/lib") or path.is_relative_to("/usr/lib64"):
        yield Path("/") / path.relative_to("/usr")


def _write_settings(root: Path) -> None:
    etc = root / "etc"
    etc.mkdir(exist_ok=True)
    for name in ("ld.so.cache", "nsswitch.conf"):
        if (Path("/etc") / name).exists():
            shutil.copyfile(Path("/etc") / name, etc / name)
    (etc / "passwd").write_text(
        f"root:x:0:0:root:/:/sbin/nologin\nnonroot:x:{_USER}:{_USER}:nonroot:/:/sbin/nologin\n"
    )
    (etc / "group").write_text(f"root:x:0:\nnonroot:x:{_USER}:\n")
    (root / "tmp").mkdir(exist_ok=True)
    for empty in ("dev", "proc", "sys"):
        (root / empty).mkdir(exist_ok=True)
    (root / "tmp").chmod(0o1777)  # for everybody, and nobody removes another's file


if __name__ == "__main__":
    make_root(Path(sys.argv[1]))
