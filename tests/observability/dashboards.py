"""Write the dashboards of docker/grafana/dashboards from docker/grafana/panels: `make dashboards`.

Grafana's own format has forty lines for each panel, most of them alike. What a panel asks and says stands in
YAML, and this is what makes it one of Grafana's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

__all__ = ["written"]

_GRAFANA = Path(__file__).parents[2] / "docker" / "grafana"
_ORDER = ("overview", "forecast", "accuracy", "catalog")
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
_WIDTH = 24
_OPTIONS: Mapping[str, dict[str, Any]] = {
    "stat": {"reduceOptions": {"calcs": ["lastNotNull"]}, "graphMode": "none", "textMode": "auto"},
    "timeseries": {"tooltip": {"mode": "multi", "sort": "desc"}},
    "bargauge": {
        "reduceOptions": {"calcs": ["lastNotNull"]}, "orientation": "horizontal", "displayMode": "basic",
        "valueMode": "color", "showUnfilled": True,
    },
    "table": {"showHeader": True},
}  # fmt: skip


def written() -> dict[Path, str]:
    """The text of each dashboard by its file."""
    sources = [yaml.safe_load((_GRAFANA / "panels" / f"{name}.yaml").read_text()) for name in _ORDER]
    return {
        _GRAFANA / "dashboards" / f"{source['uid']}.json": json.dumps(_write(source, sources), indent=2)
        + "\n"
        for source in sources
    }


def _write(source: Mapping[str, Any], all_of_them: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    variables = source.get("variables", {}).items()
    return {
        "uid": source["uid"],
        "title": source["title"],
        "description": source["description"],
        "tags": ["tokenquote"],
        "timezone": "browser",
        "editable": False,
        "graphTooltip": 1,
        "refresh": "30s",
        "schemaVersion": 39,
        "version": 2,
        "time": {"from": source["since"], "to": "now"},
        "templating": {
            "list": [
                {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"},
                _write_variable("job", "label_values(tokenquote_build_info, job)"),
                *(_write_choice(name, label) for name, label in variables),
            ]
        },
        "annotations": {"list": []},
        "links": [
            {"title": other["title"], "type": "link", "url": f"/d/{other['uid']}", "keepTime": True}
            for other in all_of_them
            if other is not source
        ],
        "panels": [*_place(source["rows"], source.get("chosen", ""))],
    }


def _write_variable(name: str, query: str) -> dict[str, Any]:
    return {
        "name": name,
        "label": name.capitalize(),
        "type": "query",
        "datasource": _SOURCE,
        "definition": query,
        "query": {"qryType": 1, "query": query, "refId": name},
        "refresh": 2,
        "sort": 1,
    }


def _write_choice(name: str, label: str) -> dict[str, Any]:
    """Write a variable that has some values of a label, or all."""
    return {
        **_write_variable(name, f'label_values(tokenquote_quotes_total{{job="$job"}}, {label})'),
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
    }


def _place(rows: Sequence[Mapping[str, Any]], chosen: str) -> Iterator[dict[str, Any]]:
    """Write all panels with their numbers and places: each beside the one before as long as there is room."""
    number, y = 1, 0
    for row in rows:
        at = {"x": 0, "y": y, "w": _WIDTH, "h": 1}
        head = {"id": number, "type": "row", "title": row["row"], "collapsed": False, "panels": []}
        yield {**head, "gridPos": at}
        number, y, x = number + 1, y + 1, 0
        for panel in row["panels"]:
            at = {"x": x, "y": y, "w": panel["width"], "h": panel["height"]}
            yield {"id": number, **_write_panel(panel, chosen), "gridPos": at}
            number, x = number + 1, x + panel["width"]
            if x == _WIDTH:
                x, y = 0, y + panel["height"]


def _write_panel(panel: Mapping[str, Any], chosen: str) -> dict[str, Any]:
    kind = panel["kind"]
    now = kind in ("bargauge", "table")
    return {
        "type": kind,
        "title": panel["title"],
        "description": panel["description"],
        "datasource": _SOURCE,
        "fieldConfig": {"defaults": _write_defaults(panel), "overrides": []},
        "targets": [
            {
                "refId": chr(ord("A") + i),
                "expr": query["query"].replace("<chosen>", chosen),
                "legendFormat": query.get("shows", ""),
                "instant": now,
                "range": not now,
                **({"format": "table"} if kind == "table" else {}),
            }
            for i, query in enumerate(panel["queries"])
        ],
        "options": _OPTIONS[kind]
        | ({"textMode": "name"} if panel.get("shows_name") else {})
        | ({"legend": _legend(panel["width"])} if kind == "timeseries" else {}),
    }


def _write_defaults(panel: Mapping[str, Any]) -> dict[str, Any]:
    defaults: dict[str, Any] = {"unit": panel["unit"]}
    if "decimals" in panel:
        defaults["decimals"] = panel["decimals"]
    if "no_value" in panel:
        defaults["noValue"] = panel["no_value"]
    if "steps" in panel:
        steps = [{"value": step.get("from"), "color": step["color"]} for step in panel["steps"]]
        defaults["thresholds"] = {"mode": "absolute", "steps": steps}
    if panel["kind"] == "timeseries":
        stacking = {"stacking": {"mode": "normal"}} if panel.get("stacked") else {}
        defaults["custom"] = {"fillOpacity": 10, "showPoints": "never", **stacking}
    return defaults


def _legend(width: int) -> dict[str, Any]:
    if width * 2 >= _WIDTH:
        return {"displayMode": "table", "placement": "right", "calcs": ["mean", "lastNotNull"]}
    return {"displayMode": "list", "placement": "bottom"}


if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text)
