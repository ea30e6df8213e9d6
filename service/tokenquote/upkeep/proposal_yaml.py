"""Write proposals as the catalog's files are written: a field a line, small mappings in braces."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from tokenquote.catalog.schema.prices import PriceBlock
from tokenquote.catalog.schema.providers import ModelKind
from tokenquote.upkeep.propose import Proposal

__all__ = ["block_lines", "entry_lines", "provider_head"]

_WIDTH = 110
_PLAIN = re.compile(r"^[A-Za-z][A-Za-z0-9_./+@-]*$|^\d{4}-\d\d-\d\d$|^https?://[^\s#,\[\]{}]+$")
_NOT_TEXT = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


def provider_head(provider: str, title: str) -> str:
    """Return the beginning of a file for a provider that the catalog does not have yet."""
    return (
        "# yaml-language-server: $schema=../generated/schema.json\n"
        f"id: {provider}\nname: {_scalar(title)}\nfirst_party: false\nmodels:\n"
    )


def entry_lines(proposal: Proposal) -> list[str]:
    """Return the lines of a new model's entry; what a reviewer must add stands in a comment."""
    lines = [f"  - id: {_scalar(proposal.model)}"]
    lines += [f"    {name}: {_flow(value)}" for name, value in _describe(proposal).items()]
    lines += [f"    # {remark}" for remark in _list_remarks(proposal)]
    return [*lines, "    prices:", *(line for block in proposal.blocks for line in block_lines(block))]


def _describe(proposal: Proposal) -> dict[str, Any]:
    listed = proposal.listed
    if listed is None:
        raise ValueError(f"the catalog has {proposal.full_id}: only blocks are proposed for it")
    fields = {
        "name": listed.title or proposal.model.rsplit("/", 1)[-1],
        "kind": listed.kind if listed.kind in get_args(ModelKind)[1:] else None,
        "context": listed.context.model_dump(exclude_none=True) or None,
        "retires": listed.retires.isoformat() if listed.retires is not None else None,
        "serves": proposal.serves,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _list_remarks(proposal: Proposal) -> list[str]:
    listed, remarks = proposal.listed, list(proposal.remarks)
    if listed is not None and listed.kind not in get_args(ModelKind):
        remarks.append(f"kind: the source calls it {listed.kind}, for which there is no word")
    if listed is not None and listed.successor is not None:
        remarks.append(f"successor: {listed.successor}, by the source's own name")
    if proposal.serves is None:
        remarks.append("counting: how its texts become tokens, a rule of counting.yaml")
    return remarks


def block_lines(block: PriceBlock) -> list[str]:
    """Return the lines of one price block of a model."""
    said = block.model_dump(mode="json", exclude_defaults=True, by_alias=True)
    order = ("from", "rates", "tiers", "windows", "modes", "uplifts", "fees", "source", "checked", "note")
    lines = [line for name in order if name in said for line in _field(name, said[name])]
    return ["      - " + lines[0].lstrip(), *lines[1:]]


def _field(name: str, value: Any) -> Iterator[str]:
    line = f"        {name}: {_flow(value)}"
    if isinstance(value, list):
        yield f"        {name}:"
        yield from (f"          - {_flow(item)}" for item in value)
    elif isinstance(value, dict) and len(line) > _WIDTH:
        yield f"        {name}:"
        yield from (f"          {word}: {_flow(item)}" for word, item in value.items())
    else:
        yield line


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(word)}: {_flow(item)}" for word, item in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    plain = _PLAIN.match(value) and value.lower() not in _NOT_TEXT
    # A source is a sentence with an address: no sign in it begins or ends anything.
    sentence = (
        re.match(r"^[A-Za-z][^#:\"'\[\]{}&*!|>%@`]*$", value.replace("https://", ""))
        and value == value.strip()
    )
    flow_safe = "," not in value or value.startswith("http")
    return (
        value
        if plain or (sentence and flow_safe and value.lower() not in _NOT_TEXT)
        else json.dumps(value, ensure_ascii=False)
    )
