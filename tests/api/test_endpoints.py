"""One table of endpoints: every row is served over HTTP, in process, by both clients and by the fake service,
and is shown in the OpenAPI document and in the docs.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import create_autospec

import httpx2
import pytest
from pydantic import BaseModel
from tests.api.endpoints_page import page
from tests.conftest import running

from tokenquote import AsyncClient, Client, Estimator
from tokenquote.api.endpoints import FUNCTIONS
from tokenquote.settings import Settings
from tokenquote.tokens import format_names
from tokenquote_client import KvCacheAnswer
from tokenquote_client.endpoint import Endpoint
from tokenquote_client.endpoints import ENDPOINTS, Endpoints
from tokenquote_client.errors import UnknownModel
from tokenquote_client.quoters import AsyncQuoter, Quoter
from tokenquote_client.testing import FakeService

Row = Endpoint[Any]
DOCS = Path(__file__).parents[2] / "docs"
NAMED = pytest.mark.parametrize("row", ENDPOINTS, ids=lambda row: row.name)
# What a method needs besides the row's example; an iterator is emptied.
ARGUMENTS: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "compare": (({**Endpoints.quotes.example, "model": None, "models": ["gpt-5.4-mini"]},), {}),
    "models": ((), {"provider": "openai"}),
    "model": (("openai/gpt-5.4-mini",), {}),
}


def request(row: Row) -> tuple[str, str, dict[str, Any]]:
    """Method, path and the rest of a request with the row's example."""
    if row.question is not None:
        return row.method, row.path, {"json": row.example}
    path, query = row.path, dict(row.example)
    for name in row.path_parameters:
        path = path.replace(f"{{{name}}}", str(query.pop(name)))
    return row.method, path, {"params": query}


def operation(http: httpx2.Client, row: Row) -> Any:
    document = http.get("/openapi.json").json()
    return document["paths"][row.path][row.method.lower()]


def call(owner: Any, method: str, row: Row) -> Any:
    positional, keywords = ARGUMENTS.get(method, ((row.example,) if row.question else (), {}))
    answer = getattr(owner, method)(*positional, **keywords)
    return list(answer) if isinstance(answer, Iterator) else answer


@NAMED
def test_the_service_answers_the_example(http: httpx2.Client, row: Row) -> None:
    method, path, rest = request(row)
    answer = http.request(method, path, **rest)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    row.answer.model_validate_json(answer.content)


@NAMED
def test_the_openapi_document_has_it(http: httpx2.Client, row: Row) -> None:
    shown = operation(http, row)
    assert (shown["operationId"], shown["tags"], shown["summary"]) == (
        row.operation_id,
        [row.tag],
        row.summary,
    )
    assert set(shown["responses"]) == {"200", *map(str, row.statuses)}
    for status in map(str, row.statuses):
        assert "application/problem+json" in shown["responses"][status]["content"]
    schema = shown["responses"]["200"]["content"]["application/json"]["schema"]
    assert f"/{row.answer.__name__}" in json.dumps(schema)
    if row.question is not None:
        body = shown["requestBody"]["content"]["application/json"]
        assert body == {
            "schema": {"$ref": f"#/components/schemas/{row.question.__name__}"},
            "example": row.example,
        }


@NAMED
def test_one_function_answers_it(row: Row) -> None:
    answered = row in FUNCTIONS
    assert answered == (row.tag != "Operations"), f"Endpoints.{row.name} in api/endpoints.py: {answered}"


@NAMED
def test_client_estimator_and_fake_service_answer_its_methods(
    base_url: str, estimator: Estimator, row: Row
) -> None:
    fake = FakeService()
    with Client(base_url, timeout=60) as client, fake.client() as of_fake:
        for method in row.asked_by:
            answers = [call(owner, method, row) for owner in (client, estimator, of_fake)]
            assert len({type(answer) for answer in answers}) == 1
            assert isinstance(answers[0], (BaseModel, list, bool))
    assert len(fake.asked) == len(row.asked_by)
    assert {asked.path for asked in fake.asked} <= {request(row)[1]}


@NAMED
def test_programs_that_await_have_its_methods_too(base_url: str, row: Row) -> None:
    async def scenario() -> None:
        async with AsyncClient(base_url, timeout=60) as client:
            for method in row.asked_by:
                answer = call(client, method, row)
                found = [item async for item in answer] if hasattr(answer, "__aiter__") else await answer
                assert isinstance(found, (BaseModel, list, bool))

    asyncio.run(scenario())


@NAMED
def test_the_canned_answer_is_of_the_right_form(row: Row) -> None:
    assert isinstance(row.canned(row.example), row.answer)


@NAMED
def test_its_methods_have_the_same_arguments_everywhere(estimator: Estimator, row: Row) -> None:
    def arguments(owner: Any, method: str) -> list[tuple[Any, ...]]:
        parameters = inspect.signature(getattr(owner, method)).parameters.values()
        return [(p.name, p.kind, p.default, str(p.annotation)) for p in parameters]

    def answer(owner: Any, method: str) -> str:
        return str(inspect.signature(getattr(owner, method)).return_annotation).replace("Async", "")

    client, others = Client(), [AsyncClient(), estimator]
    for method in row.asked_by:
        assert getattr(client, method).__doc__
        for other in others:
            assert arguments(other, method) == arguments(client, method)
            assert answer(other, method) == answer(client, method)


def test_rows_are_methods_as_any_others() -> None:
    """What programs and their tests do with methods: ask the class, replace one, look whether to await it."""
    fake = FakeService()
    with fake.client() as client:
        assert Client.tokens(client, Endpoints.tokens.example).input_tokens == 100
        assert Client.gpus(client).items
        assert getattr(client.tokens, "__name__", None) == "tokens"
        assert not inspect.iscoroutinefunction(client.tokens)
        assert inspect.iscoroutinefunction(AsyncClient().tokens)
        assert inspect.iscoroutinefunction(AsyncClient().gpus)
        assert create_autospec(Client, instance=True).tokens({}) is not None
        with pytest.raises(AttributeError, match=r"quote\(\) or compare\(\) asks for /v1/quotes"):
            client.quotes  # noqa: B018


def test_no_method_is_left_out() -> None:
    """What Quoter and AsyncQuoter offer, besides living and dying, is what the rows name."""
    asked_by = {method for row in ENDPOINTS for method in row.asked_by}
    for owner, closes in ((Quoter, "close"), (AsyncQuoter, "aclose")):
        own = {name for name in vars(owner) if not name.startswith("_")} - {closes}
        assert own <= asked_by
        assert asked_by <= {name for name in dir(owner) if not name.startswith("_")}


def test_the_page_of_endpoints_is_up_to_date() -> None:
    assert (DOCS / "endpoints.md").read_text() == page(), "run `make docs`"


def test_ids_paths_and_names_are_unique() -> None:
    assert len({row.operation_id for row in ENDPOINTS}) == len(ENDPOINTS)
    assert len({(row.method, row.path) for row in ENDPOINTS}) == len(ENDPOINTS)
    assert all(getattr(Endpoints, row.name) is row for row in ENDPOINTS)


def test_every_reference_of_the_openapi_document_leads_somewhere(http: httpx2.Client) -> None:
    document = http.get("/openapi.json").json()
    references = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert references <= set(document["components"]["schemas"])
    assert document["components"]["schemas"]["Plan"]["additionalProperties"] is False
    assert {tag["name"] for tag in document["tags"]} == {row.tag for row in ENDPOINTS}


def test_bounds_of_parameters_are_shown(http: httpx2.Client) -> None:
    shown = {one["name"]: one for one in operation(http, Endpoints.model_list)["parameters"]}
    assert shown["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 1000, "default": 1000}
    assert (shown["provider"]["in"], shown["provider"]["required"]) == ("query", False)
    (detail,) = operation(http, Endpoints.quotes)["parameters"]
    assert detail["schema"] == {"type": "string", "enum": ["full", "summary"], "default": "full"}
    (model_id,) = operation(http, Endpoints.model_detail)["parameters"]
    assert (model_id["in"], model_id["required"]) == ("path", True)


def test_the_formats_of_bodies_are_listed(http: httpx2.Client) -> None:
    schemas = http.get("/openapi.json").json()["components"]["schemas"]
    for name in ("TokensQuestion", "Start"):
        known, any_host = schemas[name]["properties"]["format"]["anyOf"]
        assert known["enum"] == format_names()[0]
        assert "openai.responses" in known["enum"]
        assert re.match(any_host["pattern"], "groq.chat")
        assert not re.match(any_host["pattern"], "chat")


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        ("Plan", ["model", "models"]),
        ("Plan", ["turns", "workflow"]),
        ("KvCacheQuestion", ["architecture", "header", "model"]),
        ("WeightsQuestion", ["architecture", "header", "model"]),
        ("TrainingQuestion", ["architecture", "model"]),
        ("MemoryGridQuestion", ["architecture", "model"]),
        ("DeploymentQuestion", ["architecture", "model"]),
    ],
)
def test_of_fields_that_exclude_each_other_one_is_required(
    http: httpx2.Client, model: str, fields: list[str]
) -> None:
    schema = http.get("/openapi.json").json()["components"]["schemas"][model]
    groups = [schema["oneOf"], *(also["oneOf"] for also in schema.get("allOf", []) if "oneOf" in also)]
    assert fields in [sorted(name for one in group for name in one["required"]) for group in groups]


def test_a_quote_is_one_of_two_forms(http: httpx2.Client) -> None:
    answer = operation(http, Endpoints.quotes)["responses"]["200"]["content"]["application/json"]["schema"]
    assert [one["$ref"].rpartition("/")[2] for one in answer["oneOf"]] == ["Quote", "Comparison"]


def test_unions_with_a_telling_member_are_one_of(http: httpx2.Client) -> None:
    plan = http.get("/openapi.json").json()["components"]["schemas"]["Plan"]
    assert len(plan["properties"]["history"]["oneOf"]) == 6


@pytest.mark.parametrize("row", [row for row in ENDPOINTS if row.question], ids=lambda row: row.name)
def test_statuses_of_bad_bodies_are_among_those_listed(http: httpx2.Client, row: Row) -> None:
    bad = [http.post(row.path, content=b"{"), http.post(row.path, json={"nothing": 1})]
    assert [answer.status_code for answer in bad] == [400, 422]
    assert {400, 413, 422, 500} <= set(row.statuses), "any body may be no JSON, too long or wrong"


def test_an_unknown_model_is_listed_where_a_model_is_named(estimator: Estimator) -> None:
    for row in ENDPOINTS:
        if row.question is None or "model" not in row.question.model_fields:
            continue
        with pytest.raises(UnknownModel):
            getattr(estimator, row.asked_by[0])({**row.example, "model": "no/such"})
        assert 404 in row.statuses


def test_a_fault_of_ours_is_500_and_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that cannot be built is not the asker's mistake."""
    broken = {
        **FUNCTIONS,
        Endpoints.weights: lambda asked, known: KvCacheAnswer.model_validate({"bytes": "x"}),
    }
    monkeypatch.setattr("tokenquote.api.endpoints.FUNCTIONS", broken)
    with running(Settings()) as url:
        answer = httpx2.post(f"{url}{Endpoints.weights.path}", json=Endpoints.weights.example)
    assert answer.status_code == 500
    assert "bytes" not in answer.text


@pytest.mark.parametrize(
    ("row", "revision"),
    [(row, row.changes_with_catalog) for row in ENDPOINTS if row.method == "GET" and row.tag == "Catalog"],
    ids=lambda value: getattr(value, "name", ""),
)
def test_the_etag_is_the_revision_where_only_the_catalog_decides(
    http: httpx2.Client, row: Row, revision: bool
) -> None:
    _, path, rest = request(row)
    # The tag is weak, for an answer and its compressed twin share it.
    weak = http.get(path, **rest).headers["etag"]
    etag = weak.removeprefix("W/")
    assert weak == f"W/{etag}"
    assert (etag == f'"{http.get("/v1/catalog").json()["revision"]}"') is revision
    assert revision == (row.name == "gpus")
    for known in (etag, weak, f'"x", {weak}', "*"):
        assert http.get(path, **rest, headers={"if-none-match": known}).status_code == 304
    for other in (f"{etag}x", f"x{etag}", '"x"', etag.strip('"'), f"{etag} {etag}", "x*x", ""):
        assert http.get(path, **rest, headers={"if-none-match": other}).status_code == 200


def test_a_summary_has_no_requests_at_all(http: httpx2.Client) -> None:
    several = {**Endpoints.quotes.example, "model": None, "models": ["gpt-5.4-mini", "gpt-4o"]}
    assert "requests" not in http.post("/v1/quotes?detail=summary", json=Endpoints.quotes.example).json()
    quotes = http.post("/v1/quotes?detail=summary", json=several).json()["quotes"]
    assert [("requests" in quote) for quote in quotes] == [False, False]
    assert all(quote["requests"] for quote in http.post("/v1/quotes", json=several).json()["quotes"])


def test_only_plans_count_as_quotes_refused(http: httpx2.Client) -> None:
    def refused() -> float:
        lines = http.get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if 'outcome="refused"' in line)

    before = refused()
    http.post("/v1/tokens", json={})
    http.post("/v1/quotes?detail=half", json={})
    assert refused() == before
    http.post("/v1/quotes", json={})
    assert refused() == before + 1


def test_the_docs_offer_the_same_document(http: httpx2.Client) -> None:
    assert http.get("/docs/openapi.json").json() == http.get("/openapi.json").json()
