"""docker/kubernetes: valid by Kubernetes' own schemas, confined, and in step with the service's settings."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes_validate.utils import ValidationError, validate

from tokenquote.catalog import CACHE_DIR, ParsedFiles, assemble_catalog, read_folder, shipped_catalog
from tokenquote.settings import Settings
from tokenquote_client.endpoints import Endpoints

KUBERNETES = Path(__file__).parents[2] / "docker" / "kubernetes"
BASE, EXAMPLE = KUBERNETES / "base", KUBERNETES / "example"
VERSIONS = ("1.27", "1.33", "1.37")
"""The oldest that has all fields, one between, and the newest that the schemas know."""


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text())
    return content


RESOURCES = {name: _read(BASE / name) for name in _read(BASE / "kustomization.yaml")["resources"]}
BY_KIND = {resource["kind"]: resource for resource in RESOURCES.values()}
POD: dict[str, Any] = BY_KIND["Deployment"]["spec"]["template"]["spec"]
CONTAINER: dict[str, Any] = POD["containers"][0]
ENVIRONMENT: dict[str, str] = {each["name"]: each["value"] for each in CONTAINER["env"]}
LABELS = {"app.kubernetes.io/name": "tokenquote"}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", [name for name in RESOURCES if name != "servicemonitor.yaml"])
def test_each_resource_is_valid_by_the_schema_of_kubernetes(name: str, version: str) -> None:
    validate(RESOURCES[name], version, strict=True)


def test_the_schemas_catch_what_is_wrong() -> None:
    wrong = {**RESOURCES["deployment.yaml"], "spec": {**BY_KIND["Deployment"]["spec"], "replica": 3}}
    with pytest.raises(ValidationError):
        validate(wrong, VERSIONS[-1], strict=True)


def test_every_file_is_a_resource() -> None:
    files = {path.name for path in BASE.glob("*.yaml")} - {"kustomization.yaml"}
    assert files == set(RESOURCES)


def test_every_variable_is_a_setting_and_has_a_value_that_it_may_have() -> None:
    fields = {f"TOKENQUOTE_{name.upper()}": name for name in Settings.model_fields}
    assert ENVIRONMENT.keys() <= fields.keys()
    Settings(**{fields[name]: value for name, value in ENVIRONMENT.items()})  # type: ignore[arg-type]
    # Kubernetes would set TOKENQUOTE_PORT to an address of the Service of this name.
    assert POD["enableServiceLinks"] is False


def test_ports_have_one_name_everywhere() -> None:
    ports = {port["name"]: port["containerPort"] for port in CONTAINER["ports"]}
    assert ports == {
        "http": Settings.model_fields["port"].default,
        "metrics": int(ENVIRONMENT["TOKENQUOTE_METRICS_PORT"]),
    }
    service = BY_KIND["Service"]["spec"]["ports"]
    assert {port["targetPort"] for port in service} == ports.keys()
    named = {port["name"] for port in service}
    assert {endpoint["port"] for endpoint in BY_KIND["ServiceMonitor"]["spec"]["endpoints"]} <= named
    allowed = {port["port"] for rule in BY_KIND["NetworkPolicy"]["spec"]["ingress"] for port in rule["ports"]}
    assert allowed == ports.keys()


def test_probes_ask_what_answers_without_a_key() -> None:
    asked = {probe: CONTAINER[probe]["httpGet"] for probe in CONTAINER if probe.endswith("Probe")}
    ready = {"path": Endpoints.readiness.path, "port": "metrics"}
    alive = {"path": Endpoints.liveness.path, "port": "metrics"}
    assert asked == {"startupProbe": ready, "readinessProbe": ready, "livenessProbe": alive}


def test_all_that_selects_selects_the_pods() -> None:
    assert BY_KIND["Deployment"]["spec"]["template"]["metadata"]["labels"] == LABELS
    assert BY_KIND["Service"]["spec"]["selector"] == LABELS
    assert BY_KIND["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"] == LABELS
    for kind in ("Deployment", "PodDisruptionBudget", "ServiceMonitor"):
        assert BY_KIND[kind]["spec"]["selector"]["matchLabels"] == LABELS
    target = BY_KIND["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]
    assert (target["kind"], target["name"]) == ("Deployment", BY_KIND["Deployment"]["metadata"]["name"])


def test_the_job_of_the_metrics_is_the_one_of_the_alerts() -> None:
    """Without a jobLabel the operator takes the Service's name."""
    rules = (KUBERNETES.parent / "prometheus" / "alerts.yaml").read_text()
    assert f'job="{BY_KIND["Service"]["metadata"]["name"]}"' in rules


def test_pods_are_confined() -> None:
    """As the restricted profile of the namespace asks, and with a root that nobody writes to."""
    assert POD["securityContext"]["runAsNonRoot"] is True
    assert POD["securityContext"]["runAsUser"] == 65532
    assert POD["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert POD["automountServiceAccountToken"] is False
    assert CONTAINER["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert BY_KIND["NetworkPolicy"]["spec"]["egress"] == []
    written = [mount["mountPath"] for mount in CONTAINER["volumeMounts"] if not mount.get("readOnly")]
    assert written == ["/tmp"]  # noqa: S108


def test_places_of_files_are_mounted() -> None:
    mounts = [mount["mountPath"] for mount in CONTAINER["volumeMounts"]]
    assert ENVIRONMENT["TOKENQUOTE_CATALOG_DIR"] in mounts
    assert str(Path(ENVIRONMENT["TOKENQUOTE_KEYS_FILE"]).parent) in mounts
    assert {mount["name"] for mount in CONTAINER["volumeMounts"]} == {each["name"] for each in POD["volumes"]}


def test_the_memory_is_what_the_documents_say_one_worker_takes() -> None:
    assert CONTAINER["resources"]["limits"]["memory"] == "1Gi"
    assert CONTAINER["resources"]["requests"]["memory"] == "1Gi"
    operations = (KUBERNETES.parents[1] / "docs" / "operations.md").read_text()
    assert "1 GiB, which\nholds one worker with one long question" in operations
    assert "TOKENQUOTE_WORKERS" not in ENVIRONMENT
    assert Settings.model_fields["workers"].default == 1


def test_there_is_time_to_end() -> None:
    drain = int(ENVIRONMENT["TOKENQUOTE_DRAIN_SECONDS"])
    shutdown = int(ENVIRONMENT["TOKENQUOTE_SHUTDOWN_SECONDS"])
    noticed = CONTAINER["readinessProbe"]["periodSeconds"] * CONTAINER["readinessProbe"]["failureThreshold"]
    assert noticed < drain < shutdown < POD["terminationGracePeriodSeconds"]


def test_the_budget_lets_a_node_be_emptied() -> None:
    assert BY_KIND["PodDisruptionBudget"]["spec"]["maxUnavailable"] == 1
    assert BY_KIND["HorizontalPodAutoscaler"]["spec"]["minReplicas"] >= 3


def test_the_example_lays_its_catalog_where_the_service_reads_it(tmp_path: Path) -> None:
    overlay = _read(EXAMPLE / "kustomization.yaml")
    files = {Path(name).name: EXAMPLE / name for name in overlay["configMapGenerator"][0]["files"]}
    patch = yaml.safe_load(overlay["patches"][0]["patch"])[0]
    assert {item["key"] for item in patch["value"]} == files.keys()
    for item in patch["value"]:
        place = tmp_path / item["path"]
        place.parent.mkdir(exist_ok=True)
        shutil.copyfile(files[item["key"]], place)
    # What is kept of the shipped files is used, which a load with another folder would not do.
    parsed = ParsedFiles(CACHE_DIR, (shipped_catalog(),))
    catalog = assemble_catalog([read_folder(shipped_catalog()), read_folder(tmp_path)], parsed)
    assert "acme/acme-chat" in catalog.models


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="there is no kubectl here")
def test_kustomize_builds_the_example() -> None:
    done = subprocess.run(
        ["kubectl", "kustomize", str(EXAMPLE)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    built = {each["kind"]: each for each in yaml.safe_load_all(done.stdout)}
    assert built.keys() == BY_KIND.keys()
    for kind, resource in built.items():
        assert resource["metadata"].get("namespace") == (None if kind == "Namespace" else "tokenquote")
        if kind != "ServiceMonitor":
            validate(resource, VERSIONS[-1], strict=True)
    volume = built["Deployment"]["spec"]["template"]["spec"]["volumes"][0]
    assert volume["configMap"]["name"] == built["ConfigMap"]["metadata"]["name"] == "tokenquote-catalog"
    assert built["ConfigMap"]["data"].keys() == {item["key"] for item in volume["configMap"]["items"]}
