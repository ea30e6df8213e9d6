"""Read recorded calls, and find the catalog model that each belongs to."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.recordings.snapshots import name_on_its_day
from benchmarks.recordings.sorted_keys import as_written

from tokenquote.catalog import AmbiguousModel, Catalog, Model, ModelNotFound
from tokenquote.tokens import looks_like

SHARED = Path(__file__).resolve().parents[3] / "shared" / "truth"

# Bodies with OpenAI's `messages` are one format, whoever serves them.
CHAT_APIS = re.compile(r"\.(chat|openai\.chat|openai_chat|native_chat)$")
MEDIA = frozenset({"images", "audio", "video", "document", "remote_media"})

# The members of a body that hold JSON schemas.
_WITH_SCHEMAS = frozenset({"tools", "output_config", "response_format", "text"})

# Names that hosts and earlier years use for models that the catalog has under another name. Only the
# benchmark reads names this way: the service itself never guesses.
_DATE = re.compile(r"(-\d{4}-\d{2}-\d{2}|-\d{8}|@\d{8}|-latest|:free|:latest)$")
_HOSTED = re.compile(r"^((us|eu|apac|jp|au|global)\.)?anthropic\.|-v\d+(:\d+)?$")
_CLAUDE_DOT = re.compile(r"(?<=-\d)\.(?=\d)")
_RENAMED = {
    "deepseek-chat": "deepseek/deepseek-v4-flash",
    "deepseek-reasoner": "deepseek/deepseek-v4-flash",
    "gemini-3-pro-preview": "google/gemini-3.1-pro-preview",
    "gpt-4-0613": "openai/gpt-4",
    "gpt-4-0125-preview": "openai/gpt-4-turbo",
    "gpt-35-turbo": "openai/gpt-3.5-turbo",
    "gpt-3.5-turbo-0125": "openai/gpt-3.5-turbo",
    "gpt-3.5-turbo-0613": "openai/gpt-3.5-turbo",
    "gpt-3.5-turbo-1106": "openai/gpt-3.5-turbo",
}


def read_format(row: Mapping[str, Any]) -> str:
    """Return the body format of a recorded call; one in ten thousand is recorded under another API's name."""
    api, body = str(row["api"]), row["request"]
    if CHAT_APIS.search(api) and "messages" not in body and "message" not in body:
        return looks_like(body) or api
    return api


def body_with_betas(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the body with the betas of Anthropic's header in it, where Bedrock and Vertex have them."""
    betas = (row.get("headers") or {}).get("anthropic-beta")
    return {"anthropic_beta": betas.split(","), **row["request"]} if betas else row["request"]


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a JSON-lines file, compressed or not."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        for line in lines:
            row = json.loads(line)
            if isinstance(request := row.get("request"), dict):
                request |= {key: as_written(request[key]) for key in _WITH_SCHEMAS & request.keys()}
            yield row


def is_text_only(row: Mapping[str, Any]) -> bool:
    """Tell whether everything that was sent is text."""
    return not MEDIA & set(row["features"]) and not row.get("remote_media")


def recorded_names(row: Mapping[str, Any]) -> list[str]:
    """Return the model's name in the body, then in the answer, as the first may name a deployment."""
    named = [name for key in ("model_requested", "model_returned") if (name := row.get(key))]
    return [name_on_its_day(name, row) for name in named]


def catalog_model(name: str | None, catalog: Catalog) -> Model | None:
    """Find the catalog's model of a recorded name; None if the catalog has none."""
    if not name:
        return None
    bare = name.rsplit("/", 1)[-1]
    if "claude" in bare:
        bare = _CLAUDE_DOT.sub("-", _HOSTED.sub("", _HOSTED.sub("", bare)))
    undated = _DATE.sub("", bare)
    for spelling in (name, _DATE.sub("", name), bare, undated, _RENAMED.get(undated), _RENAMED.get(bare)):
        if spelling:
            try:
                return catalog.resolve(spelling)
            except (ModelNotFound, AmbiguousModel):
                continue
    return None
