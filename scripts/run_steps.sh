#!/usr/bin/env bash
# Usage: scripts/run_steps.sh STEP...
#
# Runs one make target after the other, each STEP a target with its variables ('fuzz FUZZ_SECONDS=60';
# values with blanks in quotes),
# and stops at the first that fails. Prints what each took, then again what the last one's test runner
# closed with.
set -euo pipefail
cd "$(dirname "$0")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT
times=()
status=0
for step in "$@"; do
  printf '\n== make %s\n' "$step"
  began=$SECONDS
  eval "make $step" 2>&1 | tee "$log" || status=$?
  times+=("$(printf '%6d s  make %s' $((SECONDS - began)) "$step")")
  ((status == 0)) || break
done

printf '\n'
printf '%s\n' "${times[@]}"
printf '%6d s  in all\n\n' "$SECONDS"
if ((status != 0)); then
  echo "make $step failed" >&2
else
  grep -E '^[0-9]+% tests passed|^=+ .*passed.* =+$|^[0-9]+ passed' "$log" | tail -1 || true
fi
exit "$status"
