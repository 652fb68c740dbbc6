"""A driver over nothing but grpcio, and faults to plant in it: what the tests of the harness test. Not a client: it
waits for no refusal.

    plain_driver.py TARGET [--deadline SECONDS] [--fault NAME]
"""

import argparse
import base64
import json
import sys

import grpc
from advantaged.rpc import status_pb2
from advantaged.v1 import advantage_service_pb2_grpc, compute_pb2
from google.protobuf import json_format

RETRIES = {"methodConfig": [{"name": [{}], "retryPolicy": {
    "maxAttempts": 5, "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE", "CANCELLED"]}}], "loadBalancingConfig": [{"round_robin": {}}]}
OPTIONS = [("grpc.service_config", json.dumps(RETRIES)), ("grpc.per_rpc_retry_buffer_size", 1 << 30),
           ("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1),
           ("grpc.enable_http_proxy", 0), ("grpc.max_reconnect_backoff_ms", 1000)]


def refused(error):
    violations = []
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            for detail in status_pb2.Status.FromString(value).details:
                if detail.type_url.endswith(".BadRequest"):
                    violations = status_pb2.BadRequest.FromString(detail.value).field_violations
    return {"error": error.code().name, "message": error.details(),
            "violations": [{"field": v.field, "description": v.description} for v in violations]}


def answer(stub, line, settings):
    message = json_format.Parse(line, compute_pb2.ComputeAdvantagesRequest())
    message.reply_form = compute_pb2.REPLY_FORM_ADVANTAGES_FLOAT32_LE
    try:
        if settings.fault == "twice":
            stub.ComputeAdvantages(message, timeout=settings.deadline, wait_for_ready=True)
        response = stub.ComputeAdvantages(message, timeout=settings.deadline, wait_for_ready=True)
    except grpc.RpcError as error:
        return refused(error)
    fields = json_format.MessageToDict(response, preserving_proto_field_name=True)
    result = {"advantages_float32_le": base64.b64encode(response.advantages_float32_le).decode(),
              "summary": fields["summary"]}
    if message.group_statistics:
        result["group_statistics"] = fields["group_statistics"]
    return result


def planted(fault, number, result):
    """The answers to give in the place of this one."""
    if number % 100 != 50 or "error" in result:
        return [result]
    if fault == "drop":
        return []
    if fault == "double":
        return [result, result]
    if fault == "bit":
        octets = bytearray(base64.b64decode(result["advantages_float32_le"]))
        octets[0] ^= 1
        result["advantages_float32_le"] = base64.b64encode(octets).decode()
    if fault == "summary":
        result["summary"]["responses"] += 1
    if fault == "noise":
        print("retrying", file=sys.stderr)
    return [result]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("target")
    parser.add_argument("--deadline", type=float, default=60)
    parser.add_argument("--fault", default="")
    settings = parser.parse_args()
    with grpc.insecure_channel(settings.target, options=OPTIONS) as channel:
        stub = advantage_service_pb2_grpc.AdvantageServiceStub(channel)
        for number, line in enumerate(sys.stdin.buffer):
            for result in planted(settings.fault, number, answer(stub, line, settings)):
                print(json.dumps(result), flush=True)
    return 1 if settings.fault == "exit" else 0


if __name__ == "__main__":
    sys.exit(main())
