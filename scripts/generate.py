#!/usr/bin/env python3
"""Writes what follows from the method table and the contract: Python's methods and signatures, Rust's methods, the fuzzers'
dictionaries, the tables of docs/methods.md and docs/settings.md.

    scripts/generate.py [FOLDER]      into FOLDER instead of the repository

The method table is tests/catalogue/methods.json; scripts/generate.sh (`make generate`) asks the core for it first.
"""

import pathlib
import sys

from generators import fuzz_dictionaries, pages, python_methods, python_signatures, rust_methods
from generators.sources import ROOT, Contract, read_catalogue


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT
    catalogue, contract = read_catalogue(), Contract()
    for part in (python_methods, python_signatures, rust_methods, fuzz_dictionaries, pages):
        for path, text in part.write(catalogue, contract).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
