"""What the numbers were measured on."""

import datetime
import importlib
import os
import pathlib
import platform
import re
import subprocess


def _output(*command):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout


def _cpu():
    return re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")).group(1)


def _streams_from():
    """The size from which glibc's memcpy writes past the cache, in MiB."""
    loader = re.search(r"(/\S*ld-linux\S*)", _output("ldd", "/bin/true")).group(1)
    found = re.search(r"x86_non_temporal_threshold: (0x[0-9a-f]+)", _output(loader, "--list-tunables"))
    return (f"; memcpy writes past the cache from {int(found.group(1), 16) / (1 << 20):.1f} MiB on, our kernels "
            "never") if found else ""


def lines(build):
    """One a line, for a list."""
    build = pathlib.Path(build)
    compiler = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.*)$", (build / "CMakeCache.txt").read_text(encoding="utf-8"),
                         re.MULTILINE).group(1)
    modules = {name: importlib.import_module(name).__version__ for name in ("grpc", "numpy")}
    info = _output(build / "bin/advctl", "info", "--local").splitlines()
    return [
        f"{datetime.date.today().isoformat()}; {os.cpu_count()} CPUs of {_cpu()}; {platform.system()} "
        f"{platform.release()}",
        f"glibc {platform.libc_ver()[1]}{_streams_from()}",
        _output(compiler, "--version").splitlines()[0],
        "; ".join(" ".join(line.split()) for line in info),
        f"Python {platform.python_version()}, " + ", ".join(f"{name} {version}" for name, version in modules.items()),
    ]
