"""No attack of one client ends the server or shuts others out: the short ones, and what holds on a busy machine too.

`make attacks` makes all of them, for a minute each, and holds them to every limit.
"""

import catalogue
import pytest
from under_attack import survive

SECONDS = 3


@pytest.mark.parametrize("attack", [attack for attack in catalogue.ATTACKS if attack.short], ids=lambda each: each.name)
def test_the_server_and_its_good_client_survive(tmp_path, attack):
    checks = survive(tmp_path, attack, "sidecar", SECONDS)
    failed = [check.row() for check in checks if check.anywhere and not check.holds()]
    assert not failed, "\n".join(failed)
