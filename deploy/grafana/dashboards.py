#!/usr/bin/env python3
"""Writes dashboards/*.json (make dashboards). Needs grafana-foundation-sdk, which build/venv has."""

import json
import pathlib

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from researcher import researcher
from service import service

FOLDER = pathlib.Path(__file__).parent / "dashboards"
BOARDS = {"researcher": researcher, "operator": service}


def text(board):
    """The JSON of a dashboard, always the same for the same code."""
    return json.dumps(json.loads(JSONEncoder().encode(board.build())), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for name, make in BOARDS.items():
        (FOLDER / f"{name}.json").write_text(text(make()), encoding="utf-8")
        print(f"deploy/grafana/dashboards/{name}.json")
