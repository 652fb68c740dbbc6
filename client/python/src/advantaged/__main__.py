"""`python -m advantaged doctor [TARGET]` and `python -m advantaged audit FILE`."""

from __future__ import annotations

import argparse
import sys

from advantaged import doctor
from advantaged.audit import command as audit


def main(arguments: list[str] | None = None) -> int:
    """The exit code. 0: all is well; 1: something is not; 2: wrong usage, or a file that cannot be read; 3: an audit could
    not check everything."""
    parser = argparse.ArgumentParser("python -m advantaged", description="Exact advantages of reward groups.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser("doctor", help="say whether advantages can be computed here, and what to do if not")
    command.add_argument("target", nargs="?", metavar="TARGET",
                         help="host:port or unix:/path; default: ADVANTAGED_TARGET, else the in-process core")
    command.add_argument("--timeout", type=_seconds, default=5.0, metavar="SECONDS", help="for each question (default 5)")
    command.set_defaults(run=lambda parsed: doctor.run(parsed.target, parsed.timeout, sys.stdout))
    audit.add(commands)
    parsed = parser.parse_args(arguments)
    return int(parsed.run(parsed))


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text} is not from 0 to 3600 seconds")
    return seconds


if __name__ == "__main__":
    sys.exit(main())
