"""The standard services: health, by Check and Watch, and reflection.

Their .proto files are Debian's (package grpc-proto); Python is generated here.
"""

import importlib
import os
import signal
import subprocess
import sys
import urllib.error

import grpc
import pytest
from conftest import PATIENCE, eventually

PROTOS = "/usr/share/grpc-proto"
SERVICE = "advantaged.v1.AdvantageService"


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """The messages of the two services, as (health, reflection)."""
    folder = tmp_path_factory.mktemp("generated")
    names = {"health": "grpc/health/v1/health", "reflection": "grpc/reflection/v1alpha/reflection"}
    modules = {}
    # Outside of package grpc, whose place the installed library has.
    for name, path in names.items():
        subprocess.run(["protoc", "-I", os.path.dirname(f"{PROTOS}/{path}"),
                        f"--python_out={folder}", f"{name}.proto"], check=True)
    sys.path.insert(0, str(folder))
    for name in names:
        modules[name] = importlib.import_module(f"{name}_pb2")
    sys.path.remove(str(folder))
    return modules["health"], modules["reflection"]


def check(channel, health):
    return channel.unary_unary("/grpc.health.v1.Health/Check",
                               health.HealthCheckRequest.SerializeToString,
                               health.HealthCheckResponse.FromString)


def watch(channel, health):
    return channel.unary_stream("/grpc.health.v1.Health/Watch",
                                health.HealthCheckRequest.SerializeToString,
                                health.HealthCheckResponse.FromString)


def test_check(shared, generated):
    health, _ = generated
    with shared.channel() as channel:
        for service in ("", SERVICE, "startup", "readiness", "liveness"):
            reply = check(channel, health)(health.HealthCheckRequest(service=service))
            assert reply.status == health.HealthCheckResponse.SERVING
        with pytest.raises(grpc.RpcError) as raised:
            check(channel, health)(health.HealthCheckRequest(service="nobody"))
        assert raised.value.code() == grpc.StatusCode.NOT_FOUND


def test_watchers_hear_the_end_and_do_not_delay_it(start, generated):
    health, _ = generated
    server = start()
    with server.channel() as channel:
        streams = [watch(channel, health)(health.HealthCheckRequest(service=service),
                                          timeout=PATIENCE)
                   for service in ("", SERVICE)]
        for stream in streams:
            assert next(stream).status == health.HealthCheckResponse.SERVING
        assert server.stop() == 0
        for stream in streams:
            assert next(stream).status == health.HealthCheckResponse.NOT_SERVING
            with pytest.raises(grpc.RpcError) as raised:
                next(stream)
            # Ended by the server, long before what it allows calls to take.
            assert raised.value.code() != grpc.StatusCode.DEADLINE_EXCEEDED


def test_what_probes_hear_while_shutting_down(start, generated):
    health, _ = generated
    status = health.HealthCheckResponse
    server = start("--drain-delay=3600")
    with server.channel() as channel:
        ready = watch(channel, health)(health.HealthCheckRequest(), timeout=PATIENCE)
        assert next(ready).status == status.SERVING
        server.process.send_signal(signal.SIGTERM)
        assert next(ready).status == status.NOT_SERVING
        ready.cancel()

        def hears(service):
            return check(channel, health)(health.HealthCheckRequest(service=service)).status
        for service in ("", SERVICE, "readiness"):
            eventually(lambda: hears(service) == status.NOT_SERVING, service)
        for service in ("startup", "liveness"):
            assert hears(service) == status.SERVING
        assert server.get("/startupz") == "started\n"
        assert server.get("/livez") == "alive\n"
        with pytest.raises(urllib.error.HTTPError) as raised:
            server.get("/readyz")
        assert raised.value.code == 503


def test_reflection(shared, generated):
    _, reflection = generated
    request = reflection.ServerReflectionRequest
    with shared.channel() as channel:
        call = channel.stream_stream("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                                     request.SerializeToString,
                                     reflection.ServerReflectionResponse.FromString)
        services, file = call(iter([request(list_services=""),
                                    request(file_containing_symbol=SERVICE)]))
    assert {service.name for service in services.list_services_response.service} >= {
        SERVICE, "grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"}
    files = b"".join(file.file_descriptor_response.file_descriptor_proto)
    assert b"ComputeAdvantages" in files, file
