"""Read the settings of this process; no other module reads the environment."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

__all__ = ["ALL", "USUAL", "Settings", "unknown_variables"]

ALL, USUAL = "all", "usual"
"""What stands for every vocabulary, and for those of many models."""
_PREFIX = "TOKENQUOTE_"


class Settings(BaseSettings):
    """The settings; each is an environment variable, `TOKENQUOTE_` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True, use_attribute_docstrings=True)

    host: str = "127.0.0.1"
    """The address to listen on."""
    port: int = Field(default=8000, ge=0, le=65535)
    """The port to listen on; 0 lets the system choose a free port."""
    catalog_dir: Annotated[tuple[Path, ...], NoDecode] = ()
    """The directories of your own catalog files, laid over the shipped ones in this order, separated as in
    `PATH`: by colons, on Windows by semicolons; empty for none."""
    cache_dir: Path | None = Path("~/.cache/tokenquote")
    """The directory in which what the catalog's files say is kept, so that the next start is faster; empty
    for none. It is not used if others may write there."""
    reload_seconds: float = Field(default=1, ge=0, le=86_400, allow_inf_nan=False)
    """The seconds between two looks at the catalog's files, which are loaded anew once they have changed; 0:
    only on SIGHUP."""
    vocabularies: Annotated[tuple[str, ...], NoDecode] = (USUAL,)
    """The vocabularies that are loaded at the start, by their names in the catalog, separated by commas;
    `usual`: those of many models, `all`: every one that is there. Others are loaded when first asked for,
    which holds a worker up for 0.1 to 0.9 s each."""
    apps: Annotated[tuple[str, ...], NoDecode] = ()
    """The names that a plan's `app` may have as a metrics label, separated by commas; others count
    as `other`."""
    metrics_series: int = Field(default=7_000, ge=100, le=1_000_000)
    """The most series of metrics with labels of models and apps; what has no room counts as the model `other`
    of its app, then as the app `other`. With the default all series together are fewer than 10,000."""
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ("127.0.0.1",)
    """The addresses and networks of proxies, separated by commas, whose `X-Forwarded-For` and
    `X-Forwarded-Proto` are believed, such as `127.0.0.1,10.1.0.0/16`; empty: none."""
    max_body_bytes: int = Field(default=10 * 1024 * 1024, ge=1024)
    """The largest request body in bytes; a longer body is answered 413."""
    workers: int = Field(default=1, ge=1, le=64)
    """The number of processes that answer on the one port; more than 1 needs Linux."""
    worker_threads: int = Field(default=4, ge=1, le=64)
    """The number of short questions that a worker computes at the same time, beside the event loop."""
    long_questions: int = Field(default=1, ge=1, le=64)
    """The number of long questions of a worker that are computed at the same time, on Linux each in a process
    of its own."""
    long_memory_bytes: int = Field(default=384 * 1024 * 1024, ge=64 * 1024 * 1024)
    """The memory in bytes that the answer to a long question may take, besides the catalog; one that takes
    more is answered 503. Kept on Linux."""
    answer_seconds: float = Field(default=300, gt=0, le=3_600, allow_inf_nan=False)
    """The seconds that an answer may take, waiting for its turn included; after that it is 503."""
    buffer_bytes: int = Field(default=64 * 1024 * 1024, ge=1024 * 1024)
    """The bytes of bodies that a worker holds at the same time; beyond that, bodies above 64 KiB are answered
    503; one address may take half."""
    header_seconds: float = Field(default=10, gt=0, le=3_600, allow_inf_nan=False)
    """The seconds that a connection may be idle, or that the head of a request may take to come; then the
    connection is closed."""
    body_seconds: float = Field(default=20, gt=0, le=3_600, allow_inf_nan=False)
    """The seconds that a body may take to come; after that the answer is 408."""
    write_seconds: float = Field(default=20, gt=0, le=3_600, allow_inf_nan=False)
    """The seconds for which a client may take nothing of an answer; then the connection is closed."""
    max_connections: int = Field(default=10_000, ge=1)
    """The number of connections that a worker holds, fewer where the system allows fewer descriptors; above
    it the connection that has been idle longest is closed."""
    drain_seconds: float = Field(default=2, ge=0, le=3_600, allow_inf_nan=False)
    """The seconds after SIGTERM in which requests are still taken while /readyz answers 503 already, so that
    a load balancer notices in time; they are part of `shutdown_seconds`."""
    shutdown_seconds: float = Field(default=10, ge=0, le=3_600, allow_inf_nan=False)
    """The seconds from SIGTERM to the end of the process; what is not answered a second before is 503."""
    keys_file: Path | None = None
    """The file of the API keys that `tokenquote keys new` makes; empty: whoever reaches the port may ask."""
    pages: Literal["free", "key"] = "free"
    """Whether the web page, /docs and /openapi.json are free, or need a key where there are keys."""
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """The names that the header Host may have, separated by commas; `*.example.org` is all below a name, `*`
    any. Empty: on a loopback address its own names, elsewhere any."""
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """The sites whose pages may ask from a browser, such as `https://dash.example.org`, separated by commas;
    empty: none but the service's own page."""
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    """A port for the metrics and the probes alone, without a key; empty: /metrics is on `port`."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least severe level that is logged."""

    @field_validator("catalog_dir", mode="before")
    @classmethod
    def _split_path(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(Path(part) for part in value.split(os.pathsep) if part)
        return (value,) if isinstance(value, Path) else value

    @field_validator("cache_dir", "keys_file", "metrics_port", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator(
        "vocabularies", "apps", "allowed_hosts", "cors_origins", "trusted_proxies", mode="before"
    )
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(name.strip() for name in value.split(",") if name.strip())
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            try:
                ipaddress.ip_network(each)
            except ValueError as error:
                raise ValueError(f"an address or a network is expected, like 10.1.0.0/16: {error}") from None
        return value


def unknown_variables() -> list[str]:
    """List the variables `TOKENQUOTE_*` that are no setting, most likely misspelt."""
    known = {f"{_PREFIX}{name.upper()}" for name in Settings.model_fields}
    # The client's own, which may stand in the same environment.
    known |= {f"{_PREFIX}{name}" for name in ("BASE_URL", "API_KEY", "TIMEOUT")}
    return sorted(name for name in os.environ if name.startswith(_PREFIX) and name not in known)
