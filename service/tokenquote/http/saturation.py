"""How full the service is: what waits and runs, and how much of its room is taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from prometheus_client import CollectorRegistry, Gauge

from tokenquote.http.answering import Answering
from tokenquote.http.bodies import Memory
from tokenquote.http.connections import Connections

__all__ = ["LAG", "Fullness", "SaturationGauges", "add_fullness", "measure_fullness"]

Fullness: TypeAlias = Mapping[str, float]
"""Amounts by the name of their gauge; with a queue's name before a slash where there is one for each."""

_BY_QUEUE = {
    "questions_waiting": "Questions that wait for their turn.",
    "questions_running": "Questions that are being answered beside the event loop.",
    "question_places": "Questions that may be answered at the same time.",
    "work_seconds": "Work that waits or runs, in seconds as guessed before it begins.",
    "room_seconds": "Work that may wait or run, in seconds; what comes beyond it is sent away.",
}
_OF_ALL = {
    "body_bytes": "Bytes of bodies that are being read or answered.",
    "body_room_bytes": "Bytes of bodies that may be held; longer bodies beyond it are sent away.",
    "connections": "Open connections.",
    "connections_room": "Connections that may be open.",
}
LAG = "event_loop_lag_seconds"


def measure_fullness(
    answering: Answering, memory: Memory, connections: Connections | None
) -> dict[str, float]:
    """Measure how full one process is; without `connections` nothing is known of these."""
    found: dict[str, float] = {"body_bytes": memory.taken, "body_room_bytes": memory.most}
    if connections is not None:
        found |= {"connections": connections.open_now, "connections_room": connections.most}
    for name, queue in answering.queues.items():
        found[f"{name}/questions_waiting"] = queue.waiting
        found[f"{name}/questions_running"] = queue.running
        found[f"{name}/question_places"] = queue.places
        found[f"{name}/work_seconds"] = queue.work_seconds
        found[f"{name}/room_seconds"] = queue.room_seconds
    return found


def add_fullness(of_each: Iterable[Fullness]) -> dict[str, float]:
    """Add up what workers say; of the lag of their event loops the longest counts."""
    found: dict[str, float] = {}
    for worker in of_each:
        for name, amount in worker.items():
            before = found.get(name, 0.0)
            found[name] = max(before, amount) if name == LAG else before + amount
    return found


class SaturationGauges:
    """Shows how full the service is."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register the gauges."""
        self._by_queue = {
            name: Gauge(f"tokenquote_queue_{name}", meaning, ["queue"], registry=registry)
            for name, meaning in _BY_QUEUE.items()
        }
        self._of_all = {
            name: Gauge(f"tokenquote_{name}", meaning, registry=registry) for name, meaning in _OF_ALL.items()
        }
        self._of_all[LAG] = Gauge(
            f"tokenquote_{LAG}",
            "The longest time in the last 15 s for which a worker's event loop was held up.",
            registry=registry,
        )

    def show(self, fullness: Fullness) -> None:
        """Show these amounts."""
        for name, amount in fullness.items():
            queue, _, of_queue = name.rpartition("/")
            if queue:
                self._by_queue[of_queue].labels(queue).set(amount)
            else:
                self._of_all[name].set(amount)
