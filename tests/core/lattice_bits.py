"""Every variant of the mathematics library that glibc chooses among gives the same float32 bits.

glibc picks FMA and AVX2 variants of log, pow and exp by processor; some doubles differ between them. No float32 may.
"""

import argparse
import os
import subprocess
import sys

# The names since glibc 2.33, and the ones before; glibc ignores those it does not know.
VARIANTS = ["", "-AVX2,-FMA", "-AVX2_Usable,-FMA_Usable"]


def run(program, hwcaps):
    environment = dict(os.environ)
    if hwcaps:
        environment["GLIBC_TUNABLES"] = "glibc.cpu.hwcaps=" + hwcaps
    output = subprocess.run([program], env=environment, check=True, capture_output=True, text=True).stdout
    return dict(line.split() for line in output.splitlines())


def has_fma():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return " fma " in file.read()
    except OSError:
        return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--golden", required=True, help="the bits of the current numerics version")
    arguments = parser.parse_args()

    results = {variant: run(arguments.program, variant) for variant in VARIANTS}
    for variant, result in results.items():
        print(f"{variant or 'as is':55} float32 {result['float32']}  library {result['library']}")
    if len({result["float32"] for result in results.values()}) != 1:
        sys.exit("the bits depend on the variant of the mathematics library")
    if has_fma() and len({result["library"] for result in results.values()}) == 1:
        sys.exit("no variant changed a double: the tunables have no effect, nothing was tested")

    with open(arguments.golden, encoding="utf-8") as file:
        golden = dict(line.split() for line in file if not line.startswith("#"))
    actual = results[""]
    if actual["version"] in golden and golden[actual["version"]] != actual["float32"]:
        sys.exit(f"the bits of numerics version {actual['version']} were {golden[actual['version']]}: "
                 "whoever changes them raises kNumericsVersion")
    if actual["version"] not in golden:
        sys.exit(f"{arguments.golden} has no line for version {actual['version']}: "
                 f"add '{actual['version']} {actual['float32']}'")


if __name__ == "__main__":
    main()
