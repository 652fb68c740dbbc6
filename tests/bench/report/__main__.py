"""Measures everything and writes the report.

    make bench          docs/benchmarks.md and figures, half an hour
    make bench-brief    build/bench/benchmarks.md: everything once, for its answers; its numbers mean nothing

PyTorch is large and no package of Debian's: where another Python has it, say which,

    make bench ADVANTAGED_TORCH_PYTHON=/path/to/venv/bin/python
"""

import argparse
import dataclasses
import os
import pathlib
import sys
import time

from report import client, document, growth, kernels, machine, memory, plots, python_client, remote, rows, torch_sort
from report.programs import Failed


@dataclasses.dataclass
class Settings:
    build: pathlib.Path
    torch_python: str = sys.executable
    rounds: int = 10
    kernel_seconds: float = 0.05
    remote_seconds: float = 0.6
    python_seconds: float = 0.1
    growth_seconds: float = 0.05
    memory_seconds: float = 600


BRIEF = {"rounds": 1, "kernel_seconds": 0.001, "remote_seconds": 0.1, "python_seconds": 0.01, "growth_seconds": 0.001,
         "memory_seconds": 4}


class Report:
    """What has been measured so far."""

    def __init__(self, settings, output):
        self.settings = settings
        self.output = output
        self.results, self.notes, self.figures = {}, [], []
        self.begin = time.monotonic()

    def tell(self, what):
        print(f"{time.monotonic() - self.begin:6.0f} s  {what}", flush=True)

    def compared(self, measure):
        self.results.update(measure(self.settings, self.tell))

    def figure(self, title, name, draw, *arguments):
        draw(*arguments, self.output.parent / "figures" / name)
        self.figures.append((title, f"figures/{name}"))

    def growth(self):
        curves = growth.growth(self.settings, self.tell)
        self.figure("Growth", "benchmarks-growth.svg", plots.growth, curves)
        self.notes.append(growth.EXPLANATION)

    def memory(self):
        results, samples = memory.memory(self.settings, self.tell)
        self.results.update(results)
        largest = max(mib for _, mib in samples)
        self.notes.append(
            f"Memory: {self.settings.memory_seconds:g} s of mixed load, at most {largest:.0f} MiB; the bound of "
            f"{memory.BOUND_MIB:.0f} MiB {'held' if largest <= memory.BOUND_MIB else 'was broken'}.")
        self.figure("Memory", "benchmarks-memory.svg", plots.memory, samples, memory.BOUND_MIB)

    def python(self):
        results, note = python_client.python_client(self.settings, self.tell)
        self.results.update(results)
        self.notes.append(note)

    def client(self):
        results, note = client.client(self.settings, self.tell)
        self.results.update(results)
        if note:
            self.notes.append(note)

    def torch(self):
        results, note = torch_sort.torch_sort(self.settings, self.tell)
        self.results.update(results)
        if note:
            self.notes.append(note)

    def write(self):
        text = document.document(rows.ROWS, self.results, self.settings.rounds, machine.lines(self.settings.build),
                                 self.notes, self.figures)
        self.output.write_text(text, encoding="utf-8")
        self.tell(f"{self.output}")


SUITES = {
    "remote": lambda report: report.compared(remote.remote),
    "memcpy": lambda report: report.compared(kernels.memory),
    "targets": lambda report: report.compared(kernels.instruction_sets),
    "rank": lambda report: (report.compared(kernels.rank), report.torch()),
    "python": Report.python,
    "client": Report.client,
    "ids": lambda report: report.compared(kernels.ids),
    "growth": Report.growth,
    "memory": Report.memory,
}


def main():
    parser = argparse.ArgumentParser(prog="report", description="Writes the report of the benchmarks.")
    parser.add_argument("--build", type=pathlib.Path, required=True, help="folder of the build")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="Markdown file; figures go beside it")
    parser.add_argument("--brief", action="store_true", help="once and briefly: for answers, not for speed")
    parser.add_argument("--memory-seconds", type=float, help="of mixed load")
    parser.add_argument("--torch-python", default=os.environ.get("ADVANTAGED_TORCH_PYTHON", sys.executable),
                        help="Python that has PyTorch, if another one has; also ADVANTAGED_TORCH_PYTHON")
    parser.add_argument("--suites", default=",".join(SUITES), help="some of: " + ", ".join(SUITES))
    arguments = parser.parse_args()
    settings = Settings(arguments.build, arguments.torch_python, **(BRIEF if arguments.brief else {}))
    if arguments.memory_seconds:
        settings.memory_seconds = arguments.memory_seconds
    report = Report(settings, arguments.output)
    try:
        for suite in arguments.suites.split(","):
            SUITES[suite](report)
    except Failed as failure:
        sys.exit(f"benchmark failed: {failure}")
    report.write()


if __name__ == "__main__":
    main()
