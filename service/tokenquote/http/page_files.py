"""The files of the web page: read once, each compressed once, and named by what they hold.

Their path begins with a revision, a hash of all of them. So a browser may keep each forever, and modules that
import each other by relative paths are always of one release.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path

from tokenquote.http.page_frame import FRAME, frame_document
from tokenquote.http.page_modules import imported_modules

__all__ = ["DOCUMENTS", "STATIC", "PageFile", "PageFiles", "page_files"]

DOCUMENTS: Mapping[str, str] = {
    "index.html": "/",
    "catalog.html": "/catalog",
    "accuracy.html": "/accuracy",
    "docs.html": "/docs",
}
"""The documents, each by its file, and the path under which it is served."""
STATIC = "/static/"
"""How every path of a file begins; documents name files as `/static/css/frame.css`."""
_MEDIA_TYPES: Mapping[str, str] = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
"""What is served; Litestar adds the character set to texts.

Other files, such as licences, are for readers of the source.
"""


class PageFile:
    """One file as it is served.

    Args:
        content: what it holds.
        media_type: its Content-Type.
    """

    def __init__(self, content: bytes, media_type: str) -> None:
        self.content = content
        self.media_type = media_type
        # Weak, as the compressed content has the same tag.
        self.etag = f'W/"{hashlib.sha256(content).hexdigest()[:16]}"'

    @cached_property
    def compressed(self) -> bytes:
        """The content in gzip's format."""
        return gzip.compress(self.content, mtime=0)


class PageFiles:
    """All files below a folder, by their path inside it.

    Args:
        folder: the folder.

    Raises:
        OSError: a file cannot be read.
        KeyError: a module imports one that is not there, or a document has no path.
        ValueError: a document or the frame around it lacks a part.
    """

    def __init__(self, folder: Path) -> None:
        found = sorted(path for path in folder.rglob("*") if path.suffix in _MEDIA_TYPES)
        contents = {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
        self.revision = _revision(contents)
        """A hash of all contents; it changes whenever a file does."""
        self._files = {name: self._prepare(name, contents) for name in contents if name != FRAME}

    def find(self, name: str) -> PageFile | None:
        """Return the file of this path inside the folder; None: there is none."""
        return self._files.get(name)

    def _prepare(self, name: str, contents: Mapping[str, bytes]) -> PageFile:
        content, suffix = contents[name], Path(name).suffix
        if suffix == ".html":
            document = frame_document(contents[FRAME].decode(), content.decode(), DOCUMENTS[name])
            document = _with_preloads(document, contents)
            content = document.replace(f'="{STATIC}', f'="{STATIC}{self.revision}/').encode()
        return PageFile(content, _MEDIA_TYPES[suffix])


def _with_preloads(document: str, contents: Mapping[str, bytes]) -> str:
    links = [
        f'    <link rel="modulepreload" href="{STATIC}{path}" />\n'
        for path in imported_modules(document, contents)
    ]
    return document.replace("  </head>", f"{''.join(links)}  </head>")


def _revision(contents: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in contents.items():
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:12]


@cache
def page_files() -> PageFiles:
    """Return the files that come with the service."""
    return PageFiles(Path(str(files("tokenquote.http") / "page")))
