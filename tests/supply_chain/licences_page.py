"""Write docs/licences.md: `python -m tests.supply_chain.licences_page > docs/licences.md`."""

from __future__ import annotations

from collections.abc import Iterable

from tests.supply_chain.shipped import Shipped, packages, page_libraries, templates, vocabularies

__all__ = ["licences_page"]

_HEAD = """\
# Licences of what is shipped

Tokenquote is under the MIT licence ([LICENSE](../LICENSE)). With it comes what others made. `make
licences` writes this page from what packages, the catalog and the page's own list say, and a test fails
where one of them does not say its licence. Versions are in `requirements/service.txt`; `make sbom`
writes all of it as a bill of materials.

## Packages

What `make serve` and the image install; the wheel of Tokenquote holds none of them. Most bring the text
of their licence in their `.dist-info`, which the image keeps. Of packages that hold vocabularies it
keeps besides these files alone.
"""
_VOCABULARIES = """
## Vocabularies

The files that texts are counted with. Those of `tokenquote` lie in its wheel, with their notices beside
them (`tokens/vocabularies/ranks`); the others come with the package named. The licences of Llama 3 and 4
ask whoever passes the vocabulary on to add a copy of the licence: do so if you publish an image that you
have built.
"""
_TEMPLATES = """
## Chat templates

Those that are the text of others; the rest of `models_catalog/templates` was written for Tokenquote from
published formats, as the head of each file says.
"""
_PAGE = """
## Libraries of the web page

They lie in the wheel, `http/page/vendor`, each with its licence. `axe-core` (MPL-2.0) tests the page and
is not shipped.
"""
_IMAGE = """
## The image

It holds Python (PSF-2.0) and the libraries of Debian that Python and the packages load, such as those of
C and OpenSSL. What Debian says of the licence of each lies in the image, in
`/usr/share/doc/*/copyright`, and its name and version in `/var/lib/dpkg/status.d`, where scanners look.
"""


def licences_page() -> str:
    """The whole page."""
    return "".join(
        [
            _HEAD,
            _table(("package", "licence"), ((p.name, p.licence) for p in packages())),
            _VOCABULARIES,
            _table(
                ("file", "licence", "vocabularies"), ((v.files[0], v.licence, v.name) for v in vocabularies())
            ),
            _TEMPLATES,
            _table(("template", "licence", "of"), ((t.name, t.licence, t.source) for t in templates())),
            _PAGE,
            _table(("file", "licence", "library"), _page_rows(page_libraries())),
            _IMAGE,
        ]
    )


def _page_rows(libraries: Iterable[Shipped]) -> Iterable[tuple[str, str, str]]:
    return ((library.files[0], library.licence, f"{library.name} {library.version}") for library in libraries)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n" + "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


if __name__ == "__main__":
    print(licences_page(), end="")
