"""POST /v1/tokens: what a request body costs, exactly as it would be sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from tokenquote.api.media.counter import MediaCounter
from tokenquote.api.problems import write_pointer
from tokenquote.catalog import Catalog, CountedAs, ModelNotFound
from tokenquote.counts import Count, total
from tokenquote.errors import LocatedError, under
from tokenquote.ledger import NOTHING
from tokenquote.tokens import RequestCount, TokenRules, Unknown, Vocabularies, read_body
from tokenquote.tokens.request import Request
from tokenquote_client.tokens import TokensAnswer, TokensBreakdown, TokensQuestion, UnknownPart

__all__ = ["answer_tokens"]

_MODEL_MEMBERS = ("model", "modelId", "model_id")


def answer_tokens(
    question: TokensQuestion, catalog: Catalog, vocabularies: Vocabularies, day: dt.date | None = None
) -> TokensAnswer:
    """Count a body as its provider bills it on that day.

    None: nobody knows the day; today's rules hold, but for what was billed otherwise on a model's own days.

    Raises:
        LocatedError: the body is not of its format, or the model is not known.
    """
    request = read_body(question.format, question.body)
    counted_as = _counted_as(question, catalog, day)
    rules = TokenRules(counted_as.counting, vocabularies, shape=counted_as.shape, day=day)
    with under("body"):
        counted = rules.request(request)
    notes: list[str] = []
    media = total(_count_media(request, counted_as.model, rules, catalog, notes), NOTHING)
    whole = counted.count + media
    return TokensAnswer(
        model=counted_as.model,
        input_tokens=whole.tokens,
        method=whole.method,
        low=whole.low,
        high=whole.high,
        breakdown=_breakdown(counted, media),
        tools=dict(counted.by_tool),
        vocabulary=whole.vocabulary,
        unknown=[_unknown_part(piece) for piece in request.everything_unknown()],
        assumptions=[
            *([rules.basis] if rules.basis else []),
            *dict.fromkeys((*counted.notes, *notes)),
        ],
    )


def _counted_as(question: TokensQuestion, catalog: Catalog, day: dt.date | None) -> CountedAs:
    """Find whose rules count the body: those of the model that is stated, else of the one it names."""
    named = (question.body.get(member) for member in _MODEL_MEMBERS)
    name = question.model or next((name for name in named if isinstance(name, str) and name), None)
    if name is None:
        raise LocatedError(("model",), "the body names no model: state `model` beside it")
    with under("model"):
        return catalog.find_counting(name[:200], question.format, day)


def _count_media(
    request: Request, name: str, rules: TokenRules, catalog: Catalog, notes: list[str]
) -> Sequence[Count]:
    """Count the media of a body one by one; what that takes for granted is added to `notes`."""
    media = [item for message in request.messages for item in message.media]
    if not media:
        return []
    try:
        media_rules = catalog.find_media_rules(name)
    except ModelNotFound:
        at = ("body", *media[0].location)
        detail = f"the catalog knows how {name} counts texts, but not images, audio, video or documents"
        raise LocatedError(at, detail) from None
    counter = MediaCounter(media_rules, catalog.profiles, count_text=rules.text, notes=notes)
    return [counter.count_in_body(item, ("body",), in_chat=request.shape == "chat") for item in media]


def _breakdown(counted: RequestCount, media: Count) -> TokensBreakdown:
    return TokensBreakdown(
        messages=counted.system.content.tokens + counted.messages.content.tokens,
        tools=counted.tools.content.tokens,
        schema=counted.schema.content.tokens,
        images=media.media.image,
        audio=media.media.audio,
        video=media.media.video,
        documents=media.tokens - media.framing - media.media.tokens,
        unknown=counted.unknown.content.tokens,
        framing=counted.framing + media.framing,
    )


def _unknown_part(piece: Unknown) -> UnknownPart:
    return UnknownPart(what=piece.what, pointer=write_pointer(piece.location))
