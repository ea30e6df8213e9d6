"""Three replicas behind nginx: the compose file, nginx's settings and the service's agree.

`python -m tests.trials replicas` kills a replica under load behind this very configuration.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.trials.proxy import NGINX, write_configuration

from tokenquote.settings import Settings

DOCKER = Path(__file__).parents[2] / "docker"
COMPOSE: dict[str, Any] = yaml.safe_load((DOCKER / "compose.replicas.yaml").read_text())
SIMPLE: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
REPLICAS = [SERVICES[f"replica-{number}"] for number in (1, 2, 3)]
ADDRESSES = [replica["networks"]["inside"]["ipv4_address"] for replica in REPLICAS]
ENVIRONMENT: dict[str, str] = REPLICAS[0]["environment"]
MAIN = (DOCKER / "nginx" / "nginx.conf").read_text()
UPSTREAM = (DOCKER / "nginx" / "replicas.conf").read_text()


def directive(name: str, text: str = MAIN) -> str:
    """What nginx is told by a name, without the comment behind it."""
    found = re.search(rf"^\s*{name} ([^;]+);", text, re.MULTILINE)
    assert found, name
    return found[1]


def seconds(name: str, text: str = MAIN) -> float:
    return float(directive(name, text).removesuffix("s"))


def default(name: str) -> Any:
    return Settings.model_fields[name].default


def test_it_is_valid_by_the_schema_of_the_compose_specification() -> None:
    command = [
        str(Path(sys.executable).parent / "check-jsonschema"),
        "--builtin-schema",
        "vendor.compose-spec",
    ]
    done = subprocess.run(
        [*command, str(DOCKER / "compose.replicas.yaml")], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_confined_limited_and_watched(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert service["healthcheck"]["test"][0] == "CMD"
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_the_replicas_are_alike_and_reached_by_nginx_alone() -> None:
    assert len({yaml.safe_dump({**replica, "networks": None}) for replica in REPLICAS}) == 1
    assert "ports" not in REPLICAS[0]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert re.findall(r"server (\S+):8000 max_fails=1 fail_timeout=2s;", UPSTREAM) == ADDRESSES


def test_prometheus_and_grafana_are_those_of_the_simple_file() -> None:
    for name, own in (("prometheus", {"networks", "depends_on", "command"}), ("grafana", {"networks"})):
        assert {key: SERVICES[name][key] for key in SERVICES[name].keys() - own} == {
            key: SIMPLE["services"][name][key] for key in SIMPLE["services"][name].keys() - own
        }
    scrape = yaml.safe_load((DOCKER / "prometheus" / "replicas.yaml").read_text())
    simple = yaml.safe_load((DOCKER / "prometheus" / "prometheus.yaml").read_text())
    targets = scrape["scrape_configs"][0].pop("static_configs")[0]["targets"]
    simple["scrape_configs"][0].pop("static_configs")
    assert targets == [f"{address}:{ENVIRONMENT['TOKENQUOTE_METRICS_PORT']}" for address in ADDRESSES]
    assert scrape == simple


def test_every_variable_is_a_setting_and_has_a_value_that_it_may_have() -> None:
    fields = {f"TOKENQUOTE_{name.upper()}": name for name in Settings.model_fields}
    assert ENVIRONMENT.keys() <= fields.keys()
    values = {fields[name]: value for name, value in ENVIRONMENT.items() if "$" not in value}
    settings = Settings(**values)  # type: ignore[arg-type]
    assert settings.trusted_proxies == (SERVICES["nginx"]["networks"]["inside"]["ipv4_address"],)
    assert settings.drain_seconds < settings.shutdown_seconds
    assert settings.shutdown_seconds < float(REPLICAS[0]["stop_grace_period"].removesuffix("s"))


def test_the_keys_are_a_secret() -> None:
    assert REPLICAS[0]["secrets"] == ["keys"]
    assert ENVIRONMENT["TOKENQUOTE_KEYS_FILE"] == "/run/secrets/keys"
    ignored = (DOCKER.parent / ".gitignore").read_text().splitlines()
    assert f"/docker/{Path(COMPOSE['secrets']['keys']['file']).name}" in ignored


def test_nginx_leaves_bounds_to_the_service() -> None:
    """Whatever is too long or takes too long is refused by the service, with a problem document."""
    assert int(directive("client_max_body_size").removesuffix("m")) << 20 > default("max_body_bytes")
    assert seconds("proxy_read_timeout") > default("answer_seconds")
    assert seconds("keepalive_timeout", UPSTREAM) < default("header_seconds")


def test_nginx_asks_one_more_replica_and_only_where_the_first_has_not_answered() -> None:
    """A 503 says that a replica is busy: were that a failure, a few long questions would leave out all."""
    assert directive("proxy_next_upstream") == "error timeout non_idempotent"
    assert directive("proxy_next_upstream_tries") == "2"
    assert directive("proxy_request_buffering") == "on"


def test_nginx_says_who_asks_and_hides_the_metrics() -> None:
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in MAIN
    assert "location = /metrics { return 404; }" in MAIN


def test_nginx_writes_below_tmp_alone() -> None:
    places = re.findall(r"(?:pid|_path) (\S+);", MAIN)
    assert len(places) == 6
    assert all(place.startswith("/tmp/") for place in places)  # noqa: S108
    assert SERVICES["nginx"]["tmpfs"][0].startswith("/tmp:")  # noqa: S108


@pytest.mark.skipif(not NGINX.exists(), reason="there is no nginx here")
def test_nginx_takes_the_configuration(tmp_path: Path) -> None:
    written = write_configuration(tmp_path, 1, [2, 3, 4])
    done = subprocess.run(
        [str(NGINX), "-t", "-c", str(written)], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


@pytest.mark.skipif(shutil.which("promtool") is None, reason="there is no promtool here")
def test_prometheus_takes_the_configuration() -> None:
    configuration = DOCKER / "prometheus" / "replicas.yaml"
    done = subprocess.run(
        ["promtool", "check", "config", str(configuration)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
