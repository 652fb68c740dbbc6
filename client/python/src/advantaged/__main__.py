"""`python -m advantaged doctor [TARGET]` and `python -m advantaged audit FILE`."""

from __future__ import annotations

import argparse
import sys

from advantaged import audit, doctor
from advantaged.integrations.spec import Spec


def main(arguments: list[str] | None = None) -> int:
    """0: all is well; 1: something is not; 2: wrong usage, or a file that cannot be read."""
    parser = argparse.ArgumentParser("python -m advantaged", description="Exact advantages of reward groups.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser("doctor", help="say whether advantages can be computed here, and what to do if not")
    command.add_argument("target", nargs="?", metavar="TARGET",
                         help="host:port or unix:/path; default: ADVANTAGED_TARGET, else the in-process core")
    command.add_argument("--timeout", type=_seconds, default=5.0, metavar="SECONDS", help="for each question (default 5)")
    command.set_defaults(run=lambda parsed: doctor.run(parsed.target, parsed.timeout, sys.stdout))
    command = commands.add_parser("audit", help="say what a trainer's advantages are, and where they are wrong")
    command.add_argument("file", metavar="FILE", help="a JSON object a row: reward, advantage, group, and if known "
                         "prompt, response, rank, length, step; - is standard input")
    command.add_argument("--method", default="grpo", metavar="SPEC",
                         help="what the trainer is meant to compute, e.g. 'grpo ddof=1 epsilon=1e-6' (default grpo)")
    command.add_argument("--output", choices=("table", "json", "html"), default="table", help="default: table")
    command.set_defaults(run=_audit)
    parsed = parser.parse_args(arguments)
    return int(parsed.run(parsed))


def _audit(parsed: argparse.Namespace) -> int:
    try:
        settings = dict(Spec.parse(parsed.method, where="--method").at(None))
        if parsed.file == "-":
            batches = audit.read_batches(sys.stdin)
        else:
            with open(parsed.file, encoding="utf-8") as file:
                batches = audit.read_batches(file)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"advantaged audit: {parsed.file}: {error}\n")
        return 2
    report = audit.Report.of(batches, settings)
    sys.stdout.write({"table": report.text, "json": lambda: report.json() + "\n", "html": report.html}[parsed.output]())
    return 1 if report.findings else 0


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text} is not from 0 to 3600 seconds")
    return seconds


if __name__ == "__main__":
    sys.exit(main())
