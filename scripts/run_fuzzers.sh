#!/usr/bin/env bash
# Usage: [FUZZ_SECONDS=20 | FUZZ_RUNS=N] scripts/run_fuzzers.sh [HARNESS]...
#
# Runs the fuzzers of build/fuzz (all of them, or those named) one after the other, each
# that long or that many inputs, from the inputs in tests/fuzz. What covers more code is
# kept in build/fuzz/corpus for the next run; an input that fails in build/fuzz/found.
# One line for each harness; status 1 if one of them found something.
set -euo pipefail
cd "$(dirname "$0")/.."

limit=-max_total_time=${FUZZ_SECONDS:-20}
[[ -z ${FUZZ_RUNS:-} ]] || limit=-runs=$FUZZ_RUNS

build=build/fuzz
(($#)) || set -- $(sed -n 's/^advantaged_fuzz(\([a-z_]*\).*/\1/p' tests/fuzz/CMakeLists.txt)

# Most time would go into stacks of allocations, which a finding shows when it is run alone,
# and into memory that has just been freed and waits to be used again.
export ASAN_OPTIONS=${ASAN_OPTIONS:-malloc_context_size=0:quarantine_size_mb=16}

# The last value of a statistic in a log of libFuzzer's.
statistic() { sed -n "s/^stat::$1: *//p" "$log" | tail -1; }

printf '%-10s %12s %8s  %s\n' harness executions per_s result
failed=0
for harness in "$@"; do
  log=$build/$harness.log
  mkdir -p "$build/corpus/$harness" $build/found
  inputs=("$build/corpus/$harness")
  for folder in tests/fuzz/{corpus,found}/"$harness"; do
    [[ ! -d $folder ]] || inputs+=("$folder")
  done
  # Entropic scheduling would take most of the time: these harnesses are quick.
  options=("$limit" -entropic=0 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1
           -artifact_prefix="$build/found/$harness-")
  [[ ! -f tests/fuzz/$harness.dict ]] || options+=("-dict=tests/fuzz/$harness.dict")
  result='nothing found'
  if ! "$build/test/${harness}_fuzz" "${options[@]}" "${inputs[@]}" >"$log" 2>&1; then
    failed=1
    result="FOUND $(sed -n 's/.*Test unit written to //p' "$log" | tail -1), report in $log"
  fi
  printf '%-10s %12s %8s  %s\n' "$harness" "$(statistic number_of_executed_units)" \
    "$(statistic average_exec_per_sec)" "$result"
done
exit $failed
