"""The state in which no call is under way, and what the counters of calls must then agree on."""

from running_server import eventually

RPC = "ComputeAdvantages"
METHODS = (RPC, "StreamAdvantages", "DescribeMethod", "ListMethods", "GetServerInfo")
GAUGES = ("requests_in_flight", "in_flight_calls", "in_flight_bytes", "queued_calls")


def started(metrics, method=RPC):
    return metrics.value("grpc_server_started_total", grpc_method=method)


def handled(metrics, code, method=RPC):
    return metrics.value("grpc_server_handled_total", grpc_method=method, grpc_code=code)


def at_rest(server):
    """A scrape in which every call that started has ended, each counted once, and nothing is under way. It is not taken
    in one moment, so a gauge may still show what the counters no longer do."""
    def rested():
        metrics = server.metrics()
        ended = all(started(metrics, method) == metrics.sum("grpc_server_handled_total", grpc_method=method)
                    for method in METHODS)
        return metrics if ended and all(metrics.sum(f"advantaged_{gauge}") == 0 for gauge in GAUGES) else None
    metrics = eventually(rested, "every started call handled, and all gauges of calls 0")
    for method in METHODS:
        assert started(metrics, method) == metrics.value(
            "grpc_server_handling_seconds_count", grpc_method=method)
    return metrics
