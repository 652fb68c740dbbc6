"""Settings and limits of memory of the manifests under deploy/, so that attacks meet what users run."""

import os
import pathlib

import yaml

DEPLOY = pathlib.Path(os.environ["ADVANTAGED_DEPLOY"])
FILES = {"sidecar": "kubernetes/components/sidecar/pod.yaml", "shared": "kubernetes/base/deployment.yaml",
         "edge": "edge/deployment.yaml"}  # the edge is HAProxy's
UNITS = {"Mi": 1 << 20, "Gi": 1 << 30}
# Where it listens, and for how long it drains, is the tests' own.
OURS = ("LISTEN", "SOCKET_MODE", "DRAIN")


def containers(node):
    """Every mapping below `node` that limits memory."""
    if isinstance(node, dict):
        if "memory" in node.get("resources", {}).get("limits", {}):
            yield node
        for child in node.values():
            yield from containers(child)
    elif isinstance(node, list):
        for child in node:
            yield from containers(child)


def read_manifest(name):
    """(environment, limit of memory in bytes) of the server in the manifest `name`."""
    content = yaml.safe_load((DEPLOY / FILES[name]).read_text(encoding="utf-8"))
    container, = containers(content)
    environment = {entry["name"]: entry["value"] for entry in container.get("env", [])
                   if "value" in entry and not any(word in entry["name"] for word in OURS)}
    limit = container["resources"]["limits"]["memory"]
    return environment, int(limit[:-2]) * UNITS[limit[-2:]]
