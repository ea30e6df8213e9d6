"""What is sent of a quote, against what pydantic writes of the complete one, byte for byte."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic_core import to_json
from tests.conftest import NOW
from tests.quotes.test_against_slow_agents import plans as plans_with_agents
from tests.quotes.test_against_slow_histories import plans as plans_with_histories

from tokenquote.api.quotes import DraftedQuote, answer_plan, draft_answer
from tokenquote.api.quotes.json_text import write_text
from tokenquote.catalog import Catalog
from tokenquote.tokens import Vocabularies
from tokenquote_client import FullQuote, Plan, Quote

MODELS = [
    "openai/gpt-5.4-mini",
    "anthropic/claude-opus-4-8",
    "google/gemini-2.5-flash",
    "deepseek/deepseek-v4-pro",
]
TURN = {"user": 120, "assistant": 260}
BODY = {
    "messages": [
        {"role": "system", "content": 'Say "counts":[], and "requests":[], in quotes.'},
        {"role": "user", "content": 'Is ,"counts":[], a list?'},
    ]
}
PLANS: list[dict[str, Any]] = [
    {"turns": [TURN]},
    {
        "system": 'You say ,"requests":[], and ,"counts":[],',
        "turns": [{"user": "Wie spät ist es?", "repeat": 3}],
    },
    {
        "system": {"profile": "small"},
        "turns": [{"user": {"p50": 90, "p90": 400}, "assistant": 50}],
        "samples": 20,
    },
    {
        "turns": [TURN],
        "retries": {"rate": 0.1, "output_share": 0.5},
        "samples": 20,
        "budget": {"cost": "0.5"},
    },
    {"turns": [{**TURN, "repeat": 9}], "conversations": 40, "conversations_per_hour": 30, "mode": "batch"},
    {"turns": [{**TURN, "server_tools": {"web_search": 2, "fly_to_the_moon": 1}}], "rates": {"input": "0.1"}},
    {
        "turns": [
            {"user": [{"type": "image", "width": 800, "height": 600}, {"type": "text", "text": "What?"}]}
        ]
    },
    {"start": {"format": "openai.chat", "body": BODY}, "turns": [{"assistant": 30}, TURN]},
    {"turns": [TURN, {**TURN, "model": "anthropic/claude-sonnet-4-5"}]},
    {"workflow": {"kind": "rag", "top_k": 3}},
    {"workflow": {"kind": "crew"}},
    {
        "turns": [TURN],
        "history": {
            "strategy": "retrieval",
            "tokens": 90,
            "turns": 1,
            "embedding_model": "openai/text-embedding-3-small",
        },
    },
]


def wrote_what_pydantic_writes(
    plan: dict[str, Any], catalog: Catalog, vocabularies: Vocabularies, *, full: bool = True
) -> None:
    asked = Plan.model_validate(plan)
    drafted = draft_answer(asked, catalog, vocabularies, NOW, with_requests=full)
    assert isinstance(drafted, DraftedQuote)
    complete = answer_plan(asked, catalog, vocabularies, NOW, with_requests=full)
    assert isinstance(complete, Quote)
    assert isinstance(complete, FullQuote) == full
    left_out = None if full else {"requests"}
    assert drafted.write().decode() == complete.model_dump_json(exclude=left_out)
    # What was put in by copying is what a client reads: models, and not only what is written like them.
    assert type(complete).model_validate_json(complete.model_dump_json()) == complete
    assert complete.counts
    assert bool(complete.requests) == full


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("plan", PLANS, ids=str)
@pytest.mark.parametrize("model", MODELS[:2])
def test_every_kind_of_answer(
    catalog: Catalog, vocabularies: Vocabularies, model: str, plan: dict[str, Any], full: bool
) -> None:
    wrote_what_pydantic_writes({"model": model, **plan}, catalog, vocabularies, full=full)


@settings(max_examples=30)
@given(
    st.sampled_from(MODELS),
    plans_with_histories,
    st.sampled_from([{}, {"enabled": True}, {"warm": "opening"}]),
)
def test_histories_and_caches(
    catalog: Catalog, vocabularies: Vocabularies, model: str, plan: dict[str, Any], caching: dict[str, Any]
) -> None:
    wrote_what_pydantic_writes({"model": model, "caching": caching, **plan}, catalog, vocabularies)


@settings(max_examples=15)
@given(plans_with_agents)
def test_agents(catalog: Catalog, vocabularies: Vocabularies, plan: dict[str, Any]) -> None:
    wrote_what_pydantic_writes(plan, catalog, vocabularies)


class Said(BaseModel):
    """A text."""

    text: str


@given(st.text())
def test_text_is_written_as_pydantic_writes_it(text: str) -> None:
    assert f'{{"text":{write_text(text)}}}' == Said(text=text).model_dump_json()
    assert write_text(text) == to_json(text).decode()


def test_stated_tokens_load_no_vocabulary_of_a_chat_template(catalog: Catalog) -> None:
    """Nothing is framed in them, so what a template adds to a request is not counted."""
    vocabularies = Vocabularies(catalog.vocabularies)
    plan = {"model": "google/gemma-3-27b-it", "system": 400, "tools": 30, "turns": [TURN]}
    draft_answer(Plan.model_validate(plan), catalog, vocabularies, NOW)
    assert not vocabularies.loaded
    text = {**plan, "turns": [{**TURN, "user": "Hello"}]}
    draft_answer(Plan.model_validate(text), catalog, vocabularies, NOW)
    assert vocabularies.loaded == {"gemma3"}
