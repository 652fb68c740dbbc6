#!/usr/bin/env bash
# Usage: scripts/python_environment.sh
#
# Makes build/venv, the environment in which the Python packages of client/ are tested: the tools of
# python_requirements.txt, advantaged (client/python) and advantaged-local (client/python_local), as
# a user installs them. Each is installed again when its sources changed; otherwise this takes a
# fraction of a second and asks no package server.
#
# The C++ core is taken from build/ if it was built there, so that it is not compiled twice.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=build/venv
prefix=build/prefix
archive=build/core/libadvantaged_core.a

# install NAME FOLDERS_AND_FILES... -- PIP_ARGUMENTS...: pip install, unless that was done with
# these very files and arguments.
install() {
  local name=$1 sources=()
  shift
  while [[ $1 != -- ]]; do sources+=("$1"); shift; done
  shift
  local stamp=$venv/.installed/$name now
  now=$(
    echo "$@"
    find "${sources[@]}" -type f ! -path '*/__pycache__/*' ! -path '*.egg-info/*' -print0 |
      LC_ALL=C sort -z | xargs -0 sha256sum
  )
  [[ ! -f $stamp || $(<"$stamp") != "$now" ]] || return 0
  echo "Installing $name into $venv"
  rm -f "$stamp"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
  mkdir -p "${stamp%/*}"
  echo "$now" >"$stamp"
}

# A Python of Debian that moved on leaves an environment that does not start.
if ! "$venv/bin/python" -c '' 2>/dev/null; then
  rm -rf "$venv"
  /usr/bin/python3 -m venv "$venv"
fi

install tools scripts/python_requirements.txt -- -r scripts/python_requirements.txt

# The tools build it, not copies of them in a folder of their own, whose name would be another each
# time: so ccache finds what it has, and a second build compiles what changed.
local_arguments=(--no-deps --no-build-isolation "--config-settings=build-dir=$PWD/build/python_local"
                 --config-settings=cmake.define.ADVANTAGED_WERROR=ON)
local_sources=(client/python_local)
if [[ -f $archive ]]; then
  cmake --install build --component core --prefix "$prefix" >/dev/null
  local_arguments+=(--config-settings=cmake.define.ADVANTAGED_INSTALLED_CORE=ON
                    "--config-settings=cmake.define.advantaged_ROOT=$PWD/$prefix")
  local_sources+=("$archive" core/include)
else
  local_arguments+=(--config-settings=cmake.define.ADVANTAGED_INSTALLED_CORE=OFF)
  local_sources+=(base core cmake CMakeLists.txt)
fi
install advantaged-local "${local_sources[@]}" -- "${local_arguments[@]}" ./client/python_local

if [[ -f client/python/pyproject.toml ]]; then
  install advantaged client/python -- ./client/python
fi

# The oldest that the client supports is Debian's own Python with Debian's packages, which lack this one.
install oldest scripts/python_requirements.txt -- --no-deps --upgrade --target "$venv/oldest" googleapis-common-protos==1.56.0
