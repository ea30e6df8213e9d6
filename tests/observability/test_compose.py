"""docker/compose.yaml: valid, confined, and in step with the other files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tokenquote.settings import Settings

DOCKER = Path(__file__).parents[2] / "docker"
COMPOSE: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def test_it_is_valid_by_the_schema_of_the_compose_specification() -> None:
    command = [
        str(Path(sys.executable).parent / "check-jsonschema"),
        "--builtin-schema",
        "vendor.compose-spec",
    ]
    done = subprocess.run(
        [*command, str(DOCKER / "compose.yaml")], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_confined_limited_and_watched(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["tmpfs"][0].startswith("/tmp:")  # noqa: S108
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert service["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_listens_on_this_host_only(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name]["ports"])


@pytest.mark.parametrize("name", ["prometheus", "grafana"])
def test_images_of_others_are_pinned(name: str) -> None:
    assert SERVICES[name]["image"].split(":")[1].removeprefix("v").count(".") == 2


@pytest.mark.parametrize("name", SERVICES)
def test_every_mounted_folder_exists(name: str) -> None:
    for volume in SERVICES[name].get("volumes", []):
        source = volume.split(":")[0]
        if source.startswith("."):
            assert (DOCKER / source).is_dir()
            assert volume.endswith(":ro")
        else:
            assert source in COMPOSE["volumes"]


def test_the_settings_of_the_service_exist() -> None:
    known = {f"TOKENQUOTE_{name.upper()}" for name in Settings.model_fields}
    assert SERVICES["tokenquote"]["environment"].keys() <= known


def test_prometheus_scrapes_the_service_and_grafana_reads_prometheus() -> None:
    prometheus = yaml.safe_load((DOCKER / "prometheus" / "prometheus.yaml").read_text())
    scrape = prometheus["scrape_configs"][0]
    assert (scrape["job_name"], scrape["static_configs"]) == (
        "tokenquote",
        [{"targets": ["tokenquote:8000"]}],
    )
    provisioning = DOCKER / "grafana" / "provisioning"
    source = yaml.safe_load((provisioning / "datasources" / "prometheus.yaml").read_text())["datasources"][0]
    assert source["url"] == "http://prometheus:9090"
    assert source["jsonData"]["timeInterval"] == prometheus["global"]["scrape_interval"]
    files = yaml.safe_load((provisioning / "dashboards" / "files.yaml").read_text())["providers"][0]
    assert f"./grafana/dashboards:{files['options']['path']}:ro" in SERVICES["grafana"]["volumes"]


def test_the_grace_period_lets_requests_finish() -> None:
    grace = int(SERVICES["tokenquote"]["stop_grace_period"].removesuffix("s"))
    assert grace > Settings.model_fields["shutdown_seconds"].default
