"""What can be said of docker/Dockerfile without an engine; `make image` builds and runs it."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker" / "Dockerfile").read_text()


def instructions() -> list[tuple[str, str]]:
    """Keyword and rest of each instruction, continued lines joined."""
    joined = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", TEXT, flags=re.MULTILINE))
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in joined.splitlines() if line.strip()]


def last_stage() -> dict[str, str]:
    """The last stage's instructions that may stand once."""
    found = instructions()
    start = max(i for i, (keyword, _) in enumerate(found) if keyword == "FROM")
    return dict(found[start:])


def test_the_image_starts_from_nothing() -> None:
    assert instructions()[0] == ("ARG", "BASE=python:3.13-slim")
    assert [rest for keyword, rest in instructions() if keyword == "FROM"] == [
        "${BASE} AS builder",
        "scratch",
    ]


def test_the_service_runs_as_nobody_and_gets_its_signals() -> None:
    stage = last_stage()
    assert stage["USER"] == "65532:65532"
    assert json.loads(stage["ENTRYPOINT"]) == ["tokenquote"]
    assert json.loads(stage["CMD"]) == ["serve"]
    assert (stage["STOPSIGNAL"], stage["EXPOSE"]) == ("SIGTERM", "8000")
    assert stage["HEALTHCHECK"].endswith('CMD ["tokenquote", "health"]')
    assert "TOKENQUOTE_HOST=0.0.0.0" in stage["ENV"]


def test_only_what_the_service_needs_reaches_the_image() -> None:
    assert last_stage()["COPY"] == "--from=builder /image /"
    assert "RUN" not in last_stage()
    made = [rest for keyword, rest in instructions() if keyword == "RUN"][-1]
    assert made == "/opt/tokenquote/bin/python docker/image_root.py /image"


def test_it_writes_nowhere() -> None:
    """The catalog is kept nowhere; python writes no bytecode."""
    assert "TOKENQUOTE_CACHE_DIR= " in last_stage()["ENV"]
    assert "PYTHONDONTWRITEBYTECODE=1" in last_stage()["ENV"]


def test_nothing_is_fetched_but_by_pip_with_hashes() -> None:
    assert not [rest for keyword, rest in instructions() if keyword == "ADD"]
    commands = " & ".join(rest for keyword, rest in instructions() if keyword == "RUN")
    assert not re.search(r"https?://|curl|wget|apt", commands)
    installs = re.findall(r"pip (?:--python \S+ )?(?:install|wheel) ([^&]*)", commands)
    assert len(installs) == 4
    assert all("--require-hashes" in command or "--no-deps" in command for command in installs)


def test_the_image_says_what_it_is() -> None:
    labels = re.findall(r"org\.opencontainers\.image\.(\w+)=", last_stage()["LABEL"])
    assert set(labels) == {
        "title", "description", "vendor", "licenses", "version", "revision", "created",
    }  # fmt: skip


def test_all_that_is_copied_may_be_copied() -> None:
    """The allow-list has what the Dockerfile copies, and all of it is in the repository."""
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {
        source
        for keyword, rest in instructions()
        if keyword == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    }
    assert allowed == copied
    for path in allowed:
        assert (
            subprocess.run(
                ["git", "ls-files", "--error-unmatch", path], cwd=ROOT, capture_output=True
            ).returncode
            == 0
        )
