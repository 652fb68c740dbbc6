"""What grafana/dashboard-linter would say, and a little more: dashboards that fit every cluster."""

import re

import pytest
from board import NAMES, default_step, load, panels
from project import FAMILIES, family

TYPES = {"up": "gauge", **{name: kind for name, (kind, *_) in FAMILIES.items()}}
PANELS = [pytest.param(panel, id=f"{name}, {panel['title']}") for name in NAMES for panel in panels(name)]
QUERIES = [pytest.param(target["expr"], id=f"{name}, {panel['title']}, {target['refId']}")
           for name in NAMES for panel in panels(name) for target in panel["targets"]]
SELECTOR = re.compile(r"\b([a-z_]+)\{([^}]*)\}")


@pytest.mark.parametrize("name", NAMES)
def test_dashboard(name):
    board = load(name)
    assert board["editable"] is False
    assert board["uid"] == f"advantaged-{name}" and board["title"] == f"advantaged: {name}"
    variables = {variable["name"]: variable for variable in board["templating"]["list"]}
    assert variables["datasource"]["type"] == "datasource" and variables["datasource"]["query"] == "prometheus"
    for which in ("job", "instance"):
        assert variables[which]["type"] == "query"
        assert variables[which]["multi"] and variables[which]["includeAll"] and variables[which]["allValue"] == ".+"
        assert variables[which]["refresh"] == 2, "reloads when the time changes"
        assert variables[which]["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    assert 'job=~"$job"' in variables["instance"]["query"]
    assert default_step(name) == 600, "about the time between two calls"
    used = set(re.findall(r"\$(\w+)", " ".join(query.values[0] for query in QUERIES))) - {"__rate_interval", "__rate_interval_ms"}
    assert used <= {"job", "instance", "method", "run"}
    if name == "researcher":
        assert {"method", "run"} <= set(variables) and variables["run"]["allValue"] == ".*"  # also where there is no run


@pytest.mark.parametrize("panel", PANELS)
def test_panel(panel):
    assert panel["title"] and panel["description"]
    assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    assert panel["fieldConfig"]["defaults"]["unit"]
    for target in panel["targets"]:
        assert target["datasource"] == panel["datasource"]
        assert target["interval"] == "$window"  # so that a column is as long as a step of training


@pytest.mark.parametrize("expression", QUERIES)
def test_query(expression):
    selectors = SELECTOR.findall(expression)
    # Whatever looks like a metric has matchers.
    names = set(re.findall(r"\b(?:advantaged|grpc_server|process)_[a-z_]+\b|\bup\b", expression))
    assert names == {name for name, _ in selectors}
    for name, matchers in selectors:
        assert family(name) in TYPES
        assert {'job=~"$job"', 'instance=~"$instance"'} <= set(matchers.split(","))
        counter = TYPES[family(name)] == "counter" or name != family(name)
        selected = re.escape(f"{name}{{{matchers}}}")
        grows = re.search(rf"\b(?:increase|rate|changes)\({selected}\[\$__rate_interval\]\)", expression)
        assert bool(grows) == (counter or name == "process_start_time_seconds" and "changes" in expression)
    assert set(re.findall(r"\[([^\]]+)\]", expression)) <= {"$__rate_interval"}


@pytest.mark.parametrize("name", NAMES)
def test_panels_do_not_overlap_and_fill_the_width(name):
    cells = {}
    for panel in load(name)["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert (x, y) not in cells, f"{panel['title']} lies on {cells[x, y]}"
                cells[x, y] = panel["title"]
