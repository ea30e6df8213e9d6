"""Forks of this process, each of which keeps nothing that is open here but what it is to have."""

from __future__ import annotations

import os
import signal
import socket
import traceback
from collections.abc import Callable, Sequence
from typing import Protocol

__all__ = ["SIGNALS", "Forking", "channel"]

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
"""The signals that the process that forks takes itself, and that a fork takes in its own way."""


class _Closable(Protocol):
    def close(self) -> None: ...


class Forking:
    """Knows what is open here that a fork must not have, and forks."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._held: list[_Closable] = []

    def hold(self, *opened: _Closable) -> None:
        """Note what is open in this process."""
        self._held += opened

    def close(self, held: _Closable) -> None:
        """Close what was held."""
        if held in self._held:
            self._held.remove(held)
        held.close()

    def fork(self, run: Callable[[], None], keep: Sequence[_Closable] = ()) -> int:
        """Fork a process that does this and then ends, with nothing of what is held but what it keeps.

        Returns:
            The number of the process.
        """
        # SIGHUP waits until a worker can take it; by default it would end a process that has just begun.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
        pid = os.fork()
        if pid:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})
            return pid
        code = 1
        try:
            self._be_forked(keep)
            run()
            code = 0
        except (EOFError, OSError):
            pass  # nobody waits for the answer any more
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)

    def _be_forked(self, keep: Sequence[_Closable]) -> None:
        signal.set_wakeup_fd(-1)
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process; the parent tells us
        for held in self._held:
            if held not in keep:
                held.close()
        self._held = []


def channel() -> tuple[socket.socket, socket.socket]:
    """Return the ends of a way between processes, on which messages stay apart and come whole or not."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
