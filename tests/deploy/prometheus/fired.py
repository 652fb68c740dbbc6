"""Which alerts fire, by promtool on series that tests write down, for many tests at once."""

import json
import pathlib
import re
from typing import NamedTuple

from rule_files import ALERTS, FILES, promtool

# As many services as promtool is quickest with in one Prometheus.
SERVICES = 10
NOW = 'ALERTS{alertstate="firing"}'
# Of a day, longer than which no test is.
EVER = 'max_over_time(ALERTS{alertstate="firing"}[1d])'


class Fired(NamedTuple):
    """Names of alerts: that fire in the last minute, and that have fired in any."""

    now: set
    ever: set


def fired(services, folder):
    """Of each service what fires for it. A service is {name{labels}: a value for each minute, None for none}.

    Ten services share a Prometheus, each with a job of its own; so an alert must also say whose it is."""
    by_length = {}
    for number, service in enumerate(services):
        (length,) = {len(values) for values in service.values()}
        by_length.setdefault(length, []).append((number, service))
    tests = [_prometheus(dict(many[i:i + SERVICES]), length)
             for length, many in by_length.items() for i in range(0, len(many), SERVICES)]
    path = pathlib.Path(folder, "test.yaml")
    # JSON is YAML, and written in no time.
    path.write_text(json.dumps({"rule_files": [str(file) for file in FILES], "evaluation_interval": "2m", "tests": tests}),
                    encoding="utf-8")
    done = promtool("test", "rules", str(path))
    found = [Fired(set(), set()) for _ in services]
    for expression, got in _complaints(done):
        for sample in re.findall(r"\{.*?\}", got):
            labels = dict(re.findall(r'(\w+)="(.*?)"', sample))
            service = re.fullmatch(r"advantaged.*-(\d+)", labels.get("job", ""))
            assert service and labels["alertname"] in ALERTS, f"fires for no service: {sample}"
            getattr(found[int(service[1])], "now" if expression == NOW else "ever").add(labels["alertname"])
    return found


def _prometheus(services, minutes):
    """A test of promtool. It expects nothing, so that it complains of, and prints, whatever fires."""
    return {"interval": "1m",
            "input_series": [{"series": re.sub(r'job="(.*?)"', rf'job="\1-{number}"', name),
                              "values": " ".join("_" if value is None else f"{value:.10g}" for value in values)}
                             for number, service in services.items() for name, values in service.items()],
            "promql_expr_test": [{"expr": expression, "eval_time": f"{minutes - 1}m", "exp_samples": []}
                                 for expression in (NOW, EVER)]}


def _complaints(done):
    """Expression, and what it gave, of each complaint; there must be nothing else in what promtool says."""
    said = done.stdout + done.stderr
    complaint = r'    expr: ("(?:[^"\\]|\\.)*"), time: \w+,\s+exp: nil\s+got: (\{.*)\n'
    complaints = [(json.loads(expression), got) for expression, got in re.findall(complaint, said)]
    rest = re.sub(complaint, "", said).split()
    assert rest[:2] == ["Unit", "Testing:"] and rest[3:] == ["FAILED:" if complaints else "SUCCESS"], said
    assert bool(complaints) == (done.returncode != 0), done
    return complaints
