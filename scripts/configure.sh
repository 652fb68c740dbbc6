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

# The release folder starts without tests: `make build` must not need GoogleTest.
if [[ ! -f $folder/build.ninja ]]; then
  cmake --preset "$preset" -DADVANTAGED_BUILD_TESTS=OFF "${@/#/-D}"
  exit
fi
missing=()
for option in "$@"; do
  grep -q "^${option%%=*}:[A-Z]*=${option#*=}\$" "$cache" || missing+=("-D$option")
done
if ((${#missing[@]})) || [[ CMakePresets.json -nt $cache ]]; then
  cmake --preset "$preset" "${missing[@]}"
  touch "$cache"
fi
