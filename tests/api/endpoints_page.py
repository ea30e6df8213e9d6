"""docs/endpoints.md from the table of endpoints: `make docs`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import get_args

from tokenquote_client.endpoint import Endpoint, Tag
from tokenquote_client.endpoints import ENDPOINTS

_HEAD = """# Endpoints

Written by `make docs` from `clients/python/tokenquote_client/endpoints.py`; do not edit. Bounds and forms of
every field are in the service's own docs at `/docs`. Every problem is a document of
[`application/problem+json`](problems.md).
"""


def page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *(line for tag in get_args(Tag) for line in _group(tag))]) + "\n"


def _group(tag: Tag) -> Iterator[str]:
    yield f"## {tag}\n"
    for row in (row for row in ENDPOINTS if row.tag == tag):
        yield f"### {row.method} {row.path}\n"
        yield f"{row.summary}. {row.description}\n"
        yield from _facts(row)
        yield ""


def _facts(row: Endpoint) -> Iterator[str]:  # type: ignore[type-arg]
    answers = [row.answer.__name__, *([row.or_answer.__name__] if row.or_answer else [])]
    asked = [f"`{row.question.__name__}`"] if row.question else []
    names = row.parameters.model_fields if row.parameters else ()
    asked += [f"{'path' if name in row.path_parameters else 'query'} parameter `{name}`" for name in names]
    methods = ", ".join(f"`{name}()`" for name in row.asked_by) or "none"
    yield f"- asks: {', '.join(asked) or 'nothing'}; answers: {' or '.join(f'`{name}`' for name in answers)}"
    yield f"- problems: {', '.join(map(str, row.statuses))}"
    yield f"- methods of `Client`, `AsyncClient` and `Estimator`: {methods}"
    if row.example and row.question:
        example = json.dumps(row.example, indent=2, ensure_ascii=False)
        yield f"\n```json\n{example}\n```"


if __name__ == "__main__":
    print(page(), end="")
