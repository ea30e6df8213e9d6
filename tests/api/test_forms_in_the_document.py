"""What the OpenAPI document says of fields that exclude each other is what the service does."""

from __future__ import annotations

from itertools import product
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from pydantic import BaseModel, ValidationError

from tokenquote.http.openapi import openapi_document
from tokenquote_client.context_tax import ContextTaxQuestion
from tokenquote_client.media_parts import AudioPart, DocumentPart, ImagePart, VideoPart

MEDIA: dict[str, Any] = {"data": "AAAA", "url": "https://example.com/file"}
CASES: list[tuple[type[BaseModel], dict[str, Any], dict[str, Any]]] = [
    (ImagePart, {"type": "image"}, {"width": 10, "height": 20, **MEDIA}),
    (AudioPart, {"type": "audio"}, {"seconds": 1.5, **MEDIA}),
    (VideoPart, {"type": "video"}, {"seconds": 1.5, "width": 10, "height": 20, **MEDIA}),
    (DocumentPart, {"type": "document"}, {"pages": 3, **MEDIA}),
    (
        ContextTaxQuestion,
        {"model": "m"},
        {
            "tools": [{"name": "a"}],
            "mcp_tools": [{"name": "a", "inputSchema": {}}],
            "files": [{"name": "a", "text": "b"}],
        },
    ),
]


@pytest.mark.parametrize(("kind", "always", "fields"), CASES)
def test_any_choice_of_fields_is_in_the_document_as_in_the_model(
    kind: type[BaseModel], always: dict[str, Any], fields: dict[str, Any]
) -> None:
    """Each field is left out, null where it may be, or stated: some hundred choices at most."""
    document = openapi_document()
    schema = {"$ref": f"#/components/schemas/{kind.__name__}", "components": document["components"]}
    validator = jsonschema.Draft202012Validator(schema)
    found = set()
    for choice in product(*([None, "null", name] for name in fields)):
        stated = {
            name: None if said == "null" else fields[name]
            for name, said in zip(fields, choice, strict=True)
            if said is not None
        }
        if "files" in stated and stated["files"] is None:
            continue  # the one of these fields that may not be null
        body = {**always, **stated}
        assert validator.is_valid(body) == _takes(kind, body), body
        found.add(_takes(kind, body))
    assert found == {True, False}


def _takes(kind: type[BaseModel], body: dict[str, Any]) -> bool:
    try:
        kind.model_validate(body)
    except ValidationError:
        return False
    return True
