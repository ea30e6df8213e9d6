"""The requests of a quote in columns, as models and as the JSON of these models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat

from tokenquote.api.quotes.json_text import write_text
from tokenquote.api.quotes.trusted import trusted
from tokenquote.ledger import CacheUses, Rows
from tokenquote.ledger.costs import Costs
from tokenquote_client.quote import QuotedRequest

__all__ = ["QuotedRequests"]

_request = trusted(QuotedRequest)


@dataclass(frozen=True, slots=True)
class QuotedRequests:
    """The requests of a quote, with the cost so far beside the own cost of each."""

    rows: Rows
    uses: CacheUses
    costs: Costs
    names_models: bool
    """Whether each request names the model that answers it."""

    def build(self) -> list[QuotedRequest]:
        """Make a row of the answer for each request."""
        rows, uses, money = self.rows, self.uses, self.costs.money
        return [
            _request(
                turn=rows.turn[i],
                round=rows.round[i],
                input_tokens=sent,
                cache_read_tokens=uses.read[i],
                cache_write_tokens=uses.write[i],
                output_tokens=output,
                reasoning_tokens=rows.reasoning[i],
                context_tokens=sent + output,
                cost=money(cost),
                cumulative_cost=money(spent),
                purpose=rows.purpose[i],
                model=rows.model[i] if self.names_models else None,
                agent=rows.agent[i],
            )
            for i, (sent, output, cost, spent) in enumerate(
                zip(rows.input, rows.output, self.costs.parts, self.costs.add_up(), strict=True)
            )
        ]

    def write(self) -> Iterator[str]:
        """Yield the JSON of each row of the answer."""
        rows, uses, costs = self.rows, self.uses, self.costs
        for turn, place, sent, read, write, output, reasoning, context, cost, spent, end in zip(
            rows.turn,
            rows.round,
            rows.input,
            uses.read,
            uses.write,
            rows.output,
            rows.reasoning,
            rows.context,
            costs.write(costs.parts),
            costs.write(costs.add_up()),
            self._write_ends(),
            strict=True,
        ):
            yield (
                f'{{"turn":{turn},"round":{place},"input_tokens":{sent},"cache_read_tokens":{read},'
                f'"cache_write_tokens":{write},"output_tokens":{output},"reasoning_tokens":{reasoning},'
                f'"context_tokens":{context},"cost":{cost},"cumulative_cost":{spent}{end}}}'
            )

    def _write_ends(self) -> Iterator[str]:
        """Yield the fields that are left out of a row where they are null."""
        rows, number = self.rows, len(self.rows)
        plain = rows.purpose.count(None) == rows.agent.count(None) == number
        if plain and not self.names_models:
            yield from repeat("", number)
            return
        for purpose, model, agent in zip(rows.purpose, rows.model, rows.agent, strict=True):
            named = {"purpose": purpose, "model": model if self.names_models else None, "agent": agent}
            yield "".join(
                f',"{name}":{write_text(value)}' for name, value in named.items() if value is not None
            )

    def count_purposes(self) -> Counter[str | None]:
        """Count the requests by purpose; None: they are requests of the conversation."""
        return Counter(self.rows.purpose)
