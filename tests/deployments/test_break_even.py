"""Placement beside an API: literal arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tokenquote import Estimator, InvalidRequest, UnknownModel
from tokenquote.errors import LocatedError
from tokenquote_client.deployments import BreakEvenAnswer, DeploymentAnswer

Ask = Callable[..., DeploymentAnswer]
PLAN: dict[str, Any] = {
    "model": "openai/gpt-5.4-mini",
    "turns": [{"user": 1000, "assistant": 100, "reasoning": 0}],
}
HOST: dict[str, Any] = {
    "model": "meta-llama/Llama-3.1-8B",
    "context_tokens": 2048,
    "concurrency": 32,
    "gpu": "h100",
    "gpu_count": 1,
}
MATRICES = 6_979_321_856
HEAD = 128_256 * 4096
READ = 16_060_522_496 - 2 * HEAD


def crossing(answer: DeploymentAnswer) -> BreakEvenAnswer:
    assert answer.break_even is not None
    return answer.break_even


def test_one_request_of_a_thousand_tokens_and_a_hundred(deployed: Ask) -> None:
    """API: 1,000 at 0.75 and 100 at 4.5 a million = 0.0012 dollars.

    Prefill: 2 x 6,979,321,856 x 1,000 operations, 4 x 32 x 128 x 32 layers for 500,500 pairs, one head, at
    989 T/s; weights are shared with others' chunks of 8,192. Decoding: 100 steps, each a 32nd of what 32
    sequences of 1,050 tokens take.
    """
    answer = crossing(deployed(**HOST, break_even={"plan": PLAN, "conversations_per_day": 24_000}))
    assert answer.api_cost_per_conversation == Decimal("0.0012")
    prefill = (2 * MATRICES * 1000 + 32 * 4 * 32 * 128 * 500_500 + 2 * HEAD) / 9.89e14
    decode = 100 * (READ + 32 * 131_072 * 1050) / 3.35e12 / 32
    assert answer.prefill_seconds == pytest.approx(prefill)
    assert answer.decode_seconds == pytest.approx(decode)
    assert answer.seconds_per_conversation == pytest.approx(prefill + decode)
    assert answer.conversations_per_hour == pytest.approx(3600 / (prefill + decode))
    # 1,000 an hour on one H100 at 3.99 dollars
    assert answer.hosted_cost_per_conversation == Decimal("0.00399")
    assert answer.replicas == 1
    assert answer.utilization == pytest.approx((prefill + decode) * 1000 / 3600)
    full = 3.99 * (prefill + decode) / 3600
    assert float(answer.hosted_cost_per_conversation_at_full_load) == pytest.approx(full, abs=1e-10)
    assert answer.break_even_utilization == pytest.approx(full / 0.0012)
    # 24 x 3.99 / 0.0012 conversations pay for a day of the GPU
    assert answer.break_even_conversations_per_day == pytest.approx(79_800)
    assert answer.cheaper == "api"
    assert answer.api_cost_per_month == Decimal("876")  # 0.0012 x 1,000 x 730
    assert answer.hosted_cost_per_month == Decimal("2912.7")  # 3.99 x 730
    assert "RunPod" in answer.price_source


@pytest.mark.parametrize(
    ("terms", "cost"),
    [
        ({"region": "eu"}, "0.00132"),
        ({"region": "eu", "mode": "batch"}, "0.00066"),
        ({"rates": {"input": "1"}}, "0.00145"),
    ],
)
def test_terms_of_the_api_are_none_of_the_gpu(deployed: Ask, terms: dict[str, Any], cost: str) -> None:
    """The API's region, mode and stated rates: 0.0012 dollars times 1.1, half of it, 1,000 tokens at 1."""
    answer = crossing(
        deployed(**HOST, break_even={"plan": {**PLAN, **terms}, "conversations_per_day": 24_000})
    )
    assert answer.api_cost_per_conversation == Decimal(cost)
    assert answer.hosted_cost_per_conversation == Decimal("0.00399")


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"turns": [*PLAN["turns"], {**PLAN["turns"][0], "model": "gpt-5.4-nano"}]}, ("turns", 1, "model")),
        (
            {"history": {"strategy": "summary", "every": 2, "tokens": 9, "model": "gpt-5.4-nano"}},
            ("history", "model"),
        ),
        (
            {
                "history": {
                    "strategy": "retrieval",
                    "tokens": 9,
                    "turns": 0,
                    "embedding_model": "text-embedding-3-small",
                }
            },
            ("history", "embedding_model"),
        ),
    ],
)
def test_a_plan_of_several_models_is_refused(
    deployed: Ask, change: dict[str, Any], at: tuple[str | int, ...]
) -> None:
    with pytest.raises(LocatedError, match="one model beside its hosting") as refused:
        deployed(**HOST, break_even={"plan": {**PLAN, **change}, "conversations_per_day": 1})
    assert refused.value.location == ("break_even", "plan", *at)


def test_at_the_break_even_both_cost_the_same(deployed: Ask) -> None:
    answer = crossing(deployed(**HOST, break_even={"plan": PLAN, "conversations_per_day": 79_800}))
    assert answer.hosted_cost_per_conversation == answer.api_cost_per_conversation == Decimal("0.0012")
    assert answer.utilization == pytest.approx(answer.break_even_utilization)
    more = crossing(deployed(**HOST, break_even={"plan": PLAN, "conversations_per_day": 79_801}))
    assert more.cheaper == "hosted"


def test_a_price_of_ones_own_and_a_month(deployed: Ask) -> None:
    """730,000 a month are 1,000 an hour."""
    own = {"plan": PLAN, "conversations_per_month": 730_000, "gpu_price_per_hour": "1.00"}
    answer = crossing(deployed(**HOST, break_even=own))
    assert (answer.gpu_price_per_hour, answer.price_source) == (Decimal("1.00"), "stated in the question")
    assert answer.hosted_cost_per_conversation == Decimal("0.001")
    assert answer.cheaper == "hosted"


def test_traffic_that_one_deployment_cannot_do_takes_several(deployed: Ask) -> None:
    one = crossing(deployed(**HOST, break_even={"plan": PLAN, "conversations_per_day": 1}))
    per_day = int(one.conversations_per_hour * 24)
    many = crossing(deployed(**HOST, break_even={"plan": PLAN, "conversations_per_day": 3 * per_day}))
    assert many.replicas == 3
    assert many.utilization == pytest.approx(1, rel=1e-3)
    assert many.hosted_cost_per_conversation == pytest.approx(
        many.hosted_cost_per_conversation_at_full_load, rel=Decimal("0.001")
    )


def test_the_most_that_can_be_asked_has_an_answer(deployed: Ask) -> None:
    """10^13 conversations a month on deployments as slow as can be stated, at the highest price."""
    plan = {**PLAN, "turns": [{"user": 10**6, "assistant": 10**6, "reasoning": 0, "repeat": 100}]}
    traffic = {"plan": plan, "conversations_per_month": 10**13, "gpu_price_per_hour": "100000"}
    slowest = {"bandwidth": 0.001, "compute": 0.001}
    answer = crossing(deployed(**{**HOST, "concurrency": 1}, efficiency=slowest, break_even=traffic))
    assert answer.replicas > 10**12
    assert answer.hosted_cost_per_month > Decimal(10) ** 19
    least = {"plan": PLAN, "conversations_per_month": 1, "gpu_price_per_hour": "0.0000000001"}
    assert crossing(deployed(**HOST, break_even=least)).hosted_cost_per_conversation == Decimal(
        "0.0000000730"
    )


def test_a_hopeless_deployment_never_breaks_even(deployed: Ask) -> None:
    """One sequence at a time on an H100 costs more than the API even at full load."""
    slow = {**HOST, "concurrency": 1}
    answer = crossing(deployed(**slow, break_even={"plan": PLAN, "conversations_per_day": 100}))
    assert answer.break_even_utilization is not None
    assert answer.break_even_utilization < 1 or answer.break_even_conversations_per_day is None
    dear = {"plan": PLAN, "conversations_per_day": 100, "gpu_price_per_hour": "100"}
    answer = crossing(deployed(**slow, break_even=dear))
    assert answer.break_even_utilization is not None
    assert answer.break_even_utilization > 1
    assert answer.break_even_conversations_per_day is None
    assert answer.cheaper == "api"


def test_the_prefix_cache_saves_prefill(deployed: Ask) -> None:
    """Ten turns of 100 and 100: 10,000 tokens of input, of which only each new user message is computed anew
    (in whole blocks of 16), and all of them without the cache.
    """
    plan = {**PLAN, "turns": [{"user": 100, "assistant": 100, "reasoning": 0, "repeat": 10}]}
    traffic = {"plan": plan, "conversations_per_day": 100}
    kept = crossing(deployed(**HOST, break_even=traffic))
    lost = crossing(deployed(**HOST, break_even={**traffic, "prefix_caching": False}))
    assert 7 < lost.prefill_seconds / kept.prefill_seconds < 10
    assert lost.decode_seconds == kept.decode_seconds


def test_what_has_no_price_is_not_called_cheaper(deployed: Ask) -> None:
    plan = {**PLAN, "model": "Qwen/Qwen3-32B"}
    answer = deployed(**HOST, break_even={"plan": plan, "conversations_per_day": 100})
    found = crossing(answer)
    assert (found.api_cost_per_conversation, found.api_cost_complete) == (None, False)
    assert (found.cheaper, found.break_even_utilization, found.api_cost_per_month) == (None, None, None)
    assert "incomplete_price" in {warning.code for warning in answer.warnings}


def test_a_free_gpu_is_always_cheaper(deployed: Ask) -> None:
    free = {"plan": PLAN, "conversations_per_day": 1, "gpu_price_per_hour": "0"}
    answer = crossing(deployed(**HOST, break_even=free))
    assert (answer.hosted_cost_per_conversation, answer.cheaper) == (Decimal(0), "hosted")
    assert answer.break_even_utilization == 0


def test_a_plan_without_output_costs_prefill_alone(deployed: Ask) -> None:
    plan = {**PLAN, "turns": [{"user": 1000, "assistant": 0, "reasoning": 0}]}
    answer = crossing(deployed(**HOST, break_even={"plan": plan, "conversations_per_day": 1}))
    assert answer.decode_seconds == 0
    assert answer.prefill_seconds > 0


def test_the_longest_request_is_compared_with_the_context(deployed: Ask) -> None:
    plan = {**PLAN, "turns": [{"user": 5000, "assistant": 100, "reasoning": 0}]}
    answer = deployed(**HOST, break_even={"plan": plan, "conversations_per_day": 1})
    assert "plan_exceeds_context" in {warning.code for warning in answer.warnings}


def test_an_architecture_of_ones_own_is_counted_as_the_api_counts(deployed: Ask) -> None:
    architecture = {
        "model_type": "llama", "num_hidden_layers": 32, "hidden_size": 4096, "intermediate_size": 14336,
        "num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": 128256,
        "tie_word_embeddings": False,
    }  # fmt: skip
    host = {**HOST, "model": None, "architecture": architecture}
    plan = {**PLAN, "turns": [{"user": "Where is my order?", "assistant": 100, "reasoning": 0}]}
    answer = deployed(**host, break_even={"plan": plan, "conversations_per_day": 1})
    assert crossing(answer).seconds_per_conversation > 0
    assert "texts are counted as openai/gpt-5.4-mini counts them" in answer.assumptions


@pytest.mark.parametrize(
    ("change", "pointer", "said"),
    [
        pytest.param(
            {"gpu_price_per_hour": "-1"},
            "/break_even/gpu_price_per_hour",
            "at least 0",
            id="negative price",
        ),
        pytest.param(
            {"gpu_price_per_hour": 1.5}, "/break_even/gpu_price_per_hour", "decimal string", id="float"
        ),
        pytest.param(
            {"conversations_per_day": 0},
            "/break_even/conversations_per_day",
            "at least 1",
            id="nobody",
        ),
        pytest.param(
            {"conversations_per_month": 5}, "/break_even", "either `conversations_per_day`", id="both"
        ),
        pytest.param({"plan": {**PLAN, "mode": "turbo"}}, "/break_even/plan/mode", "offered in", id="mode"),
        pytest.param(
            {"plan": {"models": ["a", "b"], "turns": PLAN["turns"]}},
            "/break_even",
            "one `model`",
            id="several",
        ),
        pytest.param({"plan": {**PLAN, "turns": []}}, "/break_even/plan/turns", "at least 1", id="no turns"),
    ],
)
def test_bad_input_names_the_field(
    estimator: Estimator, change: dict[str, Any], pointer: str, said: str
) -> None:
    traffic = {"plan": PLAN, "conversations_per_day": 10, **change}
    with pytest.raises(InvalidRequest) as error:
        estimator.deployment(**HOST, break_even=traffic)
    found = {wrong.pointer: wrong.detail for wrong in error.value.problem.errors}
    assert pointer in found, found
    assert said in found[pointer]


def test_an_unknown_api_model_is_404_and_leads_to_the_plan(estimator: Estimator) -> None:
    traffic = {"plan": {**PLAN, "model": "openai/gpt-5.4-mimi"}, "conversations_per_day": 10}
    with pytest.raises(UnknownModel) as error:
        estimator.deployment(**HOST, break_even=traffic)
    assert error.value.problem.errors[0].pointer == "/break_even/plan/model"
    assert "openai/gpt-5.4-mini" in error.value.problem.detail


def test_a_gpu_without_a_price_wants_one(estimator: Estimator) -> None:
    traffic = {"plan": PLAN, "conversations_per_day": 10}
    with pytest.raises(InvalidRequest, match="no price for l4-24gb"):
        estimator.deployment(**{**HOST, "gpu": "l4"}, break_even=traffic)


@pytest.mark.parametrize(("gpu", "said"), [("t4", "does not fit"), ("h20", "no source says how fast")])
def test_what_cannot_run_cannot_be_compared(estimator: Estimator, gpu: str, said: str) -> None:
    traffic = {"plan": PLAN, "conversations_per_day": 10, "gpu_price_per_hour": "1"}
    with pytest.raises(InvalidRequest, match=said):
        estimator.deployment(**{**HOST, "gpu": gpu}, break_even=traffic)
