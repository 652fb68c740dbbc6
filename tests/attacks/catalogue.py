"""Every attack of this room."""

import http_attacks
import requests_attacks

SUBJECTS = [http_attacks, requests_attacks]
ATTACKS = [attack for subject in SUBJECTS for attack in subject.ATTACKS]
