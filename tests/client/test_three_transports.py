"""Client, AsyncClient and Estimator: the same questions, the same answers, the same errors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tokenquote import (
    BreakEven,
    Budget,
    Caching,
    Call,
    ClientError,
    Comparison,
    ContextFile,
    ContextTaxAnswer,
    ContextTaxQuestion,
    DeploymentQuestion,
    Estimator,
    Failure,
    FullHistory,
    FullQuote,
    ImagePart,
    InvalidRequest,
    MediaQuestion,
    Plan,
    Quote,
    ServiceError,
    Start,
    TextPart,
    ToolRound,
    Turn,
    UnknownModel,
)
from tokenquote_client.usage import QuotedBefore

Ask = Callable[..., Any]

AT = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
PLAN = Plan(
    model="openai/gpt-5.4-mini",
    system="You are a support agent of a bicycle shop.",
    turns=[Turn(user=100, assistant=50, reasoning=0, repeat=3)],
    at=AT,
)
CIRCLE: dict[str, Any] = {"user": 1}
CIRCLE["again"] = CIRCLE
PLANS = {
    "stated amounts": PLAN,
    "texts, tools, a fleet and a budget": Plan(
        model="claude-opus-4-8",
        tools=350,
        turns=[
            Turn(
                user=[TextPart(type="text", text="Where is my order? Ümläüte 日本語")],
                tool_rounds=[ToolRound(calls=[Call(call=20, result="It is on its way.")], reasoning=5)],
                assistant={"profile": "small"},
                gap_seconds=60,
                repeat=4,
            )
        ],
        history=FullHistory(),
        conversations=1000,
        budget=Budget(cost=Decimal("0.50")),
        app="support",
        at=AT,
    ),
    "an output that is not stated": Plan(model="gpt-4o", turns=[Turn(user="Hello")], at=AT),
    "a real body": Plan(
        model="gpt-4o",
        start=Start(format="openai.chat", body={"messages": [{"role": "user", "content": "Hello world"}]}),
        turns=[Turn(assistant=10, reasoning=0)],
        at=AT,
    ),
    "an instant of another time zone": PLAN.model_copy(
        update={"at": dt.datetime(2026, 11, 23, 13, 0, tzinfo=dt.timezone(dt.timedelta(hours=1)))}
    ),
}


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS.keys())
def test_a_plan_is_quoted_alike(ask: Ask, estimator: Estimator, plan: Plan) -> None:
    quote = ask("quote", plan)
    assert isinstance(quote, Quote)
    assert quote == estimator.quote(plan)


def test_a_quote_is_what_the_laws_say(ask: Ask) -> None:
    """Stated 100 and 50 three times over: 100 + 250 + 400 tokens of input, at 0.75 and 4.5 a million."""
    quote = ask("quote", PLAN, system=None)
    assert quote.totals.input_tokens == 750
    assert quote.totals.cost == Decimal("0.0012375")
    assert quote.prices_at == AT


@pytest.mark.parametrize(
    "question",
    [
        pytest.param(((), PLAN.model_dump(mode="json")), id="as keywords"),
        pytest.param(((PLAN.model_dump(),), {}), id="as a mapping of Python values"),
        pytest.param(((PLAN.model_dump(mode="json"),), {}), id="as a mapping of JSON values"),
        pytest.param(((), {**dict(PLAN), "at": "2026-11-23T12:00:00Z"}), id="as keywords that are models"),
        pytest.param(((PLAN.model_copy(update={"seed": 1}),), {"seed": None}), id="a plan and a keyword"),
        pytest.param(((PLAN,), {"history": FullHistory(), "caching": Caching()}), id="a plan and defaults"),
        pytest.param(
            ((PLAN.model_copy(update={"model": None, "models": ["x/y"]}),), {"model": PLAN.model}),
            id="a plan for other models and a keyword",
        ),
    ],
)
def test_a_plan_may_be_given_in_several_ways(ask: Ask, estimator: Estimator, question: Any) -> None:
    args, fields = question
    assert ask("quote", *args, **fields) == estimator.quote(PLAN)


def test_a_bill_is_laid_beside_the_quote_that_was_made_for_it(ask: Ask) -> None:
    """100 + 250 + 400 tokens of input and 3 x 50 of output were quoted, 800 and 90 billed."""
    quote = ask("quote", PLAN, system=None)
    usage = {"prompt_tokens": 800, "completion_tokens": 90, "total_tokens": 890}
    billed = ask("usage", model=PLAN.model, usage=usage, at=AT, quote_id=quote.id)
    assert billed.cost == Decimal("0.001005")
    assert billed.quoted == QuotedBefore(
        id=quote.id,
        model="openai/gpt-5.4-mini",
        requests=3,
        input_tokens=750,
        output_tokens=150,
        cost=Decimal("0.0012375"),
        complete=True,
    )
    assert ask("usage", model=PLAN.model, usage=usage, at=AT).quoted is None


def test_every_quote_of_a_comparison_is_kept(ask: Ask) -> None:
    comparison = ask("compare", PLAN, models=["gpt-4o", "gpt-4o-mini"])
    for quote in comparison.quotes:
        billed = ask("usage", model=quote.model, usage={"input_tokens": 1}, quote_id=quote.id)
        assert (billed.quoted.model, billed.quoted.cost) == (quote.model, quote.totals.cost)


def test_a_quote_that_nobody_made_is_an_error(ask: Ask) -> None:
    with pytest.raises(InvalidRequest, match="/quote_id: none of the latest 10,000 quotes"):
        ask("usage", model=PLAN.model, usage={"input_tokens": 1}, quote_id="q_0123456789abcdef")


def test_models_among_the_keywords_say_no_more_than_was_set(ask: Ask) -> None:
    """A cache that is off takes no hit rate, not even the default one."""
    quote = ask("quote", PLAN, system=5000, caching=Caching(enabled=False), turns=(PLAN.turns[0],))
    assert quote.totals.cache_read_tokens == 0


def test_the_summary_leaves_out_the_requests(ask: Ask, estimator: Estimator) -> None:
    full = estimator.quote(PLAN)
    assert len(full.requests) == full.totals.requests
    assert isinstance(ask("quote", PLAN), FullQuote)
    short = ask("quote", PLAN, detail="summary")
    assert short.model_dump() == {**full.model_dump(), "requests": None}
    both = ask("compare", PLAN, models=["gpt-4o", "gpt-4o-mini"], detail="summary")
    assert [quote.requests for quote in both.quotes] == [None, None]


def test_models_are_compared_alike(ask: Ask, estimator: Estimator) -> None:
    names = ["deepseek/deepseek-flash", "openai/gpt-5.6-sol", "gpt-5.4-nano"]
    comparison = ask("compare", PLAN, models=names, mode="batch")
    assert isinstance(comparison, Comparison)
    assert comparison == estimator.compare(PLAN, models=names, mode="batch")
    assert [one.model for one in comparison.quotes] == [
        "openai/gpt-5.4-nano",
        "openai/gpt-5.6-sol",
        "deepseek/deepseek-flash",
    ]
    assert isinstance(comparison.quotes[-1], Failure)
    assert comparison.quotes[-1].problem.status == 422


def test_models_are_listed_alike(ask: Ask, estimator: Estimator) -> None:
    listed = ask("models")
    assert listed == list(estimator.models())
    assert [model.id for model in listed] == sorted(model.id for model in listed)
    mistral = ask("models", provider="mistral")
    assert {model.provider for model in mistral} == {"mistral"}
    assert mistral == list(estimator.models(provider="mistral"))
    with pytest.raises(InvalidRequest, match="no such provider"):
        ask("models", provider="nobody")


@pytest.mark.parametrize("name", ["openai/gpt-5.4-mini", "gpt-5.4-mini", "openai/gpt-5.4-mini-2026-03-17"])
def test_a_model_is_described_alike(ask: Ask, estimator: Estimator, name: str) -> None:
    model = ask("model", name)
    assert model.id == "openai/gpt-5.4-mini"
    assert model == estimator.model(name)


def test_the_catalog_is_described_alike(ask: Ask, estimator: Estimator) -> None:
    described, expected = ask("catalog"), estimator.catalog()
    assert described.loaded_at <= dt.datetime.now(dt.UTC)
    assert described == expected.model_copy(update={"loaded_at": described.loaded_at})
    assert described.models == len(ask("models"))


def test_pictures_are_counted_alike(ask: Ask, estimator: Estimator) -> None:
    items = [ImagePart(type="image", width=1920, height=1080)]
    question = MediaQuestion(model="gpt-4o", items=list(items))
    counted = ask("media", question)
    assert counted == estimator.media(question)
    assert counted == ask("media", model="gpt-4o", items=[{"type": "image", "width": 1920, "height": 1080}])
    assert counted.tokens == counted.items[0].tokens > 0


@pytest.mark.parametrize(
    ("method", "question", "member", "expected"),
    [
        pytest.param(
            "kv_cache",
            {"model": "meta-llama/Llama-3.1-8B", "context_tokens": 1000},
            "bytes",
            131_072_000,
            id="cache",
        ),
        pytest.param(
            "weights",
            {"model": "meta-llama/Llama-3.1-8B", "quantization": "bf16"},
            "bytes",
            2 * 8_030_261_248,
            id="weights",
        ),
        pytest.param(
            "kv_cache",
            {
                "architecture": {
                    "model_type": "llama",
                    "num_hidden_layers": 2,
                    "hidden_size": 64,
                    "intermediate_size": 128,
                    "num_attention_heads": 4,
                    "num_key_value_heads": 2,
                    "vocab_size": 100,
                },
                "context_tokens": 10,
            },
            "bytes_per_token",
            2 * 2 * (16 + 16) * 2,
            id="an architecture of one's own",
        ),
        pytest.param(
            "deployment",
            {"model": "meta-llama/Llama-3.1-8B", "context_tokens": 8192, "gpu": "h100", "gpu_count": 1},
            "largest_batch",
            54,
            id="deployment",
        ),
        pytest.param("vector_index", {"vectors": 1000, "dimension": 64}, "bytes", 256_000, id="vector index"),
        pytest.param(
            "memory_grid",
            {"model": "meta-llama/Llama-3.1-8B", "context_tokens": [1, 2], "quantization": ["bf16"]},
            "kv_cache_bytes",
            [[131_072], [262_144]],
            id="grid",
        ),
    ],
)
def test_memory_is_counted_alike(
    ask: Ask, estimator: Estimator, method: str, question: Any, member: str, expected: int
) -> None:
    answer = ask(method, **question)
    assert answer == getattr(estimator, method)(question)
    assert getattr(answer, member) == expected


def test_memory_that_cannot_be_counted_ends_in_the_same_error(ask: Ask) -> None:
    with pytest.raises(InvalidRequest) as caught:
        ask("weights", model="meta-llama/Llama-3.1-8B", quantization="q9_z")
    assert caught.value.errors[0].pointer == "/quantization"
    with pytest.raises(InvalidRequest, match=r"knows no public weights of openai/gpt-5\.4-mini"):
        ask("kv_cache", model="gpt-5.4-mini", context_tokens=1)


def test_a_break_even_is_told_alike(ask: Ask, estimator: Estimator) -> None:
    """Money comes as a Decimal through every door; models and mappings mean the same."""
    traffic = BreakEven(plan=PLAN, conversations_per_day=1000, gpu_price_per_hour=Decimal("2.50"))
    question = DeploymentQuestion(
        model="Qwen/Qwen3-8B", context_tokens=4096, concurrency=8, gpu="l40s", break_even=traffic
    )
    answer = ask("deployment", question)
    assert answer == estimator.deployment(question.model_dump(mode="json", exclude_defaults=True))
    assert answer.break_even.gpu_price_per_hour == Decimal("2.5")
    assert ask("deployment", question, gpu="l4").gpu == "l4-24gb"


def test_a_deployment_that_cannot_be_told_ends_in_the_same_error(ask: Ask) -> None:
    with pytest.raises(InvalidRequest, match="near names: h100-sxm-80gb") as caught:
        ask("deployment", model="Qwen/Qwen3-8B", context_tokens=4096, gpu="h1000")
    assert caught.value.errors[0].pointer == "/gpu"


@pytest.mark.parametrize("model", ["openai/gpt-5.4-mini", "claude-opus-4-8", "meta-llama/Llama-3.1-8B"])
def test_a_context_tax_is_told_alike(ask: Ask, estimator: Estimator, model: str) -> None:
    question = ContextTaxQuestion(
        model=model,
        mcp_tools={"tools": [{"name": "find", "inputSchema": {"type": "object", "properties": {"n": {}}}}]},
        files=[ContextFile(name="CLAUDE.md", text="Ümläüte 日本語")],
        plan=PLAN.model_copy(update={"model": model}),
    )
    answer = ask("context_tax", question)
    assert isinstance(answer, ContextTaxAnswer)
    assert answer == estimator.context_tax(question)
    assert ask("context_tax", **question.model_dump(mode="json", exclude_unset=True)) == answer


def test_a_context_tax_that_cannot_be_told_ends_in_the_same_error(ask: Ask) -> None:
    with pytest.raises(InvalidRequest) as caught:
        ask("context_tax", model="gpt-4o", mcp_tools=[{"name": "find"}])
    assert caught.value.errors[0].pointer == "/mcp_tools/0/inputSchema"
    with pytest.raises(UnknownModel):
        ask("context_tax", model="gpt-4oh", files=[{"name": "CLAUDE.md", "text": "Be kind."}])


def test_gpus_are_listed_alike(ask: Ask, estimator: Estimator) -> None:
    assert ask("gpus") == estimator.gpus()


def test_all_are_ready(ask: Ask) -> None:
    assert ask("ready") is True


@pytest.mark.parametrize(
    ("method", "question", "kind", "pointer"),
    [
        pytest.param("quote", {"model": "openai/gpt-5.4-minny"}, UnknownModel, "/model", id="no such model"),
        pytest.param("quote", {"model": None}, InvalidRequest, "", id="no model"),
        pytest.param("quote", {"turns": []}, InvalidRequest, "/turns", id="no turns"),
        pytest.param("quote", {"modle": "x"}, InvalidRequest, "/modle", id="a misspelt field"),
        pytest.param("quote", {"turns": [{"user": -1}]}, InvalidRequest, "/turns/0/user", id="negative"),
        pytest.param("quote", {"mode": "turbo"}, InvalidRequest, "/mode", id="no such mode"),
        pytest.param("quote", {"caching": {"ttl": "9m"}}, InvalidRequest, "/caching/ttl", id="no such time"),
        pytest.param("quote", {"at": "2026-11-23"}, InvalidRequest, "/at", id="no offset"),
        pytest.param("quote", {"at": dt.datetime(2026, 11, 23)}, InvalidRequest, "/at", id="no time zone"),
        pytest.param("quote", {"budget": {"cost": 0.5}}, InvalidRequest, "/budget/cost", id="a float"),
        pytest.param(
            "quote", {"turns": [{"user": 1, "repeat": 10**8}]}, InvalidRequest, "/turns", id="too long"
        ),
        pytest.param("quote", {"turns": [{"user": float("nan")}]}, InvalidRequest, None, id="NaN"),
        pytest.param("quote", {"system": "\ud800"}, InvalidRequest, None, id="a lone surrogate"),
        pytest.param("quote", {"\ud800": 1}, InvalidRequest, None, id="a lone surrogate in a name"),
        pytest.param(
            "quote",
            {"turns": [Turn.model_construct(user="\ud800")]},
            InvalidRequest,
            None,
            id="a lone surrogate in a model",
        ),
        pytest.param(
            "quote",
            {"turns": [{"user": -1}] * 5_000},
            InvalidRequest,
            "/turns/0/user",
            id="thousands of faults",
        ),
        pytest.param(
            "quote",
            {"tools": [{"name": "a", "parameters": {f"k{i}": 1 for i in range(20_001)}}]},
            InvalidRequest,
            "/tools/0/parameters",
            id="too many members",
        ),
        pytest.param("quote", {"system": object()}, InvalidRequest, None, id="no JSON at all"),
        pytest.param(
            "quote",
            {"start": Start(format="openai.chat", body={"messages": object()}), "system": None},
            InvalidRequest,
            None,
            id="no JSON in a model",
        ),
        pytest.param("quote", {"turns": [CIRCLE]}, InvalidRequest, None, id="a circle"),
        pytest.param("quote", {"models": ["gpt-4o"]}, InvalidRequest, "/models", id="several in quote()"),
        pytest.param("compare", {}, InvalidRequest, "/models", id="one in compare()"),
        pytest.param(
            "compare", {"models": ["gpt-4o", "x/y"]}, UnknownModel, "/models/1", id="one of them unknown"
        ),
        pytest.param("compare", {"models": []}, InvalidRequest, "/models", id="none of them"),
    ],
)
def test_what_cannot_be_quoted_ends_in_the_same_error(
    ask: Ask, estimator: Estimator, method: str, question: Any, kind: type[ServiceError], pointer: str | None
) -> None:
    with pytest.raises(kind) as caught:
        ask(method, PLAN, **question)
    with pytest.raises(kind) as in_process:
        getattr(estimator, method)(PLAN, **question)
    assert type(caught.value) is kind
    assert without_place(caught.value) == without_place(in_process.value)
    assert [error.pointer for error in caught.value.errors] == ([] if pointer is None else [pointer])
    assert isinstance(caught.value, ClientError)


def without_place(error: ServiceError) -> Any:
    """The problem but for what only a service can say: which path and which request it was."""
    return error.problem.model_copy(update={"instance": None, "request_id": None})


def test_an_unknown_model_names_near_ones(ask: Ask) -> None:
    with pytest.raises(UnknownModel) as caught:
        ask("model", "openai/gpt-5.4-minny")
    assert caught.value.status == 404
    assert "openai/gpt-5.4-mini" in caught.value.detail


@pytest.mark.parametrize(
    "name",
    ["", "/", "..", "../catalog", "openai/../../catalog", "a//b", "a?b", "a#b", "a%2Fb", "ü", "\ud800"],
)
def test_no_name_leads_to_another_path(ask: Ask, name: str) -> None:
    with pytest.raises(UnknownModel):
        ask("model", name)


def test_an_item_that_cannot_be_counted_ends_in_the_same_error(ask: Ask) -> None:
    with pytest.raises(InvalidRequest) as caught:
        ask("media", model="gpt-4o", items=[])
    assert caught.value.errors[0].pointer == "/items"


def test_over_http_an_error_has_the_request_id(connect: Callable[..., Ask], base_url: str) -> None:
    ask = connect(base_url, headers={"X-Request-ID": "order-4711"})
    with pytest.raises(UnknownModel) as caught:
        ask("model", "x/y")
    assert caught.value.request_id == "order-4711"
    assert str(caught.value).endswith("(request order-4711)")
