"""The file of the keys: what its lines may say, and what becomes of a file that changes."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from tokenquote.cli import main
from tokenquote.http.access import KeyFileError, KeyRing, Keys, Looked
from tokenquote.http.access.key_file import append_line, parse_keys, read_key_file, write_line
from tokenquote.http.access.keys import Key, hash_secret, make_secret

HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
"""The SHA-256 of `test` (NIST's example of a short text is another; any sha256sum prints this one)."""
OTHER = "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"
LINE = f"support sha256={HASH}"
FILE = Path("keys")
LETTERS = "letters, digits and . _ : @ / + -, beginning with a letter or a digit"


def parse(text: str) -> tuple[Key, ...]:
    return parse_keys(text.encode(), FILE)


def test_a_line_says_whose_key_it_is_and_what_it_may_do() -> None:
    (key,) = parse(
        f"\ufeff# names and limits\n\n{LINE} scopes=quote,usage expires=2027-06-01 "
        "requests_per_minute=600 work_seconds_per_day=3600.5  # the shop\n"
    )
    assert key == Key(
        "support", bytes.fromhex(HASH), frozenset({"quote", "usage"}),
        dt.datetime(2027, 6, 1, tzinfo=dt.UTC), 600, 3600.5,
    )  # fmt: skip
    assert Keys([key]).find(b"test") == key
    assert not key.has_expired(dt.datetime(2027, 5, 31, 23, 59, 59, tzinfo=dt.UTC))
    assert key.has_expired(dt.datetime(2027, 6, 1, tzinfo=dt.UTC))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "keys: holds no key; `tokenquote keys new` makes one"),
        ("# nothing\n", "keys: holds no key; `tokenquote keys new` makes one"),
        ("support", "keys:1: sha256: missing: it has to be stated"),
        ("support sha256=9f86", "keys:1: sha256: write 64 hexadecimal digits"),
        (f"support sha256={HASH.upper()}", "keys:1: sha256: write 64 hexadecimal digits"),
        (f"support {HASH}", "keys:1: after the name, each word is field=value"),
        (f"\n{LINE} sha256={HASH}", "keys:2: sha256: stated twice; state it once"),
        (f"{LINE} scope=quote", "keys:1: scope: no such field here; did you mean 'scopes'?"),
        (f"{LINE} scopes=", "keys:1: scopes: one of these is expected: 'quote', 'usage' or 'metrics'"),
        (f"{LINE} scopes=all", "keys:1: scopes: one of these is expected: 'quote', 'usage' or 'metrics'"),
        (f"{LINE} expires=soon", "keys:1: expires: a time is expected, like 2026-12-01T02:00:00Z"),
        (f"{LINE} expires=2027-06-01T10:00", "keys:1: expires: write a day, or an instant that ends in Z"),
        *(
            (f"{LINE} expires={value}", "keys:1: expires: a time is expected, like 2026-12-01T02:00:00Z")
            for value in ("1.5", "18000000000", "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00")
        ),
        (f"{LINE} requests_per_minute=0", "keys:1: requests_per_minute: a number of at least 1 is expected"),
        (
            f"{LINE} work_seconds_per_day=inf",
            "keys:1: work_seconds_per_day: a finite number is expected, not infinity and not NaN",
        ),
        (f"-shop sha256={HASH}", f"keys:1: name: write {LETTERS}"),
        (f"{LINE}\nother sha256={HASH}", "keys:2: sha256: the key of line 1 once more"),
        (
            f"{LINE} requests_per_minute=5\nsupport sha256={OTHER}",
            "keys:2: line 1 has the same name and other limits; keys of one name share them: state "
            "requests_per_minute=5",
        ),
        (
            f"{LINE}\nsupport sha256={OTHER} work_seconds_per_day=60",
            "keys:2: line 1 has the same name and other limits; keys of one name share them: state none",
        ),
    ],
)  # fmt: skip
def test_a_faulty_line_is_named(text: str, said: str) -> None:
    with pytest.raises(KeyFileError) as refused:
        parse(text)
    assert str(refused.value) == said


def test_what_is_no_text_is_named_by_its_line() -> None:
    with pytest.raises(KeyFileError, match="keys:2: no UTF-8 text"):
        parse_keys(f"{LINE}\n".encode() + b"\xff", FILE)


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: f"{text}\n{LINE}{text}".encode()))
def test_any_bytes_are_keys_or_faults_that_repeat_no_hash(content: bytes) -> None:
    said = "keys"
    try:
        parse_keys(content, FILE)
    except KeyFileError as refused:
        said = str(refused)
    assert said.startswith("keys")
    assert HASH not in said


def test_an_instant_of_another_zone_is_one_of_utc() -> None:
    (key,) = parse(f"{LINE} expires=2027-06-01T01:30:00+02:00")
    assert key.expires == dt.datetime(2027, 5, 31, 23, 30, tzinfo=dt.UTC)
    assert write_line(key).endswith(" expires=2027-05-31T23:30:00Z")


@pytest.mark.parametrize("said", ["1234567", "1.2345678", "0.001", "1000000000"])
def test_a_limit_is_written_with_all_its_digits(said: str) -> None:
    (key,) = parse(f"{LINE} work_seconds_per_day={said}")
    assert write_line(key).endswith(f" work_seconds_per_day={said}")


KEY = st.builds(
    Key,
    name=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,20}", fullmatch=True),
    digest=st.binary(min_size=32, max_size=32),
    scopes=st.frozensets(st.sampled_from(["quote", "usage", "metrics"]), min_size=1),
    expires=st.none() | st.datetimes(timezones=st.just(dt.UTC)),
    requests_per_minute=st.none() | st.integers(1, 10**7),
    work_seconds_per_day=st.none() | st.floats(0, 1e9, exclude_min=True),
)  # fmt: skip


@given(KEY)
def test_a_key_that_is_written_reads_the_same(key: Key) -> None:
    assert parse(write_line(key)) == (key,)


@given(st.lists(KEY, max_size=40, unique_by=lambda key: key.digest), st.binary(max_size=20))
def test_keys_find_each_of_them_and_nothing_else(keys: list[Key], secret: bytes) -> None:
    secrets = [make_secret() for _ in range(5)]
    own = [Key(name, bytes.fromhex(hash_secret(name)), frozenset({"quote"})) for name in secrets]
    found = Keys([*keys, *own])
    assert [found.find(name.encode()) for name in secrets] == own
    assert found.find(secret) is None
    assert found.find(b"") is None


def test_secrets_are_long_and_differ() -> None:
    secrets = {make_secret() for _ in range(1_000)}
    assert len(secrets) == 1_000
    assert {(len(secret), secret[:3]) for secret in secrets} == {(46, "tq_")}


@pytest.mark.parametrize("made", ["nothing", "folder", "pipe", "long"])
def test_only_a_regular_file_of_some_length_is_read(tmp_path: Path, made: str) -> None:
    path = tmp_path / "keys"
    if made == "folder":
        path.mkdir()
    elif made == "pipe":
        os.mkfifo(path)
    elif made == "long":
        path.write_bytes(b"#" * (1024 * 1024 + 1))
    with pytest.raises(KeyFileError, match=str(path)):
        read_key_file(path)


def test_a_ring_keeps_its_keys_while_the_file_cannot_be_used(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text(LINE)
    ring = KeyRing(path)
    told: list[Looked] = []
    ring.tells = told.append
    assert ring.look() is None
    for content in ("support sha256=", "", None):
        if content is None:
            path.unlink()
        else:
            path.write_text(content)
        assert isinstance(ring.look(), tuple)
        assert ring.look() is None  # it is said once
        assert ring.keys.find(b"test") is not None
    path.write_text(f"other sha256={OTHER}")
    assert isinstance(ring.look(), Keys)
    assert ring.keys.find(b"test") is None
    assert [isinstance(each, Keys) for each in told] == [False, False, False, True]


def test_a_ring_without_a_file_is_open_and_one_with_a_bad_file_is_none(tmp_path: Path) -> None:
    assert KeyRing(None).is_open
    assert KeyRing(None).look() is None
    with pytest.raises(KeyFileError, match="No such file"):
        KeyRing(tmp_path / "none")


def test_a_file_is_used_once_it_has_been_written_to_the_end(tmp_path: Path) -> None:
    """Somebody writes the second of two lines 20 ms after the first, in place of what was there."""
    path = tmp_path / "keys"
    path.write_text(LINE)
    ring = KeyRing(path)
    path.write_text(f"other sha256={OTHER}\n")
    rest = threading.Timer(0.02, append_line, [path, LINE])
    rest.start()
    looked = ring.look()
    rest.join()
    assert isinstance(looked, Keys)
    assert [key.name for key in looked.all] == ["other", "support"]


def test_those_who_wait_for_a_new_key_wait_for_one_look(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text(LINE)

    async def ask() -> list[Key | None]:
        ring = KeyRing(path)
        append_line(path, f"other sha256={hash_secret('new')}")
        return await asyncio.gather(*(ring.find(secret) for secret in (b"new", b"new", b"test", b"none")))

    assert [key and key.name for key in asyncio.run(ask())] == ["other", "other", "support", None]


def run(*arguments: str) -> Any:
    return CliRunner().invoke(main, ["keys", *arguments])


def test_the_command_makes_no_key_that_would_never_be_good() -> None:
    today = f"{dt.datetime.now(dt.UTC):%Y-%m-%d}"
    refused = run("new", "shop", "--expires", today)
    assert refused.exit_code == 2
    said = "that day has begun, and the key would never be good"
    assert f"Invalid value for --expires: {said}" in refused.output
    assert "sha256" not in refused.output


def test_the_command_makes_a_key_and_its_line(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    printed = run("new", "shop", "--scope", "quote", "--expires", "2127-06-01", "--requests-per-minute", "60")
    secret, line = printed.output.splitlines()
    assert line == (
        f"shop sha256={hash_secret(secret)} scopes=quote expires=2127-06-01T00:00:00Z requests_per_minute=60"
    )
    path.write_text("# no end of line")
    appended = run("new", "grafana", "--scope", "metrics", "--append", str(path))
    assert appended.output.splitlines()[0].startswith("tq_")
    (key,) = parse_keys(read_key_file(path), path)
    assert key.digest.hex() == hash_secret(appended.output.splitlines()[0])
    assert run("check", str(path)).output == "grafana                  metrics\n"
    refused = run("new", "shop", "--requests-per-minute", "0", "--append", str(path))
    assert (refused.exit_code, "at least 1" in refused.output) == (1, True)
    assert len(read_key_file(path).splitlines()) == 2


def test_a_line_that_would_make_a_fault_is_not_added(tmp_path: Path) -> None:
    """A service would not use the file, and would not start with it; the new key would be of no use."""
    path = tmp_path / "keys"
    run("new", "shop", "--requests-per-minute", "600", "--append", str(path))
    before = path.read_bytes()
    refused = run("new", "shop", "--append", str(path))
    assert (refused.exit_code, path.read_bytes()) == (1, before)
    assert refused.output == (
        f"Error: {path}:2: line 1 has the same name and other limits; keys of one name share them: "
        "state requests_per_minute=600\n"
    )
    assert run("new", "shop", "--requests-per-minute", "600", "--append", str(path)).exit_code == 0
    assert [key.name for key in parse_keys(read_key_file(path), path)] == ["shop", "shop"]


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    run("new", "shop", "--append", str(tmp_path / "keys"))
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o600
