"""A process with the vocabularies that long questions have needed, from which later ones are forked.

To load a vocabulary takes seconds, in which a process with a single thread can do nothing else. So the
process that holds the catalog loads none of these: it forks a nursery that does, and hands long questions on
to it as soon as it has them all. A nursery lives until another one has more, or until the catalog changes.
"""

from __future__ import annotations

import gc
import selectors
import signal
import socket
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass

from tokenquote.http.forking import Forking, channel
from tokenquote.tokens import Vocabularies

__all__ = ["Nurseries", "be_a_nursery"]

_READY = b"ready"
_QUESTION = b"question"
_MESSAGE_BYTES = 64


@dataclass(slots=True, eq=False)
class _Nursery:
    """A nursery, seen from the process that forked it."""

    pid: int
    control: socket.socket
    vocabularies: frozenset[str]
    """What it has, once it says that it is ready."""


class Nurseries:
    """The nursery that there is, and the one that is to take its place."""

    def __init__(
        self,
        forking: Forking,
        selector: selectors.BaseSelector,
        become: Callable[[socket.socket, Collection[str]], None],
    ) -> None:
        """Have none yet.

        Args:
            forking: forks them.
            selector: tells when one of them has said something, by calling the data of the key.
            become: is the life of a nursery, given its end of the way here and its vocabularies.
        """
        self._forking = forking
        self._selector = selector
        self._become = become
        self._wanted: frozenset[str] = frozenset()
        self._ready: _Nursery | None = None
        self._loading: _Nursery | None = None

    @property
    def pids(self) -> list[int]:
        """The numbers of the processes."""
        return [nursery.pid for nursery in (self._ready, self._loading) if nursery is not None]

    def want(self, vocabularies: Iterable[str]) -> None:
        """Have these too in a while."""
        self._wanted |= frozenset(vocabularies)
        self._load_what_is_missing()

    def take(self, asker: socket.socket) -> bool:
        """Let a long question be answered there; return False if there is no nursery that can."""
        if self._ready is None:
            return False
        try:
            socket.send_fds(self._ready.control, [_QUESTION], [asker.fileno()])
        except OSError:  # it has died, or has so much to do that its inbox is full
            return False
        return True

    def renew(self) -> None:
        """Give up those that there are, whose catalog is not that of this process any more."""
        for nursery in (self._ready, self._loading):
            self._give_up(nursery)
        self._ready = self._loading = None
        self._load_what_is_missing()

    def _load_what_is_missing(self) -> None:
        has = self._ready.vocabularies if self._ready is not None else frozenset()
        if self._loading is not None or self._wanted <= has:
            return
        ours, theirs = channel()
        ours.setblocking(False)
        self._forking.hold(ours)
        vocabularies = self._wanted
        pid = self._forking.fork(lambda: self._become(theirs, vocabularies))
        theirs.close()
        nursery = self._loading = _Nursery(pid, ours, vocabularies)
        self._selector.register(ours, selectors.EVENT_READ, lambda: self._hear(nursery))

    def _hear(self, nursery: _Nursery) -> None:
        """Take that a nursery is ready, or that it has ended by itself."""
        said = b""
        with suppress(OSError):
            said = nursery.control.recv(_MESSAGE_BYTES)
        if said == _READY and nursery is self._loading:
            self._give_up(self._ready)
            self._ready, self._loading = nursery, None
            self._load_what_is_missing()
        elif nursery in (self._ready, self._loading):
            # What was too much for it is not tried again until a question has needed it again.
            self._wanted -= nursery.vocabularies
            self._give_up(nursery)
            self._ready = None if nursery is self._ready else self._ready
            self._loading = None if nursery is self._loading else self._loading

    def _give_up(self, nursery: _Nursery | None) -> None:
        """Let it end, which it does once nobody is on the other side."""
        if nursery is not None:
            self._selector.unregister(nursery.control)
            self._forking.close(nursery.control)


def be_a_nursery(
    control: socket.socket,
    wanted: Collection[str],
    vocabularies: Vocabularies,
    forking: Forking,
    answer: Callable[[socket.socket], None],
) -> None:
    """Load what is wanted, say so, and fork a process for each question until nobody is on the other side.

    Args:
        control: where questions come from, each with the socket on which it is asked.
        wanted: the vocabularies to load.
        vocabularies: where they are loaded.
        forking: forks from here.
        answer: answers on such a socket.
    """
    for name in wanted:
        vocabularies.trouble(name)  # why one cannot be used, the answer that needs it says
    gc.collect()
    gc.freeze()
    forking.hold(control)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the processes, nor leaves them unburied
    control.send(_READY)
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, _MESSAGE_BYTES, 1)
        if not message:
            return
        with socket.socket(fileno=descriptors[0]) as asker:
            forking.fork(lambda asker=asker: answer(asker))  # type: ignore[misc]
