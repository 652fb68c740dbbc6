#!/usr/bin/env bash
# Writes the Python modules of the contract into client/python, which carries them: it installs without protoc, and
# what Debian 12's protoc 3.21 writes is read by every protobuf from 3.20 to 7.
set -euo pipefail
cd "$(dirname "$0")/.."

out=${1:-client/python/src}
protoc --proto_path=proto --python_out="$out" --pyi_out="$out" --grpc_out="$out" \
  --plugin=protoc-gen-grpc="$(command -v grpc_python_plugin)" proto/advantaged/*/*.proto
# Files without a service are written too, empty.
find "$out/advantaged" -name '*_pb2_grpc.py' ! -name 'advantage_service_*' -delete
