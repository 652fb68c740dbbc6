"""The overlays, the components on pods of all kinds, and that the chart says the same."""

import os

import pytest
import yaml
from render import KUBERNETES, helm, kustomize, names, objects, the, validate

GOLDEN = {
    "shared": ["ConfigMap advantaged-dashboards", "Deployment advantaged", "Namespace advantaged", "NetworkPolicy advantaged",
               "PodDisruptionBudget advantaged", "PrometheusRule advantaged", "Service advantaged",
               "ServiceMonitor advantaged"],
    "tls": ["Certificate advantaged-ca", "Certificate advantaged-tls", "Certificate advantaged-trainer",
            "ConfigMap advantaged-dashboards", "Deployment advantaged", "Issuer advantaged-ca", "Issuer advantaged-selfsigned",
            "Namespace advantaged", "NetworkPolicy advantaged", "PodDisruptionBudget advantaged", "PrometheusRule advantaged",
            "Service advantaged", "ServiceMonitor advantaged"],
    "sidecar": ["ConfigMap trainer", "Job trainer", "PodMonitor advantaged-sidecar"],
}
TEMPLATE = {"metadata": {"labels": {"app": "t"}},
            "spec": {"initContainers": [{"name": "fetch", "image": "fetch"}],
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
    found = [line.rsplit("-", 1)[0] if line.startswith("ConfigMap trainer-") else line for line in names(overlay(name))]
    assert found == GOLDEN[name]


def with_components(folder, resources, *components):
    """A kustomization of somebody's own."""
    (folder / "resources.yaml").write_text(yaml.safe_dump_all(resources), encoding="utf-8")
    (folder / "kustomization.yaml").write_text(yaml.safe_dump({
        "apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": ["resources.yaml"],
        "components": [os.path.relpath(KUBERNETES / "components" / component, folder) for component in components],
    }), encoding="utf-8")
    return kustomize(folder)


@pytest.mark.parametrize("kind", WORKLOADS)
def test_sidecar_goes_beside_any_trainer(kind, tmp_path):
    version, spec = WORKLOADS[kind]
    trainer = {"apiVersion": version, "kind": kind, "metadata": {"name": "t", "labels": {"advantaged-client": "true"}},
               "spec": spec}
    bystander = {"apiVersion": version, "kind": kind, "metadata": {"name": "bystander"}, "spec": spec}
    text = with_components(tmp_path, [trainer, bystander], "sidecar")
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


def normal(value):
    """Without what only one of the two writes."""
    if isinstance(value, dict):
        return {key: normal(item) for key, item in value.items() if key not in HELMS_OWN and key != "namespace"}
    if isinstance(value, list):
        items = [normal(item) for item in value]
        named = all(isinstance(item, dict) and "name" in item for item in items)
        return sorted(items, key=lambda item: item["name"]) if named else items
    return value


@pytest.mark.parametrize("name, flags", [
    ("shared", ["--set=serviceMonitor.enabled=true"]),
    ("tls", ["--set=serviceMonitor.enabled=true", "--set=tls.secretName=advantaged-tls",
             "--set=settings.tls_client_names={*.trainers.advantaged}"]),
])
def test_helm_and_kustomize_agree(name, flags):
    rendered = {found["kind"]: normal(found) for found in objects(helm(*flags).stdout)}
    overlays = {found["kind"]: normal(found) for found in objects(overlay(name)) if found["kind"] in rendered}
    assert set(overlays) == set(rendered) == {"Deployment", "Service", "NetworkPolicy", "PodDisruptionBudget", "ServiceMonitor"}
    for kind, found in rendered.items():
        assert found == overlays[kind], kind
