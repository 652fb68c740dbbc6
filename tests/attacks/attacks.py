#!/usr/bin/env python3
"""Attacks a server that has a manifest's settings and memory, and prints what became of it and of a good client.

    make attacks                                   every attack, a minute each, with the limits of both manifests
    attacks.py --seconds 10 --only gzip_bombs      some of them
    attacks.py --edge                              on HAProxy with the configuration of deploy/edge, and those that
                                                   only the edge holds
"""

import argparse
import pathlib
import sys
import tempfile

import catalogue
from manifests import FILES
from under_attack import survive


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60, help="of each attack")
    parser.add_argument("--only", nargs="+", choices=[attack.name for attack in catalogue.ATTACKS], help="these attacks")
    manifests = [name for name in FILES if name != "edge"]
    parser.add_argument("--manifest", nargs="+", choices=manifests, default=manifests, help="the server's settings")
    parser.add_argument("--edge", action="store_true", help="attack HAProxy before the server, which must be installed")
    parser.add_argument("--output", type=pathlib.Path, help="also write the tables to this file")
    arguments = parser.parse_args()
    chosen = [(attack, manifest) for attack in catalogue.ATTACKS for manifest in arguments.manifest
              if (attack.name in arguments.only if arguments.only else arguments.edge or not attack.needs_edge)]
    text = ""
    held = True
    for number, (attack, manifest) in enumerate(chosen, 1):
        left = (len(chosen) - number + 1) * arguments.seconds / 60
        print(f"{number} of {len(chosen)}, some {left:.0f} minutes left", file=sys.stderr)
        with tempfile.TemporaryDirectory() as folder:
            checks = survive(folder, attack, manifest, arguments.seconds, arguments.edge)
        held &= all(check.holds() for check in checks)
        table = "\n".join([f"{attack.name}, {attack.connections} connections, {manifest}{', edge' * arguments.edge}",
                           *(check.row() for check in checks)])
        print(table, flush=True)
        text += table + "\n"
        if arguments.output:
            arguments.output.write_text(text, encoding="utf-8")
    sys.exit(not held)


if __name__ == "__main__":
    main()
