"""What may lie in a folder besides good files: none of it is read without end, waited for or ignored."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from tests.catalog.test_loading import HEAD, MODEL, SHARED, catalog_at

from tokenquote.catalog import CatalogError, load_catalog, read_folder
from tokenquote.catalog.folders import MAX_YAML_BYTES

PLAIN = HEAD + MODEL
OWN = "providers/own.yaml"


def problems_of(folder: Path) -> tuple[str, ...]:
    with pytest.raises(CatalogError) as caught:
        load_catalog(shipped=folder)
    return caught.value.problems


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small catalog without a mistake."""
    return catalog_at(tmp_path / "catalog", {"providers/acme.yaml": PLAIN})


def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / OWN)
    assert problems_of(folder) == (f"{OWN}: a pipe, a device or a socket, not a file",)


def test_a_socket_is_not_opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder / "providers")  # paths of sockets are short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("own.yaml")
        assert problems_of(folder) == (f"{OWN}: a pipe, a device or a socket, not a file",)


def test_a_folder_with_the_name_of_a_file_is_refused(folder: Path) -> None:
    (folder / OWN).mkdir()
    (folder / "gpus.yaml").mkdir()
    assert problems_of(folder) == (
        "gpus.yaml: a folder, not a file",
        f"{OWN}: a folder, not a file",
    )


@pytest.mark.parametrize("target", ["/dev/zero", "/etc/passwd", "../../outside.yaml"])
def test_a_link_to_a_place_outside_is_refused(folder: Path, target: str) -> None:
    (folder.parent / "outside.yaml").write_text(PLAIN)
    (folder / OWN).symlink_to(target)
    assert problems_of(folder) == (
        f"{OWN}: a link to a place outside the catalog's folder; put the file itself here",
    )


def test_a_link_to_a_folder_outside_is_refused(folder: Path) -> None:
    (folder.parent / "weights").mkdir()
    (folder.parent / "weights" / "meta.yaml").write_text("models: []\n")
    (folder / "open_weights").symlink_to(folder.parent / "weights")
    (problem,) = problems_of(folder)
    assert problem.startswith("open_weights/meta.yaml: a link to a place outside")


@pytest.mark.parametrize("target", ["own.yaml", "nowhere.yaml"])
def test_a_link_in_a_circle_or_to_nothing_is_refused(folder: Path, target: str) -> None:
    (folder / OWN).symlink_to(target)
    (problem,) = problems_of(folder)
    assert problem.startswith(f"{OWN}: cannot be read: ")


def test_a_folder_that_is_gone_is_told_and_not_left_out(folder: Path) -> None:
    """Its prices would silently be those of the catalog below."""
    (folder / "open_weights").symlink_to("..data/open_weights")
    (folder / "templates").write_text("")
    assert problems_of(folder) == ("open_weights: no folder", "templates: no folder")


def test_a_folder_linked_in_a_circle_ends(folder: Path) -> None:
    (folder / "again").symlink_to(folder)
    assert len(load_catalog(shipped=folder).models) == 1


def test_links_inside_are_followed_as_configmaps_of_kubernetes_have_them(tmp_path: Path) -> None:
    """`providers` links to `..data/providers`, and `..data` to the folder of the latest version."""
    catalog_at(tmp_path / "..2026_11_29", {"providers/acme.yaml": PLAIN})
    (tmp_path / "..data").symlink_to("..2026_11_29")
    for name in (*SHARED, "providers"):
        (tmp_path / name).symlink_to(f"..data/{name}")
    assert list(load_catalog(shipped=tmp_path).models) == ["acme/one"]


def test_a_folder_that_is_itself_a_link_is_read(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    assert list(load_catalog(shipped=tmp_path / "link").models) == ["acme/one"]


def test_a_file_of_a_hundred_megabytes_is_refused_unread(folder: Path) -> None:
    with (folder / OWN).open("wb") as file:
        file.truncate(100_000_000)
    assert problems_of(folder) == (
        f"{OWN}: 100000000 bytes are more than the {MAX_YAML_BYTES} that a file may have",
    )


def test_a_file_that_may_not_be_read_is_named(folder: Path) -> None:
    (folder / OWN).write_text(PLAIN)
    (folder / OWN).chmod(0)
    if os.access(folder / OWN, os.R_OK):
        pytest.skip("this user may read everything")
    assert problems_of(folder) == (f"{OWN}: cannot be read: Permission denied",)


@pytest.mark.parametrize(
    "name",
    [
        "provider/own.yaml",
        "prices.yml",
        "generated/own.yaml",
        "providers/sub/own.yaml",
        "generated/sub/own.yml",
    ],
)
def test_a_file_where_no_catalog_has_one_is_told_and_not_left_out(folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True, parents=True)
    (folder / name).write_text(PLAIN)
    (problem,) = problems_of(folder)
    assert problem.startswith(f"{name}: no file of a catalog; those are ")
    assert problem.endswith(". A provider's file belongs here: providers/prices.yml") == ("/" not in name)


@pytest.mark.parametrize("name", [".own.yaml.swp", ".own.yaml", "own.yaml~", "..data/providers/own.yaml"])
def test_what_editors_and_kubernetes_keep_is_left_alone(folder: Path, name: str) -> None:
    (folder / "providers" / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / "providers" / name).write_text("no: [catalog")
    assert list(load_catalog(shipped=folder).models) == ["acme/one"]


def test_the_fingerprint_is_of_the_content(folder: Path) -> None:
    before = read_folder(folder).fingerprint
    (folder / "providers" / "acme.yaml").write_text(PLAIN)
    assert read_folder(folder).fingerprint == before
    (folder / "providers" / "acme.yaml").write_text(PLAIN.replace('"1"', '"3"'))
    changed = read_folder(folder).fingerprint
    (folder / "providers" / "acme.yaml").rename(folder / "providers" / "best.yaml")
    assert len({before, changed, read_folder(folder).fingerprint}) == 3
