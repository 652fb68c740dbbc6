"""Every attack of this room."""

import requests_attacks

SUBJECTS = [requests_attacks]
ATTACKS = [attack for subject in SUBJECTS for attack in subject.ATTACKS]
