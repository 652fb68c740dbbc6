"""Every attack of this room: those of each SUBJECT_attacks.py."""

import importlib
import pathlib

SUBJECTS = [importlib.import_module(path.stem) for path in sorted(pathlib.Path(__file__).parent.glob("*_attacks.py"))]
ATTACKS = [attack for subject in SUBJECTS for attack in subject.ATTACKS]
