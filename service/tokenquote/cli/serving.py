"""`tokenquote serve`: the process that listens, says when it cannot, and stops when it is told to."""

from __future__ import annotations

import errno
import gc
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import click

from tokenquote import __version__
from tokenquote.catalog import CatalogError
from tokenquote.http.access import KeyFileError, is_loopback
from tokenquote.http.access_log import configure_logging, log_listening, log_open_access
from tokenquote.http.app import create_state
from tokenquote.http.telemetry import Telemetry
from tokenquote.http.worker import run_worker
from tokenquote.settings import Settings, unknown_variables
from tokenquote.tokens import VocabularyError

__all__ = ["run_service"]

_BACKLOG = 2048
"""The connections that may wait to be taken: as many as uvicorn lets wait."""

_KEEPALIVE = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3}
"""After 10 s of silence a client's system is asked thrice, 5 s apart, whether it is there: 25 s in all."""


def run_service(settings: Settings) -> None:
    """Run the service until it is told to stop.

    Raises:
        ClickException: the port cannot be listened on, or a catalog, keys or vocabulary cannot be used.
    """
    configure_logging(settings.log_level)
    _warn_of_open_access(settings)
    for name in unknown_variables():
        click.echo(f"warning: {name} is no setting of tokenquote", err=True)
    for port in filter(None, (settings.port, settings.metrics_port)):
        _listen(settings.host, port).close()  # before the seconds that loading the catalog takes
    try:
        run = _run_workers if sys.platform == "linux" else _run_alone
        run(settings)
    except (CatalogError, KeyFileError) as error:
        raise click.ClickException(str(error)) from None
    except VocabularyError as error:
        raise click.ClickException(f"TOKENQUOTE_VOCABULARIES: {error}") from None


def _warn_of_open_access(settings: Settings) -> None:
    """Say that whoever reaches the port may ask, where others than this machine can."""
    if settings.keys_file is None and not is_loopback(settings.host):
        click.echo(
            f"warning: {settings.host} can be reached from other machines and no key is asked for: whoever "
            "reaches it may ask. Set TOKENQUOTE_KEYS_FILE (`tokenquote keys new --help`), or keep them away.",
            err=True,
        )
        log_open_access(settings.host)


def _run_workers(settings: Settings) -> None:
    """Run workers that are forked from this process, which holds the catalog."""
    from tokenquote.http.supervisor import Supervisor

    # What is loaded stays, and to look for cycles in it again and again takes a tenth of the start. The
    # supervisor collects once, before it forks.
    gc.disable()
    try:
        telemetry = Telemetry(settings.metrics_series)
        state = create_state(settings, telemetry)
        state.load()
    finally:
        gc.enable()
    with _listening(settings) as listeners:
        Supervisor(settings, state, telemetry, listeners).run()


def _run_alone(settings: Settings) -> None:
    """Answer in this process: how workers are forked and share sockets is Linux's own way."""
    if settings.workers > 1:
        raise click.ClickException("TOKENQUOTE_WORKERS above 1 needs Linux; start several services instead")
    state = create_state(settings)
    with _listening(settings) as listeners:
        run_worker(settings, state, listeners)


@contextmanager
def _listening(settings: Settings) -> Iterator[list[socket.socket]]:
    """Listen on the ports that there are, and say so, until the end of the block."""
    with ExitStack() as opened:
        ports = [settings.port, *([] if settings.metrics_port is None else [settings.metrics_port])]
        listeners = [opened.enter_context(_listen(settings.host, port)) for port in ports]
        _say_where(listeners[0])
        yield listeners


def _say_where(listener: socket.socket) -> None:
    """Say under which address requests are taken."""
    host, port = listener.getsockname()[:2]
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    with suppress(OSError):  # its disk may be full, which is no reason not to answer
        click.echo(f"Tokenquote {__version__}: {url} (docs under /docs)", err=True)
    log_listening(url)


def _listen(host: str, port: int) -> socket.socket:
    """Listen; connections have the options of the socket that takes them."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise click.ClickException(
                f"port {port} of {host} is in use by another program; "
                "choose another port with TOKENQUOTE_PORT or --port"
            ) from None
        raise click.ClickException(
            f"cannot listen on port {port} of {host}: {error.strerror or error}; "
            "choose another address with TOKENQUOTE_HOST or --host"
        ) from None
    # An answer's body follows its head at once, and not when the client has confirmed the head, after 40 ms.
    # asyncio asks for this only of sockets that name their protocol, which `create_server` does not.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    _notice_lost_peers(listener)
    return listener


def _notice_lost_peers(listener: socket.socket) -> None:
    """Let the system end connections whose other side has vanished without a word, long work among them."""
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE.items():
        if (option := getattr(socket, name, None)) is not None:  # not every system has each
            listener.setsockopt(socket.IPPROTO_TCP, option, value)
