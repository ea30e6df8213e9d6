"""Keys of a service under load: replaced, guessed and used up: `make trials-access`.

    rotation   eight clients ask without a pause while their key is replaced twice a second: none is refused
    timing     right and wrong keys, 100,000 of each: whether the time to find them tells which they are
    quota      sixteen clients ask two workers for twice the work that a day has: what is given, to the piece

For `timing` the share of pairs is printed in which the first kind took longer (0.5: as often as not), and how
many standard errors that is away from 0.5 (Mann-Whitney); below 4 nothing is seen.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import numpy as np
from tests.http.service_process import SMALL, ServiceProcess, serving

from tokenquote.api.work import estimate_seconds
from tokenquote.http.access.key_file import append_line, write_line
from tokenquote.http.access.keys import Key, Keys, hash_secret, make_secret
from tokenquote_client.endpoints import Endpoints

BODY = json.dumps(SMALL).encode()
_MOST_ERRORS = 4.0
"""The standard errors from which on a difference is seen: one trial in 16,000 shows it by chance."""
_AT_ONCE = 200
"""The tries of one kind in a row: a machine that grows slower meanwhile slows both alike."""


def make_key(name: str, work: float | None = None) -> tuple[str, Key]:
    """A new key, and what the service knows of it."""
    secret = make_secret()
    digest = bytes.fromhex(hash_secret(secret))
    return secret, Key(name, digest, frozenset({"quote"}), work_seconds_per_day=work)


class Asker:
    """A client with one connection."""

    def __init__(self, service: ServiceProcess) -> None:
        self._connection = HTTPConnection("127.0.0.1", service.port, timeout=120)

    def ask(self, secret: str, method: str = "POST", path: str = "/v1/quotes?detail=summary") -> int:
        headers = {"authorization": f"Bearer {secret}", "content-type": "application/json"}
        self._connection.request(method, path, BODY if method == "POST" else None, headers)
        answer = self._connection.getresponse()
        answer.read()
        return answer.status


def rotation(folder: Path, seconds: float) -> bool:
    """Replace the key of a busy application again and again."""
    file, asked = folder / "keys", Counter[int]()
    secret, key = make_key("shop")
    append_line(file, write_line(key))
    keys, secrets, over = [key], [secret], threading.Event()

    def ask(number: int) -> Counter[int]:
        asker, statuses = Asker(service), Counter[int]()
        while not over.is_set():
            statuses[asker.ask(secrets[-1])] += 1
            asked[number] += 1
        return statuses

    with serving(workers=2, keys_file=file) as service, ThreadPoolExecutor(8) as pool:
        asking = [pool.submit(ask, number) for number in range(8)]
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            secret, key = make_key("shop")
            keys.append(key)
            append_line(file, write_line(key))
            secrets.append(secret)
            _wait_for_two_more(asked, asking)
            beside = file.with_suffix(".new")
            beside.write_text(write_line(keys[-1]) + "\n")
            beside.replace(file)
            time.sleep(0.25)
        over.set()
        statuses = sum((each.result() for each in asking), Counter[int]())
    print(f"rotation: {len(keys) - 1} keys replaced, answers {dict(statuses)}", flush=True)
    return set(statuses) == {200}


def _wait_for_two_more(asked: Counter[int], asking: Sequence[object]) -> None:
    """Until nobody waits any more for the answer to a key that was replaced."""
    before = Counter(asked)
    while any(asked[number] < before[number] + 2 for number in range(len(asking))):
        time.sleep(0.005)


def timing(folder: Path, tries: int) -> bool:
    """Compare how long right and wrong keys take: in process, and over a connection."""
    made = [make_key(f"name-{i}") for i in range(200)]
    right = [secret.encode() for secret, _ in made]
    near = [secret[:-1] + bytes([secret[-1] ^ 1]) for secret in right]
    far = [make_secret().encode() for _ in right]
    keys = Keys(key for _, key in made)

    def find(secrets: Sequence[bytes]) -> Callable[[], object]:
        return lambda: keys.find(random.choice(secrets))

    in_process = _compare("in process", {"right": find(right), "far": find(far), "near": find(near)}, tries)
    file = folder / "keys"
    for _, key in made:
        append_line(file, write_line(key))
    with serving(keys_file=file) as service:
        asker = Asker(service)

        def get(secrets: Sequence[bytes]) -> Callable[[], object]:
            return lambda: asker.ask(random.choice(secrets).decode(), "GET", "/v1/catalogue")

        over_http = _compare("over HTTP", {"far": get(far), "near": get(near)}, tries)
    return in_process and over_http


def _compare(where: str, kinds: Mapping[str, Callable[[], object]], tries: int) -> bool:
    took: dict[str, list[int]] = {name: [] for name in kinds}
    while len(took[next(iter(took))]) < tries:
        order = list(kinds.items()) * _AT_ONCE
        random.shuffle(order)
        for name, ask in order:
            before = time.perf_counter_ns()
            ask()
            took[name].append(time.perf_counter_ns() - before)
    first, *others = took
    is_hidden = True
    for other in others:
        share, errors = _share_of_longer(took[first], took[other])
        medians = f"{np.median(took[first]):,.0f} and {np.median(took[other]):,.0f} ns"
        print(
            f"timing {where}: {first} and {other} keys, {len(took[first]):,} each: medians {medians}, "
            f"{first} longer in {share:.4f} of pairs, {errors:.1f} standard errors from 0.5", flush=True,
        )  # fmt: skip
        is_hidden &= errors < _MOST_ERRORS
    return is_hidden


def _share_of_longer(a: Sequence[int], b: Sequence[int]) -> tuple[float, float]:
    """The share of pairs in which `a` is longer, ties as half, and its standard errors from 0.5."""
    ordered = np.sort(np.array(b))
    below = np.searchsorted(ordered, a, side="left") + np.searchsorted(ordered, a, side="right")
    share = float(below.sum()) / (2 * len(a) * len(b))
    error = ((len(a) + len(b) + 1) / (12 * len(a) * len(b))) ** 0.5
    return share, abs(share - 0.5) / error


def quota(folder: Path, given: int) -> bool:
    """Ask for twice the work of a day."""
    each = estimate_seconds(Endpoints.quotes, BODY, SMALL)
    secret, key = make_key("greedy", work=each * (given + 0.5))
    append_line(folder / "keys", write_line(key))

    def ask(number: int) -> Counter[int]:
        asker = Asker(service)
        return Counter(asker.ask(secret) for _ in range(2 * given // 16))

    with serving(workers=2, keys_file=folder / "keys") as service, ThreadPoolExecutor(16) as pool:
        statuses = sum(pool.map(ask, range(16)), Counter[int]())
    print(f"quota: {given:,} given of {2 * given // 16 * 16:,}: answers {dict(statuses)}", flush=True)
    return statuses[200] == given and set(statuses) == {200, 429}


def main() -> None:
    """Run the trials that are named, or all; exit 1 if one has not kept what it says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="rotation, timing, quota; all by default")
    parser.add_argument("--seconds", type=float, default=60, help="of rotation")
    parser.add_argument("--tries", type=int, default=100_000, help="of each kind of key")
    parser.add_argument("--given", type=int, default=4_000, help="small quotes that the work of a day has")
    asked = parser.parse_args()
    trials: dict[str, Callable[[Path], bool]] = {
        "rotation": lambda folder: rotation(folder, asked.seconds),
        "timing": lambda folder: timing(folder, asked.tries),
        "quota": lambda folder: quota(folder, asked.given),
    }
    kept = True
    for name in asked.names or trials:
        with tempfile.TemporaryDirectory() as folder:
            kept &= trials[name](Path(folder))
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
