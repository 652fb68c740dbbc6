"""Every variant of the mathematics library that glibc chooses among gives the same float32 bits, and those of before.

glibc picks FMA and AVX2 variants of log, pow and exp by processor; some doubles differ between them. No float32 may.

With --add it writes the bits of methods that have none yet; those of others it never touches.
"""

import argparse
import os
import pathlib
import subprocess
import sys

# The names since glibc 2.33, and the ones before; glibc ignores those it does not know.
VARIANTS = ["", "-AVX2,-FMA", "-AVX2_Usable,-FMA_Usable"]


def run(program, hwcaps):
    """(numerics version, hash of doubles of the library, {method: hash of its bits})."""
    environment = dict(os.environ)
    if hwcaps:
        environment["GLIBC_TUNABLES"] = "glibc.cpu.hwcaps=" + hwcaps
    output = subprocess.run([program], env=environment, check=True, capture_output=True, text=True).stdout
    (_, version), (_, library), *methods = [line.split() for line in output.splitlines()]
    return version, library, dict(methods)


def has_fma():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return " fma " in file.read()
    except OSError:
        return False


def read(golden, version):
    """{method: hash of its bits} in a numerics version."""
    lines = [line.split() for line in golden.read_text("utf-8").splitlines() if not line.startswith("#")]
    return {method: bits for number, method, bits in lines if number == version}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--golden", required=True, type=pathlib.Path, help="the bits of each numerics version and method")
    parser.add_argument("--add", action="store_true")
    arguments = parser.parse_args()

    results = {variant: run(arguments.program, variant) for variant in VARIANTS}
    version, _, methods = results[""]
    for method, bits in methods.items():
        if {result[2][method] for result in results.values()} != {bits}:
            sys.exit(f"{method}: the bits depend on the variant of the mathematics library")
    if has_fma() and len({library for _, library, _ in results.values()}) == 1:
        sys.exit("no variant changed a double: the tunables have no effect, nothing was tested")

    golden = read(arguments.golden, version)
    moved = [f"{method} {golden[method]}" for method, bits in methods.items() if golden.get(method, bits) != bits]
    if moved:
        sys.exit(f"the bits of numerics version {version} were {', '.join(moved)}: whoever changes them raises "
                 "kNumericsVersion")
    missing = [method for method in methods if method not in golden]
    if missing and not arguments.add:
        sys.exit(f"{arguments.golden} has no bits of {', '.join(missing)} in version {version}: make generate")
    with arguments.golden.open("a", encoding="utf-8") as file:
        file.writelines(f"{version} {method} {methods[method]}\n" for method in missing)


if __name__ == "__main__":
    main()
