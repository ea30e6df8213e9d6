"""Turn recorded calls to models with a private vocabulary into rows of features."""

from __future__ import annotations

import datetime as dt
import email.utils
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.recordings.calls import is_text_only, read_format, recorded_names

from tokenquote.catalog import Catalog, ModelNotFound
from tokenquote.catalog.schema.calibration import CalibratedUse, Kind
from tokenquote.catalog.schema.counting import CountingRule
from tokenquote.tokens import BodyError, Request, Vocabularies, read_body
from tokenquote.tokens import request_features as features
from tokenquote.tokens.request_features import Features
from tokenquote.tokens.vocabularies.content_classes import CLASSES

__all__ = ["Row", "calibration_rows"]

AT_MOST_PER_SOURCE = 3


@dataclass(frozen=True, slots=True)
class Row:
    """The features and the bill of one recorded call."""

    rule: str
    family: str
    kind: Kind
    file: str
    day: dt.date | None
    terms: Mapping[str, float]
    """The tokens of its texts by class of content, and the terms around the texts."""
    billed: int


def calibration_rows(
    recorded: Iterable[Mapping[str, Any]], catalog: Catalog, vocabularies: Vocabularies
) -> Iterator[Row]:
    """Yield text-only calls whose rule is calibrated, at most three of each source file and API."""
    words = {id(rule): word for word, rule in catalog.counting.items()}
    seen: Counter[tuple[str, str]] = Counter()
    for record in recorded:
        if not is_text_only(record) or record.get("suspect") or not record.get("input_tokens"):
            continue
        rule = _find_rule(record, catalog)
        use = rule.calibration if rule is not None else None
        if rule is None or use is None:
            continue
        word = words[id(rule)]
        file = str(record["source"]).split("#")[0]
        seen[file, record["api"]] += 1
        if seen[file, record["api"]] <= AT_MOST_PER_SOURCE:
            yield from _row(record, word, use, file, vocabularies)


def _find_rule(record: Mapping[str, Any], catalog: Catalog) -> CountingRule | None:
    for name in recorded_names(record):
        try:
            return catalog.find_counting(name, read_format(record)).counting
        except ModelNotFound:
            continue
    return None


def _row(
    record: Mapping[str, Any], word: str, use: CalibratedUse, file: str, vocabularies: Vocabularies
) -> Iterator[Row]:
    try:
        request = read_body(read_format(record), record["request"])
    except BodyError:
        return
    if not any(request.everything_unknown()):
        terms = _terms(_features(request, use), vocabularies, "o200k_base")
        kind = features.band_kind(request)
        yield Row(word, use.family, kind, file, _day(record.get("date")), terms, int(record["input_tokens"]))


def _features(request: Request, use: CalibratedUse) -> Features:
    system = [message for message in request.messages if message.role == "system"]
    others = [message for message in request.messages if message.role != "system"]
    parts = [
        features.prompts(request),
        features.system(system),
        features.tools(request, use),
        features.schema(request.schema, use),
        *features.spoken(others, use),
    ]
    if request.shape != "prompts":
        parts.append(features.per_request(request))
    return Features.together(parts)


def _terms(found: Features, vocabularies: Vocabularies, vocabulary: str) -> dict[str, float]:
    terms: defaultdict[str, float] = defaultdict(float, {k: float(v) for k, v in found.terms.items() if v})
    counter = vocabularies.classes(vocabulary)
    for text in found.texts:
        for name, count in zip(CLASSES, counter.counts(text), strict=True):
            if count:
                terms[name] += float(count)
    for term, text in found.weighed:
        terms[term] += float(vocabularies.count(vocabulary, text))
    return dict(terms)


def _day(date: object) -> dt.date | None:
    """Read a day from `2025-10-25...` or from an HTTP date; anything else is None."""
    if not isinstance(date, str):
        return None
    try:
        return dt.date.fromisoformat(date[:10])
    except ValueError:
        pass
    try:
        return email.utils.parsedate_to_datetime(date).date()
    except ValueError:
        return None
