"""`tokenquote serve`: the process that listens, says when it cannot, and stops when it is told to."""

from __future__ import annotations

import errno
import signal
import socket
from contextlib import suppress
from types import FrameType

import click
import uvicorn

from tokenquote import __version__
from tokenquote.catalog import CatalogError
from tokenquote.http.access_log import configure_logging
from tokenquote.http.app import create_app, create_state
from tokenquote.http.service_state import ServiceState
from tokenquote.settings import Settings, unknown_variables

__all__ = ["run_service"]


def run_service(settings: Settings) -> None:
    """Run the service until it is told to stop.

    Raises:
        ClickException: the port cannot be listened on, or the catalog cannot be used.
    """
    configure_logging(settings.log_level)
    for name in unknown_variables():
        click.echo(f"warning: {name} is no setting of tokenquote", err=True)
    _check_port(settings.host, settings.port)
    try:
        state = create_state(settings)
    except CatalogError as error:
        raise click.ClickException(str(error)) from None
    config = uvicorn.Config(
        create_app(settings, state),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    click.echo(f"Tokenquote {__version__}: http://{host}:{settings.port} (docs under /docs)", err=True)
    _drain_on_signal(server := uvicorn.Server(config), state)
    _reload_on_signal(state)
    with suppress(KeyboardInterrupt):  # uvicorn raises it again after it has stopped cleanly
        server.run()


def _check_port(host: str, port: int) -> None:
    """Refuse a port that another program has, before the seconds that loading the catalog takes.

    Any other fault of the address is left to uvicorn, which asks for it again.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise click.ClickException(
                f"port {port} of {host} is in use by another program; "
                "choose another port with TOKENQUOTE_PORT or --port"
            ) from None


def _drain_on_signal(server: uvicorn.Server, state: ServiceState) -> None:
    """Answer 503 on /readyz from the moment that the process is asked to stop."""
    stop = server.handle_exit

    def drain(sig: int, frame: FrameType | None) -> None:
        state.ready = False
        stop(sig, frame)

    server.handle_exit = drain  # type: ignore[method-assign]
    signal.signal(signal.SIGTERM, drain)


def _reload_on_signal(state: ServiceState) -> None:
    """Load the catalog's files anew on SIGHUP, which Windows does not have."""
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, lambda _sig, _frame: state.watch.ask())
