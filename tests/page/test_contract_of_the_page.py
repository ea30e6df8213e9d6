"""The page reads what the published document has, sends what is served, and has words for all of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import tokenquote.http
from tokenquote.http.openapi import openapi_document
from tokenquote_client.endpoints import ENDPOINTS

PAGE = Path(tokenquote.http.__file__).parent / "page"
MODULES = sorted((PAGE / "quote").rglob("*.js"))
LANGUAGES = ("en", "zh")
SECTIONS = ("quote", "plan", "figures")


def _schemas_read() -> dict[str, list[list[str]]]:
    """Return the fields that the page reads, by schema: each with the schema that it holds, if any."""
    text = (PAGE / "quote" / "contract.js").read_text()
    listed = json.loads(text.split("export const SCHEMAS = ")[1].split(";\n")[0])
    return {name: [field.split(":") for field in " ".join(lines).split()] for name, lines in listed.items()}


def _published() -> dict[str, Any]:
    found: dict[str, Any] = openapi_document()["components"]["schemas"]
    return found


def _schemas_named(schema: Any) -> set[str]:
    """Return the names of all schemas that a field's schema refers to, at any depth but theirs."""
    return set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(schema)))


@pytest.mark.parametrize("name", _schemas_read())
def test_every_field_that_the_page_reads_is_published(name: str) -> None:
    published = _published()[name]["properties"]
    for field, *part in _schemas_read()[name]:
        assert field in published, f"{name}.{field}"
        if part:
            assert part[0] in _schemas_named(published[field]), f"{name}.{field} holds no {part[0]}"


def test_every_path_that_the_page_asks_is_served() -> None:
    served = {row.path.split("{")[0] for row in ENDPOINTS}
    asked = {path for module in MODULES for path in re.findall(r"[`\"](/v1/[a-z/-]+)", module.read_text())}
    assert {"/v1/quotes", "/v1/comparisons", "/v1/deployments", "/v1/models"} <= asked
    assert all(path in served or f"{path}/" in served for path in asked), asked - served


def _words(language: str) -> dict[str, str]:
    """Return the words of the page's own sections, by key."""
    found: dict[str, str] = {}
    for section in SECTIONS:
        text = (PAGE / "words" / language / f"{section}.js").read_text()
        body = text.split("export default {", 1)[1].rsplit("};", 1)[0]
        words: dict[str, str] = json.loads("{" + body.strip().rstrip(",") + "}")
        assert not found.keys() & words.keys(), "a key stands in two sections"
        found |= words
    return found


def test_the_page_has_words_for_every_key_that_it_names() -> None:
    named = {key for module in MODULES for key in re.findall(r'"(quote\.[a-z][\w.-]*)"', module.read_text())}
    assert len(named) > 200
    assert named <= _words("en").keys(), named - _words("en").keys()


def test_both_languages_say_the_same_things_of_the_same_values() -> None:
    english, chinese = _words("en"), _words("zh")
    assert english.keys() == chinese.keys()
    for key, text in english.items():
        assert set(re.findall(r"\{(\w+)\}", text)) == set(re.findall(r"\{(\w+)\}", chinese[key])), key
        assert re.search(r"[一-鿿]", chinese[key]) or text == chinese[key], key


def test_words_for_what_the_service_may_say_name_real_things() -> None:
    """Purposes and methods come from the service: a word for none of them is a mistake."""
    published = json.dumps(_published())
    for key in _words("en"):
        area, _, name = key.removeprefix("quote.").partition(".")
        if area in ("purpose", "method") and not name.endswith(".say"):
            assert f'"{name}"' in published, key


def test_no_module_of_the_page_is_long() -> None:
    for path in [*MODULES, *(PAGE / "css").glob("*.css")]:
        lines = len(path.read_text().splitlines())
        assert lines <= (300 if path.suffix == ".js" else 500), f"{path.name}: {lines} lines"
