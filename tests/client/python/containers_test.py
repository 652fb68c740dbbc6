"""Rewards in every container: the same bits, given back as they came."""

import numpy as np
import pytest

REWARDS = [1.0, 0.25, -2.0, 0.5, 3.0, 3.0]
EXPECTED = np.array([1.25, 0.5, -1.75, -5 / 3, 5 / 6, 5 / 6], np.float32)


def test_x(backend):
    assert backend.compute(np.array(REWARDS, np.float32), groups=3, method="dr_grpo").advantages.tolist() == pytest.approx(EXPECTED.tolist())
