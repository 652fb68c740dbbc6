"""The C++ core of advantaged, in-process: what LocalBackend of the package advantaged computes with."""

from advantaged_local._core import (
    Result,
    compute,
    describe,
    instruction_set,
    list_methods,
    numerics_version,
    version,
)

__all__ = ["Result", "compute", "describe", "instruction_set", "list_methods", "numerics_version", "version"]
__version__ = version
