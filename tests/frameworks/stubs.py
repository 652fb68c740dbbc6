"""Packages that a framework imports and that a test does without: those that need a GPU, and trackers. Any of their
modules can then be imported, has every name, and does nothing; the code under test calls none of them."""

import importlib.abc
import importlib.machinery
import sys
import types
from unittest import mock


class _Stub(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return mock.MagicMock()


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, packages):
        self.packages = packages

    def find_spec(self, name, path, target=None):
        if name.split(".")[0] in self.packages:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return _Stub(spec.name)

    def exec_module(self, module):
        pass


def stub(*packages):
    """Stands in for packages that are not installed."""
    sys.meta_path.append(_Finder(packages))
