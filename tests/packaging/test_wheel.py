"""What is built and installed, not only what lies in the checkout."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_wheel_holds_catalog_vocabularies_docs_page_and_type_markers(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "tokenquote/models_catalog/providers/openai.yaml",
        "tokenquote/models_catalog/counting.yaml",
        "tokenquote/tokens/vocabularies/ranks/o200k_base.tiktoken.xz",
        "tokenquote/tokens/vocabularies/ranks/NOTICE",
        "tokenquote/tokens/vocabularies/ranks/LICENSE.apache-2.0",
        "tokenquote/tokens/vocabularies/ranks/claude_v3.json.xz",
        "tokenquote/tokens/vocabularies/ranks/claude_v4.7.json.xz",
        "tokenquote/tokens/vocabularies/ranks/LICENSE.ctok",
        "tokenquote/http/page/index.html",
        "tokenquote/http/page/frame/frame.js",
        "tokenquote/http/page/vendor/uPlot.esm.js",
        "tokenquote/http/page/vendor/LICENSE.uplot",
        "tokenquote/py.typed",
        "tokenquote_client/py.typed",
    } <= names
    assert wheel.stat().st_size < 8_000_000


def test_the_catalog_and_vocabularies_in_the_wheel_answer(wheel: Path, tmp_path: Path) -> None:
    """Unpacked elsewhere, with no checkout in sight."""
    zipfile.ZipFile(wheel).extractall(tmp_path)
    program = (
        f"import sys; sys.path[:0] = [{str(tmp_path)!r}]\n"
        "from tokenquote.catalog import load_catalog, shipped_catalog\n"
        "from tokenquote.tokens import Vocabularies\n"
        "catalog = load_catalog()\n"
        f"assert str(shipped_catalog()).startswith({str(tmp_path)!r}), shipped_catalog()\n"
        "vocabularies = Vocabularies(catalog.vocabularies)\n"
        "names = ('o200k_base', 'claude-v3', 'claude-v4.7')\n"
        "print(*(vocabularies.count(name, 'hello world') for name in names))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    assert done.stdout.split() == ["2", "2", "3"]


def test_importing_the_contract_brings_nothing_of_the_service() -> None:
    """Pydantic is all that the wire models need."""
    program = (
        "import sys, tokenquote_client\n"
        "heavy = {'numpy', 'yaml', 'tiktoken', 'litestar', 'click', 'tokenquote', 'prometheus_client'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


def test_every_pinned_package_has_a_hash_and_no_host_is_named() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        lines = path.read_text().splitlines()
        pins = [line for line in lines if "==" in line and not line.startswith(" ")]
        assert len(pins) > (0 if path.stem in ("build", "ctok", "fuzz", "prices") else 20)
        assert all(line.endswith("\\") for line in pins), path
        assert not [line for line in lines if "://" in line or "index-url" in line], path
