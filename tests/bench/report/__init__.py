"""The report of `make bench`: measurements in alternation with their baselines, as docs/benchmarks.md."""
