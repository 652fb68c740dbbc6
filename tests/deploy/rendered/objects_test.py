"""What must hold in every rendering: pods that Pod Security "restricted" lets in, and selectors that find them."""

import copy

import pytest
from helm_test import VALUES, rendered
from kustomize_test import GOLDEN, overlay
from render import objects, the

RENDERINGS = [pytest.param(lambda name=name: overlay(name), id=f"overlay {name}") for name in GOLDEN]
RENDERINGS += [pytest.param(lambda flags=flags: rendered(*flags), id=f"chart, {name}")
               for name, flags in VALUES.items()]
SHARED = [param for param in RENDERINGS if param.id != "overlay sidecar"]
VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}


def faults(pod):
    """What Kubernetes' Pod Security Standard "restricted" has against a pod, and two wishes of our own."""
    security = pod.get("securityContext", {})
    found = {name for name in ("hostNetwork", "hostPID", "hostIPC") if pod.get(name)}
    found |= {"volumes" for volume in pod.get("volumes", []) if not set(volume) - {"name"} <= VOLUMES}
    if pod.get("automountServiceAccountToken") is not False:
        found.add("token")
    for container in pod["containers"] + pod.get("initContainers", []):
        own = {**security, **container.get("securityContext", {})}
        holds = {
            "runAsNonRoot": own.get("runAsNonRoot") is True,
            "runAsUser": own.get("runAsUser") != 0,
            "seccompProfile": own.get("seccompProfile", {}).get("type") in ("RuntimeDefault", "Localhost"),
            "allowPrivilegeEscalation": own.get("allowPrivilegeEscalation") is False,
            "privileged": not own.get("privileged"),
            "capabilities": own.get("capabilities") == {"drop": ["ALL"]},
            "hostPort": not any("hostPort" in port for port in container.get("ports", [])),
            "readOnlyRootFilesystem": own.get("readOnlyRootFilesystem") is True,
        }
        found |= {name for name, held in holds.items() if not held}
    return found


def template(text):
    found, = (document["spec"]["template"] for document in objects(text) if document["kind"] in ("Deployment", "Job"))
    return found


@pytest.mark.parametrize("rendering", RENDERINGS)
def test_pod_security_restricted(rendering):
    assert faults(template(rendering())["spec"]) == set()


@pytest.mark.parametrize("fault, change", [
    ("token", lambda pod, container: pod.pop("automountServiceAccountToken")),
    ("hostNetwork", lambda pod, container: pod.update(hostNetwork=True)),
    ("volumes", lambda pod, container: pod.update(volumes=[{"name": "v", "hostPath": {"path": "/"}}])),
    ("runAsNonRoot", lambda pod, container: pod["securityContext"].pop("runAsNonRoot")),
    ("seccompProfile", lambda pod, container: pod["securityContext"].pop("seccompProfile")),
    ("capabilities", lambda pod, container: container["securityContext"].update(capabilities={})),
    ("readOnlyRootFilesystem", lambda pod, container: container["securityContext"].pop("readOnlyRootFilesystem")),
])
def test_faults_are_seen(fault, change):
    """So the test above can fail."""
    pod = copy.deepcopy(template(overlay("shared"))["spec"])
    change(pod, pod["containers"][0])
    assert faults(pod) == {fault}


@pytest.mark.parametrize("rendering", SHARED)
def test_selectors_find_the_pods(rendering):
    text = rendering()
    found = {document["kind"]: document for document in objects(text)}
    labels = template(text)["metadata"]["labels"]
    selectors = {"Service": found["Service"]["spec"]["selector"],
                 "topology": template(text)["spec"]["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"]}
    for kind, key in (("Deployment", "selector"), ("PodDisruptionBudget", "selector"), ("NetworkPolicy", "podSelector"),
                      ("PodMonitor", "selector")):
        if kind in found:
            selectors[kind] = found[kind]["spec"][key]["matchLabels"]
    assert all(selector and selector.items() <= labels.items() for selector in selectors.values()), selectors
    if "ServiceMonitor" in found:
        wanted = found["ServiceMonitor"]["spec"]["selector"]["matchLabels"]
        assert wanted and wanted.items() <= found["Service"]["metadata"]["labels"].items()
    if "HorizontalPodAutoscaler" in found:
        target = found["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]
        assert (target["kind"], target["name"]) == ("Deployment", the("Deployment", text)["metadata"]["name"])


@pytest.mark.parametrize("rendering", SHARED)
def test_named_ports_are_the_containers(rendering):
    text = rendering()
    ports = {port["name"] for container in template(text)["spec"]["containers"] for port in container["ports"]}
    used = {port["targetPort"] for port in the("Service", text)["spec"]["ports"]}
    for document in objects(text):
        if document["kind"] == "NetworkPolicy":
            used |= {port["port"] for rule in document["spec"]["ingress"] for port in rule["ports"]}
        for key in ("endpoints", "podMetricsEndpoints"):
            used |= {end["port"] for end in document.get("spec", {}).get(key, [])}
    assert used == ports
