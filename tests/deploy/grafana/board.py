"""The dashboards as Grafana would show them: panels, and their queries with variables put in."""

import json
import re

from project import SOURCE

FOLDER = SOURCE / "deploy" / "grafana" / "dashboards"
NAMES = ("researcher", "operator")
CHOICES = {"job": ".+", "instance": ".+", "method": ".+", "run": ".*"}  # "All" of each


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def panels(name):
    """Those with queries; `repeat` has the variable for whose every value Grafana repeats the row of a panel, or None."""
    found, repeat = [], None
    for panel in load(name)["panels"]:
        if panel["type"] == "row":
            repeat = panel.get("repeat")
        else:
            found.append({**panel, "repeat": repeat})
    return found


def default_step(name):
    """Seconds that the variable `window` says unless someone chooses."""
    variable, = (entry for entry in load(name)["templating"]["list"] if entry["name"] == "window")
    number, unit = re.fullmatch(r"(\d+)([smh])", variable["current"]["value"]).groups()
    return int(number) * {"s": 1, "m": 60, "h": 3600}[unit]


def put_in(expression, window, scrape, choices=None):
    """What Grafana makes of it where the step is `window` and scrapes are `scrape` seconds apart: $__rate_interval is the
    step and a scrape, four scrapes at least (Grafana's documentation of the Prometheus data source)."""
    rate = max(window + scrape, 4 * scrape)
    values = {**CHOICES, **(choices or {}), "__rate_interval_ms": str(rate * 1000), "__rate_interval": f"{rate}s"}
    return re.sub(r"\$(\w+)", lambda found: values[found[1]], expression)


class Answer:
    """Of a panel's query over a time: a series for each legend."""

    def __init__(self, target, matrix):
        self.target = target
        self.series = [(self._legend(result["metric"]), result["metric"],
                        [(float(time), float(value)) for time, value in result["values"]]) for result in matrix]

    def _legend(self, labels):
        text = self.target.get("legendFormat") or ""
        return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda found: labels.get(found[1], ""), text).strip()

    def values(self):
        return [value for _, _, points in self.series for _, value in points]


def ask(prometheus, panel, begin, end, window, scrape, choices=None):
    """The answers to all queries of a panel."""
    return [Answer(target, prometheus.api("query_range", query=put_in(target["expr"], window, scrape, choices), start=begin,
                                          end=end, step=window)["result"]) for target in panel["targets"]]
