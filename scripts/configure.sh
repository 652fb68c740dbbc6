#!/usr/bin/env bash
# Usage: scripts/configure.sh PRESET FOLDER [OPTION=VALUE]...
#
# Configures FOLDER with a preset, and the options given, unless that was done
# before. An option once switched on stays on, so `make build` after `make test`
# finds its folder as it is and builds nothing twice.
set -euo pipefail
cd "$(dirname "$0")/.."

preset=$1 folder=$2
shift 2
cache=$folder/CMakeCache.txt
# Not the cache's own time: touching that would make Ninja configure again.
stamp=$folder/.configured

# The release folder starts without tests: `make build` must not need GoogleTest.
options=()
[[ -f $folder/build.ninja ]] || options+=(-DADVANTAGED_BUILD_TESTS=OFF)
for option in "$@"; do
  grep -qs "^${option%%=*}:[A-Z]*=${option#*=}\$" "$cache" || options+=("-D$option")
done
if ((${#options[@]})) || [[ CMakePresets.json -nt $stamp ]]; then
  cmake --preset "$preset" "${options[@]}"
  touch "$stamp"
fi
