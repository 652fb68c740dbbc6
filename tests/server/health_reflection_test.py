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
from advantaged.rpc import status_pb2
from google.protobuf import descriptor_pb2, descriptor_pool
from running_server import PATIENCE, eventually

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


def test_watchers_hear_changes_and_nothing_twice(start, generated):
    """A name that nobody set is unknown, not an error: it may come to be."""
    health, _ = generated
    status = health.HealthCheckResponse
    server = start("--drain-delay=3600")
    with server.channel() as channel:
        unknown = watch(channel, health)(health.HealthCheckRequest(service="nobody"), timeout=PATIENCE)
        assert next(unknown).status == status.SERVICE_UNKNOWN
        watchers = [watch(channel, health)(health.HealthCheckRequest(), timeout=PATIENCE) for _ in range(20)]
        assert [next(watcher).status for watcher in watchers] == [status.SERVING] * 20
        for watcher in watchers[:10]:
            watcher.cancel()
        server.process.send_signal(signal.SIGTERM)
        assert [next(watcher).status for watcher in watchers[10:]] == [status.NOT_SERVING] * 10


def test_a_message_that_is_no_health_request(shared):
    with shared.channel() as channel:
        for method in ("Check", "Watch"):
            call = channel.unary_stream(f"/grpc.health.v1.Health/{method}")(b"\xff", timeout=PATIENCE)
            with pytest.raises(grpc.RpcError) as raised:
                next(call)
            assert raised.value.code() == grpc.StatusCode.INVALID_ARGUMENT


@pytest.fixture(params=["v1", "v1alpha"])
def reflect(request, shared, generated):
    """reflect(*requests): the answers to them, in one call."""
    _, reflection = generated
    path = f"/grpc.reflection.{request.param}.ServerReflection/ServerReflectionInfo"

    def answers(*requests):
        with shared.channel() as channel:
            call = channel.stream_stream(path, reflection.ServerReflectionRequest.SerializeToString,
                                         reflection.ServerReflectionResponse.FromString)
            return list(call(iter([reflection.ServerReflectionRequest(**each) for each in requests]), timeout=PATIENCE))
    return answers


def names(answer):
    """Of the files of an answer."""
    return [descriptor_pb2.FileDescriptorProto.FromString(file).name
            for file in answer.file_descriptor_response.file_descriptor_proto]


def test_reflection_lists_services_and_has_their_files(reflect):
    (listed,) = reflect({"list_services": ""})
    services = [service.name for service in listed.list_services_response.service]
    assert services == [SERVICE, "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
                        "grpc.reflection.v1alpha.ServerReflection"]
    files = reflect(*({"file_containing_symbol": service} for service in services))
    assert [names(answer)[0] for answer in files] == [
        "advantaged/v1/advantage_service.proto", "grpc/health/v1/health.proto",
        "grpc/reflection/v1/reflection.proto", "grpc/reflection/v1alpha/reflection.proto"]


@pytest.mark.parametrize("path", ["advantaged/v1/advantage_service.proto", "advantaged/v1/compute.proto",
                                  "google/protobuf/duration.proto"])
def test_the_file_that_was_asked_for_stands_first_in_an_answer(reflect, path):
    """Tools take the first for it; what it imports comes after."""
    (answer,) = reflect({"file_by_filename": path})
    assert names(answer)[0] == path


def test_reflection_sends_all_that_a_file_imports_each_once(reflect):
    by_name, by_symbol = reflect({"file_by_filename": "advantaged/v1/advantage_service.proto"},
                                 {"file_containing_symbol": f"{SERVICE}.ComputeAdvantages"})
    assert names(by_name) == names(by_symbol)
    files = {file.name: file for file in map(descriptor_pb2.FileDescriptorProto.FromString,
                                             by_name.file_descriptor_response.file_descriptor_proto)}
    assert len(files) == len(names(by_name))
    pool = descriptor_pool.DescriptorPool()

    def add(name):
        file = files.pop(name, None)
        if file is None:
            return
        for imported in file.dependency:
            add(imported)
        pool.Add(file)  # fails without the imports

    add("advantaged/v1/advantage_service.proto")
    assert not files  # nothing that it does not import
    assert pool.FindMethodByName(f"{SERVICE}.ComputeAdvantages")


@pytest.mark.parametrize("detail", ["BadRequest", "ErrorInfo", "RetryInfo"])
def test_tools_can_print_error_details(reflect, detail):
    """Which go out as types of google.rpc."""
    (answer,) = reflect({"file_containing_symbol": f"google.rpc.{detail}"})
    files = list(map(descriptor_pb2.FileDescriptorProto.FromString, answer.file_descriptor_response.file_descriptor_proto))
    pool = descriptor_pool.DescriptorPool()
    for file in reversed(files):
        pool.Add(file)
    here = status_pb2.DESCRIPTOR.message_types_by_name[detail]
    there = pool.FindMessageTypeByName(f"google.rpc.{detail}")
    assert [(field.name, field.number) for field in there.fields] == [(field.name, field.number) for field in here.fields]


def test_reflection_says_what_it_does_not_find(reflect):
    answers = reflect({"file_by_filename": "no.proto"}, {"file_containing_symbol": "google.rpc.NoDetail"},
                      {"all_extension_numbers_of_type": "no.Type"},
                      {"file_containing_extension": {"containing_type": "no.Type", "extension_number": 1}},
                      {"all_extension_numbers_of_type": "advantaged.v1.MethodSpec"}, {})
    not_found, invalid = grpc.StatusCode.NOT_FOUND.value[0], grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert [answer.error_response.error_code for answer in answers] == [not_found] * 4 + [0, invalid]
    assert answers[4].all_extension_numbers_response.base_type_name == "advantaged.v1.MethodSpec"
    assert answers[1].original_request.file_containing_symbol == "google.rpc.NoDetail"
