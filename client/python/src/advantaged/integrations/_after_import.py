"""Something to do once a module is imported, for processes most of which never import it; or once an object is made."""

from __future__ import annotations

import functools
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any


def after_import(name: str, act: Callable[[ModuleType], None]) -> None:
    """act(module) as soon as the module `name` is imported; now, if it is."""
    if name in sys.modules:
        act(sys.modules[name])
    else:
        sys.meta_path.insert(0, _Finder(name, act))


def after_making(kind: type, act: Callable[[Any], None]) -> None:
    """act(object) as soon as an object of the class `kind`, or of one that derives from it, has been initialised by
    the `__init__` that `kind` has."""
    begin: Any = kind.__init__  # type: ignore[misc]

    @functools.wraps(begin)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        begin(self, *args, **kwargs)
        act(self)

    kind.__init__ = __init__  # type: ignore[misc]


def around(kind: type, name: str, before: Callable[[Any], None], after: Callable[[Any], None]) -> None:
    """before(object) and after(object) at each call of the method `name` of the class `kind`; nothing if it has none."""
    own: Any = getattr(kind, name, None)
    if own is None:
        return

    @functools.wraps(own)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        before(self)
        found = own(self, *args, **kwargs)
        after(self)
        return found

    setattr(kind, name, call)


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, name: str, act: Callable[[ModuleType], None]) -> None:
        self._name = name
        self._act = act

    def find_spec(self, name: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if name != self._name:
            return None
        sys.meta_path.remove(self)
        # Of those that are left, for more than one may wait for this module.
        finders = (getattr(finder, "find_spec", None) for finder in list(sys.meta_path))
        found = next((spec for find in finders if find is not None and (spec := find(name, path, target))), None)
        if found is not None and found.loader is not None:
            execute = found.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                execute(module)
                self._act(module)

            found.loader.exec_module = exec_module
        return found
