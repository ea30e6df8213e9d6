"""What the requests of a plan use that is not billed by the token, and what bodies offer without a number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tokenquote.api.quotes.server_tools import find_offered
from tokenquote.counts import ceil_div
from tokenquote.ledger import Rows
from tokenquote.ledger.fees import NO_FEES, PricedFees, UnpricedUse, Use, price_uses, use_tool
from tokenquote.ledger.prices import Tariff
from tokenquote.media import Audio, Document, Image, Item, Video
from tokenquote_client import plan as wire
from tokenquote_client.amounts import (
    AmountOrParts,
    AudioPart,
    DocumentPart,
    ImagePart,
    Text,
    TextPart,
    VideoPart,
)

__all__ = ["UseMeter", "list_offered", "price_plan_uses", "request_uses", "turn_uses"]

PASSAGES_PER_SEARCH = 100
"""The passages that one search of a rerank model ranks at most; more make more searches. Source:
https://cohere.com/pricing, a search unit is one query with up to 100 documents."""


@dataclass
class UseMeter:
    """Collects what each turn of a plan uses, as far as the tariff has fees for it."""

    tariff: Tariff | None
    """The fees in force. None: nothing is billed by a fee."""
    ranks: bool = False
    """Whether the model is a rerank model, whose message is a query before its passages."""
    _turn: list[Use] = field(default_factory=list)

    def bills(self, what: str) -> bool:
        """Return whether something is billed by a fee."""
        return self.tariff is not None and self.tariff.has_fee(what)

    @property
    def bills_no_tokens(self) -> bool:
        """Whether the model bills by fees alone."""
        return self.tariff is not None and not self.tariff.bills_tokens

    def add(self, use: Use) -> None:
        """Note a use of the current turn."""
        self._turn.append(use)

    def add_item(self, item: Item) -> bool:
        """Note media of a message, if they are billed by a fee; return whether they are."""
        use = _measure_item(item)
        if billed := self.bills(use.what):
            self.add(use)
        return billed

    @property
    def measures_messages(self) -> bool:
        """Whether anything of a user message is billed by the character or by the search."""
        return self.bills("input_text") or (self.ranks and self.bills("search"))

    def add_message(self, content: AmountOrParts) -> None:
        """Note what of a user message is billed by the character or by the search."""
        reads, ranks = self.bills("input_text"), self.ranks and self.bills("search")
        if not (reads or ranks):
            return
        parts = content if isinstance(content, list) else [content]
        if reads:
            for part in parts:
                if isinstance(part, str | Text | TextPart):
                    characters = len(part if isinstance(part, str) else part.text)
                    self.add(Use("input_text", {"character": Decimal(characters)}))
                elif not isinstance(part, ImagePart | AudioPart | VideoPart | DocumentPart):
                    self.add(Use("input_text", {}))
        if ranks:
            searches = max(1, ceil_div(len(parts) - 1, PASSAGES_PER_SEARCH))
            self.add(Use("search", {"query": Decimal(searches)}))

    def finish_turn(self, turn: wire.Turn) -> tuple[Use, ...]:
        """Return what one repetition of the turn uses, its server tools too, and begin the next."""
        if not (self._turn or turn.server_tools):
            return ()
        tools = (use_tool(name, times) for name, times in turn.server_tools.items() if times)
        used, self._turn = (*self._turn, *tools), []
        return used


def price_plan_uses(
    rows: Rows,
    uses: Mapping[str | None, Sequence[tuple[Use, ...]]],
    tariff: Tariff,
    offered: Iterable[str] = (),
    stored: Use | None = None,
    *,
    converses: bool,
) -> PricedFees:
    """Price what turns use with one model, at the last request of each repetition.

    Args:
        rows: the requests to the model.
        uses: what one repetition of each turn of a conversation uses, by the agent that holds it.
        tariff: the fees in force.
        offered: tools that are offered to the model without a number of uses.
        stored: what each call that creates an explicit cache stores. None: there is none.
        converses: whether later requests send the media of earlier turns again.
    """
    unstated = tuple(UnpricedUse(what, None, None) for what in offered)
    of_each = request_uses(tariff)
    uses_any = any(used for turns in uses.values() for used in turns)
    if tariff.bills_tokens and not of_each and stored is None and not uses_any:
        return PricedFees(unpriced=unstated) if unstated else NO_FEES
    times = Counter(rows.agent)
    by_row: list[tuple[Use, ...]] = []
    for agent, answers, purpose in zip(rows.agent, rows.answers, rows.purpose, strict=True):
        used = uses[agent][answers] if answers is not None else ()
        known = turn_uses(used, sends_again=converses and times[agent] > 1)
        creates = (stored,) if stored is not None and purpose == "cache" else ()
        by_row.append((*of_each, *known, *creates))
    if by_row and not tariff.bills_tokens and not any(by_row):
        # Everything is billed by a measure that the plan does not have: seconds, images, hours of a session.
        by_row[0] = tuple(Use(what, {}) for what in dict.fromkeys(fee.what for fee in tariff.fees))
    priced = price_uses(tariff.fees, by_row)
    return PricedFees(priced.costs, priced.lines, (*priced.unpriced, *unstated))


def request_uses(tariff: Tariff) -> tuple[Use, ...]:
    """Return what every request uses by itself, if a fee bills it."""
    return (Use("request", {"request": Decimal(1)}),) if tariff.has_fee("request") else ()


def turn_uses(uses: tuple[Use, ...], *, sends_again: bool) -> tuple[Use, ...]:
    """Return what is known of the uses of one repetition of a turn, which later requests may send again."""
    return tuple(_sent_once(uses)) if sends_again else uses


def list_offered(plan: wire.Plan, tariff: Tariff) -> Iterator[str]:
    """Yield the tools that the opening body offers, no turn states, and the provider does not give away."""
    if plan.start is None:
        return
    stated = {name for turn in plan.turns for name in turn.server_tools}
    for offered in find_offered(plan.start.body):
        # The older form of a tool bills as the newer one does, where it has no fee of its own.
        name = offered if tariff.has_fee(offered) else offered.removesuffix("_preview")
        fees = [fee for fee in tariff.fees if fee.what == name]
        given_away = bool(fees) and not any(fee.price for fee in fees)
        if name not in stated and not given_away:
            yield name


def _sent_once(uses: Iterable[Use]) -> Iterator[Use]:
    """Yield uses of a conversation: how often media that are billed by the piece are billed is not known."""
    for use in uses:
        yield Use(use.what, {}) if use.what.startswith("input_") else use


def _measure_item(item: Item) -> Use:
    """Return the use of media that a message holds."""
    match item:
        case Image():
            units: Mapping[str, Decimal] = {"image": Decimal(1)}
            if item.size is not None:
                units = {**units, "pixel": Decimal(item.size.width * item.size.height)}
            return Use("input_image", units)
        case Audio():
            return Use("input_audio", {"second": Decimal(str(item.seconds.expected))})
        case Video():
            return Use("input_video", {"second": Decimal(str(item.seconds.expected))})
        case Document():
            return Use("input_page", {"page": Decimal(str(item.pages.expected))})
