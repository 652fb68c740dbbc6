#!/usr/bin/env bash
# Usage: scripts/grpc_tools.sh [NAME...]
#
# Puts what people call a gRPC server with into build/tools/NAME, built from source by Go: ghz,
# grpcurl, h2spec, or only those named. Does nothing for those that are there.
set -euo pipefail
cd "$(dirname "$0")/.."

declare -A programs=(
  [ghz]=github.com/bojand/ghz/cmd/ghz@v0.121.0
  [grpcurl]=github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.4
  [h2spec]=github.com/summerwind/h2spec/cmd/h2spec@v2.2.1+incompatible
)
(($#)) || set -- "${!programs[@]}"
for name in "$@"; do
  folder=$PWD/build/tools/$name
  [[ -f $folder/installed && $(<"$folder/installed") == "${programs[$name]}" ]] && continue
  scripts/go_programs.sh test-tools "$folder" "${programs[$name]}"
  echo "${programs[$name]}" >"$folder/installed"
done
