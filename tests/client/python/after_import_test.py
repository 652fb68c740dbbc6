"""What adapters do once a framework is imported, which may never be."""

import sys

import pytest
from advantaged.integrations._after_import import after_import, after_making, around


@pytest.fixture(name="module")
def importable(tmp_path, monkeypatch):
    """The name of a module that has not been imported; finders and modules are put back."""
    (tmp_path / "some_framework.py").write_text("class Trainer:\n    def __init__(self):\n        self.said = ['made']\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    yield "some_framework"
    sys.modules.pop("some_framework", None)


def test_all_who_wait_for_a_module_act_once(module):
    said = []
    before = len(sys.meta_path)
    for name in ("first", "second", "third"):
        after_import(module, lambda found, name=name: said.append((name, found.__name__, hasattr(found, "Trainer"))))
    assert said == []
    __import__(module)
    assert sorted(said) == [(name, module, True) for name in ("first", "second", "third")]
    assert len(sys.meta_path) == before
    after_import(module, lambda found: said.append("at once"))
    assert said[-1] == "at once"


def test_a_module_that_is_not_there_is_still_not_there(module):
    after_import("some_other_framework", lambda found: pytest.fail("imported"))
    after_import("some_other_framework", lambda found: pytest.fail("imported"))
    with pytest.raises(ModuleNotFoundError):
        __import__("some_other_framework")


def test_what_is_done_after_making_and_around_a_method():
    class Trainer:
        def __init__(self):
            self.said = []

        def save(self, what):
            self.said.append(what)
            return 7

    class Own(Trainer):
        def save(self, what):
            return super().save(f"own {what}")

    after_making(Trainer, lambda self: self.said.append("made"))
    around(Trainer, "save", lambda self: self.said.append("before"), lambda self: self.said.append("after"))
    around(Trainer, "load", lambda self: pytest.fail("there is none"), lambda self: pytest.fail("there is none"))
    made = Own()
    assert made.save("all") == 7 and made.said == ["made", "before", "own all", "after"]
    assert not hasattr(Trainer, "load")
