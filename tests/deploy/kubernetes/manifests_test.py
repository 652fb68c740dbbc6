"""What manifests say of the server, against the server: variables, ports, probes, paths, times. Without Go: kustomize's
files are read as they stand; what helm makes of its templates is for `make test-deploy`."""

import contextlib
import json
import pathlib
import re
import subprocess

import grpc
import jsonschema
import pytest
import yaml
from advantaged.v1 import advantage_service_pb2_grpc, compute_pb2
from project import SOURCE, VERSION
from rest import at_rest
from running_server import BINARY, ENVIRONMENT, PATIENCE, Server, start

KUBERNETES = SOURCE / "deploy" / "kubernetes"
CHART = SOURCE / "deploy" / "helm" / "advantaged"
TEXTS = {path: path.read_text(encoding="utf-8") for folder in (KUBERNETES, CHART) for path in sorted(folder.rglob("*"))
         if path.is_file()}
FILES = {path: list(yaml.safe_load_all(text)) for path, text in TEXTS.items()
         if path.suffix == ".yaml" and "templates" not in path.parts}
SCHEMA = json.loads(TEXTS[CHART / "values.schema.json"])
VALUES = FILES[CHART / "values.yaml"][0]
GRPC, HTTP = 50051, 9464
__all__ = ["start"]  # a fixture


def run(*flags, env=None):
    return subprocess.run([BINARY, *flags], capture_output=True, text=True, timeout=PATIENCE,
                          env={**ENVIRONMENT, **(env or {})}, check=False)


SETTINGS = dict(re.findall(r"^(\w+) = (.*?)  # ", run("--print-config").stdout, re.MULTILINE))


def containers():
    """Those of ours, of every file: (file, pod's spec, container)."""
    for path, documents in FILES.items():
        for document in documents:
            spec = (document or {}).get("spec", {})
            pod = spec.get("template", {}).get("spec", spec) if isinstance(spec, dict) else {}
            for container in pod.get("containers", []) + pod.get("initContainers", []):
                if container["name"] == "advantaged":
                    yield path, pod, container


CONTAINERS = [pytest.param(*found, id=str(found[0].relative_to(SOURCE / "deploy"))) for found in containers()]


def variables(container):
    return {entry["name"]: entry["value"] for entry in container["env"]}


def test_containers_are_found():
    assert {param.values[0].name for param in CONTAINERS} == {"deployment.yaml", "workload.yaml", "pod.yaml", "tls.yaml"}


@pytest.mark.parametrize("path, pod, container", CONTAINERS)
def test_the_server_takes_the_variables(path, pod, container):
    env = variables(container)
    assert all(name.removeprefix("ADVANTAGED_").lower() in SETTINGS for name in env)
    if "ADVANTAGED_TLS_CLIENT_CA" in env:  # read at the start only
        assert {"ADVANTAGED_TLS_CERTIFICATE", "ADVANTAGED_TLS_KEY"} <= set(env)
    done = run("--check-config", env=env)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


@pytest.mark.parametrize("path", [path for path in TEXTS if "templates" in path.parts])
def test_templates_name_variables_that_exist(path):
    for name in re.findall(r"ADVANTAGED_([A-Z_]+)\b(?!\{)", TEXTS[path]):
        if name.startswith("EDGE_"):
            assert "${ADVANTAGED_" + name in TEXTS[CHART / "haproxy.cfg"], name
        elif not name.startswith(("CLIENT_TLS", "TARGET")) and name:
            assert name.lower() in SETTINGS or name.endswith("_"), name


@pytest.mark.parametrize("path, pod, container", CONTAINERS)
def test_ports_are_those_it_listens_on(path, pod, container):
    env = variables(container)
    if "ADVANTAGED_LISTEN" not in env:
        return  # a patch
    listens = {int(address.rsplit(":", 1)[1]) for address in env["ADVANTAGED_LISTEN"].split(",") if "unix" not in address}
    assert listens == {GRPC} and env["ADVANTAGED_HTTP_LISTEN"].endswith(f":{HTTP}")
    assert {port["containerPort"] for port in container["ports"]} == {GRPC, HTTP}
    assert all(len(port["name"]) <= 15 for port in container["ports"])


@pytest.mark.parametrize("path, pod, container", CONTAINERS)
def test_the_grace_period_is_longer_than_the_drain(path, pod, container):
    env = variables(container)
    if "ADVANTAGED_DRAIN_DELAY" not in env:
        return
    drain = float(env["ADVANTAGED_DRAIN_DELAY"]) + float(env["ADVANTAGED_DRAIN_TIMEOUT"])
    assert drain + 2 <= pod.get("terminationGracePeriodSeconds", 30)  # Kubernetes' default


@pytest.mark.parametrize("path, pod, container", CONTAINERS)
def test_restricted(path, pod, container):
    """Pod Security "restricted", and more: no token, nothing to write."""
    if path.name == "tls.yaml":
        return  # a patch
    security = {**pod.get("securityContext", {}), **container["securityContext"]}
    assert security["runAsNonRoot"] is True and security["runAsUser"] == security["runAsGroup"] == 65532
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    assert security["allowPrivilegeEscalation"] is False and security["readOnlyRootFilesystem"] is True
    assert security["capabilities"] == {"drop": ["ALL"]}
    assert container["resources"]["requests"] and container["resources"]["limits"]["memory"]
    if path.name == "deployment.yaml":
        assert pod["automountServiceAccountToken"] is False


def in_bytes(text):
    number, unit = re.fullmatch(r"(\d+)(Ki|Mi|Gi)B?", text).groups()
    return int(number) << {"Ki": 10, "Mi": 20, "Gi": 30}[unit]


@pytest.mark.parametrize("path, pod, container", CONTAINERS)
def test_the_limit_of_memory_holds_the_worst_calls(path, pod, container, start):
    """As many as are let in, of the kind that takes most for what is counted of it: bits, with stages."""
    env = variables(container)
    if "resources" not in container:
        return  # a patch
    names = ("MAX_IN_FLIGHT_BYTES", "MAX_REQUEST_BYTES", "CONNECTION_SHARE")
    started = start(env={name: env[name] for name in (f"ADVANTAGED_{name}" for name in names) if name in env})
    share = float(env.get("ADVANTAGED_CONNECTION_SHARE", "0.5"))
    counted = in_bytes(env["ADVANTAGED_MAX_IN_FLIGHT_BYTES"]) * share
    size = int(counted / (4 + 1 / 8)) // 16 * 16 - 16000  # responses whose bits and answers are counted
    request = compute_pb2.ComputeAdvantagesRequest(
        reward_bits=b"\x57" * (size // 8), response_count=size, group_size=16,
        reply_form=compute_pb2.REPLY_FORM_ADVANTAGES_FLOAT32_LE)
    request.method.grpo.SetInParent()
    for stage in ("center", "scale"):
        getattr(request.stages.add(), stage).SetInParent()
    clients = round(1 / share)
    with contextlib.ExitStack() as stack:
        options = [("grpc.use_local_subchannel_pool", 1), ("grpc.max_receive_message_length", -1)]
        channels = [stack.enter_context(grpc.insecure_channel(started.grpc[0], options)) for _ in range(clients)]
        stubs = [advantage_service_pb2_grpc.AdvantageServiceStub(channel) for channel in channels]
        for _ in range(3):
            for call in [stub.ComputeAdvantages.future(request, timeout=PATIENCE) for stub in stubs]:
                call.result()
            at_rest(started)  # their bytes count until all has been sent
    status = pathlib.Path(f"/proc/{started.process.pid}/status").read_text(encoding="utf-8")
    peak = int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) << 10
    limit = in_bytes(container["resources"]["limits"]["memory"])
    assert 0.3 * limit < peak < 0.95 * limit, f"{peak >> 20} MiB of {limit >> 20}"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    started = Server(tmp_path_factory.mktemp("server"))
    yield started
    assert started.stop() == 0


def probes():
    for param in CONTAINERS:
        path, _, container = param.values
        for kind in ("startupProbe", "readinessProbe", "livenessProbe"):
            yield pytest.param(kind, container[kind], id=f"{path.name}, {kind}")


@pytest.mark.parametrize("kind, probe", probes())
def test_probes_are_answered(server, kind, probe):
    name = kind.removesuffix("Probe")
    if "httpGet" in probe:
        assert probe["httpGet"]["port"] == "http"
        assert probe["httpGet"]["path"] == {"startup": "/startupz", "readiness": "/readyz", "liveness": "/livez"}[name]
        server.get(probe["httpGet"]["path"])
        return
    assert probe["grpc"] == {"port": GRPC, "service": name}
    with server.channel() as channel:
        check = channel.unary_unary("/grpc.health.v1.Health/Check")
        service = probe["grpc"]["service"].encode()
        assert check(bytes([0x0A, len(service)]) + service) == b"\x08\x01"  # SERVING
        with pytest.raises(grpc.RpcError):
            check(b"\x0a\x05other")


def test_a_pod_ends_within_its_grace_period(start):
    """With the manifest's own times, and nothing in flight."""
    _, pod, container = next(param.values for param in CONTAINERS if param.values[0].name == "deployment.yaml")
    env = variables(container)
    ended = start(f"--drain-delay={env['ADVANTAGED_DRAIN_DELAY']}", f"--drain-timeout={env['ADVANTAGED_DRAIN_TIMEOUT']}")
    ended.process.terminate()
    assert ended.process.wait(timeout=pod["terminationGracePeriodSeconds"]) == 0


def test_the_sidecars_socket_is_where_the_trainer_looks():
    for name in ("workload.yaml", "pod.yaml"):
        document, = FILES[KUBERNETES / "components" / "sidecar" / name]
        pod = document["spec"]["template"]["spec"] if "template" in document["spec"] else document["spec"]
        sidecar, trainer = pod["initContainers"][0], pod["containers"][0]
        target, = trainer["env"]
        assert target["value"] in variables(sidecar)["ADVANTAGED_LISTEN"].split(",")
        mounts = trainer["volumeMounts"][0]
        assert target["value"].startswith(f"unix:{mounts['mountPath']}/")
        assert sidecar["volumeMounts"] == trainer["volumeMounts"] and sidecar["restartPolicy"] == "Always"
        assert pod["volumes"][0]["name"] == mounts["name"]
    workload = FILES[KUBERNETES / "components/sidecar/workload.yaml"][0]["spec"]["template"]["spec"]
    assert workload == FILES[KUBERNETES / "components/sidecar/pod.yaml"][0]["spec"]


def test_versions_are_the_projects():
    chart, = FILES[CHART / "Chart.yaml"]
    assert chart["version"] == chart["appVersion"] == VERSION
    tags = re.findall(r"newTag: (\S+)|app.kubernetes.io/version: ([\d.]+)", "\n".join(TEXTS.values()))
    assert len(tags) >= 4 and {tag for pair in tags for tag in pair if tag} == {VERSION}


def test_values_fit_their_schema():
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    jsonschema.validate(VALUES, SCHEMA)
    assert set(VALUES) == set(SCHEMA["properties"]) - {"global"}


def test_settings_of_the_chart_are_settings_of_the_server():
    """All but where it listens and where files are, which are the manifests'."""
    own = {"listen", "socket_mode", "http_listen", "ready_file", "tls_certificate", "tls_key", "tls_client_ca"}
    properties = SCHEMA["properties"]["settings"]["properties"]
    assert set(properties) == set(SETTINGS) - own
    assert all(f"--{name.replace('_', '-')}" in entry["description"] for name, entry in properties.items())


@pytest.mark.parametrize("name, entry", [pytest.param(name, entry, id=name) for name, entry in
                                         SCHEMA["properties"]["settings"]["properties"].items()])
def test_ranges_of_the_chart_are_those_of_the_server(name, entry):
    """What the schema lets through the server takes, and one step further it does not."""
    def taken(value):
        return run("--check-config", f"--{name.replace('_', '-')}={value}").returncode == 0
    if entry.get("enum"):
        assert all(taken(value) for value in entry["enum"]) and not taken("other")
    elif "maximum" in entry:
        assert taken(entry["maximum"]) and not taken(entry["maximum"] + 1)
        smallest = entry.get("minimum", 0)
        assert taken(smallest) == ("minimum" in entry) and not taken(smallest - 1)
    elif name == "tls_client_names":
        assert not taken("a b")
    else:
        assert taken("64MiB") or taken("8KiB")
        assert not taken("64MB") and not re.fullmatch(entry["pattern"], "64MB")


def test_the_page_lists_the_values():
    page = (SOURCE / "docs" / "kubernetes.md").read_text(encoding="utf-8")
    table = {key: default.strip().strip("`") for key, default in re.findall(r"^\| `([\w.]+)` \|([^|]*)\|", page, re.MULTILINE)}
    flat = {}
    for key, value in VALUES.items():
        nested = isinstance(value, dict) and value and key not in ("settings", "resources", "topologySpread")
        flat |= {f"{key}.{inner}": item for inner, item in value.items()} if nested else {key: value}
    assert set(table) == set(flat)
    for key, value in flat.items():
        if isinstance(value, (int, str, bool)):
            assert table[key] == (str(value).lower() if isinstance(value, bool) else str(value)), key
