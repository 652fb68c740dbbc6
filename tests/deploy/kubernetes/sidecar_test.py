"""A server with the sidecar's own variables, by its ready file. Only the folder of the socket and the ports differ."""

import stat

import yaml
from project import SOURCE
from running_server import start

SIDECAR = SOURCE / "deploy/kubernetes/components/sidecar/workload.yaml"
FOLDER = "/run/advantaged"
__all__ = ["start"]  # a fixture


def test_the_ready_file_has_the_socket_and_the_port(start, tmp_path):
    document = yaml.safe_load(SIDECAR.read_text(encoding="utf-8"))
    container, = document["spec"]["template"]["spec"]["initContainers"]
    env = {entry["name"]: entry["value"] for entry in container["env"]}
    listen = env.pop("ADVANTAGED_LISTEN").replace(FOLDER, str(tmp_path)).replace("0.0.0.0:50051", "127.0.0.1:0")
    http = env.pop("ADVANTAGED_HTTP_LISTEN").replace("0.0.0.0:9464", "127.0.0.1:0")
    server = start(listen=listen.split(","), http=http, env=env)
    socket, port = server.grpc
    assert socket == f"unix:{tmp_path}/grpc.sock"
    assert port.startswith("127.0.0.1:") and server.http.startswith("127.0.0.1:")
    assert stat.S_IMODE((tmp_path / "grpc.sock").stat().st_mode) == 0o666  # a trainer runs as any user


def test_comments_stay_out_of_the_patches():
    """kustomize would put them into the braces of a trainer in flow style: nobody could read that."""
    for path in (SIDECAR, SIDECAR.with_name("pod.yaml")):
        assert "#" not in path.read_text(encoding="utf-8")
