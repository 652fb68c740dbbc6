"""Batches that can be told apart in the metrics, and what must hold of a stream of them whatever happens to servers."""

from vector_files import all_faults, vectors

# Each batch is the only one of its method and run, so the metrics say how often it was counted. The first that a server
# has of a run is among those of "other".
RUNS = "--metrics-runs=64"
METHODS_OF_RUNS = 2 * 64  # of which runs have series, all together


def batches(count=440):
    """Vectors, each with a run of its own among those of its method."""
    seen = {}
    result = []
    for vector in vectors("methods")[:count]:
        (method, _), = vector["request"]["method"].items()
        run = seen[method] = seen.get(method, -1) + 1
        result.append({**vector, "request": {**vector["request"], "run": f"b{run}"}})
    return result


def counted(servers):
    """How many responses of each (method, run) the servers' metrics show, together."""
    total = {}
    for server in servers:
        for labels, value in server.metrics().select("advantaged_responses_total"):
            key = (labels["method"], labels.get("run"))
            total[key] = total.get(key, 0) + value
    return total


def is_full(server):
    """Whether runs have series of as many methods as all of them together may have."""
    series = {(labels["method"], labels["run"]) for labels, _ in server.metrics().select("advantaged_responses_total")
              if labels.get("run", "other") != "other"}
    return len(series) == METHODS_OF_RUNS


def assert_counted(servers, chosen, lost=False):
    """Every batch counts once; with `lost`, where a server went with its metrics, at most once."""
    seen = counted(servers)
    of_method, with_other, first = {}, {}, {}
    for vector in chosen:
        (method, _), = vector["request"]["method"].items()
        run = vector["request"]["run"]
        responses = vector["expected"]["summary"]["responses"]
        got = seen.get((method, run), 0)
        assert got in (0, responses), f"{vector['name']}: {responses} responses are counted as {got}"
        if got == 0:
            first[run] = first.get(run, 0) + 1
        of_method[method] = of_method.get(method, 0) + responses
        with_other[method] = with_other.get(method, seen.get((method, "other"), 0)) + got
    for method, responses in of_method.items():
        got = with_other[method]
        assert got <= responses if lost else got == responses, f"{method}: {responses} responses are counted as {got}"
    if not lost and not all(is_full(server) for server in servers):
        assert all(batches <= len(servers) for batches in first.values()), f"counted for other: {first}"


def assert_answered(chosen, answers):
    """One right answer for each."""
    found = all_faults(chosen, answers)
    assert not found, f"{len(found)} faults\n" + "\n".join(found[:20])
