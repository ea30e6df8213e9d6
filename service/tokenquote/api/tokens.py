"""POST /v1/tokens: what a request body costs, exactly as it would be sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tokenquote.api.media.counter import CountedMedia, MediaCounter
from tokenquote.catalog import Catalog, CountedAs, ModelNotFound
from tokenquote.counts import Count, least_certain
from tokenquote.errors import LocatedError, under
from tokenquote.ledger import Content
from tokenquote.tokens import RequestCount, TokenRules, Unknown, Vocabularies, read_body
from tokenquote.tokens.request import Request
from tokenquote_client.tokens import TokensAnswer, TokensBreakdown, TokensQuestion, UnknownPart

__all__ = ["answer_tokens"]

_MODEL_MEMBERS = ("model", "modelId", "model_id")


def answer_tokens(question: TokensQuestion, catalog: Catalog, vocabularies: Vocabularies) -> TokensAnswer:
    """Count a body as its provider bills it.

    Raises:
        LocatedError: the body is not of its format, or the model is not known.
    """
    request = read_body(question.format, question.body)
    counted_as = _counted_as(question, catalog)
    rules = TokenRules(counted_as.counting, vocabularies, shape=counted_as.shape)
    with under("body"):
        counted = rules.request(request)
    media = _media(request, counted_as.model, rules, catalog)
    contents = [one.content(in_chat=request.shape == "chat") for one in media]
    whole = _whole(counted, media, contents)
    return TokensAnswer(
        model=counted_as.model,
        input_tokens=whole.tokens,
        method=whole.method,
        low=whole.low,
        high=whole.high,
        breakdown=_breakdown(counted, contents),
        tools=dict(counted.by_tool),
        vocabulary=whole.vocabulary,
        unknown=[_unknown(one) for one in request.everything_unknown()],
        assumptions=[
            *([rules.basis] if rules.basis else []),
            *dict.fromkeys(note for one in media for note in one.notes),
        ],
    )


def _counted_as(question: TokensQuestion, catalog: Catalog) -> CountedAs:
    named = (question.body.get(member) for member in _MODEL_MEMBERS)
    name = question.model or next((name for name in named if isinstance(name, str) and name), None)
    if name is None:
        raise LocatedError(("model",), "the body names no model: state `model` beside it")
    with under("model"):
        return catalog.find_counting(name[:200], question.format)


def _media(request: Request, name: str, rules: TokenRules, catalog: Catalog) -> list[CountedMedia]:
    media = [one for message in request.messages for one in message.media]
    if not media:
        return []
    try:
        media_rules = catalog.find_media_rules(name)
    except ModelNotFound:
        at = ("body", *media[0].location)
        detail = f"the catalog knows how {name} counts texts, but not pictures, clips or documents"
        raise LocatedError(at, detail) from None
    counter = MediaCounter(media_rules, catalog.profiles, count_text=rules.text)
    return [counter.count_in_body(one, ("body",)) for one in media]


def _whole(counted: RequestCount, media: list[CountedMedia], contents: list[Content]) -> Count:
    """Texts and media with their bands; what a picture costs more in a chat has none."""
    totals = [one.counted.total for one in media]
    extra = sum(content.framing for content in contents)
    texts = counted.count
    return Count(
        texts.tokens + sum(total.tokens for total in totals) + extra,
        texts.low + sum(total.low for total in totals) + extra,
        texts.high + sum(total.high for total in totals) + extra,
        least_certain(texts.method, *(total.method for total in totals)),
        texts.vocabulary,
    )


def _breakdown(counted: RequestCount, contents: list[Content]) -> TokensBreakdown:
    media = sum(contents, Content())
    shown = media.media.image + media.media.audio + media.media.video
    parts: Mapping[str, Any] = {
        "messages": counted.system.content.tokens + counted.messages.content.tokens,
        "tools": counted.tools.content.tokens,
        "schema": counted.schema.content.tokens,
        "images": media.media.image,
        "audio": media.media.audio,
        "video": media.media.video,
        "documents": media.tokens - media.framing - shown,
        "unknown": counted.unknown.content.tokens,
        "framing": counted.framing + media.framing,
    }
    return TokensBreakdown.model_validate(parts)


def _unknown(one: Unknown) -> UnknownPart:
    return UnknownPart(what=one.what, pointer="".join(_escaped(one.location)))


def _escaped(location: tuple[str | int, ...]) -> Iterator[str]:
    for step in location:
        yield "/" + str(step).replace("~", "~0").replace("/", "~1")
