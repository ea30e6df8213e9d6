"""Law 28 with literal numbers: what each kind of workflow sends and writes, worked out by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest
from tests.conftest import NOW

from tokenquote.api.quotes import answer_plan
from tokenquote.catalog import Catalog
from tokenquote.estimator import Estimator
from tokenquote.tokens import Vocabularies
from tokenquote_client import Comparison, Plan, Quote
from tokenquote_client.workflows import React

Ask = Callable[..., Quote]
OFF = {"enabled": False}
KINDS = (
    "react", "plan_and_solve", "self_consistency", "tree_of_thoughts", "reflection", "rag", "map_reduce",
    "refine", "group_chat", "crew", "graph_loop",
)  # fmt: skip
EMBEDDER = "openai/text-embedding-3-small"
RANKER = "cohere/rerank-v3.5"


@pytest.fixture
def written(quoted: Ask) -> Ask:
    """Quote a workflow with stated reasoning and no cache."""

    def ask(workflow: Mapping[str, Any], **plan: Any) -> Quote:
        return quoted(turns=None, workflow={"reasoning": 0, **workflow}, caching=OFF, **plan)

    return ask


@pytest.mark.parametrize(
    ("workflow", "system", "requests", "input_tokens", "output_tokens"),
    [
        # Requests 0 to 4 send 600 + r x (50 + 20 + 300): 5 x 600 + 370 x 10 = 6,700 in;
        # 4 x (50 + 20) + 80 = 360 out.
        pytest.param(
            {"kind": "react", "question": 100, "steps": 4, "thought": 50, "call": 20, "observation": 300,
             "answer": 80},
            500, 5, 6_700, 360, id="react",
        ),
        # 5 x (500 + 100) = 3,000 in; 5 x 200 = 1,000 out.
        pytest.param(
            {"kind": "self_consistency", "question": 100, "samples": 5, "answer": 200},
            500, 5, 3_000, 1_000, id="self_consistency",
        ),
        # Plan: 300. Steps: 360, 440, 520. Answer: 600. 300 + 1,320 + 600 = 2,220 in; 60 + 3 x 80 + 100 out.
        pytest.param(
            {"kind": "plan_and_solve", "question": 100, "plan": 60, "steps": 3, "step": 80, "answer": 100},
            200, 5, 2_220, 400, id="plan_and_solve",
        ),
        # Level 1: 3 thoughts of 300 in, 3 ratings of 340 in. Level 2: 9 thoughts of 340, 9 ratings of 380.
        # Answer: 380. 900 + 1,020 + 3,060 + 3,420 + 380 = 8,780 in; 12 x 40 + 12 x 5 + 90 = 630 out.
        pytest.param(
            {"kind": "tree_of_thoughts", "question": 100, "breadth": 3, "depth": 2, "thought": 40,
             "evaluation": 5, "answer": 90},
            200, 25, 8_780, 630, id="tree_of_thoughts",
        ),
        # A beam of 1 continues 1 of 3: level 2 has 3 thoughts of 340 and 3 ratings of 380.
        # 900 + 1,020 + 1,020 + 1,140 + 380 = 4,460 in; 6 x 40 + 6 x 5 + 90 = 360 out.
        pytest.param(
            {"kind": "tree_of_thoughts", "question": 100, "breadth": 3, "depth": 2, "keep": 1, "thought": 40,
             "evaluation": 5, "answer": 90},
            200, 13, 4_460, 360, id="tree_of_thoughts with a beam",
        ),
        # Draft: 150. Critique: 350. Draft: 400. Critique: 600. Draft: 650. 2,150 in; 3 x 200 + 2 x 50 out.
        pytest.param(
            {"kind": "reflection", "question": 100, "draft": 200, "critique": 50, "rounds": 2},
            50, 5, 2_150, 700, id="reflection",
        ),
        # 50 + 4 x 500 + 100 = 2,150 in.
        pytest.param(
            {"kind": "rag", "question": 100, "chunk": 500, "top_k": 4, "answer": 150},
            50, 1, 2_150, 150, id="rag",
        ),
        # 10,000 in steps of 2,800: begins at 0, 2,800, 5,600 and 8,400; the last piece has 1,600.
        # 3 x 3,010 + 1,610 + 10 + 4 x 200 = 11,450 in; 4 x 200 + 300 = 1,100 out.
        pytest.param(
            {"kind": "map_reduce", "document": 10_000, "chunk": 3_000, "overlap": 200, "summary": 200,
             "answer": 300},
            10, 5, 11_450, 1_100, id="map_reduce",
        ),
        # The same, but 4 summaries are 800 > 400: two groups of 2 first, 410 in each and 200 out.
        # 9,030 + 1,610 + 2 x 410 + 10 + 400 = 11,870 in; 4 x 200 + 2 x 200 + 300 = 1,500 out.
        pytest.param(
            {"kind": "map_reduce", "document": 10_000, "chunk": 3_000, "overlap": 200, "summary": 200,
             "collapse_above": 400, "answer": 300},
            10, 7, 11_870, 1_500, id="map_reduce with groups",
        ),
        # 3,010, then 2 x (10 + 200 + 3,000), then 10 + 200 + 1,600: 11,240 in; 3 x 200 + 300 = 900 out.
        pytest.param(
            {"kind": "refine", "document": 10_000, "chunk": 3_000, "overlap": 200, "summary": 200,
             "answer": 300},
            10, 4, 11_240, 900, id="refine",
        ),
        # Manager: 60, 160, 260, 360, 460 (10 + 50 + r x (20 + 80)): 1,300 in, 4 x 20 + 30 = 110 out.
        # Speaker 1: 10 + 50, then 10 + 50 + 80 + 80 (its own message and the other's): 60 + 220 = 280.
        # Speaker 2: 10 + 50 + 80, then + 80 + 80: 140 + 300 = 440. 4 messages of 80 out.
        pytest.param(
            {"kind": "group_chat", "question": 50, "speakers": 2, "rounds": 2, "message": 80,
             "selection": 20, "answer": 30},
            10, 9, 2_020, 430, id="group_chat",
        ),
        # 110, 110 + 70, 110 + 140: 540 in; 3 x 70 = 210 out.
        pytest.param(
            {"kind": "crew", "tasks": 3, "agents": 2, "process": "sequential", "description": 100,
             "output": 70},
            10, 3, 540, 210, id="crew, sequential",
        ),
        # Task 1: manager 110 in, 40 out; agent 10 + 40 in, 70 out; manager 110 + 40 + 70 in, 70 out.
        # Task 2: the manager's two requests send 70 more each: 180, 50, 290. 380 + 520 = 900 in;
        # 2 x (40 + 70 + 70) = 360 out.
        pytest.param(
            {"kind": "crew", "tasks": 2, "agents": 2, "process": "hierarchical", "description": 100,
             "output": 70, "delegation": 40},
            10, 6, 900, 360, id="crew, hierarchical",
        ),
        # 1 / (1 - 0.6) = 2.5, rounded to 3 passes of 2 nodes: 6 requests of 110 + r x 30.
        # 6 x 110 + 30 x 15 = 1,110 in; 6 x 30 = 180 out.
        pytest.param(
            {"kind": "graph_loop", "question": 100, "nodes": 2, "output": 30, "retry_probability": 0.6},
            10, 6, 1_110, 180, id="graph_loop",
        ),
    ],
)  # fmt: skip
def test_law_28_literal_numbers(
    written: Ask,
    workflow: Mapping[str, Any],
    system: int,
    requests: int,
    input_tokens: int,
    output_tokens: int,
) -> None:
    quote = written(workflow, system=system)
    totals = quote.totals
    assert (totals.requests, totals.input_tokens, totals.output_tokens) == (
        requests, input_tokens, output_tokens,
    )  # fmt: skip
    assert quote.workflow == workflow["kind"]


def test_queries_and_a_hypothetical_answer_are_written_and_embedded(written: Ask) -> None:
    """Each request by its purpose: 3 queries of 12 tokens in one, a hypothesis of 200, and 4 embeddings."""
    workflow = {
        "kind": "rag", "question": 100, "chunk": 500, "top_k": 4, "queries": 3, "query": 12, "hyde": 200,
        "embedding_model": EMBEDDER, "rerank_model": RANKER, "answer": 150,
    }  # fmt: skip
    quote = written(workflow, system=50)
    rows = [(row.purpose, row.input_tokens, row.output_tokens) for row in quote.requests or ()]
    assert rows == [
        ("queries", 150, 36),
        ("hypothesis", 150, 200),
        ("embedding", 12, 0),
        ("embedding", 12, 0),
        ("embedding", 12, 0),
        ("embedding", 200, 0),
        ("rerank", 100, 0),
        (None, 2_150, 150),
    ]
    assert "history: the requests that write what is searched write no reasoning" in quote.assumptions


def test_queries_of_one_turn_are_not_sent_with_the_next(quoted: Ask) -> None:
    """What is asked aside enters no history: the second turn sends the first one, and nothing more."""
    history = {
        "strategy": "retrieval", "tokens": 1_000, "turns": 5, "queries": 2, "query": 10, "hypothesis": 70,
    }  # fmt: skip
    turns = [{"user": 100, "assistant": 40, "reasoning": 0, "repeat": 2}]
    quote = quoted(system=50, turns=turns, history=history, caching=OFF)
    rows = [(row.purpose, row.input_tokens, row.output_tokens) for row in quote.requests or ()]
    # 50 + 1,000 + 100, then 50 + (100 + 40) + 1,000 + 100.
    assert rows == [
        ("queries", 150, 20), ("hypothesis", 150, 70), (None, 1_150, 40),
        ("queries", 150, 20), ("hypothesis", 150, 70), (None, 1_290, 40),
    ]  # fmt: skip


def test_the_corpus_is_embedded_once_and_outside_the_totals(written: Ask) -> None:
    """100,000 tokens in steps of 600: ceil((100,000 - 200) / 600) = 167 passages.

    166 x 200 tokens are in two of them: 133,200 tokens in all, at $0.02 a million.
    """
    workflow = {"kind": "rag", "chunk": 800, "overlap": 200, "corpus": 100_000, "embedding_model": EMBEDDER}
    quote = written(workflow)
    assert quote.indexing is not None
    assert (quote.indexing.model, quote.indexing.passages, quote.indexing.tokens) == (EMBEDDER, 167, 133_200)
    assert quote.indexing.cost == Decimal("0.002664")
    without = written({"kind": "rag", "chunk": 800, "embedding_model": EMBEDDER})
    assert without.indexing is None
    assert without.totals == quote.totals


def test_texts_stay_texts_and_are_counted_as_messages(quoted: Ask) -> None:
    quote = quoted(
        turns=None,
        workflow={"kind": "tree_of_thoughts", "question": "Why?", "breadth": 1, "depth": 1,
                  "thought": "It depends."},
        caching=OFF,
    )  # fmt: skip
    assert quote.compiled is not None
    question = {"type": "text", "text": "Why?"}
    thought = {"type": "text", "text": "It depends."}
    assert [turn["user"] for turn in quote.compiled["turns"]] == ["Why?", *[[question, thought]] * 2]
    assert quote.totals.framing_tokens > 0


def test_the_kind_alone_is_a_plan(written: Ask, catalog: Catalog) -> None:
    """Each value that is taken is told with its source; what the plan states is not."""
    for kind, defaults in catalog.workflows.items():
        quote = written({"kind": kind})
        told = [note for note in quote.assumptions if note.startswith(f"workflow {kind}: ")]
        unused = {"rag": ("query", "hypothesis", "overlap"), "crew": ("delegation",)}.get(kind, ())
        names = [name for name, _ in defaults.named() if name not in unused]
        assert sorted(note.split("`")[1] for note in told) == sorted(names)
        for name, assumed in defaults.named():
            assert name in unused or any(assumed.source in note for note in told if f"`{name}`" in note)
        assert quote.totals.complete


@pytest.mark.parametrize("kind", [*KINDS, "crew, hierarchical"])
def test_a_profile_stands_for_the_same_tokens_wherever_it_is_sent_again(written: Ask, kind: str) -> None:
    """What a speaker writes is what the manager receives: stating the told tokens changes nothing."""
    workflow = {"kind": kind}
    if kind == "crew, hierarchical":
        workflow = {"kind": "crew", "process": "hierarchical"}
    assumed = written(workflow, system=500)
    profile = re.compile(r"workflow \w+: `(\w+)` is (\d+) tokens, the profile")
    told = {found[1]: int(found[2]) for note in assumed.assumptions if (found := profile.match(note))}
    assert told
    stated = written({**workflow, **told}, system=500)
    assert stated.requests is not None
    assert assumed.requests is not None
    assert [(row.input_tokens, row.output_tokens) for row in assumed.requests] == [
        (row.input_tokens, row.output_tokens) for row in stated.requests
    ]


def test_an_agent_without_a_task_is_told(written: Ask) -> None:
    agents = [{"name": "a"}, {"name": "b", "role": 70}, {"name": "c"}]
    for process in ("sequential", "hierarchical"):
        quote = written({"kind": "crew", "tasks": [{"agent": "b"}], "agents": agents, "process": process})
        assert "workflow: no task is left for a, c" in quote.assumptions


def test_a_stated_value_is_not_assumed(written: Ask) -> None:
    quote = written({"kind": "reflection", "question": 9, "draft": 8, "critique": 7, "rounds": 1})
    assert not [note for note in quote.assumptions if note.startswith("workflow")]


def test_an_overlap_that_nobody_stated_is_at_most_half_a_piece(written: Ask) -> None:
    quote = written({"kind": "map_reduce", "document": 1_000, "chunk": 300})
    assert "workflow map_reduce: `overlap` is 150, half of `chunk`" in quote.assumptions


def test_reasoning_is_that_of_every_request(written: Ask) -> None:
    """Chain of thought: 2 steps, an answer, and 100 tokens of reasoning in each of the 3 requests."""
    quote = written({"kind": "react", "steps": 2, "reasoning": 100})
    assert quote.totals.reasoning_tokens == 300
    assert not [warned for warned in quote.warnings if warned.code == "output_not_stated"]


def test_a_conversation_takes_a_history_strategy(written: Ask) -> None:
    """Of 4 results of 300 tokens the request after them sends only the latest one."""
    workflow = {"kind": "react", "question": 100, "steps": 4, "thought": 0, "call": 20, "observation": 300,
                "answer": 80}  # fmt: skip
    history = {"strategy": "clear_tool_results", "keep": 1, "placeholder": 0}
    quote = written(workflow, history=history)
    assert quote.requests is not None
    assert quote.requests[-1].input_tokens == 100 + 4 * 20 + 300
    assert quote.cost_without_strategy is not None


def test_members_have_roles_and_models_of_their_own(written: Ask) -> None:
    """A role of 30 tokens stands at the head of the first message, and is sent again with it."""
    speakers = [{"name": "critic", "role": 30, "model": "openai/gpt-4o"}, {"name": "author"}]
    workflow = {"kind": "group_chat", "question": 50, "speakers": speakers, "rounds": 2, "message": 80,
                "selection": 20, "answer": 30}  # fmt: skip
    quote = written(workflow, system=10)
    critic = [(row.model, row.input_tokens) for row in quote.requests or () if row.agent == "critic"]
    assert critic == [("openai/gpt-4o", 90), ("openai/gpt-4o", 250)]
    assert [agent.agent for agent in quote.by_agent or ()][1:] == ["critic", "author"]


def test_tasks_name_their_agents(written: Ask) -> None:
    tasks = [{"agent": "writer", "output": 500}, {"agent": "reader", "description": 40, "output": 60}]
    agents = [{"name": "reader"}, {"name": "writer"}]
    workflow = {"kind": "crew", "tasks": tasks, "agents": agents, "process": "hierarchical",
                "description": 100, "delegation": 20}  # fmt: skip
    quote = written(workflow)
    rows = [(row.agent, row.input_tokens, row.output_tokens) for row in quote.requests or ()]
    assert rows == [
        (None, 100, 20), ("writer", 20, 500), (None, 620, 500),
        (None, 540, 20), ("reader", 20, 60), (None, 620, 60),
    ]  # fmt: skip


def test_one_compiled_plan_stands_for_all_models(catalog: Catalog, vocabularies: Vocabularies) -> None:
    models = ["openai/gpt-4o", "anthropic/claude-sonnet-4-5"]
    plan = Plan.model_validate({"models": models, "workflow": {"kind": "crew"}})
    comparison = answer_plan(plan, catalog, vocabularies, NOW)
    assert isinstance(comparison, Comparison)
    assert comparison.workflow == "crew"
    again = answer_plan(Plan.model_validate(comparison.compiled), catalog, vocabularies, NOW)
    assert isinstance(again, Comparison)
    for one, other in zip(comparison.quotes, again.quotes, strict=True):
        assert isinstance(one, Quote)
        assert isinstance(other, Quote)
        assert one.totals == other.totals
        assert one.compiled is None


def test_in_process_and_typed(estimator: Estimator) -> None:
    plan = Plan(model="openai/gpt-4o", workflow=React(kind="react", steps=2, thought=10))
    quote = estimator.quote(plan)
    assert quote.compiled is not None
    assert estimator.quote(quote.compiled).totals == quote.totals


def test_a_plan_without_a_workflow_says_nothing_of_one(quoted: Ask) -> None:
    answer = quoted(turns=[{"user": 1, "assistant": 1}]).model_dump(mode="json")
    assert not {"workflow", "compiled", "indexing"} & answer.keys()


def test_a_conversation_takes_ranges(written: Ask) -> None:
    """Steps and results may be ranges, as in the plan that is written; the totals are those of the middle."""
    drawn = {"question": 100, "steps": {"min": 2, "mode": 4, "max": 9}, "thought": 50, "call": 20,
             "observation": {"p50": 300, "p90": 900}, "answer": 80}  # fmt: skip
    quote = written({"kind": "react", **drawn}, system=500)
    assert (quote.totals.input_tokens, quote.totals.output_tokens) == (6_700, 360)
    assert quote.range is not None
    assert quote.range.requests.p10 < quote.range.requests.p90


@pytest.mark.parametrize("kind", ["group_chat", "crew", "reflection", "map_reduce"])
def test_samples_follow_what_is_written(written: Ask, kind: str) -> None:
    """A range of one length only is drawn as that length, so that every sample costs what the totals say."""
    workflow = {"kind": kind, **({"process": "hierarchical"} if kind == "crew" else {})}
    quote = written(workflow, system={"min": 500, "mode": 500, "max": 500}, samples=7)
    assert quote.range is not None
    assert quote.range.cost is not None
    assert quote.range.cost.p10 == quote.range.cost.max == quote.totals.cost
    assert quote.range.requests.max == quote.totals.requests
