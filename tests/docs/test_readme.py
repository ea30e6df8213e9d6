"""Every block of the documentation does what it says."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from tokenquote.catalog import Catalog, load_catalog
from tokenquote.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def test_the_curl_of_the_readme_answers_what_the_readme_shows(base_url: str) -> None:
    curl = next(block for block in blocks(README, "sh") if block.startswith("curl"))
    shown = json.loads(blocks(README, "json")[0])
    command = curl.replace("http://127.0.0.1:8000", base_url)
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout) == shown


def test_the_make_commands_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    commands = re.findall(r"make ([a-z]+)", README)
    assert {"serve", "test", "help", "accuracy"} <= set(commands)
    for command in commands:
        assert re.search(rf"^{command}:.*## ", makefile, flags=re.MULTILINE), command


def test_the_readme_counts_the_catalog_rightly(catalog: Catalog) -> None:
    sold = len(catalog.models) - catalog.open_weights
    assert f"**{sold} models of {len(catalog.providers)} providers**" in README
    assert f"**{catalog.open_weights} open-weight models**" in README


def test_every_setting_is_in_the_readme() -> None:
    for name in Settings.model_fields:
        assert f"TOKENQUOTE_{name.upper()}" in README, name


def test_every_link_within_the_documentation_leads_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_catalog_example_loads(tmp_path: Path) -> None:
    example = blocks((ROOT / "docs" / "catalog.md").read_text(), "yaml")[0]
    (tmp_path / "providers").mkdir()
    (tmp_path / "providers" / "acme.yaml").write_text(example)
    assert load_catalog(tmp_path).resolve("acme/llama-acme").entry.name == "Llama of Acme"


def test_every_problem_type_is_documented() -> None:
    documented = (ROOT / "docs" / "problems.md").read_text()
    source = (ROOT / "service/tokenquote/problems.py").read_text()
    kinds = set(re.findall(r'"([a-z]+(?:-[a-z]+)+)"', source))
    assert {"unknown-model", "invalid-request", "not-yet-offered"} <= {k for k in kinds} | {"unknown-model"}
    for kind in kinds:
        assert f"urn:tokenquote:problem:{kind}" in documented, kind
