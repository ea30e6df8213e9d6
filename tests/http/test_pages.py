"""The web page over a socket: its documents and files, what browsers may keep of them, and their policy."""

from __future__ import annotations

import gzip
import re

import httpx2
import pytest

DOCUMENTS = ("/", "/catalog", "/accuracy", "/docs")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'"
    "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def _links(http: httpx2.Client, path: str) -> list[str]:
    return re.findall(r'(?:src|href)="(/static/[^"]+)"', http.get(path).text)


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_and_its_files_have_the_strict_policy(http: httpx2.Client, path: str) -> None:
    links = _links(http, path)
    assert len(links) > 4
    for address in (path, *links):
        answer = http.get(address)
        assert answer.status_code == 200, address
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_names_no_outside_host_and_holds_no_script_of_its_own(
    http: httpx2.Client, path: str
) -> None:
    text = http.get(path).text
    assert re.findall(r'(?:src|href|action)="(?![/#])', text) == []
    assert re.findall(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", text) == []


def test_files_are_kept_forever_and_documents_are_asked_for_again(http: httpx2.Client) -> None:
    assert http.get("/").headers["cache-control"] == "no-cache"
    file = http.get(_links(http, "/")[0])
    assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
    another_release = re.sub("/static/[0-9a-f]+/", "/static/0123456789ab/", str(file.url))
    assert http.get(another_release).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", [*DOCUMENTS, "/openapi.json"])
def test_what_has_not_changed_is_not_sent_again(http: httpx2.Client, path: str) -> None:
    first = http.get(path)
    second = http.get(path, headers={"if-none-match": f'"other", {first.headers["etag"]}'})
    assert (second.status_code, second.content) == (304, b"")
    assert second.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip", "gzip"),
        ("br, gzip;q=0.5", "gzip"),
        ("*", "gzip"),
        ("GZIP", "gzip"),
        ("identity", None),
        ("gzip;q=0", None),
        ("gzip; q=0.000", None),
        ("br", None),
        ("*;q=0", None),
        ("gzip;q=0, *", None),
    ],
)
def test_content_is_compressed_for_whoever_takes_it(
    http: httpx2.Client, accepted: str, encoding: str | None
) -> None:
    answer = http.get("/openapi.json", headers={"accept-encoding": accepted})
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.json()["openapi"] == "3.1.0"


def test_the_compressed_content_is_the_content(http: httpx2.Client) -> None:
    with http.stream("GET", "/docs", headers={"accept-encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())
    assert gzip.decompress(raw) == http.get("/docs", headers={"accept-encoding": "identity"}).content
    assert len(raw) == int(packed.headers["content-length"])


@pytest.mark.parametrize("path", DOCUMENTS)
def test_head_answers_the_head_alone(http: httpx2.Client, path: str) -> None:
    answer = http.head(path, headers={"accept-encoding": "identity"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) == len(http.get(path).content)


@pytest.mark.parametrize(
    "path",
    [
        "/static/%00",
        "/static/x/%00",
        "/static/x/" + "a" * 8000,
        "/static/x/" + "a/" * 2000,
        "/static/x/../pages.py",
        "/static/x/%2e%2e/pages.py",
        "/static/x/%2fetc/passwd",
        "/static/x/vendor/LICENSE.uplot",
        "/static/",
        "/static",
        "/index.html",
    ],
)  # fmt: skip
def test_what_is_no_file_is_a_problem(http: httpx2.Client, path: str) -> None:
    answer = http.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "Not Found"


def test_the_pages_take_no_other_method(http: httpx2.Client) -> None:
    assert http.post("/").status_code == 405


def test_a_long_list_is_compressed_for_whoever_takes_it(http: httpx2.Client) -> None:
    plain = http.get("/v1/models", headers={"accept-encoding": "identity"})
    packed = http.get("/v1/models", headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.json() == plain.json()
    assert int(packed.headers["content-length"]) * 8 < int(plain.headers["content-length"])
    again = http.get("/v1/models", headers={"if-none-match": packed.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_names_all_modules_that_its_script_imports(http: httpx2.Client, path: str) -> None:
    """Each import of a module on the list is on the list, and nothing else but the entry is."""
    document = http.get(path).text
    entry = re.findall(r'<script type="module" src="([^"]+)"', document)
    named = re.findall(r'<link rel="modulepreload" href="([^"]+)"', document)
    imported = set(entry)
    for module in named:
        text = http.get(module).text
        imported |= {
            httpx2.URL("http://host" + module).join(found).path
            for found in re.findall(r' from "(\.[^"]+)"', text)
        }
    assert set(named) == imported
    assert len(named) == len(set(named)) > 3
