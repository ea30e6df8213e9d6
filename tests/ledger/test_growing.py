"""Conversations that only grow, replayed by running sums, against the replay piece by piece."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tokenquote.catalog.schema.caching import CachingRule
from tokenquote.counts import Count, MediaUse
from tokenquote.ledger import (
    CacheTerms,
    Conversation,
    CountedResult,
    CountedRound,
    CountedTurn,
    Opening,
    PlanTooLong,
    ReadBy,
    Repeats,
    Replayed,
    Script,
    replay,
    replay_caches,
    replay_pieces,
)
from tokenquote.ledger.caching import compare_requests
from tokenquote.ledger.history import LatestTurns, WholeHistory

MODEL = "acme/one"
GAPS = [0, 60, 299, 300, 301, 4000]

tokens = st.one_of(st.just(0), st.integers(0, 3000))
counts = st.one_of(
    tokens.map(Count.stated),
    st.builds(lambda n, framing: Count.certain(n, "exact").with_framing(framing), tokens, st.integers(0, 9)),
)
repeats = st.integers(1, 3).map(Repeats)
rounds = st.builds(
    CountedRound,
    call_output=counts,
    exchange=counts,
    reasoning=counts,
    repeat=repeats,
    blocks=st.integers(1, 15),
)
turns = st.builds(
    CountedTurn,
    user=counts,
    answer_output=counts,
    answer=counts,
    rounds=st.lists(rounds, max_size=3).map(tuple),
    reasoning=counts,
    gap_seconds=st.sampled_from(GAPS),
    repeat=repeats,
    blocks=st.integers(1, 15),
    answer_spoken=st.just(0),
    answer_drawn=st.just(0),
)
conversations = st.builds(
    Conversation,
    turns=st.lists(turns, min_size=1, max_size=4).map(tuple),
    opening=st.builds(Opening, tools=counts, system=counts, messages=counts),
    per_request=st.integers(0, 5),
    reasoning_kept=st.sampled_from(["never", "always"]),
)
rules = st.builds(
    CachingRule,
    by_default=st.just(True),
    breakpoints=st.booleans(),
    minimum_tokens=st.sampled_from([0, 1024]),
    step_tokens=st.sampled_from([1, 128]),
    step_holds_unbilled=st.booleans(),
    look_back_blocks=st.sampled_from([None, 3, 20]),
    includes_output=st.booleans(),
    source=st.just("a test"),
)
terms = st.builds(
    CacheTerms,
    rule=rules,
    ttl=st.sampled_from([None, "5m", "1h"]),
    hit_rate=st.sampled_from([Decimal(1), Decimal("0.66"), Decimal(0)]),
    bills_writes=st.booleans(),
    marks=st.lists(tokens, max_size=2).map(lambda marks: tuple(sorted(marks))),
    marks_opening=st.booleans(),
    marks_last=st.booleans(),
    tools=tokens,
    head=tokens,
    warm=st.sampled_from([0, 100, 2000, 10**6]),
)


def script_of(conversation: Conversation, history: WholeHistory | None = None) -> Script:
    return Script({MODEL: conversation}, [MODEL] * len(conversation.turns), history or WholeHistory())


def turn(user: Any = 10, answer: Any = 20, **more: Any) -> CountedTurn:
    count = answer if isinstance(answer, Count) else Count.stated(answer)
    return CountedTurn(Count.stated(user), count, count, **more)


@given(conversations)
def test_rows_are_those_of_the_replay_piece_by_piece(conversation: Conversation) -> None:
    script = script_of(conversation)
    found = replay(script)
    assert found.only_grows
    assert list(found.rows) == list(replay_pieces(script).rows)


@given(conversations, terms)
@example(  # an entry that lapses, and is written anew
    Conversation((turn(2000), turn(5, gap_seconds=301), turn(5))),
    CacheTerms(CachingRule(by_default=True, breakpoints=True, source="a test"), "5m", bills_writes=True),
)
def test_uses_are_those_of_requests_that_are_compared(conversation: Conversation, terms: CacheTerms) -> None:
    replayed = replay(script_of(conversation))
    used: dict[ReadBy, CacheTerms] = {(None, MODEL): terms}
    assert list(replay_caches(replayed, used)) == list(compare_requests(replayed, used))


@given(conversations)
def test_transcripts_say_what_the_rows_send(conversation: Conversation) -> None:
    replayed = replay(script_of(conversation))
    transcript = replayed.transcripts[None, MODEL]
    sizes = [transcript.size(sent) for sent in replayed.rows.sent if sent is not None]
    per_request = conversation.per_request
    assert [size.tokens + per_request * size.framed for size in sizes] == replayed.rows.input


IMAGE = Count.stated(85).with_media(MediaUse(image=85, images=1))
THOUGHT = turn(reasoning=Count.stated(5))


@pytest.mark.parametrize(
    "script",
    [
        script_of(Conversation((turn(), turn())), LatestTurns(1)),
        script_of(Conversation((turn(answer=IMAGE), turn()))),
        script_of(Conversation((turn(),), Opening(messages=IMAGE))),
        script_of(Conversation((THOUGHT, turn()), reasoning_kept="same_turn")),
        script_of(Conversation((turn(answer_spoken=3), turn()))),
        script_of(
            Conversation(
                (
                    turn(
                        rounds=(
                            CountedRound(
                                Count.stated(1),
                                Count.stated(1),
                                results=(CountedResult(Count.stated(5), Count.stated(1)),),
                            ),
                        )
                    ),
                )
            )
        ),
        Script({MODEL: Conversation((turn(),)), "b": Conversation((turn(),))}, [MODEL], WholeHistory()),
    ],
    ids=["strategy", "media", "media that open", "passing reasoning", "audio", "results apart", "two models"],
)
def test_others_are_replayed_piece_by_piece(script: Script) -> None:
    replayed = replay(script)
    assert not replayed.only_grows
    assert list(replayed.rows) == list(replay_pieces(script).rows)


@pytest.mark.parametrize("way", [replay, replay_pieces])
def test_a_request_too_long_is_refused_either_way(way: Callable[[Script], Replayed]) -> None:
    with pytest.raises(PlanTooLong, match="sends more than 10000000000 tokens"):
        way(script_of(Conversation((turn(10**9, repeat=Repeats(11)),))))
