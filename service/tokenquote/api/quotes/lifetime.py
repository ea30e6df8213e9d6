"""Warns where the quoted model no longer answers, or soon will not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from tokenquote.catalog import Model
from tokenquote_client.quote import Warned

__all__ = ["list_lifetime_warnings"]

HORIZON = dt.timedelta(days=30)


def list_lifetime_warnings(asked: Model, answering: Model, at: dt.datetime) -> list[Warned]:
    """List what the instant means for the model that is asked for, and the one that answers."""
    found = (*_reroute(asked, answering), *_end(answering, at))
    return [Warned(code=code, detail=detail) for code, detail in found]


def _reroute(asked: Model, answering: Model) -> Iterator[tuple[str, str]]:
    if asked.id != answering.id:
        yield (
            "rerouted",
            f"since {_write_end(asked)} {answering.id} answers calls to {asked.id}, at its own prices, "
            "which are quoted here",
        )


def _end(model: Model, at: dt.datetime) -> Iterator[tuple[str, str]]:
    end = model.answers_until()
    if end is None or end > at + HORIZON:
        return
    successor = f"; its successor is {model.entry.successor}" if model.entry.successor else ""
    if end <= at:
        yield "retired", f"{model.id} no longer answers since {_write_end(model)}{successor}"
        return
    follower = model.entry.rerouted_to
    then = f"; from then on {follower} answers in its place, at its own prices" if follower else ""
    yield "retires_soon", f"{model.id} will be switched off on {_write_end(model)}{then}{successor}"


def _write_end(model: Model) -> str:
    """Write the day of the end as a day, and an instant with its hour."""
    end = model.entry.retires
    return f"{end.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC" if isinstance(end, dt.datetime) else str(end)
