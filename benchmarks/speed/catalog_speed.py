"""How long loading the catalog takes, and how much memory, beside importing litellm and genai-prices.

Each measurement is a new process, so that nothing is warm but the files of the system; the best of several
runs counts. Peers that are not installed are left out. Seconds are those of the processor, which other
programs on the machine disturb least; those of the clock stand beside them. litellm is kept from asking the
network.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec

_MEASURE = """
import json, resource, time
{before}
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
clock, processor = time.perf_counter(), time.process_time()
{measured}
seconds = time.perf_counter() - clock, time.process_time() - processor
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
print(json.dumps([*seconds, grown / 1024, {models}]))
"""
_IMPORT = "from pathlib import Path; from tokenquote.catalog import load_catalog"
_COUNT = "sum(bool(model.entry.prices) for model in loaded.models.values())"
_LITELLM = "import os; os.environ['LITELLM_LOCAL_MODEL_COST_MAP'] = 'True'"
_GENAI_MODELS = (
    "sum(len(provider.models) for provider in genai_prices.data_snapshot.get_snapshot().providers)"
)
_PEERS = {
    "genai_prices": ("genai-prices", "", "import genai_prices, genai_prices.data_snapshot", _GENAI_MODELS),
    "litellm": ("litellm", _LITELLM, "import litellm", "len(litellm.model_cost)"),
}


@dataclass(frozen=True)
class Measured:
    """The best of several runs of one thing."""

    what: str
    clock: float
    """Seconds of the clock."""
    processor: float
    """Seconds of the processor."""
    memory: float
    """What the process grew by, in MiB."""
    models: int
    """The models with a price that are there afterwards."""


def measure(what: str, before: str, measured: str, models: str, runs: int) -> Measured:
    """Run the lines in new processes and return the best run."""
    code = _MEASURE.format(before=before, measured=measured, models=models)
    found = []
    for _ in range(runs):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
        found.append(json.loads(done.stdout.splitlines()[-1]))
    best = min(found, key=lambda run: run[1])
    return Measured(what, best[0], best[1], best[2], best[3])


def measure_all(runs: int) -> list[Measured]:
    """Measure this catalog cold, warm and with all imports, then the peers that are installed."""
    with tempfile.TemporaryDirectory() as kept:
        warm = f"loaded = load_catalog(cache_dir=Path({kept!r}))"
        rows = [measure("tokenquote, cold", _IMPORT, "loaded = load_catalog()", _COUNT, runs)]
        subprocess.run([sys.executable, "-c", f"{_IMPORT}; {warm}"], check=True)  # noqa: S603
        rows.append(measure("tokenquote, warm", _IMPORT, warm, _COUNT, runs))
        rows.append(measure("tokenquote, imports and warm", "", f"{_IMPORT}; {warm}", _COUNT, runs))
    for module, (name, before, lines, models) in _PEERS.items():
        if find_spec(module) is None:
            print(f"{name} is not installed here: make references")
        else:
            rows.append(measure(f"{name}, import", before, lines, models, runs))
    return rows


def main() -> None:
    """Print the measurements, with each beside the catalog that is loaded warm with all its imports."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    rows = measure_all(parser.parse_args().runs)
    whole = rows[2]
    print(f"{'':32}{'processor':>12}{'clock':>10}{'memory':>12}{'models':>8}{'ratio':>8}")
    for row in rows:
        ratio = row.processor / whole.processor
        seconds = f"{row.processor:10.3f} s{row.clock:8.3f} s"
        print(f"{row.what:32}{seconds}{row.memory:8.1f} MiB{row.models:8}{ratio:8.2f}")


if __name__ == "__main__":
    main()
