#!/usr/bin/python3
"""Writes the test vectors, *.jsonl beside this file, or into the folder given. The same ones every time."""

import json
import pathlib
import random
import sys

import themes
import themes_of_batches
import themes_of_sizes
from exact import as_float32, float32_text
from moments import moments
from refusals import refusals

NAN = float("nan")
FOLDER = pathlib.Path(__file__).parent
SEED = 20251023
FILES = {"methods": [themes.methods], "rewards": [themes.rewards], "outcomes": [themes.outcomes],
         "masks": [themes.masks], "trajectories": [themes_of_batches.trajectories],
         "stages": [themes_of_batches.stages, themes_of_batches.staged_trajectories, themes_of_batches.without_spread],
         "sizes": [themes_of_sizes.declared, themes_of_sizes.empty],
         "limits": [themes_of_sizes.decimals, themes_of_sizes.shared_ids]}


def floats(numbers):
    return "[" + ", ".join(float32_text(as_float32(number)) for number in numbers) + "]"


def line_of(name, request, expected, **more):
    """JSON of a vector; float32 numbers in their shortest form."""
    rewards = floats(NAN if reward == "NaN" else reward for reward in request["rewards"])
    texts = {"@rewards": rewards, "@advantages": floats(expected.get("advantages", []))}
    request = {**request, "rewards": "@rewards"}
    if "advantages" in expected:
        expected = {**expected, "advantages": "@advantages"}
    line = json.dumps({"name": name, **more, "request": request, "expected": expected}, allow_nan=False)
    for mark, text in texts.items():
        line = line.replace(f'"{mark}"', text)
    return line


def vectors():
    """(file, line) of every vector."""
    for file, generators in FILES.items():
        # A source for each file: one theme's changes leave the other files as they are.
        source = random.Random(f"{SEED} {file}")
        number = 0
        for generator in generators:
            for name, request, expected in generator(source):
                if source.random() < 0.5:
                    request["group_statistics"] = True
                yield file, line_of(f"{name}/{number}", request, expected)
                number += 1
    for number, (name, message_only, request, expected) in enumerate(refusals()):
        more = {"message_only": True} if message_only else {}
        yield "refusals", line_of(f"refusals/{name}/{number}", request, expected, **more)
    for number, (a, b, merged) in enumerate(moments(random.Random(f"{SEED} moments"))):
        yield "moments", json.dumps({"name": f"moments/{number}", "a": a, "b": b, "merged": merged})


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    lines = {}
    for file, line in vectors():
        lines.setdefault(file, []).append(line)
    for file, content in lines.items():
        (folder / f"{file}.jsonl").write_text("\n".join(content) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
