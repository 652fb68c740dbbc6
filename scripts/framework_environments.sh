#!/usr/bin/env bash
# Usage: scripts/framework_environments.sh NAME...
#
# Makes build/frameworks/NAME, an environment with one RL framework from PyPI, for each NAME that has a list of
# pinned packages, scripts/frameworks/NAME.txt. Needs build/venv (scripts/python_environment.sh).
#
# The lists are complete: nothing is installed that they do not name, so no GPU build is. An environment finds in its
# own folder what its list names; then in build/frameworks/shared what shared.txt does, torch above all, 1.2 GB; then
# in build/venv advantaged, numpy and pytest. A second run takes a fraction of a second and asks no package server.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=build/frameworks
python=build/venv/bin/python
shared=$folder/shared
# That name: dill, which datasets uses, takes modules in other folders for the user's own, and fails on pyarrow.
packages_of_shared=$shared/site-packages

# is_made FOLDER FILE...: whether FOLDER was made from FILEs as they are now; else FOLDER is no more.
is_made() {
  local made=$1
  shift
  [[ -f $made/.made_from && $(<"$made/.made_from") == "$(sha256sum "$@")" ]] || { rm -rf "$made"; return 1; }
}

pip() { "$python" -m pip "$@" --quiet --disable-pip-version-check --root-user-action=ignore; }

[[ -x $python ]] || { echo "$0 needs build/venv: run scripts/python_environment.sh" >&2; exit 1; }
if (($# == 0)); then
  echo "usage: $0 NAME..., of $(cd scripts/frameworks && ls ./*.txt | sed 's/[./]*//; s/.txt//' | xargs)" >&2
  exit 2
fi

sources=(scripts/frameworks/shared.txt scripts/torch_without_cuda.sh)
if ! is_made "$shared" "${sources[@]}"; then
  echo "Installing torch and what the frameworks share into $shared"
  pip install --no-deps --no-compile --use-pep517 --target "$packages_of_shared" -r scripts/frameworks/shared.txt
  scripts/torch_without_cuda.sh "$packages_of_shared"
  sha256sum "${sources[@]}" >"$shared/.made_from"
fi

for name; do
  sources=("scripts/frameworks/$name.txt")
  [[ -f ${sources[0]} ]] || { echo "$0: no list ${sources[0]}" >&2; exit 2; }
  if ! is_made "$folder/$name" "${sources[@]}"; then
    echo "Installing $name into $folder/$name"
    "$python" -m venv --without-pip "$folder/$name"
    pip --python "$folder/$name/bin/python" install --no-deps --no-compile -r "${sources[0]}"
    packages=$("$folder/$name/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    printf '%s\n' "$PWD/$packages_of_shared" "$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
      >"$packages/shared.pth"
    sha256sum "${sources[@]}" >"$folder/$name/.made_from"
  fi
done
