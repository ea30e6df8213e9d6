"""Schemas of structured output, in the wrappers that providers use."""

from __future__ import annotations

import json
from typing import Any

from tokenquote.tokens.bodies.nesting import MAX_SCHEMA_DEPTH, refuse_deeper
from tokenquote.tokens.request import BodyError, Location, OutputSchema

__all__ = ["read_json_schema"]


def read_json_schema(wrapper: Any, at: Location) -> OutputSchema:
    """`{name, description, schema}`, where the schema may be text; or the schema itself.

    Raises:
        BodyError: no schema, or one that nests too deep.
    """
    if not isinstance(wrapper, dict):
        raise BodyError(at, "an output schema is {name, schema: {...}}")
    schema = wrapper.get("schema", wrapper.get("schema_definition"))
    if schema is None and any(key in wrapper for key in ("properties", "type", "$ref", "anyOf", "$defs")):
        refuse_deeper(wrapper, MAX_SCHEMA_DEPTH, at)
        return OutputSchema("", "", wrapper)
    if isinstance(schema, str):
        try:
            schema = json.loads(schema)
        except (ValueError, RecursionError):
            raise BodyError((*at, "schema"), "schema is a JSON schema") from None
    if not isinstance(schema, dict):
        raise BodyError((*at, "schema"), "schema is a JSON schema object")
    refuse_deeper(schema, MAX_SCHEMA_DEPTH, (*at, "schema"))
    return OutputSchema(str(wrapper.get("name") or ""), str(wrapper.get("description") or ""), schema)
