"""The real catalog, the real vocabularies and a real server on a socket."""

from __future__ import annotations

import datetime as dt
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from hypothesis import settings as hypothesis_settings

from tokenquote.api.quotes import answer_plan
from tokenquote.catalog import Catalog, load_catalog
from tokenquote.estimator import Estimator
from tokenquote.http.app import create_app, create_state
from tokenquote.settings import Settings
from tokenquote.tokens import Vocabularies
from tokenquote_client import Comparison, Plan, Quote

hypothesis_settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis_settings.load_profile("repeatable")

# Real processes, other implementations, fuzzing, large inputs: `make test-fast` leaves them out.
SLOW = (
    "benchmarks/test_accuracy.py", "benchmarks/test_calibrate.py", "benchmarks/test_tool_pairs.py",
    "cli/test_deployment_command.py",
    "cli/test_quote_command.py", "cli/test_serve.py", "cli/test_tokens_command.py",
    "cli/test_vocabulary_commands.py", "client/test_broken_answers.py", "client/test_estimator.py",
    "deployments/test_fit.py", "deployments/test_never_fails.py", "docs/test_change_a_price.py",
    "docs/test_readme.py", "fuzz/test_targets.py",
    "http/test_access_of_workers.py", "http/test_connections.py", "http/test_hostile_bodies.py",
    "http/test_reloading.py", "http/test_tokens.py",
    "http/test_tokens_bad_input.py", "http/test_worker_reloads.py", "http/test_worker_vocabularies.py",
    "http/test_workers.py", "media/test_bad_input_memory.py", "media/test_pdf_pages.py",
    "memory/test_model_files.py", "memory/test_training.py", "observability/test_metrics_reference.py",
    "observability/test_scraped.py", "packaging/test_base_install.py", "packaging/test_left_out.py",
    "packaging/test_wheel.py",
    "page/test_accuracy_page.py", "page/test_break_even_card.py", "page/test_catalog_page.py",
    "page/test_docs_page.py", "page/test_every_page.py", "page/test_failures.py", "page/test_key.py",
    "page/test_modules_of_the_page.py",
    "page/test_pasting.py", "page/test_quotes.py", "page/test_strange_links.py", "page/test_taking_away.py",
    "page/test_weight_and_speed.py",
    "quotes/test_against_simulation.py", "quotes/test_nothing_is_kept.py",
    "tokens/bodies/test_any_body.py", "tokens/claude/test_adversarial_texts.py",
    "tokens/claude/test_claude_texts.py", "tokens/openai/test_references.py",
    "tokens/test_against_mistral_common.py", "tokens/test_against_slow_byte_pairs.py",
    "tokens/test_canonical_forms.py", "tokens/test_chat_templates.py",
    "tokens/test_every_python_counts_alike.py", "tokens/test_open_vocabularies.py",
    "tokens/test_packaged_vocabularies.py", "tokens/test_vocabularies.py", "upkeep/test_agreement_page.py",
    "upkeep/test_compare.py", "upkeep/test_diff_and_age.py", "upkeep/test_propose.py",
)  # fmt: skip

# Their own process is what they measure: nothing that large may have run in it before.
MEASURED = (
    "quotes/test_nothing_is_kept.py", "http/test_hostile_bodies.py", "tokens/claude/test_claude_texts.py",
    "media/test_bad_input_memory.py",
)  # fmt: skip

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
START_SECONDS = 120
"""When a process that was started is given up: long enough for a machine that is busy with other things."""


def pytest_configure() -> None:
    """Let services that tests start load one vocabulary first: the others take a quarter of a start."""
    os.environ.setdefault("TOKENQUOTE_VOCABULARIES", "o200k_base")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of slow files, and let those files come first: the short ones then fill the time up."""
    here = Path(__file__).parent
    files = {item: item.path.relative_to(here).as_posix() for item in items}
    for item in items:
        if files[item] in SLOW:
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: (files[item] not in MEASURED, files[item] not in SLOW))


@cache
def shipped() -> Catalog:
    """The shipped catalog, loaded once: it takes half a second, and nothing changes it."""
    return load_catalog()


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return shipped()


@cache
def shared_vocabularies() -> Vocabularies:
    """Return those of the shipped catalog, loaded once in a process, as loading them takes seconds."""
    return Vocabularies(shipped().vocabularies)


@pytest.fixture(scope="session")
def vocabularies() -> Vocabularies:
    return shared_vocabularies()


@pytest.fixture(scope="session")
def answered(catalog: Catalog, vocabularies: Vocabularies) -> Callable[[Any], Quote | Comparison]:
    """Answer a plan given as JSON data, at noon of 23 November 2026."""

    def ask(plan: Any) -> Quote | Comparison:
        return answer_plan(Plan.model_validate(plan), catalog, vocabularies, NOW)

    return ask


@pytest.fixture(scope="session")
def quoted(answered: Callable[[Any], Quote | Comparison]) -> Callable[..., Quote]:
    """Quote a plan for gpt-5.4-mini; keywords are members of the plan."""

    def ask(**plan: Any) -> Quote:
        quote = answered({"model": "openai/gpt-5.4-mini", **plan})
        assert isinstance(quote, Quote)
        return quote

    return ask


@contextmanager
def running(settings: Settings) -> Iterator[str]:
    """The base URL of a service with these settings, in a thread of its own.

    It looks at no files while it runs: its threads share the memory that tests measure. The vocabularies are
    those that all tests of a process share, as each service would load its own for seconds.
    """
    settings = settings.model_copy(update={"reload_seconds": 0})
    state = create_state(settings)
    state.serving = replace(state.serving, vocabularies=shared_vocabularies())
    app = create_app(settings, state)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    give_up = time.monotonic() + START_SECONDS
    while not server.started:
        assert time.monotonic() < give_up, "the server did not start"
        assert thread.is_alive(), "the server stopped while starting"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=20)
    assert not thread.is_alive(), "the server did not stop"


@pytest.fixture(scope="session")
def base_url() -> Iterator[str]:
    """A running service; `support` and `search` are its apps."""
    with running(Settings(apps=("support", "search"), max_body_bytes=1_000_000)) as url:
        yield url


@pytest.fixture(scope="session")
def estimator() -> Estimator:
    return Estimator()


@pytest.fixture(scope="session")
def roomy_http() -> Iterator[httpx2.Client]:
    """A service that takes bodies of the size that it takes by default."""
    with running(Settings()) as url, httpx2.Client(base_url=url, timeout=120) as client:
        yield client


@pytest.fixture(scope="session")
def http(base_url: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=base_url, timeout=30) as client:
        yield client
