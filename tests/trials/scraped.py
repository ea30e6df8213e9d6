"""A real Prometheus scrapes two workers under load: `make metrics-trial`.

What the clients counted must be what Prometheus has, to the request and to the cent; every PromQL of panels,
rules and alerts must have data; printed are the time of a scrape and that of /livez beside it. With `--whole`
every model of the catalog is quoted for each of 50 apps, one quote for each pair.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import math
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import yaml
from tests.http.service_process import ServiceProcess, serving
from tests.observability.conftest import DASHBOARDS, INPUT_ONLY, fill_in
from tests.observability.dashboard_pictures import draw_dashboards
from tests.observability.prometheus_process import RULES, ask, prometheus
from tests.trials.another_client import another_client
from tests.trials.scraped_load import APPS, Sent, plan, send_every_pair, send_mix
from tests.trials.seen import Seen, quantile

from tokenquote.catalog import load_catalog

_EVERY_SECONDS = 2
_SCRAPE_SECONDS = 0.1
_LIVEZ_SECONDS = 0.02
"""What /livez may take above what a bare server takes, which is the machine's doing."""
_ONE_OF_MODELS = 97
"""Without `--whole` one model in so many is quoted for every app."""
_MOST_SERIES = 10_000
"""What is asked (issue 19)."""


def run(seconds: float, *, whole: bool, pictures: Path | None) -> list[str]:
    """Run the trial and print what was seen; return what was not as it should be."""
    sent, seen = Sent(), Seen()
    scrapes: list[float] = []
    with tempfile.TemporaryDirectory() as folder, _service(Path(folder)) as service:
        began = time.time()
        with prometheus(Path(folder), f"127.0.0.1:{service.port}", _EVERY_SECONDS) as url:
            _wait_for_a_scrape(url)  # a counter that is there from the start shows all that is added to it
            with another_client(service.port, seen), _scraping(service, scrapes):
                asyncio.run(_load(service, sent, seconds, whole=whole))
                _scrape_calmly(scrapes)
            faults = [*_compare(url, sent, seen), *_find_empty(url), *_find_firing(url)]
            if pictures is not None:
                draw_dashboards(url, pictures, began, time.time())
        text = httpx2.get(f"{service.url}/metrics", timeout=30).text
    return [*faults, *_judge(text, scrapes, seen)]


@contextlib.contextmanager
def _service(folder: Path) -> Iterator[ServiceProcess]:
    """Two workers, 50 apps, and a model without a price for its output."""
    providers = folder / "catalog" / "providers"
    providers.mkdir(parents=True)
    (providers / "acme.yaml").write_text(INPUT_ONLY)
    with serving(apps=",".join(APPS), workers=2, catalog_dir=folder / "catalog") as service:
        try:
            yield service
        except Exception:
            print(service.log()[-4000:])  # a client that was cut off does not know why
            raise


async def _load(service: ServiceProcess, sent: Sent, seconds: float, *, whole: bool) -> None:
    async with httpx2.AsyncClient(base_url=service.url, timeout=60) as http:
        for model in ("acme/input-only", "openai/gpt-5.4-mini"):
            answer = await http.post("/v1/quotes", json=plan("app-00", model))
            sent.note("/v1/quotes", answer.status_code, answer.content, is_plan=True)
    await send_mix(service, sent, seconds)
    models = list(load_catalog().models)
    await send_every_pair(service, sent, models if whole else models[::_ONE_OF_MODELS])


@contextlib.contextmanager
def _scraping(service: ServiceProcess, took: list[float]) -> Iterator[None]:
    """Scrape once a second besides Prometheus, and note the seconds."""
    over = threading.Event()

    def scrape() -> None:
        with httpx2.Client(base_url=service.url, timeout=30) as http:
            while not over.wait(1):
                began = time.perf_counter()
                http.get("/metrics").raise_for_status()
                took.append(time.perf_counter() - began)

    scraper = threading.Thread(target=scrape)
    scraper.start()
    try:
        yield
    finally:
        over.set()
        scraper.join()


def _scrape_calmly(took: list[float]) -> None:
    """Let scrapes go on for a while without any load but themselves and the probes."""
    took.append(math.nan)  # parts those under load from those without
    time.sleep(15)


def _wait_for_a_scrape(url: str) -> None:
    while not ask(url, 'up{job="tokenquote"} == 1'):
        time.sleep(0.2)


def _compare(url: str, sent: Sent, seen: Seen) -> Iterator[str]:
    """Name every counter that is not what the clients counted."""
    time.sleep(3 * _EVERY_SECONDS)  # what workers report each tenth of a second has been scraped
    small = len(seen.small)  # another client's quotes
    answers = Counter(sent.answers)
    answers["/v1/quotes", "200"] += small
    bad_chunks = sum(answers.pop(key) for key in list(answers) if key[1] == "400")
    found = {
        (labels["route"], labels["status"]): value
        for labels, value in ask(
            url,
            "sum by (route, status) (tokenquote_http_requests_total{"
            'route=~"/v1/quotes|/v1/usage", status!="400"})',
        )
    }
    yield from _differ("answers", answers, found)
    by_outcome = "sum by (outcome) (tokenquote_quotes_total)"
    quotes = {labels["outcome"]: value for labels, value in ask(url, by_outcome)}
    yield from _differ("quotes", sent.quotes + Counter(complete=small), quotes)
    by_type = "sum by (gen_ai_token_type) (tokenquote_quoted_tokens_total)"
    tokens = {labels["gen_ai_token_type"]: value for labels, value in ask(url, by_type)}
    yield from _differ("tokens", sent.tokens + Counter(input=10 * small, output=5 * small), tokens)
    others = {
        # A chunk that comes with the head is seen before the route is.
        "bad chunks": (bad_chunks, 'sum(tokenquote_http_requests_total{status="400"}) or vector(0)'),
        "usages": (sent.usages, "sum(tokenquote_priced_usages_total)"),
        "comparisons": (sent.comparisons, "sum(tokenquote_comparisons_total)"),
        "livez": (len(seen.livez), 'sum(tokenquote_http_requests_total{route="/livez"})'),
    }
    for name, (expected, expression) in others.items():
        yield from _differ(name, {"": expected}, {"": ask(url, expression)[0][1]})
    dollars = ask(url, "sum(tokenquote_quoted_cost_dollars_total)")[0][1]
    expected_dollars = float(sent.dollars) + small * (10 * 0.75 + 5 * 4.5) / 1e6
    print(f"dollars: {expected_dollars:.6f} quoted, {dollars:.6f} counted")
    if not math.isclose(dollars, expected_dollars, rel_tol=1e-9):
        yield f"{expected_dollars} dollars were quoted and {dollars} counted"


def _differ(name: str, sent: Mapping[Any, float], counted: Mapping[Any, float]) -> Iterator[str]:
    print(f"{name}: sent {dict(sent)}")
    for key in sent.keys() | counted.keys():
        if not math.isclose(sent.get(key, 0), counted.get(key, 0), rel_tol=1e-12):
            yield f"{name} {key}: {sent.get(key, 0)} sent, {counted.get(key, 0)} counted"


def _find_empty(url: str) -> Iterator[str]:
    """Name every expression of a panel, rule or alert that has no data."""
    expressions = [
        (panel["title"], target["expr"])
        for each in DASHBOARDS for panel in each["panels"] for target in panel.get("targets", ())
    ]  # fmt: skip
    for name in ("recording_rules.yaml", "alerts.yaml"):
        for group in yaml.safe_load((RULES / name).read_text())["groups"]:
            expressions += [(rule.get("record") or rule["alert"], rule["expr"]) for rule in group["rules"]]
    for place, expression in expressions:
        text = re.sub(r" (>|<|==) ", r" \1 bool ", fill_in(expression, "5m"))
        if not any(math.isfinite(value) for _, value in ask(url, text)):
            yield f"{place} has no data"
    print(f"{len(expressions)} expressions asked")


def _find_firing(url: str) -> Iterator[str]:
    """Name every alert that fires though nothing is wrong: the bad chunks are the clients' doing."""
    for labels, _ in ask(url, 'ALERTS{alertstate="firing"}'):
        yield f"{labels['alertname']} fires"


def _judge(text: str, scrapes: list[float], seen: Seen) -> Iterator[str]:
    """Print what was timed, and name what took too long."""
    series = len([line for line in text.splitlines() if not line.startswith("#")])
    parted = next(i for i, took in enumerate(scrapes) if math.isnan(took))
    loaded, calm = scrapes[:parted], scrapes[parted + 1 :]
    print(f"{series} series, {len(text) / 1e6:.2f} MB")
    for name, took in (("a scrape under load", loaded), ("a scrape without", calm), ("/livez", seen.livez),
                       ("a bare server", seen.bare)):  # fmt: skip
        quantiles = [f"{1000 * quantile(took, share):.0f}" for share in (0.5, 0.99, 1)]
        print(f"{name}: {' / '.join(quantiles)} ms (p50 / p99 / max of {len(took)})")
    if series > _MOST_SERIES:
        yield f"{series} series"
    if quantile(calm, 0.5) > _SCRAPE_SECONDS:
        yield f"a scrape takes {quantile(calm, 0.5):.3f} s"
    if quantile(seen.livez, 0.5) - quantile(seen.bare, 0.5) > _LIVEZ_SECONDS:
        yield f"/livez takes {quantile(seen.livez, 0.5):.3f} s"
    yield from seen.faults


def main() -> None:
    """Run the trial; end with 1 if something is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="the length of the mixed load; 60")
    parser.add_argument("--whole", action="store_true", help="quote every model for each app: 100,000 quotes")
    parser.add_argument("--pictures", type=Path, help="the folder for a picture of each dashboard")
    chosen = parser.parse_args()
    faults = run(chosen.seconds, whole=chosen.whole, pictures=chosen.pictures)
    print("\n".join(faults) or "as it should be")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
