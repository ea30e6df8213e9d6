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


def test_both_stages_have_the_same_python() -> None:
    assert instructions()[0] == ("ARG", "BASE=python:3.13-slim")
    assert [rest for keyword, rest in instructions() if keyword == "FROM"] == [
        "${BASE} AS builder",
        "${BASE}",
    ]


def test_the_service_runs_as_nobody_and_gets_its_signals() -> None:
    stage = last_stage()
    assert stage["USER"] == "65532:65532"
    assert json.loads(stage["ENTRYPOINT"]) == ["tokenquote"]
    assert json.loads(stage["CMD"]) == ["serve"]
    assert (stage["STOPSIGNAL"], stage["EXPOSE"]) == ("SIGTERM", "8000")
    assert stage["HEALTHCHECK"].endswith('CMD ["tokenquote", "health"]')
    assert "TOKENQUOTE_HOST=0.0.0.0" in stage["ENV"]


def test_only_the_virtual_environment_reaches_the_image() -> None:
    assert [rest for keyword, rest in instructions() if keyword == "COPY"][-1] == (
        "--from=builder /opt/tokenquote /opt/tokenquote"
    )
    assert last_stage()["COPY"].startswith("--from=builder")
    assert "RUN" not in last_stage()


def test_nothing_is_fetched_but_by_pip_with_hashes() -> None:
    assert not [rest for keyword, rest in instructions() if keyword == "ADD"]
    commands = " ".join(rest for keyword, rest in instructions() if keyword == "RUN")
    assert not re.search(r"https?://|curl|wget|apt", commands)
    installs = re.findall(r"pip install ([^&]*)", commands)
    assert all("--require-hashes" in command or "--no-deps" in command for command in installs)


def test_what_only_builds_is_taken_out_again() -> None:
    """The requirements of the build backend, as the lock file tells them."""
    lock = (ROOT / "requirements" / "service.txt").read_text()
    wanted = re.findall(r"^([a-z][\w-]*)==[^#]*((?:    #.*\n)+)", lock, flags=re.MULTILINE)
    builds = {"hatchling", "editables"}
    builds |= {name for name, why in wanted if set(re.findall(r"#(?: via)?\s+(\w\S*)", why)) == {"hatchling"}}
    uninstalled = re.search(r"pip uninstall --yes ([^\n]*)", TEXT)
    assert uninstalled
    assert set(uninstalled[1].split()) == builds | {"pip"}


def test_the_image_says_what_it_is() -> None:
    labels = re.findall(r"org\.opencontainers\.image\.(\w+)=", last_stage()["LABEL"])
    assert set(labels) == {"title", "description", "licenses", "version", "revision"}


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
