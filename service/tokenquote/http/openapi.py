"""The OpenAPI document is made from the table of endpoints.

Litestar's own document is not used: it knows no request body that a handler reads as bytes, and leaves out of
pydantic's schemas what they say of unknown fields and of fields that exclude each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from http import HTTPStatus
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from tokenquote import __version__
from tokenquote.api.usage.formats import usage_format_names
from tokenquote.tokens import format_names
from tokenquote_client import Problem
from tokenquote_client.endpoint import Endpoint, Tag
from tokenquote_client.endpoints import ENDPOINTS

__all__ = ["openapi_document"]

_TITLE = "Tokenquote"
_DESCRIPTION = "A quote before the call: tokens and money of a planned LLM conversation."
_TAGS: Mapping[Tag, str] = {
    "Quotes": "What a planned conversation will take.",
    "Tokens": "What a request body, an image, audio, video or a document is counted as.",
    "Memory": "What weights, KV caches, training and indexes take, and which GPUs hold them.",
    "Catalog": "What is known: models, prices, GPUs.",
    "Operations": "Whether the service lives and is ready.",
}
_KEY = "key"
_KEY_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key, where the service asks for one; each operation names its scope.",
}
_FORMATS: Mapping[str, Callable[[], tuple[list[str], list[str]]]] = {
    "TokensQuestion": format_names,
    "Start": format_names,
    "UsageQuestion": usage_format_names,
}
"""The models with a field `format`, the name of an API, with what returns these names and the shapes that go
with any host; the client has no list of them."""


@cache  # it takes 20 ms of the event loop, and never changes
def openapi_document() -> dict[str, Any]:
    """Build the whole document as JSON data; callers share it and must not change it."""
    paths: dict[str, Any] = {}
    for row in ENDPOINTS:
        paths.setdefault(row.path, {})[row.method.lower()] = _operation(row)
    return {
        "openapi": "3.1.0",
        "info": {"title": _TITLE, "version": __version__, "description": _DESCRIPTION},
        "servers": [{"url": "/"}],
        "tags": [{"name": tag, "description": _TAGS[tag]} for tag in get_args(Tag)],
        "paths": paths,
        "components": {"schemas": _schemas(), "securitySchemes": {_KEY: _KEY_SCHEME}},
    }


def _operation(row: Endpoint[BaseModel]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": row.operation_id,
        "tags": [row.tag],
        "summary": row.summary,
        "description": row.description,
        "parameters": [*_parameters(row)],
        "responses": {"200": _answer(row), **{str(status): _problem(status) for status in row.statuses}},
    }
    if row.scope is not None:
        operation["security"] = [{_KEY: [row.scope]}, {}]
    if row.question is not None:
        body = {"schema": _ref(row.question), "example": row.example}
        operation["requestBody"] = {"required": True, "content": {"application/json": body}}
    return operation


def _answer(row: Endpoint[BaseModel]) -> dict[str, Any]:
    schema: dict[str, Any] = _ref(row.answer)
    if row.or_answer is not None:
        schema = {"oneOf": [schema, _ref(row.or_answer)]}
    return {"description": "The answer.", "content": {"application/json": {"schema": schema}}}


def _problem(status: int) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": _ref(Problem)}}
    return {"description": HTTPStatus(status).phrase, "content": content}


def _parameters(row: Endpoint[BaseModel]) -> Iterator[dict[str, Any]]:
    """Describe the parameters of path and query; a model marks an optional parameter by a variant `null`."""
    schema = row.parameters.model_json_schema() if row.parameters is not None else {}
    for name, found in schema.get("properties", {}).items():
        in_path = name in row.path_parameters
        stated = next((variant for variant in found.get("anyOf", ()) if variant.get("type") != "null"), found)
        shown = {key: value for key, value in stated.items() if key not in ("title", "description")}
        if found.get("default") is not None:
            shown["default"] = found["default"]
        yield {
            "name": name,
            "in": "path" if in_path else "query",
            "required": in_path,
            "description": found.get("description", ""),
            "schema": shown,
            **({"example": row.example[name]} if name in row.example and row.question is None else {}),
        }


def _schemas() -> dict[str, Any]:
    models: list[tuple[Any, Any]] = [(Problem, "serialization")]
    models += [(row.question, "validation") for row in ENDPOINTS if row.question is not None]
    models += [(row.answer, "serialization") for row in ENDPOINTS]
    models += [(row.or_answer, "serialization") for row in ENDPOINTS if row.or_answer is not None]
    _, schema = models_json_schema([*dict.fromkeys(models)], ref_template="#/components/schemas/{model}")
    schemas = dict(schema["$defs"])
    for name, names in _FORMATS.items():
        stated = schemas[name]["properties"]["format"]
        text = next((variant for variant in stated.get("anyOf", ()) if variant["type"] == "string"), stated)
        text |= _formats(*names())
    return schemas


def _formats(named: list[str], shapes: list[str]) -> dict[str, Any]:
    """Describe the known formats, and OpenAI's shapes on any host, such as `groq.chat`."""
    any_host = {"type": "string", "pattern": rf"^.+\.({'|'.join(shapes)})$"}
    return {"anyOf": [{"type": "string", "enum": list(named)}, any_host]}


def _ref(model: type[BaseModel]) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}
