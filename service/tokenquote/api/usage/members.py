"""Reads the members of a usage object, and knows which of them nobody has read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from tokenquote.errors import LocatedError, Location

__all__ = ["Members", "Unread"]

_COSTLESS = frozenset({
    "api_version", "avg_compl_tok_per_sec", "avg_prompt_tok_per_sec", "avg_tok_per_sec", "cache_type",
    "completion_time", "context_details", "cost_details", "currency", "done", "draft_tokens",
    "draft_tokens_acceptance", "eval_duration", "firstByteLatency", "gateway_cost", "invocationLatency",
    "is_byok", "latency_checkpoint", "load_duration", "market_cost", "object", "prompt_eval_duration",
    "prompt_time", "prompt_tokens_per_second", "queue_time", "raw_prompt_token", "remaining", "request_count",
    "time_per_output_token_ms", "time_to_first_token_ms", "tokens_per_second", "total_characters",
    "total_completion_time_sec", "total_duration", "total_prompt_time_sec", "total_time", "total_time_sec",
    "warnings",
})  # fmt: skip
"""Members that cost nothing at any provider: durations, speeds, versions, remarks; the shares of a cost that
the provider states itself; what drafts of a smaller model said (they bill as the output that is kept); and
xAI's `context_details`, which repeats the tokens of the last step."""

_MAX_COUNT = 10**12


class Unread:
    """A member that is neither zero nor known, by its path."""

    def __init__(self, path: Location, value: object) -> None:
        self.name = "/".join(map(str, path))[:200]
        self.amount = value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None

    @property
    def counts_tokens(self) -> bool:
        """Whether the name says that the number is one of tokens."""
        return "token" in self.name.rpartition("/")[2].lower()


class Members:
    """The members of one object of a usage, each of which is read at most once by its meaning."""

    def __init__(self, data: Mapping[str, object], at: Location = ("usage",)) -> None:
        self.data = data
        self.at = at
        self._read: set[str] = set()
        self._parts: list[Members] = []

    def __contains__(self, name: str) -> bool:
        return self.data.get(name) is not None

    def count(self, *names: str) -> int | None:
        """Return the number under these names for one thing; None: it is stated under none.

        A zero under one of the names gives way to what another says, since many hosts write zeros for what
        they do not measure.

        Raises:
            LocatedError: no whole number from 0, or two names that say different numbers.
        """
        found = {name: number for name in names if (number := self._number(name)) is not None}
        stated = {name: number for name, number in found.items() if number}
        if len(set(stated.values())) > 1:
            first, *others = stated
            raise LocatedError(
                (*self.at, others[0]), f"says another number than {first}, and both stand for the same tokens"
            )
        return next(iter(stated.values()), 0) if found else None

    def counted(self, *names: str) -> int:
        """Return the number under these names for one thing, 0 if it is not stated.

        Raises:
            LocatedError: as `count`.
        """
        return self.count(*names) or 0

    def amount(self, name: str) -> Decimal | None:
        """Return a number that may have decimals, such as seconds or dollars; None: it is not stated.

        Raises:
            LocatedError: no number from 0.
        """
        self._read.add(name)
        value = self.data.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < _MAX_COUNT:
            raise LocatedError((*self.at, name), "a number from 0 to 10^12, or leave it out")
        return Decimal(str(value))

    def word(self, name: str) -> str | None:
        """Return a text; None: it is not stated, or it is no text."""
        value = self.data.get(name)
        if not isinstance(value, str):
            return None
        self._read.add(name)
        return value

    def part(self, *names: str) -> Members:
        """Return the object under the first of these names that is stated; an empty one if none is.

        Raises:
            LocatedError: it is no object.
        """
        name = next((name for name in names if self.data.get(name) is not None), None)
        if name is None:
            return Members({}, self.at)
        value = self.data[name]
        self._read.add(name)
        if not isinstance(value, Mapping):
            raise LocatedError((*self.at, name), "an object, or leave it out")
        return self._remember(Members(value, (*self.at, name)))

    def items(self, name: str) -> list[Members]:
        """Return the objects of a list; none if it is not stated.

        Raises:
            LocatedError: it is no list of objects.
        """
        self._read.add(name)
        value = self.data.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise LocatedError((*self.at, name), "a list of objects, or leave it out")
        found = []
        for i, item in enumerate(value):
            if not isinstance(item, Mapping):
                raise LocatedError((*self.at, name, i), "an object")
            found.append(self._remember(Members(item, (*self.at, name, i))))
        return found

    def leave(self, *names: str) -> None:
        """Pass over members that repeat what others say."""
        self._read.update(names)

    def unread(self) -> Iterator[Unread]:
        """Yield every member that is neither read, nor costless, nor zero, null or empty."""
        for name, value in self.data.items():
            if name not in self._read and name not in _COSTLESS:
                yield from (Unread(path, leaf) for path, leaf in _leaves(value, (*self.at[1:], name)))
        for part in self._parts:
            yield from part.unread()

    def _remember(self, part: Members) -> Members:
        self._parts.append(part)
        return part

    def _number(self, name: str) -> int | None:
        value = self.data.get(name)
        self._read.add(name)
        if value is None:
            return None
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        if isinstance(value, bool) or not whole or not 0 <= value < _MAX_COUNT:  # type: ignore[operator]
            raise LocatedError((*self.at, name), "a whole number from 0 to 10^12, or leave it out")
        return int(value)  # type: ignore[call-overload,no-any-return]


def _leaves(value: object, path: Location) -> Iterator[tuple[Location, object]]:
    """Yield what stands at the ends of an object; nothing, zero and empty texts are passed over."""
    waiting: list[tuple[Location, object]] = [(path, value)]
    while waiting:
        here, found = waiting.pop()
        if isinstance(found, Mapping):
            waiting += [((*here, str(name)), member) for name, member in found.items()]
        elif isinstance(found, list):
            waiting += [((*here, i), item) for i, item in enumerate(found)]
        elif found:
            yield here, found
