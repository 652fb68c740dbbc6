"""Hand-written source files stay small: 400 lines, tests 600."""

import pathlib

import checker

LIMIT = 400
TEST_LIMIT = 600
SOURCE_SUFFIXES = {".cc", ".h", ".cu", ".cuh", ".proto", ".py", ".rs", ".sh", ".cmake"}


def check(files):
    complaints = []
    for path, text in files.items():
        if pathlib.PurePath(path).suffix not in SOURCE_SUFFIXES:
            continue
        is_test = path.startswith("tests/") or "/tests/" in path
        limit = TEST_LIMIT if is_test else LIMIT
        lines = text.count("\n")
        if lines > limit:
            complaints.append(f"{path}: {lines} lines, at most {limit}")
    return complaints


if __name__ == "__main__":
    checker.main(
        check,
        good={
            "core/a.cc": "\n" * LIMIT,
            "tests/core/a_test.cc": "\n" * TEST_LIMIT,
            "data/runs.jsonl": "\n" * 9999,
        },
        bad={
            "a long source": {"core/a.cc": "\n" * (LIMIT + 1)},
            "a long contract": {"proto/advantaged/v1/a.proto": "\n" * (LIMIT + 1)},
            "a long test": {"tests/core/a_test.cc": "\n" * (TEST_LIMIT + 1)},
        })
