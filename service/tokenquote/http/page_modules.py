"""Which modules a document loads, so that a browser may ask for all of them at once.

Without that it learns of a module only once it has read the one that imports it: four or five journeys to the
service, one after the other.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

__all__ = ["imported_modules"]

_ENTRY = re.compile(r'<script type="module" src="/static/([^"]+)"')
_IMPORT = re.compile(r'^(?:import|export|\}) ?[^;"]*"(\.{1,2}/[^"]+)"', re.MULTILINE)
"""An import of a relative path, on one line or at the end of several; not what `import()` loads later."""


def imported_modules(document: str, contents: Mapping[str, bytes]) -> list[str]:
    """Return the paths of all modules that the scripts of a document import, directly or not, in order.

    Args:
        document: the HTML, with the paths of its scripts as they stand in the folder.
        contents: the files of the folder by their paths.

    Raises:
        KeyError: a module that is imported is not there.
    """
    found = dict.fromkeys(_ENTRY.findall(document))
    waiting = list(found)
    while waiting:
        path = waiting.pop(0)
        for relative in _IMPORT.findall(contents[path].decode()):
            imported = posixpath.normpath(posixpath.join(posixpath.dirname(path), relative))
            if imported not in found:
                found[imported] = None
                waiting.append(imported)
    return list(found)
