"""`python -m advantaged audit FILE`."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from advantaged.audit import reference
from advantaged.audit.report import Report
from advantaged.audit.rows import read_batches
from advantaged.integrations.spec import Spec

_EXIT_CODES = """exit codes:
  0  everything that applies was checked, and is well
  1  something was found
  2  wrong usage, or a file that cannot be read
  3  nothing was found, but something could not be checked (0 with --allow-unchecked)"""


def add(commands: Any) -> None:
    """The command, to subparsers of argparse."""
    command = commands.add_parser("audit", help="say what a trainer's advantages are, and where they are wrong",
                                  epilog=_EXIT_CODES, formatter_class=argparse.RawDescriptionHelpFormatter)
    command.add_argument("file", metavar="FILE", help="a JSON object a row: reward, group, and if known advantage, valid, "
                         "outcome, prompt, response, rank, length, step; - is standard input")
    command.add_argument("--method", default="grpo", metavar="SPEC",
                         help="what the trainer is meant to compute, e.g. 'grpo ddof=1 epsilon=1e-6' (default grpo)")
    command.add_argument("--output", choices=("table", "json", "html"), default="table", help="default: table")
    command.add_argument("--allow-unchecked", action="store_true", help="exit with 0 where nothing was found, though "
                         "something could not be checked")
    command.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    try:
        settings = dict(Spec.parse(parsed.method, where="--method").at(None))
        reference.check(settings)
    except (TypeError, ValueError) as error:
        sys.stderr.write(f"advantaged audit: {error}\n")
        return 2
    try:
        if parsed.file == "-":
            batches = read_batches(sys.stdin.buffer)
        else:
            with open(parsed.file, "rb") as file:
                batches = read_batches(file)
    except (OSError, ValueError) as error:
        _write(sys.stderr, f"advantaged audit: {parsed.file}: {error}\n")
        return 2
    report = Report.of(batches, settings)
    _write(sys.stdout, {"table": report.text, "json": lambda: report.json() + "\n", "html": report.html}[parsed.output]())
    return report.exit_code(parsed.allow_unchecked)


def _write(stream: Any, text: str) -> None:
    """Ids may hold what the terminal's encoding, or any encoding, cannot say."""
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
