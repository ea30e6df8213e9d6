"""`tokenquote keys`: make API keys, and check the file that holds their hashes."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import get_args

import click

from tokenquote_client.endpoint import Scope

__all__ = ["keys"]


@click.group()
def keys() -> None:
    """Make API keys for the service, and check the file of their hashes."""


@keys.command("new")
@click.argument("name")
@click.option(
    "--scope", "scopes", type=click.Choice(get_args(Scope)), multiple=True,
    help="What the key may ask for, several times for several; all by default.",
)  # fmt: skip
@click.option(
    "--expires", type=click.DateTime(["%Y-%m-%d"]), help="The day (UTC) from which it is good no more."
)
@click.option("--requests-per-minute", type=int, help="The most requests of this name in a minute.")
@click.option("--work-seconds-per-day", type=float, help="The most seconds of work of this name in a day.")
@click.option(
    "--append", type=click.Path(path_type=Path, dir_okay=False),
    help="Add the line to this file, which is made if it is not there, in place of printing it.",
)  # fmt: skip
def new_key(
    name: str,
    scopes: tuple[Scope, ...],
    expires: dt.datetime | None,
    requests_per_minute: int | None,
    work_seconds_per_day: float | None,
    append: Path | None,
) -> None:
    """Make a key for NAME: print it, this once, and the line that the file of the keys needs.

    The first line of the output is the key, for whoever asks the service; the second, for
    TOKENQUOTE_KEYS_FILE, holds its hash and opens nothing. To replace a key, add the line of a new one with
    the same name, let the application use it, and then remove the old line.
    """
    from tokenquote.http.access.key_file import KeyFileError, append_line, parse_keys, write_line
    from tokenquote.http.access.keys import Key, hash_secret, make_secret

    secret = make_secret()
    key = Key(
        name=name,
        digest=bytes.fromhex(hash_secret(secret)),
        scopes=frozenset(scopes or get_args(Scope)),
        expires=None if expires is None else expires.replace(tzinfo=dt.UTC),
        requests_per_minute=requests_per_minute,
        work_seconds_per_day=work_seconds_per_day,
    )
    if key.has_expired(dt.datetime.now(dt.UTC)):
        raise click.BadParameter(
            "that day has begun, and the key would never be good", param_hint="--expires"
        )
    line = write_line(key)
    try:
        parse_keys(line.encode(), Path("the new key"))
        if append is not None:
            append_line(append, line)
    except KeyFileError as error:
        raise click.ClickException(str(error)) from None
    click.echo(secret)
    if append is None:
        click.echo(line)
    elif sys.stderr.isatty():
        click.echo(f"its hash is in {append}; the key is shown this once", err=True)


@keys.command("check")
@click.argument("path", type=click.Path(path_type=Path))
def check_keys(path: Path) -> None:
    """Read the file PATH as the service does; list its keys, or print every mistake."""
    from tokenquote.http.access.key_file import KeyFileError, parse_keys, read_key_file

    try:
        found = parse_keys(read_key_file(path), path)
    except KeyFileError as error:
        raise click.ClickException(str(error)) from None
    now = dt.datetime.now(dt.UTC)
    for key in found:
        until = "" if key.expires is None else f"until {key.expires:%Y-%m-%d %H:%M}"
        state = "expired" if key.has_expired(now) else until
        click.echo(f"{key.name:24} {','.join(sorted(key.scopes)):20} {state}".rstrip())
