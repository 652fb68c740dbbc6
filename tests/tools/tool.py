"""A program of scripts/grpc_tools.sh, run once."""

import pathlib
import subprocess

TOOLS = pathlib.Path(__file__).parents[2] / "build" / "tools"
SERVICE = "advantaged.v1.AdvantageService"
MINUTES = 600  # seconds; h2spec waits for what does not come


def run(tool, *arguments):
    return subprocess.run([TOOLS / tool / tool, *map(str, arguments)], capture_output=True, text=True, check=False,
                          timeout=MINUTES)
