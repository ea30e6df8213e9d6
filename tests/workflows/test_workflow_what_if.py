"""Workflows in comparisons, in solutions, in a break-even and on the command line."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from click.testing import CliRunner

from tokenquote.cli import main
from tokenquote.estimator import Estimator
from tokenquote_client import FailedVariant, QuotedVariant
from tokenquote_client.examples import DEPLOYMENT

REACT = {"kind": "react", "question": 100, "steps": 4, "thought": 50, "call": 20, "observation": 300,
         "answer": 80, "reasoning": 0}  # fmt: skip
PLAN = {"model": "openai/gpt-4o", "system": 500, "caching": {"enabled": False}, "workflow": REACT}


def test_a_patch_replaces_a_workflow_whole(estimator: Estimator) -> None:
    """5 samples of 600 in and 200 out beside 6,700 in and 360 out; nothing of `react` is left in them."""
    sampled = {"kind": "self_consistency", "question": 100, "samples": 5, "answer": 200}
    variants = [
        {"name": "sampled", "patch": {"workflow": sampled}},
        {"name": "stated", "patch": {"workflow": None, "turns": [{"user": 100, "assistant": 200}]}},
        {"name": "explosive", "patch": {"workflow": {"kind": "tree_of_thoughts", "breadth": 9, "depth": 9}}},
        {"name": "both", "patch": {"turns": [{"user": 1}]}},
    ]
    answer = estimator.what_if({"plan": PLAN, "variants": variants})
    first, second, explosive, both = answer.variants
    assert isinstance(first, QuotedVariant)
    assert isinstance(second, QuotedVariant)
    assert isinstance(explosive, FailedVariant)
    assert isinstance(both, FailedVariant)
    assert answer.base.totals.input_tokens == 6_700
    assert (first.totals.input_tokens, first.totals.output_tokens) == (3_000, 1_000)
    assert second.totals.input_tokens == 600
    assert explosive.problem.errors[0].pointer == "/variants/2/patch/workflow/breadth"
    assert "not both" in both.problem.detail


def test_the_largest_number_of_steps_within_a_cost(estimator: Estimator) -> None:
    """N steps send 600 (n + 1) + 370 n (n + 1) / 2 at $2.50 and write 70 n + 80 at $10 a million.

    6 steps cost $0.029925 + $0.005; 7 cost $0.0379 + $0.0057 = $0.0436.
    """
    answer = estimator.solve({"plan": PLAN, "at": "/workflow/steps", "limit": {"cost": "0.04"}})
    assert (answer.value, answer.monotone) == (6, True)
    assert answer.totals.cost == Decimal("0.034925")
    assert answer.next is not None
    assert answer.next.totals.cost == Decimal("0.0436")


def test_a_number_that_the_catalog_states_can_be_solved_for(estimator: Estimator) -> None:
    plan = {**PLAN, "workflow": {"kind": "self_consistency", "question": 100, "answer": 200}}
    answer = estimator.solve({"plan": plan, "at": "/workflow/samples", "limit": {"cost": "0.0175"}})
    assert answer.value == 5


def test_the_broadest_tree_within_a_cost(estimator: Estimator) -> None:
    """Bisection finds the breadth whose tree costs no more, and the next one does."""
    tree = {"kind": "tree_of_thoughts", "depth": 2, "breadth": 3}
    plan = {**PLAN, "workflow": tree}
    answer = estimator.solve({"plan": plan, "at": "/workflow/breadth", "limit": {"cost": "0.5"}})
    costs = [
        estimator.quote({**PLAN, "workflow": {**tree, "breadth": breadth}}).totals.cost
        for breadth in (answer.value, answer.value + 1)
    ]
    assert costs[0] is not None
    assert costs[1] is not None
    assert costs[0] <= Decimal("0.5") < costs[1]


def test_the_breakdown_names_the_kind_and_what_it_takes(tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(
        "model: openai/gpt-4o\n"
        "workflow: {kind: rag, queries: 3, embedding_model: openai/text-embedding-3-small, corpus: 100000}\n"
    )
    shown = CliRunner().invoke(main, ["quote", str(plan)], catch_exceptions=False).output
    assert "workflow rag, written as a plan of 1 turn" in shown
    assert "queries" in shown
    assert "indexing, once" in shown
    assert "249 passages" in shown
    assert "`top_k` is 20" in shown


def test_a_break_even_beside_a_deployment(estimator: Estimator) -> None:
    """The API's cost of one workflow is that of its quote."""
    question = {**DEPLOYMENT, "break_even": {"plan": PLAN, "conversations_per_day": 20_000}}
    answer = estimator.deployment(question)
    assert answer.break_even is not None
    assert answer.break_even.api_cost_per_conversation == estimator.quote(PLAN).totals.cost
