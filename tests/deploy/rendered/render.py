"""What helm and kustomize make of deploy/, as objects."""

import pathlib
import subprocess

import yaml
from project import SOURCE

TOOLS = SOURCE / "build" / "tools" / "deploy"
CHART = SOURCE / "deploy" / "helm" / "advantaged"
KUBERNETES = SOURCE / "deploy" / "kubernetes"
KUBERNETES_VERSION = "1.30"  # of Kubernetes, the newest that kubectl-validate knows


def run(tool, *arguments):
    return subprocess.run([TOOLS / tool, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=500)


def helm(*flags, name="advantaged"):
    """The finished `helm template`."""
    return run("helm", "template", name, CHART, "--namespace=advantaged", f"--kube-version={KUBERNETES_VERSION}.0", *flags)


def kustomize(folder):
    done = run("kustomize", "build", folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def objects(text):
    return [document for document in yaml.safe_load_all(text) if document]


def names(text):
    """Sorted lines "Kind name"."""
    return sorted(f"{document['kind']} {document['metadata']['name']}" for document in objects(text))


def the(kind, text):
    found, = (document for document in objects(text) if document["kind"] == kind)
    return found


def validate(text, folder):
    """The finished kubectl-validate, with the schemas it has built in and those of custom resources."""
    path = pathlib.Path(folder, "rendered.yaml")
    path.write_text(text, encoding="utf-8")
    return run("kubectl-validate", f"--version={KUBERNETES_VERSION}", f"--local-crds={TOOLS / 'crds'}", path)
