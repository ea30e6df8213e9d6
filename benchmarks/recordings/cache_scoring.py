"""Write tables of prompt caches: what was quoted beside what was billed, and why they differ."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.recordings.cache_causes import find_cause
from benchmarks.recordings.cached_requests import CachedRequest, is_close, read_by_rule
from benchmarks.recordings.scoring import markdown_table

from tokenquote.catalog.schema.caching import CachingRule

__all__ = ["cause_table", "read_table", "rule_table", "write_table"]

_FEWEST_READS = 5
"""A repository with fewer requests that read from the cache says little about a rule."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """What was quoted and what was billed of one request, in tokens."""

    quoted: int
    billed: int


def read_table(requests: Iterable[CachedRequest]) -> str:
    """Write the table of cache reads after the first request, by API; what first ones read stands apart."""
    columns = (
        "api", ">conversations", ">later requests", ">read, billed", ">read, quoted", ">bias",
        ">nothing read", ">bias of the others", ">within 5 %", ">within 10 %", ">read by first requests",
    )  # fmt: skip
    rows: list[list[object]] = []
    for family, found in _by_family(requests).items():
        later = [request for request in found if request.before is not None]
        pairs = [_Pair(request.quoted_read, request.bill.read) for request in later]
        at_first = sum(request.bill.read for request in found if request.before is None)
        if not at_first and not any(pair.quoted or pair.billed for pair in pairs):
            continue
        used = [pair for pair in pairs if pair.quoted or pair.billed]
        hits = [pair for pair in pairs if pair.billed]
        rows.append([
            family, len({request.conversation for request in found}), len(later),
            f"{sum(pair.billed for pair in pairs):,}", f"{sum(pair.quoted for pair in pairs):,}",
            _bias(pairs), _share(used, lambda pair: not pair.billed), _bias(hits),
            *_closeness(used), f"{at_first:,}",
        ])  # fmt: skip
    return "\n".join(markdown_table(columns, rows))


def write_table(requests: Iterable[CachedRequest]) -> str:
    """Write the table of cache writes where the usage tells them and a quote or a bill has some."""
    columns = (
        "api", "first request", ">conversations", ">requests", ">written, billed", ">of it for 1 hour",
        ">written, quoted", ">bias", ">within 5 %", ">within 10 %", ">bias of writes and reads together",
    )  # fmt: skip
    rows: list[list[object]] = []
    told = [request for request in requests if request.bill.write is not None]
    for family, found in _by_family(told).items():
        for name, cold in (("read nothing", True), ("read what others had left", False)):
            kept = [request for request in found if request.finds_cold == cold]
            writes = [_Pair(request.quoted_write, request.bill.write or 0) for request in kept]
            if not any(pair.quoted or pair.billed for pair in writes):
                continue
            both = [
                _Pair(pair.quoted + request.quoted_read, pair.billed + request.bill.read)
                for pair, request in zip(writes, kept, strict=True)
            ]
            rows.append([
                family, name, len({request.conversation for request in kept}), len(kept),
                f"{sum(pair.billed for pair in writes):,}",
                f"{sum(request.bill.hour_write for request in kept):,}",
                f"{sum(pair.quoted for pair in writes):,}", _bias(writes),
                *_closeness([pair for pair in writes if pair.quoted or pair.billed]), _bias(both),
            ])  # fmt: skip
    return "\n".join(markdown_table(columns, rows))


def cause_table(requests: Iterable[CachedRequest]) -> str:
    """Write why reads are further than 5 % from their quotes, by API: requests, and tokens that are off."""
    columns = (
        "api", "what happened", ">requests", ">of those with reads", ">tokens off", ">of all tokens off",
    )  # fmt: skip
    rows: list[list[object]] = []
    for family, found in _by_family(requests).items():
        used = [request for request in found if request.quoted_read or request.bill.read]
        counts: Counter[str] = Counter()
        tokens: Counter[str] = Counter()
        for request in used:
            off = abs(request.quoted_read - request.bill.read)
            cause = find_cause(request) or "within 5 %"
            counts[cause] += 1
            tokens[cause] += off
        every = sum(tokens.values())
        for cause, count in counts.most_common():
            share = f"{tokens[cause] / every:.0%}" if every else ""
            rows.append([family, cause, count, f"{count / len(used):.0%}", f"{tokens[cause]:,}", share])
    return "\n".join(markdown_table(columns, rows))


def rule_table(requests: Iterable[CachedRequest]) -> str:
    """Write how often a rule says what was read, given the bill of the request before, by repository.

    Beside it stand the same rule with one thing changed, so that a table shows what each part is worth.
    """
    columns = ("cache rule", "api", "repository", ">requests that read", "the rule", ">same", ">within 5 %",
        ">tokens off, median")  # fmt: skip
    groups: dict[tuple[str, str, str], list[CachedRequest]] = defaultdict(list)
    rules: dict[str, CachingRule] = {}
    for request in requests:
        rule = request.rule
        if rule is None or rule.breakpoints or not rule.by_default or request.before is None:
            continue
        if request.bill.read:
            rules[_describe(rule)] = rule
            groups[_describe(rule), request.family, request.repository].append(request)
    rows: list[list[object]] = []
    for (name, family, repository), found in sorted(groups.items()):
        if len(found) < _FEWEST_READS:
            continue
        for change, rule in _variants(rules[name]).items():
            rows.append([name, family, repository, len(found), change, *_agreement(found, rule)])
    return "\n".join(markdown_table(columns, rows))


def _describe(rule: CachingRule) -> str:
    answer = ", the answer too" if rule.includes_output else ""
    step = f"steps of {rule.step_tokens:,}" if rule.step_tokens > 1 else "no step"
    least = f"at least {rule.minimum_tokens:,}" if rule.minimum_tokens else "no minimum"
    return f"{least}, {step}{answer}"


def _variants(rule: CachingRule) -> Mapping[str, CachingRule]:
    """Return the rule itself, with its answer left out or taken in, and with its step changed."""
    answer = "without the answer" if rule.includes_output else "with the answer"
    other = rule.model_copy(update={"includes_output": not rule.includes_output})
    variants = {"as it stands": rule, answer: other}
    if rule.step_tokens > 1:
        variants["without the step"] = rule.model_copy(update={"step_tokens": 1})
        variants["half the step"] = rule.model_copy(update={"step_tokens": rule.step_tokens // 2})
    return variants


def _agreement(requests: Sequence[CachedRequest], rule: CachingRule) -> tuple[str, str, str]:
    reads = [_Pair(read_by_rule(request, rule), request.bill.read) for request in requests]
    same = _share(reads, lambda pair: pair.quoted == pair.billed)
    off = median(abs(pair.quoted - pair.billed) for pair in reads)
    return same, _share(reads, lambda pair: is_close(pair.quoted, pair.billed)), f"{off:,.0f}"


def _by_family(requests: Iterable[CachedRequest]) -> dict[str, list[CachedRequest]]:
    families: defaultdict[str, list[CachedRequest]] = defaultdict(list)
    for request in requests:
        families[request.family].append(request)
    return dict(sorted(families.items()))


def _bias(pairs: Sequence[_Pair]) -> str:
    """Return quoted ÷ billed − 1; nothing where nothing was billed."""
    billed = sum(pair.billed for pair in pairs)
    return f"{sum(pair.quoted for pair in pairs) / billed - 1:+.1%}" if billed else ""


def _closeness(pairs: Sequence[_Pair]) -> tuple[str, str]:
    """Return the shares of pairs that are within 5 % and within 10 % of the bill."""
    near = _share(pairs, lambda pair: is_close(pair.quoted, pair.billed, 0.05))
    return near, _share(pairs, lambda pair: is_close(pair.quoted, pair.billed, 0.1))


def _share(pairs: Sequence[_Pair], holds: Callable[[_Pair], bool]) -> str:
    return f"{sum(map(holds, pairs)) / len(pairs):.0%}" if pairs else ""
