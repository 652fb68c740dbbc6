#!/bin/bash
# The tests of a client whose driver CMake does not build:
#
#   run.sh BUILD_FOLDER TARGET DRIVER...     TARGET: grpc or http, how the driver names servers
#
# BUILD_FOLDER is one with tests (ADVANTAGED_BUILD_TESTS) where the server has been built.
set -euo pipefail

build=$(realpath "$1")
target=$2
driver=$(realpath "$3")
shift 3
cd "$(dirname "$0")"
mapfile -t environment <"$build/client_tests.env"
exec env "${environment[@]}" PYTHONDONTWRITEBYTECODE=1 ADVANTAGED_DRIVER="$driver $*" ADVANTAGED_DRIVER_TARGET="$target" \
  /usr/bin/python3 -m pytest -q -p no:cacheprovider {vectors,trouble,refused_calls,too_large,rolling,other_words}_test.py
