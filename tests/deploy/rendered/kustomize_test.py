"""The overlays, the components on pods of all kinds, and that the chart says the same."""

import os
import re

import pytest
import yaml
from project import SOURCE
from render import KUBERNETES, helm, kustomize, names, objects, the, validate

GOLDEN = {
    "shared": ["ConfigMap advantaged-dashboards", "Deployment advantaged", "Namespace advantaged", "NetworkPolicy advantaged",
               "PodDisruptionBudget advantaged", "PrometheusRule advantaged", "Service advantaged",
               "ServiceMonitor advantaged"],
    "tls": ["Certificate advantaged-ca", "Certificate advantaged-tls", "Certificate advantaged-trainer",
            "ConfigMap advantaged-dashboards", "Deployment advantaged", "Issuer advantaged-ca", "Issuer advantaged-selfsigned",
            "Namespace advantaged", "NetworkPolicy advantaged", "PodDisruptionBudget advantaged", "PrometheusRule advantaged",
            "Service advantaged", "ServiceMonitor advantaged"],
    "edge": ["ConfigMap advantaged-dashboards", "ConfigMap advantaged-edge", "Deployment advantaged", "Namespace advantaged",
             "NetworkPolicy advantaged", "PodDisruptionBudget advantaged", "PrometheusRule advantaged", "Service advantaged",
             "ServiceMonitor advantaged"],
    "sidecar": ["ConfigMap trainer", "Job trainer", "Namespace training"],
}
HASHED = r"(ConfigMap trainer|advantaged-edge)-[a-z0-9]{10}$"
TEMPLATE = {"metadata": {"labels": {"app": "t"}},
            "spec": {"terminationGracePeriodSeconds": 600, "securityContext": {"runAsUser": 0},
                     "initContainers": [{"name": "fetch", "image": "fetch"}],
                     "containers": [{"name": "trainer", "image": "t", "env": [{"name": "OWN", "value": "1"}]},
                                    {"name": "other", "image": "o"}]}}
SELECTOR = {"matchLabels": {"app": "t"}}
WORKLOADS = {
    "Deployment": ("apps/v1", {"selector": SELECTOR, "template": TEMPLATE}),
    "StatefulSet": ("apps/v1", {"selector": SELECTOR, "serviceName": "t", "template": TEMPLATE}),
    "DaemonSet": ("apps/v1", {"selector": SELECTOR, "template": TEMPLATE}),
    "Job": ("batch/v1", {"template": {**TEMPLATE, "spec": {**TEMPLATE["spec"], "restartPolicy": "Never"}}}),
    "Pod": ("v1", TEMPLATE["spec"]),
}


def overlay(name):
    return kustomize(KUBERNETES / "overlays" / name)


@pytest.mark.parametrize("name", GOLDEN)
def test_kubernetes_takes_it(name, tmp_path):
    done = validate(overlay(name), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_names(name):
    # The name of a generated ConfigMap ends with a hash of what is in it.
    found = [re.sub(HASHED, r"\1", line) for line in names(overlay(name))]
    assert found == GOLDEN[name]


def with_components(folder, resources, *components, flow=False, **more):
    """A kustomization of somebody's own."""
    documents = (yaml.safe_dump(resource, default_flow_style=flow) for resource in resources)
    (folder / "resources.yaml").write_text("---\n".join(documents), encoding="utf-8")
    (folder / "kustomization.yaml").write_text(yaml.safe_dump({
        "apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": ["resources.yaml"],
        "components": [os.path.relpath(KUBERNETES / "components" / component, folder) for component in components],
        **more}), encoding="utf-8")
    return kustomize(folder)


def trainer(kind):
    version, spec = WORKLOADS[kind]
    return {"apiVersion": version, "kind": kind, "spec": spec,
            "metadata": {"name": "t", "labels": {"advantaged-client": "true"}}}


@pytest.mark.parametrize("kind", WORKLOADS)
def test_sidecar_goes_beside_any_trainer(kind, tmp_path):
    version, spec = WORKLOADS[kind]
    bystander = {"apiVersion": version, "kind": kind, "metadata": {"name": "bystander"}, "spec": spec}
    text = with_components(tmp_path, [trainer(kind), bystander], "sidecar")
    assert validate(text, tmp_path).returncode == 0
    for found in objects(text):
        if found["kind"] != kind:
            continue
        pod = found["spec"] if kind == "Pod" else found["spec"]["template"]["spec"]
        if found["metadata"]["name"] == "bystander":
            assert pod == spec if kind == "Pod" else pod == spec["template"]["spec"]
            continue
        sidecar, = (container for container in pod["initContainers"] if container["name"] == "advantaged")
        assert sidecar["restartPolicy"] == "Always"
        assert "fetch" in [container["name"] for container in pod["initContainers"]]
        caller, other = pod["containers"]
        assert {"name": "ADVANTAGED_TARGET", "value": "unix:/run/advantaged/grpc.sock"} in caller["env"]
        assert {"name": "OWN", "value": "1"} in caller["env"]
        assert caller["volumeMounts"] == sidecar["volumeMounts"] and "volumeMounts" not in other
        assert [volume["name"] for volume in pod["volumes"]] == ["advantaged-socket"]
        # The rest is the trainer's, its time to save a checkpoint among it.
        assert {key: pod[key] for key in pod if key not in ("containers", "initContainers", "volumes")} == {
            key: own for key, own in (spec if kind == "Pod" else spec["template"]["spec"]).items()
            if key not in ("containers", "initContainers")}


def test_sidecar_goes_beside_a_trainer_in_braces(tmp_path):
    """YAML's other style, in which a comment of the patch would hide the rest of its line."""
    small = {**trainer("Pod"), "spec": {"containers": [{"name": "trainer", "image": "t"}]}}
    text = with_components(tmp_path, [small], "sidecar", flow=True)
    assert validate(text, tmp_path).returncode == 0
    assert the("Pod", text)["spec"]["initContainers"][0]["restartPolicy"] == "Always"


def test_the_image_comes_from_the_users_registry(tmp_path):
    text = with_components(tmp_path, [trainer("Job")], "sidecar",
                           images=[{"name": "advantaged", "newName": "registry.example/advantaged"}])
    sidecar, = (container for container in the("Job", text)["spec"]["template"]["spec"]["initContainers"]
                if container["name"] == "advantaged")
    assert sidecar["image"].startswith("registry.example/advantaged:")


def test_sidecars_are_scraped_where_that_is_wanted(tmp_path):
    text = with_components(tmp_path, [trainer("Job")], "sidecar", "sidecar-monitoring")
    assert validate(text, tmp_path).returncode == 0
    template = the("Job", text)["spec"]["template"]
    monitor = the("PodMonitor", text)
    assert monitor["spec"]["selector"]["matchLabels"].items() <= template["metadata"]["labels"].items()
    ports = {port["name"] for container in template["spec"]["initContainers"] for port in container.get("ports", [])}
    assert monitor["spec"]["podMetricsEndpoints"][0]["port"] in ports
    # The alerts know sidecars by the label job, which is NAMESPACE/NAME.
    assert "advantaged" in monitor["metadata"]["name"] and "sidecar" in monitor["metadata"]["name"]


def test_certificates_fit_what_clients_and_server_ask():
    certificates = {found["metadata"]["name"]: found["spec"] for found in objects(overlay("tls"))
                    if found["kind"] == "Certificate"}
    page = (SOURCE / "docs" / "kubernetes.md").read_text(encoding="utf-8")
    target = re.search(r"^ADVANTAGED_TARGET=dns:///(\S+):50051$", page, re.MULTILINE)[1]
    assert target in certificates["advantaged-tls"]["dnsNames"]
    pod = the("Deployment", overlay("tls"))["spec"]["template"]["spec"]
    assert pod["volumes"][0]["secret"]["secretName"] == certificates["advantaged-tls"]["secretName"]
    env = {entry["name"]: entry["value"] for entry in pod["containers"][0]["env"]}
    allowed = env["ADVANTAGED_TLS_CLIENT_NAMES"]
    name, = certificates["advantaged-trainer"]["dnsNames"]
    assert allowed.startswith("*.") and name.partition(".")[2] == allowed.removeprefix("*.")


def test_autoscaling_takes_the_number_of_replicas(tmp_path):
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump({
        "apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization",
        "resources": [os.path.relpath(KUBERNETES / "base", tmp_path)],
        "components": [os.path.relpath(KUBERNETES / "components" / "autoscaling", tmp_path)]}), encoding="utf-8")
    text = kustomize(tmp_path)
    assert "replicas" not in the("Deployment", text)["spec"]
    assert the("HorizontalPodAutoscaler", text)["spec"]["scaleTargetRef"]["name"] == "advantaged"
    assert validate(text, tmp_path).returncode == 0


HELMS_OWN = {"app.kubernetes.io/instance", "app.kubernetes.io/managed-by", "helm.sh/chart"}
# New pods for a new configuration: kustomize has a hash in its name, the chart in an annotation.
CHECKSUM = {"annotations": {"checksum/edge"}}


def normal(value):
    """Without what only one of the two writes."""
    if isinstance(value, dict):
        return {key: normal(item) for key, item in value.items()
                if key not in HELMS_OWN and key != "namespace" and not (key in CHECKSUM and set(item) == CHECKSUM[key])}
    if isinstance(value, list):
        items = [normal(item) for item in value]
        named = all(isinstance(item, dict) and "name" in item for item in items)
        return sorted(items, key=lambda item: item["name"]) if named else items
    return re.sub(HASHED, r"\1", value) if isinstance(value, str) else value


@pytest.mark.parametrize("name, flags", [
    ("shared", ["--set=serviceMonitor.enabled=true"]),
    ("edge", ["--set=serviceMonitor.enabled=true", "--set=edge.enabled=true"]),
    ("tls", ["--set=serviceMonitor.enabled=true", "--set=tls.secretName=advantaged-tls",
             "--set=settings.tls_client_names={*.trainers.advantaged}"]),
])
def test_helm_and_kustomize_agree(name, flags):
    rendered = {found["kind"]: normal(found) for found in objects(helm(*flags).stdout) if found["kind"] != "ConfigMap"}
    overlays = {found["kind"]: normal(found) for found in objects(overlay(name)) if found["kind"] in rendered}
    assert set(overlays) == set(rendered) == {"Deployment", "Service", "NetworkPolicy", "PodDisruptionBudget", "ServiceMonitor"}
    for kind, found in rendered.items():
        assert found == overlays[kind], kind


def test_helm_and_kustomize_have_one_configuration_of_haproxy():
    (chart,), (kustomized,) = ([found["data"]["haproxy.cfg"] for found in objects(text)
                                if found["kind"] == "ConfigMap" and "advantaged-edge" in found["metadata"]["name"]]
                               for text in (helm("--set=edge.enabled=true").stdout, overlay("edge")))
    assert chart.strip() == kustomized.strip()
