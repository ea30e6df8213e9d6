"""docker/image_root.py: what the image needs of the machine it is built on. `make image` runs all of it."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

PROGRAM = Path(__file__).parents[2] / "docker" / "image_root.py"


@pytest.fixture(scope="module")
def image_root() -> ModuleType:
    found = importlib.util.spec_from_file_location("image_root", PROGRAM)
    assert found
    assert found.loader
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.mark.skipif(sys.platform != "linux", reason="asks ldd")
def test_the_libraries_of_the_system_are_found_with_their_loader(image_root: ModuleType) -> None:
    program = Path(importlib.import_module("numpy._core._multiarray_umath").__file__ or "")
    names = {path.name for path in image_root._shared_libraries([program], Path(sys.prefix))}
    assert {"libc.so.6", "libm.so.6"} <= names
    assert any(name.startswith("ld-linux") for name in names)
    # numpy's own libraries lie in the environment, which is copied as a whole.
    assert not any("openblas" in name for name in names)


@pytest.mark.skipif(sys.platform != "linux", reason="asks ldd")
def test_a_library_that_is_missing_ends_it(
    image_root: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = tmp_path / "x.so"
    said = {library: "\tlibabsent.so.1 => not found\n"}
    monkeypatch.setattr(image_root, "_loaded_by", lambda paths: said)
    with pytest.raises(SystemExit, match=r"libabsent\.so\.1"):
        list(image_root._shared_libraries([library], tmp_path))


def test_tests_and_links_to_nowhere_are_left_out(image_root: ModuleType, tmp_path: Path) -> None:
    for name in ("a.py", "tests/test_a.py", "deep/b.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "nowhere").symlink_to("absent")
    found = image_root._files(tmp_path, lambda path: path.name != "tests")
    assert [str(path.relative_to(tmp_path)) for path in found] == ["a.py", "deep/b.py"]


def test_only_a_link_that_leads_out_of_the_copy_is_followed(image_root: ModuleType, tmp_path: Path) -> None:
    """A library's file has the version in its name, and programs ask for it by the link without."""
    source, root = tmp_path / "source", tmp_path / "root"
    source.mkdir()
    (source / "libx.so.1.2").write_text("library")
    (source / "libx.so.1").symlink_to("libx.so.1.2")
    (source / "python3.13").write_text("program")
    (source / "python3").symlink_to("python3.13")
    for name in ("libx.so.1", "python3", "python3.13"):
        image_root._copy(source / name, root)
    copied = root / source.relative_to("/")
    assert (copied / "libx.so.1").read_text() == "library"
    assert not (copied / "libx.so.1").is_symlink()
    assert (copied / "python3").is_symlink()
    assert (copied / "python3").read_text() == "program"
