"""Render an output schema as OpenAI shows it to its models: a block in the system message.

    # Response Formats

    ## weather

    // The weather at a place
    {"type":"object","properties":{"degrees":{"type":"number"}}}

The format was found on recorded bills: 143 of 149 distinct schemas come out to the token.
"""

from __future__ import annotations

import json

from tokenquote.tokens.request import OutputSchema

__all__ = ["response_format_block", "schema_as_json"]

# Keywords that are not billed: each was seen to cost nothing, or belongs with a keyword that was.
_UNBILLED = frozenset(
    {
        "$schema",
        "additionalProperties",
        "default",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "format",
        "maxItems",
        "maxLength",
        "maximum",
        "minItems",
        "minLength",
        "minimum",
        "multipleOf",
        "pattern",
        "required",
        "uniqueItems",
    }
)


def response_format_block(schema: OutputSchema) -> str:
    """Return the block that stands for an output schema; characters beyond ASCII are escaped in it."""
    lines = [f"// {schema.description}"] if schema.description else []
    lines.append(json.dumps(_billed_part(schema.schema), separators=(",", ":")))
    body = "\n".join(lines)
    return f"# Response Formats\n\n## {schema.name}\n\n{body}"


def _billed_part(schema: object) -> object:
    """Return the schema without its unbilled keywords; a property that has the name of one stays."""
    if isinstance(schema, list):
        return [_billed_part(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if key not in _UNBILLED}
    return {
        key: {name: _billed_part(prop) for name, prop in value.items()}
        if key in ("properties", "$defs", "definitions") and isinstance(value, dict)
        else _billed_part(value)
        for key, value in kept.items()
    }


def schema_as_json(schema: OutputSchema, style: str) -> str:
    """Return the schema as compact JSON; in the style `json-line` with blanks, and a line break behind it."""
    if style == "json-line":
        return json.dumps(schema.schema, ensure_ascii=False) + "\n"
    return json.dumps(schema.schema, separators=(",", ":"), ensure_ascii=False)
