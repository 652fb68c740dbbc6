"""The chart: lint, many sets of values, and values that are refused."""

import shutil

import pytest
from project import VERSION
from render import CHART, KUBERNETES_VERSION, helm, names, run, the, validate

VALUES = {
    "defaults": [],
    "tls": ["--set=tls.secretName=advantaged-tls"],
    "mtls with names": ["--set=tls.secretName=t", "--set=settings.tls_client_names={a.example,*.b.example}"],
    "tls without certificates of clients": ["--set=tls.secretName=t", "--set=tls.clientCertificates=false"],
    "autoscaling": ["--set=autoscaling.enabled=true", "--set=autoscaling.maxReplicas=20"],
    "service monitor": ["--set=serviceMonitor.enabled=true", "--set=serviceMonitor.labels.release=prometheus"],
    "pod monitor": ["--set=podMonitor.enabled=true", "--set=podMonitor.interval=30s"],
    "resources": ["--set=resources.limits.cpu=2", "--set=resources.limits.ephemeral-storage=1Gi",
                  "--set=podDisruptionBudget.maxUnavailable=50%"],
    "settings": ["--set=settings.max_request_bytes=256MiB", "--set=settings.metrics_runs=8", "--set=settings.log_level=warning",
                 "--set-json=settings.connection_share=0.25", "--set=settings.drain_delay=10"],
    "scheduling": ["--set=nodeSelector.pool=cpu", "--set=tolerations[0].operator=Exists", "--set=podLabels.team=rl",
                   "--set=podAnnotations.note=x", "--set=image.pullSecrets={one,two}", "--set=replicas=1",
                   "--set=topologySpread.whenUnsatisfiable=DoNotSchedule"],
    "edge": ["--set=edge.enabled=true"],
    "edge with mtls": ["--set=edge.enabled=true", "--set=tls.secretName=t", "--set=podAnnotations.note=x"],
    "bare": ["--set=networkPolicy.enabled=false,podDisruptionBudget.enabled=false"],
}
GOLDEN = {
    "defaults": ["Deployment advantaged", "NetworkPolicy advantaged", "PodDisruptionBudget advantaged", "Service advantaged"],
    "autoscaling": ["Deployment advantaged", "HorizontalPodAutoscaler advantaged", "NetworkPolicy advantaged",
                    "PodDisruptionBudget advantaged", "Service advantaged"],
    "service monitor": ["Deployment advantaged", "NetworkPolicy advantaged", "PodDisruptionBudget advantaged",
                        "Service advantaged", "ServiceMonitor advantaged"],
    "pod monitor": ["Deployment advantaged", "NetworkPolicy advantaged", "PodDisruptionBudget advantaged",
                    "PodMonitor advantaged", "Service advantaged"],
    "bare": ["Deployment advantaged", "Service advantaged"],
}
REFUSED = [
    ("replicas=0", "/replicas"),
    ("replicas=many", "/replicas"),
    ("replica=3", "replica"),
    ("image.pullPolicy=Sometimes", "/image/pullPolicy"),
    ("settings.max_requests=1", "max_requests"),
    ("settings.listen=0.0.0.0:1", "listen"),  # ports are the manifests'
    ("settings.tls_key=/a", "tls_key"),
    ("settings.metrics_runs=65", "/settings/metrics_runs"),
    ("settings.max_request_bytes=64MB", "/settings/max_request_bytes"),
    ("settings.log_level=verbose", "/settings/log_level"),
    ("settings.connection_share=0", "/settings/connection_share"),
    ("settings.drain_delay=null", "drain_delay"),
    ("settings.tls_client_names={a}", "settings.tls_client_names: needs tls.secretName"),
    ("edge.enabled=true,tls.secretName=t,settings.tls_client_names={a}", "settings.tls_client_names: not with edge.enabled"),
    ("edge.enabled=perhaps", "/edge/enabled"),
    ("serviceMonitor.interval=often", "/serviceMonitor/interval"),
    ("networkPolicy.enabled=perhaps", "/networkPolicy/enabled"),
    ("resources.limits.memory=lots", "/resources/limits/memory"),
    ("resources.limits.cpu=1.2.3", "/resources/limits/cpu"),
    ("podDisruptionBudget.maxUnavailable=some", "/podDisruptionBudget/maxUnavailable"),
    ("autoscaling.enabled=true,autoscaling.maxReplicas=2", "autoscaling.maxReplicas: 2 is less than minReplicas, 3"),
    ("serviceMonitor.enabled=true,podMonitor.enabled=true", "podMonitor.enabled: not with serviceMonitor.enabled"),
    ("podDisruptionBudget.minAvailable=1", "minAvailable"),
]


def rendered(*flags):
    done = helm(*flags)
    assert done.returncode == 0, done.stderr
    return done.stdout


def variables(text):
    container = the("Deployment", text)["spec"]["template"]["spec"]["containers"][0]
    return {entry["name"]: entry["value"] for entry in container["env"]}


@pytest.mark.parametrize("which", VALUES)
def test_lint(which):
    done = run("helm", "lint", "--strict", CHART, f"--kube-version={KUBERNETES_VERSION}.0", *VALUES[which])
    assert done.returncode == 0 and "0 chart(s) failed" in done.stdout, done.stdout


@pytest.mark.parametrize("which", VALUES)
def test_kubernetes_takes_it(which, tmp_path):
    done = validate(rendered(*VALUES[which]), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("right, wrong", [("replicas: 3", "replicas: three"), ("clusterIP: None", "clusterIpp: None")])
def test_kubectl_validate_sees_faults(right, wrong, tmp_path):
    """So the test above can fail."""
    text = rendered()
    assert right in text
    assert validate(text.replace(right, wrong), tmp_path).returncode != 0


@pytest.mark.parametrize("which", GOLDEN)
def test_golden_names(which):
    assert names(rendered(*VALUES[which])) == GOLDEN[which]


@pytest.mark.parametrize("release, name", [("advantaged-math", "advantaged-math"), ("math", "math-advantaged"),
                                           ("m" * 53, "m" * 52 + "-advantaged")])
def test_a_release_by_another_name_shares_nothing(release, name):
    """And Prometheus' label job, the name, has "advantaged" in it for the alerts."""
    other = helm("--set=autoscaling.enabled=true,serviceMonitor.enabled=true", name=release)
    assert all(line.endswith(f" {name}") for line in names(other.stdout)) and len(name) <= 63
    selector = the("Deployment", other.stdout)["spec"]["selector"]["matchLabels"]
    assert selector["app.kubernetes.io/instance"] == release


@pytest.mark.parametrize("value, said", REFUSED, ids=[value for value, _ in REFUSED])
def test_wrong_value_is_refused_and_named(value, said):
    done = helm(f"--set={value}")
    assert done.returncode != 0
    assert said in done.stderr, done.stderr


def test_settings_become_variables():
    env = variables(rendered(*VALUES["settings"]))
    assert env["ADVANTAGED_MAX_REQUEST_BYTES"] == "256MiB"
    assert env["ADVANTAGED_METRICS_RUNS"] == "8"
    assert env["ADVANTAGED_CONNECTION_SHARE"] == "0.25"
    names_of_clients = variables(rendered(*VALUES["mtls with names"]))["ADVANTAGED_TLS_CLIENT_NAMES"]
    assert names_of_clients == "a.example,*.b.example"


def test_grace_period_follows_the_drain():
    pod = the("Deployment", rendered(*VALUES["settings"]))["spec"]["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] == 10 + 20 + 5


def test_tls_mounts_the_secret_and_probes_by_http():
    pod = the("Deployment", rendered(*VALUES["tls"]))["spec"]["template"]["spec"]
    container, = pod["containers"]
    assert pod["volumes"][0]["secret"]["secretName"] == "advantaged-tls"
    assert container["readinessProbe"]["httpGet"] == {"port": "http", "path": "/readyz"}
    without = variables(rendered(*VALUES["tls without certificates of clients"]))
    assert "ADVANTAGED_TLS_CERTIFICATE" in without and "ADVANTAGED_TLS_CLIENT_CA" not in without


def test_the_edge_ends_tls_with_the_secret():
    pod = the("Deployment", rendered(*VALUES["edge with mtls"]))["spec"]["template"]["spec"]
    server, edge = pod["containers"]
    assert not any("TLS" in entry["name"] for entry in server["env"]) and "volumeMounts" not in server
    bind, = (entry["value"] for entry in edge["env"] if entry["name"] == "ADVANTAGED_EDGE_BIND")
    assert bind == "*:50051 ssl crt /etc/advantaged/tls/tls.crt alpn h2 ca-file /etc/advantaged/tls/ca.crt verify required"
    # HAProxy looks for the key beside the certificate.
    assert {"key": "tls.key", "path": "tls.crt.key"} in pod["volumes"][0]["secret"]["items"]


def notes(folder, *flags):
    """NOTES.txt, which `helm template` leaves out: in a copy of the chart an object has its text."""
    chart = folder / "advantaged"
    shutil.copytree(CHART, chart)
    (chart / "templates" / "notes.yaml").write_text("""\
apiVersion: v1
kind: Notes
metadata: {name: notes}
text: |{{ include (print .Template.BasePath "/NOTES.txt") . | nindent 2 }}
""", encoding="utf-8")
    done = run("helm", "template", "advantaged", chart, "--namespace=ml", f"--kube-version={KUBERNETES_VERSION}.0", *flags)
    assert done.returncode == 0, done.stderr
    return the("Notes", done.stdout)["text"]


def test_notes_say_how_to_call(tmp_path):
    text = notes(tmp_path)
    assert "ADVANTAGED_TARGET=dns:///advantaged.ml.svc.cluster.local:50051" in text
    assert "TLS" not in text and "Beware" not in text


def test_notes_of_tls_and_no_policy(tmp_path):
    text = notes(tmp_path, *VALUES["tls"], "--set=networkPolicy.enabled=false")
    assert "ADVANTAGED_CLIENT_TLS_CERTIFICATE" in text and "Any pod may call" in text
    assert "advctl" not in text  # it has no certificate there


def test_version_is_the_projects():
    assert the("Deployment", rendered())["spec"]["template"]["spec"]["containers"][0]["image"] == f"advantaged:{VERSION}"
