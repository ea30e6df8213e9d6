"""Read the settings of this process; no other module reads the environment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

__all__ = ["Settings", "unknown_variables"]

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
    apps: Annotated[tuple[str, ...], NoDecode] = ()
    """The names that a plan's `app` may have as a metrics label, separated by commas; others count
    as `other`."""
    max_body_bytes: int = Field(default=10 * 1024 * 1024, ge=1024)
    """The largest request body in bytes; a longer body is answered 413."""
    worker_threads: int = Field(default=4, ge=1, le=64)
    """The number of requests that are computed at the same time, beside the event loop."""
    shutdown_seconds: int = Field(default=10, ge=0)
    """The seconds that requests in flight have to finish after SIGTERM."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least severe level that is logged."""

    @field_validator("catalog_dir", mode="before")
    @classmethod
    def _split_path(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(Path(part) for part in value.split(os.pathsep) if part)
        return (value,) if isinstance(value, Path) else value

    @field_validator("cache_dir", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("apps", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(name.strip() for name in value.split(",") if name.strip())
        return value


def unknown_variables() -> list[str]:
    """List the variables `TOKENQUOTE_*` that are no setting, most likely misspelt."""
    known = {f"{_PREFIX}{name.upper()}" for name in Settings.model_fields}
    # The client's own, which may stand in the same environment.
    known |= {f"{_PREFIX}{name}" for name in ("BASE_URL", "API_KEY", "TIMEOUT")}
    return sorted(name for name in os.environ if name.startswith(_PREFIX) and name not in known)
