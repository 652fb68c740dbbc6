"""The Python packages of client/, in the environment that has them (client_calls.py)."""

import json
import pathlib
import statistics

from report.pairs import NotMeasured, compare
from report.programs import run
from report.rows import CLIENT_CALLS, LOCAL_SIZES

IDS = [*(f"client/{name}" for name in CLIENT_CALLS), "client/uuids",
       *(f"local{kind}/{size}" for kind in ("", "_statistics") for size in LOCAL_SIZES)]


def client(settings, tell):
    """Rows, and a note with the microseconds; rows that say so where the packages are not installed."""
    python = pathlib.Path(settings.build, "venv/bin/python")
    if not python.exists():
        return {name: NotMeasured("build/venv is not there: scripts/python_environment.sh makes it") for name in IDS}, None
    tell("the Python client beside the generated stub, and in-process beside NumPy")
    calls = max(1, int(settings.python_seconds * 2000))
    found = json.loads(run([python, "-m", "report.client_calls", "--build", settings.build, "--rounds", settings.rounds,
                            "--calls", calls]))
    results = {name: compare(*measured) for name, measured in found["results"].items()}
    medians = {name: tuple(map(statistics.median, measured)) for name, measured in found["results"].items()}
    listed = "; ".join(f"{name} {before:.0f} → {after:.0f}" for name, (before, after) in medians.items())
    return results, f"Python client ({found['versions']}), microseconds, baseline → ours: {listed}."
