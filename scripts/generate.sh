#!/usr/bin/env bash
# Usage: scripts/generate.sh
#
# Writes what follows from the method table and the contract (make generate): tests/catalogue/methods.json, Python's
# modules of the contract, everything that scripts/generate.py writes, the test vectors, and the bits of methods that
# are new. Needs build/test/print_methods and build/test/lattice_bits.
set -euo pipefail
cd "$(dirname "$0")/.."

build/test/print_methods >tests/catalogue/methods.json
scripts/generate_python.sh
/usr/bin/python3 scripts/generate.py
/usr/bin/python3 tests/vectors/generate.py
/usr/bin/python3 tests/core/lattice_bits.py --program build/test/lattice_bits --golden tests/core/lattice_bits.golden --add
