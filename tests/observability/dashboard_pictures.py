"""Pictures of Grafana's dashboards without Grafana: their panels, with the answers of a real Prometheus.

The browser and uPlot are those of the web page. What Grafana makes of units, legends and thresholds is done
here in small, so that a picture shows whether a panel says something, and not how Grafana draws it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.observability.conftest import DASHBOARDS, fill_in
from tests.observability.prometheus_process import ask_range
from tests.page.browsers import chromium, chromium_path

__all__ = ["draw_dashboards"]

_HERE = Path(__file__).parent
_VENDOR = _HERE.parents[1] / "service" / "tokenquote" / "http" / "page" / "vendor"
_POINTS = 150
_INTERVAL_SECONDS = 20
"""What Grafana would write for $__rate_interval: a few scrapes of a trial."""
_WIDTH = 1600


def draw_dashboards(prometheus_url: str, folder: Path, start: float, end: float) -> None:
    """Write a picture of each dashboard.

    Args:
        prometheus_url: where Prometheus answers.
        folder: where the pictures go.
        start: from when on they show data, in Unix seconds.
        end: until when.
    """
    path = chromium_path()
    if path is None:
        raise FileNotFoundError("there is no Chromium here: `make test-tools` installs Debian's")
    folder.mkdir(parents=True, exist_ok=True)
    pages = {each["uid"]: _write_page(each, prometheus_url, start, end) for each in DASHBOARDS}
    with chromium(path) as browser:
        for uid, text in pages.items():
            page = browser.new_page(viewport={"width": _WIDTH, "height": 900})
            page.set_content(text)
            page.locator("html[data-ready]").wait_for(state="attached")
            page.screenshot(path=folder / f"{uid}.png", full_page=True)
            page.close()


def _write_page(dashboard: Mapping[str, Any], url: str, start: float, end: float) -> str:
    panels = [
        {**panel, "series": [] if panel["type"] == "row" else _series(panel, url, start, end)}
        for panel in dashboard["panels"]
    ]
    data = {"title": dashboard["title"], "description": dashboard["description"], "panels": panels}
    uplot = _read("uPlot.esm.js").replace("export { uPlot as default };", "")  # the same script uses it
    template = (_HERE / "dashboard_picture.html").read_text()
    for name, text in {
        "/* uPlot.css */": _read("uPlot.min.css"),
        "/* uPlot.js */": uplot,
        "/* data */": json.dumps(data).replace("</", "<\\/"),
    }.items():
        template = template.replace(name, text)
    return template


def _read(name: str) -> str:
    return (_VENDOR / name).read_text()


def _series(panel: Mapping[str, Any], url: str, start: float, end: float) -> list[dict[str, Any]]:
    """The named series of a panel; of a panel that shows one moment the last value."""
    found: list[dict[str, Any]] = []
    step = max(1.0, (end - start) / _POINTS)
    length = f"{int(end - start)}s"
    for target in panel["targets"]:
        expression = target["expr"].replace("$__range", length)
        for labels, values in ask_range(url, fill_in(expression, f"{_INTERVAL_SECONDS}s"), start, end, step):
            name = _fill_legend(target["legendFormat"], labels)
            found.append({"name": name, "labels": labels, "values": values})
    if panel["type"] in ("bargauge", "table"):
        found = [each for each in found if each["values"][-1][0] >= end - 3 * step]
    return found


def _fill_legend(legend: str, labels: Mapping[str, str]) -> str:
    if legend:
        return re.sub(r"\{\{(\w+)\}\}", lambda at: labels.get(at[1], ""), legend)
    return ", ".join(f"{name}={value}" for name, value in labels.items() if not name.startswith("__"))
