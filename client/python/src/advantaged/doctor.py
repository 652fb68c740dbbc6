"""Whether advantages can be computed here, step by step, with a remedy for what fails."""

from __future__ import annotations

import importlib.metadata
import os
import pathlib
import re
import stat
import struct
import urllib.request
from collections.abc import Iterator
from typing import NamedTuple, TextIO

import advantaged
from advantaged import errors, local, options

# GRPO on (1, 0, 0, 1, 0, 0, 0, 0): A+ = sqrt(3), A- = -1/sqrt(3), by definition, rounded to float32.
_GOLDEN_REWARDS = [1, 0, 0, 1, 0, 0, 0, 0]
_GOLDEN_BITS = {1: "3fddb3d7", 0: "bf13cd3a"}
_LOWEST_GRPC = (1, 51)


class Finding(NamedTuple):
    """What one check found; `remedy` is empty where all is well. A note is no failure."""

    check: str
    found: str
    remedy: str = ""
    is_note: bool = False

    @property
    def verdict(self) -> str:
        """In one word."""
        if self.is_note:
            return "note"
        return "FAIL" if self.remedy else "ok"


def run(target: str | None, timeout: float, out: TextIO) -> int:
    """Writes the findings; 0 if all is well, else 1."""
    failures = 0
    for finding in examine(target, timeout):
        failures += finding.verdict == "FAIL"
        out.write(f"{finding.verdict:4}  {finding.check:12}  {finding.found}\n")
        if finding.remedy:
            out.write(f"{'':20}-> {finding.remedy}\n")
    out.write(f"\n{failures} of the checks failed\n" if failures else "\nall is well\n")
    return 1 if failures else 0


def examine(target: str | None, timeout: float) -> Iterator[Finding]:
    """One check after the other, as far as the ones before allow."""
    yield from _versions()
    yield from _verl_plugin()
    where = target or options.target_of_environment()
    if not where:
        yield _local_core()
        if local.is_installed():
            yield _golden(advantaged.LocalBackend(), "in-process")
        return
    try:
        options.check_target(where)
    except errors.InvalidArgument as error:
        yield Finding("target", where, str(error))
        return
    variable = options.TARGET if os.environ.get(options.TARGET) else options.OTHER_TARGET
    yield Finding("target", where + ("" if target else f"  (from {variable})"))
    yield _proxies(where)
    if where.startswith("unix:"):
        finding = _socket(where)
        yield finding
        if finding.remedy:
            return
    with advantaged.Client(where, deadline=timeout, wait_for_ready=False, max_attempts=1) as client:
        yield from _server(client)


def _versions() -> Iterator[Finding]:
    versions = {name: importlib.metadata.version(name) for name in ("grpcio", "protobuf", "numpy")}
    found = f"advantaged {advantaged.__version__}, " + ", ".join(f"{name} {v}" for name, v in versions.items())
    numbers = tuple(map(int, re.findall(r"\d+", versions["grpcio"])[:2]))
    yield Finding("versions", found, "" if numbers >= _LOWEST_GRPC else "pip install --upgrade grpcio")


def _verl_plugin() -> Iterator[Finding]:
    """verl says nothing of a plug-in that it does not load; nothing to say where there is no verl."""
    try:
        verl = importlib.metadata.version("verl")
    except importlib.metadata.PackageNotFoundError:
        return
    name, chosen = "verl plug-in", os.environ.get("VERL_USE_EXTERNAL_PLUGINS", "auto").lower()
    plugins = {entry.name: entry for entry in importlib.metadata.entry_points(group="verl.plugins")}
    if "advantaged" not in plugins:
        yield Finding(name, f"verl {verl} sees no plug-in called advantaged",
                      "pip install advantaged again, not from a source folder on PYTHONPATH: entry points come with it")
    elif chosen != "auto" and "advantaged" not in chosen.split(","):
        yield Finding(name, f"VERL_USE_EXTERNAL_PLUGINS={chosen} leaves it out", "unset it, or add advantaged to the list")
    else:
        try:
            plugins["advantaged"].load()
        except Exception as error:  # whatever verl would swallow
            yield Finding(name, f"{type(error).__name__}: {error}", "verl swallows this error and has no estimator then")
        else:
            yield Finding(name, f"verl {verl} loads it: algorithm.adv_estimator=advantaged")


def _local_core() -> Finding:
    if local.is_installed():
        return Finding("target", "none: the in-process core computes")
    return Finding("target", "none, and no in-process core",
                   "name a server (as an argument, or in ADVANTAGED_TARGET), or pip install 'advantaged[local]'")


def _proxies(where: str) -> Finding:
    proxies = {name: value for name, value in urllib.request.getproxies().items() if name in ("http", "https", "grpc")}
    if where.startswith("unix:") or not proxies:
        return Finding("proxy", "none in the way")
    # Findings are sent around: without the password that may be in it.
    listed = ", ".join(f"{name}_proxy={re.sub('//.*@', '//', value)}" for name, value in proxies.items())
    return Finding("proxy", f"{listed}: not used, this client connects directly; other gRPC programs need no_proxy")


def _socket(where: str) -> Finding:
    path = pathlib.Path(re.sub(r"^unix:(//)?", "", where))
    try:
        mode = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return Finding("socket", f"{path} does not exist",
                       f"start the server with --listen unix:{path}, and mount its folder where this process runs")
    except PermissionError:
        return Finding("socket", f"{path}: its folder may not be entered by uid {os.getuid()}",
                       "give the folder x permission for this user or its group")
    if not stat.S_ISSOCK(mode.st_mode):
        return Finding("socket", f"{path} is no socket", "name the socket that the server listens on")
    found = f"{path}, mode {stat.S_IMODE(mode.st_mode):04o}, owner {mode.st_uid}:{mode.st_gid}"
    if not os.access(path, os.W_OK):
        return Finding("socket", f"{found}; this process is {os.getuid()}:{os.getgid()}",
                       "share a group (Kubernetes: fsGroup) or start the server with --socket-mode 0666")
    return Finding("socket", found)


def _server(client: advantaged.Client) -> Iterator[Finding]:
    try:
        info = client.server_info()
    except errors.AdvantagedError as error:
        yield Finding("server", str(error), _remedy(error))
        return
    yield Finding("server", f"version {info.version}, numerics {info.numerics_version}, {info.instruction_set}, "
                  f"gRPC {info.grpc_version}, protobuf {info.protobuf_version}")
    small = info.max_request_bytes < 4 << 20
    yield from _skew(info.numerics_version)
    yield Finding("limits", f"{info.max_request_bytes} bytes a request, {info.max_responses} responses a batch, "
                  f"{info.max_group_size} a group",
                  "that is little, and larger batches are refused; start the server with a larger --max-request-bytes" if small else "")
    yield _golden(client, "remote")


def _skew(server: int) -> Iterator[Finding]:
    """Where an in-process core is installed: a run goes on with it without the server, if their numerics agree."""
    if not local.is_installed():
        return
    own = advantaged.LocalBackend().numerics_version
    if own != server:
        yield Finding("numerics", f"{server} at the server, {own} in-process",
                      "their last bits may differ, so no run goes on in-process without the server: update the older "
                      "one, or pin one with required_numerics_version", is_note=True)


def _remedy(error: errors.AdvantagedError) -> str:
    if error.code == "UNIMPLEMENTED" or "http1" in str(error):
        return "something else listens there: check the port (gRPC 50051, HTTP 9464)"
    if error.code == "INTERNAL":
        return "report this, with the versions of both sides"
    if isinstance(error, errors.Refused):
        return "the server is full: try again, or raise its limits (docs/operations.md)"
    if isinstance(error, errors.DeadlineExceeded):
        return "the address is reachable but nothing answers, or packets are dropped: check firewall and NetworkPolicy"
    return "check that the server runs (its log, /readyz), that the address is right and that no firewall is between; "\
           "with TLS on the server, give the client tls=Tls(...) or set ADVANTAGED_CLIENT_TLS_CA, and for mTLS " \
           "ADVANTAGED_CLIENT_TLS_CERTIFICATE and ADVANTAGED_CLIENT_TLS_KEY; the server's log says why it refuses one"


def _golden(backend: advantaged.Client | advantaged.LocalBackend, name: str) -> Finding:
    """One batch whose bits are known."""
    try:
        result = backend.compute(_GOLDEN_REWARDS, groups=8, method="grpo")
    except errors.AdvantagedError as error:
        return Finding("batch", str(error), _remedy(error))
    bits = [struct.pack(">f", advantage).hex() for advantage in result.advantages]
    if bits == [_GOLDEN_BITS[reward] for reward in _GOLDEN_REWARDS]:
        return Finding("batch", f"computed {name}, every bit as it should be")
    return Finding("batch", f"computed {name}: {' '.join(bits)}", "report this: the numbers are wrong")
