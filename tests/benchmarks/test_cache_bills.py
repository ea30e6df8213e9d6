"""Quoted beside billed use of prompt caches: bills as recorded, causes of misses, tables."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from benchmarks.recordings.bills import Bill, read_bill, read_repository
from benchmarks.recordings.cache_causes import find_cause
from benchmarks.recordings.cache_scoring import cause_table, read_table, rule_table, write_table
from benchmarks.recordings.cached_requests import CachedRequest, cached_requests, read_by_rule
from benchmarks.recordings.growth import Grown

from tokenquote.catalog.schema.caching import CachingRule

STEPS = CachingRule(by_default=True, minimum_tokens=1024, step_tokens=128, source="a test")
ANSWERS = STEPS.model_copy(update={"includes_output": True, "minimum_tokens": 0, "step_tokens": 1})
BLOCKS = STEPS.model_copy(update={"step_tokens": 2048})
SHORT_LIVED = CachingRule(by_default=True, ttls={"5m": "cache_write"}, default_ttl="5m", source="a test")
MARKS = CachingRule(by_default=False, breakpoints=True, minimum_tokens=1024, source="a test")
UNASKED = CachingRule(by_default=False, source="a test")
NOON = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)


def bill(tokens: int, read: int = 0, write: int | None = None, output: int = 50, minute: int = 0) -> Bill:
    return Bill(tokens, output, read, write, 0, NOON + dt.timedelta(minutes=minute))


def request(
    quoted: int, read: int, rule: CachingRule | None = STEPS, before: Bill | None = None, **changes: Any
) -> CachedRequest:
    """A request of 3,000 tokens after one of 2,000, with a rule of steps of 128."""
    first = before or bill(2000)
    fields: dict[str, Any] = {
        "family": "acme.chat",
        "repository": "acme/tests",
        "conversation": 1,
        "bill": bill(3000, read),
        "before": first,
        "quoted_input_before": first.input,
        "quoted_read": quoted,
        "quoted_write": 0,
        "rule": rule,
        "finds_cold": True,
    }
    return CachedRequest(**{**fields, **changes})


@pytest.mark.parametrize(
    ("usage", "write", "hour"),
    [
        ({"prompt_tokens": 9}, None, 0),
        ({"cache_creation_input_tokens": 7, "cache_creation": {"ephemeral_1h_input_tokens": 3}}, 7, 3),
        ({"prompt_tokens_details": {"cache_write_tokens": 7}}, 7, 0),
        ({"cacheWriteInputTokens": 7}, 7, 0),
    ],
)
def test_writes_are_known_only_where_the_usage_tells_them(
    usage: dict[str, Any], write: int | None, hour: int
) -> None:
    call = {"input_tokens": 9, "cached_tokens": 2, "cache_write_tokens": 7, "usage": usage}
    assert read_bill(call) == Bill(9, 0, 2, write, hour, None)


@pytest.mark.parametrize(
    ("date", "instant"),
    [
        ("Sun, 01 Nov 2026 12:00:00 GMT", NOON),
        ("2026-11-01T13:00:00+01:00", NOON),
        ("2026-11-01", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_an_instant_is_known_to_the_second_or_not_at_all(
    date: str | None, instant: dt.datetime | None
) -> None:
    assert read_bill({"date": date}).at == instant


def test_the_repository_stands_before_the_file() -> None:
    assert read_repository({"source": "acme/tests:a/b.yaml#1"}) == "acme/tests"


CAUSES: dict[str, tuple[CachedRequest, str | None]] = {
    "equal": (request(1920, 1920), None),
    "within 5 %": (request(1920, 1900), None),
    "both nothing": (request(0, 0), None),
    "more than the rule": (
        request(2048, 3990, BLOCKS, before=bill(4000)), "a longer part of the prefix was read"
    ),
    "no rule": (request(0, 1920, None), "the catalog has no rule for the cache of this model"),
    "nothing read": (request(1920, 0), "nothing was read, though the prefix was sent again"),
    "days apart": (
        request(2000, 0, SHORT_LIVED, bill=bill(3000, minute=6)),
        "nothing was read: the time to live had passed between the recordings",
    ),
    "minutes apart": (
        request(2000, 0, SHORT_LIVED, bill=bill(3000, minute=4)),
        "nothing was read, though the prefix was sent again",
    ),
    "recorded before": (
        request(2000, 0, SHORT_LIVED, bill=bill(3000, minute=-1)),
        "nothing was read: the time to live had passed between the recordings",
    ),
    "counted short": (
        request(0, 1920, quoted_input_before=900),
        "the tokens of the prefix were counted otherwise than they were billed",
    ),
    "marked and counted short": (
        request(1500, 2000, MARKS, quoted_input_before=1500),
        "the tokens of the prefix were counted otherwise than they were billed",
    ),
    "below the minimum": (request(0, 640, before=bill(700)), "a prefix below the published minimum was read"),
    "unasked": (request(0, 1500, UNASKED), "read without having been asked to cache"),
    "an older prefix": (request(1920, 1024), "only a shorter part of the prefix was read"),
    "the answer": (
        request(1920, 2600, before=bill(2000, output=700)), "the answer of the request before was read too"
    ),
    "others": (request(1920, 2900), "more was read than the request before had sent"),
}  # fmt: skip


@pytest.mark.parametrize(("case", "cause"), CAUSES.values(), ids=CAUSES.keys())
def test_each_miss_has_the_first_cause_that_fits(case: CachedRequest, cause: str | None) -> None:
    assert find_cause(case) == cause


def test_what_a_first_request_reads_others_have_left() -> None:
    first = CachedRequest("acme.chat", "acme/tests", 1, bill(3000, 1920), None, 0, 0, 0, STEPS, False)
    assert find_cause(first) == "the first request found what others had left"


@pytest.mark.parametrize(
    ("rule", "before", "read"),
    [
        (STEPS, bill(1023), 0),
        (STEPS, bill(2000, output=200), 1920),
        (ANSWERS, bill(2000, output=200), 2200),
        (ANSWERS, bill(2900, output=200), 3000),
    ],
)
def test_a_rule_reads_the_request_before_as_it_was_billed(rule: CachingRule, before: Bill, read: int) -> None:
    assert read_by_rule(request(0, 0, before=before), rule) == read


def conversation(**changes: Any) -> Grown:
    """Two requests: the first writes 2,000 and the second reads 1,900 of them and writes 1,100."""
    fields: dict[str, Any] = {
        "key": {"ids": ["a", "b"]},
        "family": "acme.chat",
        "clean": True,
        "predicted": [2000, 3000],
        "cache_read": [0, 2000],
        "cache_write": [2000, 1000],
        "bills": [bill(2000, 0, 2000), bill(3000, 1900, 1100)],
        "rule": MARKS,
        "repository": "acme/tests",
    }
    return Grown(**{**fields, **changes})


def test_reads_have_their_bias_and_how_many_are_close() -> None:
    table = read_table(cached_requests([conversation()]))
    assert "| acme.chat | 1 | 1 | 1,900 | 2,000 | +5.3% | 0% | +5.3% | 0% | 100% | 0 |" in table


def test_a_request_that_read_nothing_counts_against_the_quote_and_stands_apart() -> None:
    missed = conversation(bills=[bill(2000, 0, 2000), bill(3000, 0, 3000)])
    table = read_table(cached_requests([conversation(), missed]))
    assert "| acme.chat | 2 | 2 | 1,900 | 4,000 | +110.5% | 50% | +5.3% | 0% | 50% | 0 |" in table


def test_writes_of_warm_and_cold_beginnings_stand_apart() -> None:
    warm = conversation(bills=[bill(2000, 2000, 0), bill(3000, 2000, 1000)])
    untold = conversation(bills=[bill(2000), bill(3000, 1900)])
    table = write_table(cached_requests([conversation(), warm, untold]))
    assert "| acme.chat | read nothing | 1 | 2 | 3,100 | 0 | 3,000 | -3.2% | 50% | 100% | +0.0% |" in table
    assert "| acme.chat | read what others had left | 1 | 2 | 1,000 | 0 | 3,000 | +200.0% | 50% |" in table


def test_causes_add_up_to_all_tokens_that_are_off() -> None:
    """20 of 1,900 are within 5 %; 1,920 were not read at all, 896 only in part."""
    table = cause_table([request(1920, 1900), request(1920, 0), request(1920, 1024), request(0, 0)])
    assert "| acme.chat | within 5 % | 1 | 33% | 20 | 1% |" in table
    assert (
        "| acme.chat | nothing was read, though the prefix was sent again | 1 | 33% | 1,920 | 68% |" in table
    )
    assert "| acme.chat | only a shorter part of the prefix was read | 1 | 33% | 896 | 32% |" in table


def test_a_rule_is_held_against_what_each_repository_was_billed() -> None:
    """Five reads of whole steps and one of half a step more; a repository with two says nothing."""
    own = [*(request(0, 1920) for _ in range(5)), request(0, 1984)]
    table = rule_table([*own, request(0, 1920, repository="few/reads"), request(0, 0)])
    named = "| at least 1,024, steps of 128 | acme.chat | acme/tests | 6 |"
    assert f"{named} as it stands | 83% | 100% | 0 |" in table
    assert f"{named} with the answer | 0% | 17% | 128 |" in table
    assert f"{named} without the step | 0% | 100% | 80 |" in table
    assert f"{named} half the step | 17% | 100% | 64 |" in table
    assert "few/reads" not in table


@pytest.mark.parametrize(
    "left_out",
    [
        {"clean": False},
        {"predicted": None, "cache_read": None, "cache_write": None},
        {"bills": [bill(2000), bill(0)]},
    ],
)
def test_conversations_that_say_nothing_are_left_out(left_out: dict[str, Any]) -> None:
    assert [*cached_requests([conversation(**left_out)])] == []
