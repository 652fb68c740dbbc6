"""Series of replicas as Prometheus would have them, a value a minute, and what may befall them."""

DAY = 24 * 60
# Minutes between two bursts of calls, and calls in one.
RHYTHMS = {"one call in ten minutes": (10, 1), "one call in half an hour": (30, 1), "load": (1, 6000)}
CALL = 'grpc_method="ComputeAdvantages"'
BATCHES = 'pool="batches"'
NOW = 0  # Unix time at which promtool's clock begins


class Replica:
    """A healthy one, which is called every `every` minutes, `calls` times then; `minutes` long."""

    def __init__(self, instance, every, calls, minutes, run=""):
        self.instance, self.every, self.calls, self.minutes = instance, every, calls, minutes
        self.run = f',run="{run}"' if run else ""
        self.series = {}
        self.constant("up", 1)
        self.constant("process_start_time_seconds", NOW - 1000)
        self.constant("advantaged_build_info", 1, 'version="1.0.0",numerics_version="1"')
        self.constant("advantaged_config_info", 1, 'hash="00000001"')
        self.constant("advantaged_kernel_fallback", 0)
        for certificate in ("server", "client_ca"):
            self.constant("advantaged_tls_certificate_expiry_timestamp_seconds", NOW + 90 * 86400,
                          f'certificate="{certificate}"')
        self.count("grpc_server_handled_total", 1, f'{CALL},grpc_code="OK"')
        for code in ("Internal", "Unavailable", "InvalidArgument", "Canceled", "ResourceExhausted"):
            self.count("grpc_server_handled_total", 0, f'{CALL},grpc_code="{code}"')
        self.count("grpc_server_handling_seconds_count", 1, CALL)
        self.count("grpc_server_handling_seconds_bucket", 1, f'{CALL},le="1"')
        self.count("advantaged_compute_tasks_total", 1, BATCHES)
        self.count("advantaged_compute_wait_seconds_total", 0.002, BATCHES)
        for reason in ("queue", "calls", "draining"):
            self.count("advantaged_rejected_total", 0, f'reason="{reason}"')
        for family in ("advantaged_config_reloads_total", "advantaged_tls_reloads_total"):
            for result in ("success", "failure"):
                self.count(family, 0, f'result="{result}"')
        for result in ("accepted", "untrusted"):
            self.count("advantaged_tls_handshakes_total", result == "accepted", f'result="{result}"')
        self.count("advantaged_nonfinite_inputs_total", 0)
        self.count("advantaged_degenerate_groups_total", 0, 'reason="suspicious"')
        self.groups(all_fail=20, mixed=70, all_pass=10)
        self.count("advantaged_advantage_magnitude_count", 800, 'method="grpo"' + self.run)
        self.count("advantaged_advantage_magnitude_bucket", 800, 'method="grpo",le="30"' + self.run)

    def name(self, family, labels=""):
        return f'{family}{{job="advantaged",instance="{self.instance}"{"," if labels else ""}{labels}}}'

    def constant(self, family, value, labels="", since=0, until=None):
        """Sets it between these minutes; it is absent where it never was set."""
        values = self.series.setdefault(self.name(family, labels), [None] * self.minutes)
        values[since:until] = [value] * len(values[since:until])

    def count(self, family, for_each_call, labels="", since=0, until=None):
        """Sets how much a call adds between these minutes; before, the counter goes as it went."""
        values = self.series.setdefault(self.name(family, labels), [0.0] * self.minutes)
        until = self.minutes if until is None else until
        after = [b - a for a, b in zip(values[until - 1:], values[until:])]
        for minute in range(max(since, 1), until):
            called = minute % self.every == 0
            values[minute] = values[minute - 1] + (for_each_call * self.calls if called else 0)
        for minute, step in enumerate(after, until):
            values[minute] = values[minute - 1] + step

    def groups(self, all_fail, mixed, all_pass, **times):
        """So many of each outcome with each call; mixed groups pass by half."""
        for outcome, number in (("all_fail", all_fail), ("mixed", mixed), ("all_pass", all_pass)):
            self.count("advantaged_groups_total", number, f'method="grpo",outcome="{outcome}"' + self.run, **times)
        self.count("advantaged_success_rate_sum", mixed / 2 + all_pass, 'method="grpo"' + self.run, **times)
        self.count("advantaged_success_rate_count", all_fail + mixed + all_pass, 'method="grpo"' + self.run, **times)

    def events(self, family, number, labels="", at=None):
        """`number` more at that minute, calls or no calls."""
        values = self.series[self.name(family, labels)]
        for minute in range(at, self.minutes):
            values[minute] += number

    def restart(self, at, absent=1, in_place=True):
        """Gone for `absent` minutes, then back with counters at 0; or, not in place, never back."""
        for name, values in self.series.items():
            if name.startswith("up{"):
                values[at:at + absent] = [0 if in_place else None] * len(values[at:at + absent])
                if not in_place:
                    values[at:] = [None] * len(values[at:])
                continue
            base = values[at - 1]
            values[at:at + absent] = [None] * len(values[at:at + absent])
            for minute in range(at + absent, self.minutes):
                if not in_place:
                    values[minute] = None
                elif name.startswith("process_start_time"):
                    values[minute] = NOW + at * 60
                elif "_info{" not in name and "expiry" not in name and "fallback" not in name and values[minute] is not None:
                    values[minute] -= base


def replicas(rhythm, minutes, count=3, run=""):
    every, calls = RHYTHMS[rhythm]
    return [Replica(f"10.0.0.{i}:9464", every, calls, minutes, run) for i in range(count)]


def merged(*replicas):
    return {name: values for replica in replicas for name, values in replica.series.items()}
