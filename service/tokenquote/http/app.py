"""The composition root builds a measured ASGI application from the settings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from litestar import Litestar
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp

from tokenquote.catalog import shipped_catalog
from tokenquote.http.observing import observed
from tokenquote.http.pages import pages
from tokenquote.http.posted import posted
from tokenquote.http.problem_responses import problem_response
from tokenquote.http.reloading import CatalogFiles
from tokenquote.http.routes import routes
from tokenquote.http.service_state import ServiceState
from tokenquote.http.telemetry import Telemetry
from tokenquote.settings import Settings

__all__ = ["create_app", "create_state"]


def create_state(settings: Settings, telemetry: Telemetry | None = None) -> ServiceState:
    """Load the catalog and build the state that the routes share.

    Args:
        settings: the settings.
        telemetry: the metrics; None: new ones.

    Raises:
        CatalogError: the catalog has a mistake; the text says each.
        KeyFileError: the file of the keys cannot be used.
    """
    return ServiceState(
        CatalogFiles((shipped_catalog(), *settings.catalog_dir), settings.cache_dir),
        settings,
        telemetry,
    )


def create_app(settings: Settings, state: ServiceState | None = None) -> ASGIApp:
    """Build the application, wrapped so that every answer is measured.

    The state is made from the settings if it is None.
    """
    service = state or create_state(settings)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        await service.warm_up()
        watching = asyncio.gather(service.watch.run(), service.gate.ring.run())
        try:
            yield
        finally:
            service.ready = False
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching

    app = Litestar(
        route_handlers=[*routes(), *pages()],
        dependencies={"service": Provide(lambda: service, sync_to_thread=False)},
        exception_handlers={Exception: problem_response, HTTPException: problem_response},
        lifespan=[lifespan],
        logging_config=None,
        openapi_config=None,  # `pages` serves our own
        request_max_body_size=None,  # `read_body` keeps the bound
    )
    return observed(service.gate.wrap(posted(app, service)), service)
