"""Every vector through the driver under test: the same bits as from everybody else."""

import os

import pytest
from vector_files import THEMES, all_faults, vectors


@pytest.fixture
def driver(request, drive):
    """On a real server, or in-process where ADVANTAGED_DRIVER_TARGET is local."""
    if os.environ.get("ADVANTAGED_DRIVER_TARGET") == "local":
        return drive("local")
    return drive(request.getfixturevalue("server").grpc[0])


def faults_of(driver, chosen):
    """Sends all of them and compares; the driver must end well."""
    answers = driver.stream([vector["request"] for vector in chosen]).finish()
    return all_faults(chosen, answers)


@pytest.mark.parametrize("theme", THEMES)
def test_the_driver_gives_these_bits(driver, theme):
    chosen = [vector for vector in vectors(theme) if not vector.get("message_only")]
    found = faults_of(driver, chosen)
    assert not found, f"{len(found)} faults\n" + "\n".join(found[:20])
