"""Every block of the documentation does what it says."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from tokenquote.catalog import Catalog, load_catalog
from tokenquote.errors import ProblemKind
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


def test_the_other_curl_answers(base_url: str) -> None:
    """1,920 x 1,080 pixels are 2,691 tokens of Claude."""
    curl = next(block for block in blocks(README, "sh") if "/v1/media" in block)
    command = curl.replace("http://127.0.0.1:8000", base_url)
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout)["tokens"] == 2691


def test_the_body_is_counted(base_url: str) -> None:
    """3 a request, 4 around the message of 2."""
    curl = next(block for block in blocks(README, "sh") if "/v1/tokens" in block)
    command = curl.replace("http://127.0.0.1:8000", base_url)
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout)["input_tokens"] == 9


def test_the_page_on_tokens_shows_what_is_answered(base_url: str) -> None:
    page = (ROOT / "docs" / "tokens.md").read_text()
    command = blocks(page, "sh")[0].replace("http://127.0.0.1:8000", base_url)
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout) == json.loads(blocks(page, "json")[0])


def test_the_plan_of_the_page_on_tokens_is_quoted(tmp_path: Path) -> None:
    """3 + 4 + 5; the call 3 + 5 + 6, its result 2 + 3 + 6; the answer 4 + 4, the next question 4 + 3."""
    plan = tmp_path / "plan.yaml"
    plan.write_text(blocks((ROOT / "docs" / "tokens.md").read_text(), "yaml")[0])
    command = [str(Path(sys.executable).parent / "tokenquote"), "quote", str(plan), "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert [row["input_tokens"] for row in json.loads(done.stdout)["requests"]] == [12, 37, 52]


def test_the_deployment_prints_what_the_readme_says(base_url: str) -> None:
    curl = next(block for block in blocks(README, "sh") if "/v1/deployments" in block)
    command = curl.replace("http://127.0.0.1:8000", base_url)
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=True)
    assert f"prints `{done.stdout.strip()}`" in README


def test_the_example_deployment_is_answered() -> None:
    command = [str(Path(sys.executable).parent / "tokenquote"), "deployment", "docs/deployment.yaml"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert "hosting is cheaper from" in done.stdout


@pytest.mark.parametrize(
    ("block", "printed"),
    [
        pytest.param(0, "18300 {cost}", id="client"),
        pytest.param(
            1, "131072 32 layers x 8 KV heads x (128 + 128) x 2 bytes x 8192 tokens", id="in process"
        ),
    ],
)
def test_the_python_blocks_print(base_url: str, catalog: Catalog, block: int, printed: str) -> None:
    """120 x 55 + 260 x 45 of input, of which 12,672 are read from the cache, and 2,600 of output."""
    program = blocks(README, "python")[block].replace("http://127.0.0.1:8000", base_url)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    today = catalog.models["openai/gpt-5.4-mini"].prices_on(dt.datetime.now(dt.UTC))
    assert today is not None
    rates = today.rates.stated()
    cost = (5628 * rates["input"] + 12_672 * rates["cache_read"] + 2600 * rates["output"]) / 1_000_000
    assert done.stdout.startswith(printed.format(cost=f"{cost:f}".rstrip("0")))


def test_the_command_line_block_prints_what_the_picture_shows() -> None:
    block = next(block for block in blocks(README, "sh") if "tokenquote quote" in block)
    command = block.replace(".venv/bin/tokenquote", str(Path(sys.executable).parent / "tokenquote"))
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    picture = (ROOT / "docs/images/quote.svg").read_text()
    for figure in ("36,300", "28,800", "$0.023085*", "$23.085*"):
        assert figure in done.stdout
        assert figure in picture


def test_the_make_commands_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    commands = re.findall(r"make ([a-z]+)", README)
    assert {"serve", "test", "help", "accuracy"} <= set(commands)
    for command in commands:
        assert re.search(rf"^{command}:.*## ", makefile, flags=re.MULTILINE), command


def test_no_page_for_people_counts_the_catalog() -> None:
    """A new model is one YAML file; a number in a text would be a second."""
    for page in (README, (ROOT / "CHANGELOG.md").read_text()):
        assert re.findall(r"[0-9,]+ (?:open-weight )?(?:models|GPUs|providers)\b", page) == []


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
    assert len(get_args(ProblemKind)) >= 5
    for kind in get_args(ProblemKind):
        assert f"urn:tokenquote:problem:{kind}" in documented, kind
