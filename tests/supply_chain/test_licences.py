"""What is shipped says its licence, and docs/licences.md says it again."""

from __future__ import annotations

from email.message import Message
from importlib import metadata
from pathlib import Path

import pytest
from tests.supply_chain.licences_page import licences_page
from tests.supply_chain.shipped import (
    ROOT,
    LicenceMissing,
    licence_of,
    packages,
    pins,
    templates,
    vocabularies,
)

from tokenquote.catalog import CACHE_DIR, load_catalog

NOTICES = ROOT / "service/tokenquote/tokens/vocabularies/ranks"


def test_the_page_is_what_the_packages_and_the_catalog_say() -> None:
    """Otherwise: make licences."""
    assert (ROOT / "docs" / "licences.md").read_text() == licences_page()


def test_every_package_of_the_lock_has_a_licence() -> None:
    elsewhere = {"httpx2-jsfetch"}
    """Of Python in a browser, BSD-3-Clause."""
    assert {package.name for package in packages()} == {pin.name for pin in pins()} - elsewhere


@pytest.mark.parametrize(
    ("fields", "licence"),
    [
        ({"License-Expression": "MIT OR Apache-2.0"}, "MIT OR Apache-2.0"),
        ({"License": "Apache-2.0"}, "Apache-2.0"),
        ({"Classifier": "License :: OSI Approved :: BSD License"}, "BSD-3-Clause"),
        ({"License": "Copyright (c) 2026 somebody, all rights reserved"}, None),
        ({"Classifier": "License :: OSI Approved"}, None),
        ({}, None),
    ],
)
def test_a_package_that_does_not_say_its_licence_is_found(
    fields: dict[str, str], licence: str | None
) -> None:
    said = Message()
    for field, value in {"Name": "new-package", **fields}.items():
        said[field] = value
    data: metadata.PackageMetadata = said  # type: ignore[assignment]
    if licence is None:
        with pytest.raises(LicenceMissing, match="new-package"):
            licence_of(data)
    else:
        assert licence_of(data) == licence


def test_every_vocabulary_that_is_shipped_has_a_licence_and_a_notice() -> None:
    shipped = {
        file.partition(": ")[2] for v in vocabularies() for file in v.files if file.startswith("tokenquote:")
    }
    lying = {path.name for path in NOTICES.glob("*.xz")}
    assert shipped == lying
    notices = "".join(path.read_text() for path in [NOTICES / "NOTICE", *NOTICES.glob("*.NOTICE")])
    ours = {"claude_v3.json.xz", "claude_v4.7.json.xz"}
    """Those of ctok, whose licence lies beside them as LICENSE.ctok."""
    for name in lying - ours:
        assert name in notices or (name.endswith("_base.tiktoken.xz") and "*_base.tiktoken.xz" in notices), (
            name
        )
    assert all(v.licence for v in load_catalog(cache_dir=CACHE_DIR).vocabularies.values())


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("{#- The chat template of acme/chat, as published (MIT), with one value more. -#}", ["MIT"]),
        ("{#- Acme's format, written from what it publishes. -#}", []),
        ("{#- The chat template of acme/chat, as published. -#}", None),
        ("{{ bos_token }}", None),
    ],
)
def test_a_template_of_others_says_its_licence(head: str, found: list[str] | None, tmp_path: Path) -> None:
    (tmp_path / "acme.jinja").write_text(head + "{{ messages }}")
    if found is None:
        with pytest.raises(LicenceMissing, match=r"acme\.jinja"):
            list(templates(tmp_path))
    else:
        assert [each.licence for each in templates(tmp_path)] == found
