"""What requirements/left_out.in takes out of the service's lock is asked for by others and not needed."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

REQUIREMENTS = Path(__file__).parents[2] / "requirements"

# Whatever is installed and not pinned for the service is absent, as in the image: importing it fails.
PROGRAM = """
import importlib, pkgutil, sys
absent = set(sys.argv[1:])
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
import tokenquote, tokenquote_client
for package in (tokenquote, tokenquote_client):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
from tokenquote.catalog import CACHE_DIR, load_catalog
from tokenquote.tokens import Vocabularies
vocabularies = Vocabularies(load_catalog(cache_dir=CACHE_DIR).vocabularies)
# One of each library: tiktoken's and toktok's, sentencepiece's, tokenizers'.
names = ("o200k_base", "llama3", "mistral-spm-v1", "deepseek")
print(*(vocabularies.count(name, "hello world") for name in names))
"""


def _named(path: Path) -> set[str]:
    return {_plain(name) for name in re.findall(r"^([A-Za-z0-9][\w.-]*)", path.read_text(), re.MULTILINE)}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_service_works_without_what_is_left_out() -> None:
    pinned = _named(REQUIREMENTS / "service.txt")
    shipped = pinned | {"tokenquote", "tokenquote-client"}
    absent = [
        module
        for module, distributions in metadata.packages_distributions().items()
        if module.isidentifier() and not {_plain(name) for name in distributions} & shipped
    ]
    assert {"faker", "httpx", "huggingface_hub", "PIL", "pygments", "requests"} <= set(absent)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *absent], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stderr == ""
    assert done.stdout.split() == ["2", "2", "3", "2"]


def test_what_is_left_out_is_asked_for_by_what_is_pinned() -> None:
    pinned, left_out = _named(REQUIREMENTS / "service.txt"), _named(REQUIREMENTS / "left_out.in")
    assert not pinned & left_out
    asked_for = {
        _plain(found[0])
        for distribution in metadata.distributions()
        if _plain(distribution.name) in pinned
        for line in distribution.requires or ()
        if "extra ==" not in line and (found := re.match(r"[\w.-]+", line))
    }
    assert left_out <= asked_for
    # Nothing else is missing from the lock but what other systems and other versions of Python need.
    elsewhere = {"colorama", "exceptiongroup", "importlib-metadata", "importlib-resources", "tomli"}
    assert asked_for - left_out - pinned <= elsewhere


def test_nothing_that_only_builds_is_in_the_service() -> None:
    assert _named(REQUIREMENTS / "build.txt") & _named(REQUIREMENTS / "service.txt") == set()
