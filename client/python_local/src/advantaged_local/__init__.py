"""The C++ core of advantaged, in-process: what LocalBackend of the package advantaged computes with."""

from advantaged_local._core import Result, compute, numerics_version, version

__all__ = ["Result", "compute", "numerics_version", "version"]
__version__ = version
