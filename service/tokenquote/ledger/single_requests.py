"""Rows of models that hold no conversation: each turn is one request with its own message and nothing else.

Embeddings, searches of a rerank model, images, speech and transcripts remember nothing of what went before.
"""

from __future__ import annotations

from tokenquote.ledger.conversation import MAX_CONTEXT_TOKENS, MAX_ROWS, Conversation, PlanTooLong
from tokenquote.ledger.replay import Replayed
from tokenquote.ledger.rows import Row, Rows

__all__ = ["replay_single"]


def replay_single(model: str, conversation: Conversation) -> Replayed:
    """Make one request to the model of each repetition of each turn.

    Raises:
        PlanTooLong: more than MAX_ROWS requests, or more than MAX_CONTEXT_TOKENS in one.
    """
    if sum(turn.repeat.times for turn in conversation.turns) > MAX_ROWS:
        raise PlanTooLong(f"the plan makes more than {MAX_ROWS} requests, which a quote holds")
    rows: list[Row] = []
    for i, turn in enumerate(conversation.turns):
        extra = conversation.per_request if turn.user.framed else 0
        if turn.user.tokens + extra > MAX_CONTEXT_TOKENS:
            raise PlanTooLong(f"a request of the plan sends more than {MAX_CONTEXT_TOKENS} tokens")
        for _ in range(turn.repeat.times):
            rows.append(
                Row(
                    model=model,
                    purpose=None,
                    sent=None,
                    blocks=1,
                    turn=len(rows) + 1,
                    round=0,
                    input=turn.user.tokens + extra,
                    framing=turn.user.framing + extra,
                    media=turn.user.media,
                    visible=turn.answer_output.tokens,
                    spoken=turn.answer_spoken,
                    drawn=turn.answer_drawn,
                    reasoning=turn.reasoning.tokens,
                    gap_seconds=turn.gap_seconds if rows else 0,
                    answers=i,
                )
            )
    return Replayed(Rows.collect(rows), dict)
