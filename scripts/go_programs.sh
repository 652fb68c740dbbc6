#!/usr/bin/env bash
# Usage: scripts/go_programs.sh TARGET FOLDER PROGRAM@VERSION...
#
# Builds programs from source by Go into FOLDER, which is emptied before; TARGET is the make target
# that needs them. Debian 12's Go is too old for them.
set -euo pipefail

target=$1 folder=$2
shift 2
needs="$target needs Go 1.26 or newer"
command -v go >/dev/null || { echo "$needs: no go on PATH" >&2; exit 1; }
version=$(go env GOVERSION)
if [[ ! $version =~ ^go([0-9]+)\.([0-9]+) ]] || ((BASH_REMATCH[1] == 1 && BASH_REMATCH[2] < 26)); then
  echo "$needs: this is $version" >&2
  exit 1
fi

rm -rf "$folder"
mkdir -p "$folder"
for program in "$@"; do
  echo "Building $program"
  GOBIN=$folder GOFLAGS=-modcacherw go install "$program" 2> >(grep -vE '^go: (downloading|finding|found)' >&2)
done
