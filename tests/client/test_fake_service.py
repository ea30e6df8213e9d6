"""The fake service that users test with: it answers like the real one, and remembers what was asked."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import httpx2
import pytest

from tokenquote import (
    AsyncClient,
    ConnectionFailed,
    KvCacheAnswer,
    ModelList,
    RateLimited,
    WeightsAnswer,
)
from tokenquote_client.testing import FakeService, canned_model, canned_quote, problem


def test_every_method_has_a_canned_answer() -> None:
    fake = FakeService()
    with fake.client() as client:
        quote = client.quote(model="openai/gpt-5.4-mini", turns=[{"user": 1}])
        assert quote.model == "openai/gpt-5.4-mini"
        assert [one.model for one in client.compare(models=["a/b", "c/d"], turns=[{"user": 1}]).quotes]
        assert list(client.models())
        assert client.model("openai/gpt-5.4-mini").id == "openai/gpt-5.4-mini"
        assert client.catalog().revision
        assert client.gpus().items[0].id == "h100-sxm-80gb"
        assert client.media(model="x/y", items=[{"type": "image", "width": 1, "height": 1}]).tokens > 0
        assert isinstance(client.kv_cache(model="x/y", context_tokens=1), KvCacheAnswer)
        assert isinstance(client.weights(model="x/y", quantization="fp16"), WeightsAnswer)
        asked = {"model": "x/y", "context_tokens": 8192}
        assert client.deployment(asked).model == "x/y"
        assert client.vector_index(vectors=1, dimension=1).bytes > 0
        grid = client.memory_grid(model="x/y", context_tokens=[1, 2], quantization=["fp16"])
        assert len(grid.total_bytes[0]) == 2
        assert client.training(model="x/y").trainable_parameters > 0
        billed = client.usage(model="x/y", usage={"input_tokens": 1}, quote_id="q_1")
        assert billed.quoted is not None
        assert billed.quoted.id == "q_1"
        assert client.ready()
    assert fake.asked[0].path == "/v1/quotes"
    assert fake.asked[0].body == {"model": "openai/gpt-5.4-mini", "turns": [{"user": 1}]}


def test_answers_of_ones_own_one_after_the_other() -> None:
    fake = FakeService({"/v1/quotes": [problem(429), canned_quote("x/y", cost="2.50")]})
    with fake.client() as client:
        with pytest.raises(RateLimited):
            client.quote(model="x/y", turns=[{"user": 1}])
        assert client.quote(model="x/y", turns=[{"user": 1}]).totals.cost == Decimal("2.50")
        fake.answers["/v1/quotes"] = httpx2.ConnectError("refused")
        with pytest.raises(ConnectionFailed, match="refused"):
            client.quote(model="x/y", turns=[{"user": 1}])


def test_models_come_page_after_page() -> None:
    pages = [
        ModelList(items=[canned_model("a/1"), canned_model("a/2")], next_cursor="a/2"),
        ModelList(items=[canned_model("a/3")]),
    ]

    async def all_ids(client: AsyncClient) -> list[str]:
        async with client:
            return [model.id async for model in client.models(provider="a")]

    fake = FakeService({"/v1/models": pages})
    with fake.client() as client:
        models = client.models(provider="a")
        assert next(models).id == "a/1"
        assert len(fake.asked) == 1, "the second page is asked for when it is needed"
        assert [model.id for model in models] == ["a/2", "a/3"]
    assert [asked.params for asked in fake.asked] == [{"provider": "a"}, {"provider": "a", "cursor": "a/2"}]
    assert asyncio.run(all_ids(FakeService({"/v1/models": pages}).async_client())) == ["a/1", "a/2", "a/3"]


def test_programs_that_await_have_it_too() -> None:
    async def scenario() -> None:
        async with FakeService().async_client() as client:
            assert (await client.quote(model="x/y", turns=[{"user": 1}])).model == "x/y"

    asyncio.run(scenario())
