"""Every alert fires when it should, and only then: at one call in ten minutes, one in half an hour, and under load."""

import pytest
from fleet import CALL, DAY, Replica, merged
from rule_files import ALERTS, firing

# Minutes between two bursts of calls, and calls in one.
RHYTHMS = {"one call in ten minutes": (10, 1), "one call in half an hour": (30, 1), "load": (1, 6000)}
MINUTES = 4 * 60
END = MINUTES - 1  # when alerts are looked at
RECENT = MINUTES - 130  # since when a fault lasts
FAILED = f'{CALL},grpc_code="Internal"'


def replicas(rhythm, count=3, minutes=MINUTES, run=""):
    every, calls = RHYTHMS[rhythm]
    return [Replica(f"10.0.0.{i}:9464", every, calls, minutes, run) for i in range(count)]


def share(rhythm, few, part):
    """So many events that are a fault at this rhythm: `few` where there are few calls, else that part of 30 minutes."""
    every, calls = RHYTHMS[rhythm]
    return max(few, 3 * 30 // every * calls * part)  # of three replicas


# What befalls a replica: alert, plant(replica, rhythm), and how much of it is no fault yet.
def down(first, rhythm):
    first.constant("up", 0, since=END - 8)


def down_for_a_moment(first, rhythm):
    first.constant("up", 0, since=END - 4)


def gone(minutes):
    """For the rules the first five of them it is still there: series that a test writes down have no sign of their end."""
    def plant(first, rhythm):
        first.restart(END - minutes, in_place=False)
    return plant


def errors(first, rhythm):
    first.events("grpc_server_handled_total", share(rhythm, 4, 0.02), FAILED, at=END - 15)


def one_error(first, rhythm):
    first.events("grpc_server_handled_total", 1, FAILED, at=END - 15)


def errors_of_callers(first, rhythm):
    for code in ("InvalidArgument", "Canceled"):
        first.events("grpc_server_handled_total", share(rhythm, 10, 0.5), f'{CALL},grpc_code="{code}"', at=END - 15)


def slow(first, rhythm):
    first.events("grpc_server_handling_seconds_count", share(rhythm, 4, 0.1), CALL, at=END - 15)


def one_slow_call(first, rhythm):
    first.events("grpc_server_handling_seconds_count", 1, CALL, at=END - 15)


def waits(first, rhythm):
    tasks = share(rhythm, 60, 1)
    first.events("advantaged_compute_tasks_total", tasks, at=END - 15)
    first.events("advantaged_compute_wait_seconds_total", 2 * tasks, at=END - 15)


def few_long_waits(first, rhythm):
    first.events("advantaged_compute_tasks_total", 5, at=END - 15)
    first.events("advantaged_compute_wait_seconds_total", 5, at=END - 15)


def rejections(first, rhythm):
    first.events("advantaged_rejected_total", share(rhythm, 10, 0.02), 'reason="queue"', at=END - 15)


def few_rejections(first, rhythm):
    first.events("advantaged_rejected_total", 3, 'reason="queue"', at=END - 15)


def refused_while_draining(first, rhythm):
    first.events("advantaged_rejected_total", share(rhythm, 10, 0.5), 'reason="draining"', at=END - 15)


def crash_loop(first, rhythm):
    for i, at in enumerate(range(END - 25, END, 7)):
        first.constant("process_start_time_seconds", at * 60 + i, since=at)


def two_restarts(first, rhythm):
    for at in (END - 20, END - 10):
        first.restart(at)


def skew(family, labels, other, minutes):
    def plant(first, rhythm):
        first.constant(family, None, labels, since=END - minutes)
        first.constant(family, 1, other, since=END - minutes)
    return plant


def configuration_refused(first, rhythm):
    first.events("advantaged_config_reloads_total", 2, 'result="failure"', at=END - 20)


def configuration_reloaded(first, rhythm):
    first.events("advantaged_config_reloads_total", 9, 'result="success"', at=END - 20)


def fallback(first, rhythm):
    first.constant("advantaged_kernel_fallback", 1)


def expires_in(days):
    def plant(first, rhythm):
        first.constant("advantaged_tls_certificate_expiry_timestamp_seconds", END * 60 + days * 86400,
                       'certificate="server"')
    return plant


def no_certificate(first, rhythm):
    first.constant("advantaged_tls_certificate_expiry_timestamp_seconds", 0, 'certificate="server"')


def certificate(result):
    def plant(first, rhythm):
        first.events("advantaged_tls_reloads_total", 2, f'result="{result}"', at=END - 20)
    return plant


def clients_refused(number):
    def plant(first, rhythm):
        first.events("advantaged_tls_handshakes_total", number, 'result="untrusted"', at=END - 20)
    return plant


def outcomes(since=RECENT, **numbers):
    def plant(first, rhythm):
        first.groups(**numbers, since=since)
    return plant


def explosion(part):
    def plant(first, rhythm):
        first.count("advantaged_advantage_magnitude_bucket", 800 * (1 - part), 'method="grpo",le="30"', since=RECENT)
    return plant


def non_finite(first, rhythm):
    first.events("advantaged_nonfinite_inputs_total", 3, at=END - 20)


def non_finite_long_ago(first, rhythm):
    first.events("advantaged_nonfinite_inputs_total", 3, at=END - 90)


def suspicious(number):
    def plant(first, rhythm):
        first.count("advantaged_degenerate_groups_total", number, 'reason="suspicious"', since=RECENT)
    return plant


VERSION, OTHER_VERSION = (f'version="{version}",numerics_version="1"' for version in ("1.0.0", "1.1.0"))
NUMERICS = 'version="1.0.0",numerics_version="2"'
HASH, OTHER_HASH = 'hash="00000001"', 'hash="00000002"'

FAULTS = [
    ("AdvantagedDown", down),
    ("AdvantagedErrors", errors),
    ("AdvantagedSlow", slow),
    ("AdvantagedQueueSaturated", waits),
    ("AdvantagedRejections", rejections),
    ("AdvantagedCrashLoop", crash_loop),
    ("AdvantagedNumericsSkew", skew("advantaged_build_info", VERSION, NUMERICS, 34)),
    ("AdvantagedVersionSkew", skew("advantaged_build_info", VERSION, OTHER_VERSION, 64)),
    ("AdvantagedConfigurationSkew", skew("advantaged_config_info", HASH, OTHER_HASH, 64)),
    ("AdvantagedConfigurationRefused", configuration_refused),
    ("AdvantagedKernelFallback", fallback),
    ("AdvantagedCertificateExpires", expires_in(6)),
    ("AdvantagedCertificateExpires", expires_in(-0.1)),
    ("AdvantagedCertificateRefused", certificate("failure")),
    ("AdvantagedClientsRefused", clients_refused(30)),
    ("AdvantagedNonFiniteRewards", non_finite),
]
# These befall all replicas.
FAULTS_OF_ALL = [
    ("AdvantagedAbsent", gone(13)),
    ("AdvantagedSuccessCollapsed", outcomes(all_fail=90, mixed=10, all_pass=0)),
    ("AdvantagedAllFail", outcomes(all_fail=99, mixed=1, all_pass=0)),
    ("AdvantagedAllPass", outcomes(all_fail=0, mixed=1, all_pass=99)),
    ("AdvantagedWeightExplosion", explosion(0.05)),
    ("AdvantagedSuspiciousGroups", suspicious(10)),
]
# What fires beside it, rightly.
BESIDE = {"AdvantagedAllFail": {"AdvantagedSuccessCollapsed"}}
NO_FAULTS = [
    ("AdvantagedDown", down_for_a_moment),
    ("AdvantagedDown", gone(20)),  # as an autoscaler removes it
    ("AdvantagedErrors", one_error),
    ("AdvantagedErrors", errors_of_callers),
    ("AdvantagedSlow", one_slow_call),
    ("AdvantagedQueueSaturated", few_long_waits),
    ("AdvantagedRejections", few_rejections),
    ("AdvantagedRejections", refused_while_draining),
    ("AdvantagedCrashLoop", two_restarts),
    ("AdvantagedNumericsSkew", skew("advantaged_build_info", VERSION, NUMERICS, 25)),
    ("AdvantagedVersionSkew", skew("advantaged_build_info", VERSION, OTHER_VERSION, 55)),
    ("AdvantagedConfigurationSkew", skew("advantaged_config_info", HASH, OTHER_HASH, 55)),
    ("AdvantagedConfigurationRefused", configuration_reloaded),
    ("AdvantagedCertificateExpires", expires_in(8)),
    ("AdvantagedCertificateExpires", no_certificate),
    ("AdvantagedCertificateRefused", certificate("success")),
    ("AdvantagedClientsRefused", clients_refused(5)),
    ("AdvantagedNonFiniteRewards", non_finite_long_ago),
]
NO_FAULTS_OF_ALL = [
    ("AdvantagedAbsent", gone(8)),
    ("AdvantagedSuccessCollapsed", outcomes(all_fail=50, mixed=50, all_pass=0)),
    ("AdvantagedSuccessCollapsed", outcomes(since=1, all_fail=90, mixed=10, all_pass=0)),  # hard from the start
    ("AdvantagedAllFail", outcomes(all_fail=90, mixed=10, all_pass=0)),
    ("AdvantagedAllFail", outcomes(since=END - 40, all_fail=99, mixed=1, all_pass=0)),
    ("AdvantagedAllPass", outcomes(all_fail=0, mixed=10, all_pass=90)),
    ("AdvantagedWeightExplosion", explosion(0.005)),
    ("AdvantagedSuspiciousGroups", suspicious(0.5)),
]


def fault_id(value):
    return value.__name__ if callable(value) else value


@pytest.fixture(params=RHYTHMS)
def rhythm(request):
    return request.param


@pytest.mark.parametrize("run", ["", "math"], ids=["no run", "runs"])
def test_nothing_fires_in_health(rhythm, run, tmp_path):
    series = merged(*replicas(rhythm, run=run, minutes=DAY))
    for minutes in (5, 61, DAY - 1):
        assert firing(series, minutes, tmp_path) == set()


def test_nothing_fires_where_nobody_calls(tmp_path):
    assert firing(merged(Replica("10.0.0.1:9464", 1, 0, MINUTES)), END, tmp_path) == set()


@pytest.mark.parametrize("in_place", [True, False], ids=["at their addresses", "under new addresses"])
def test_nothing_fires_while_replicas_are_replaced_one_by_one(rhythm, in_place, tmp_path):
    """By another version with another configuration, three minutes apart."""
    fleet = replicas(rhythm)
    begin = MINUTES // 2
    for i, replica in enumerate(list(fleet)):
        at = begin + 3 * i
        replica.restart(at, in_place=in_place)
        new = replica
        if not in_place:
            every, calls = RHYTHMS[rhythm]
            new = Replica(f"10.0.1.{i}:9464", every, calls, MINUTES)
            for values in new.series.values():
                base = values[at] if len({*values}) > 2 else 0
                values[:at] = [None] * at
                values[at:] = [value - base for value in values[at:]]
            fleet.append(new)
        for family, old, other in (("advantaged_build_info", VERSION, OTHER_VERSION),
                                   ("advantaged_config_info", HASH, OTHER_HASH)):
            new.constant(family, None, old, since=at)
            new.constant(family, 1, other, since=at + 1)
    for minutes in (begin + 1, begin + 5, begin + 9, begin + 35, begin + 70, END):
        assert firing(merged(*fleet), minutes, tmp_path) == set(), minutes


@pytest.mark.parametrize("alert, plant", FAULTS, ids=fault_id)
def test_fires(rhythm, alert, plant, tmp_path):
    fleet = replicas(rhythm)
    plant(fleet[0], rhythm)
    assert firing(merged(*fleet), END, tmp_path) == {alert}


@pytest.mark.parametrize("alert, plant", FAULTS_OF_ALL, ids=fault_id)
def test_fires_where_it_befalls_all(rhythm, alert, plant, tmp_path):
    fleet = replicas(rhythm)
    for replica in fleet:
        plant(replica, rhythm)
    assert firing(merged(*fleet), END, tmp_path) == {alert} | BESIDE.get(alert, set())


@pytest.mark.parametrize("alert, plant", NO_FAULTS, ids=fault_id)
def test_does_not_fire(rhythm, alert, plant, tmp_path):
    fleet = replicas(rhythm)
    plant(fleet[0], rhythm)
    assert firing(merged(*fleet), END, tmp_path) == set()


@pytest.mark.parametrize("alert, plant", NO_FAULTS_OF_ALL, ids=fault_id)
def test_does_not_fire_where_it_befalls_all(rhythm, alert, plant, tmp_path):
    fleet = replicas(rhythm)
    for replica in fleet:
        plant(replica, rhythm)
    assert alert not in firing(merged(*fleet), END, tmp_path)


def test_one_run_of_two_collapses(rhythm, tmp_path):
    """The other does not hide it."""
    every, calls = RHYTHMS[rhythm]
    good, bad = (Replica("10.0.0.1:9464", every, calls, MINUTES, run) for run in ("good", "bad"))
    bad.groups(all_fail=94, mixed=6, all_pass=0, since=RECENT)
    assert firing(merged(good, bad), END, tmp_path) == {"AdvantagedSuccessCollapsed"}


def as_sidecars(fleet):
    return {name.replace('job="advantaged"', 'job="advantaged-sidecar"'): values for name, values in merged(*fleet).items()}


def test_sidecars_may_differ_in_version_and_configuration(rhythm, tmp_path):
    fleet = replicas(rhythm)
    skew("advantaged_build_info", VERSION, NUMERICS, 200)(fleet[0], rhythm)
    skew("advantaged_config_info", HASH, OTHER_HASH, 200)(fleet[0], rhythm)
    assert firing(as_sidecars(fleet), END, tmp_path) == set()


def test_sidecars_may_all_be_gone(rhythm, tmp_path):
    """Between two trainings there are none."""
    fleet = replicas(rhythm)
    for replica in fleet:
        gone(30)(replica, rhythm)
    assert firing(as_sidecars(fleet), END, tmp_path) == set()


def test_every_alert_has_both_tests():
    assert {alert for alert, _ in FAULTS + FAULTS_OF_ALL} == set(ALERTS)
    # In health it does not fire either; kernels have no state in between.
    assert {alert for alert, _ in NO_FAULTS + NO_FAULTS_OF_ALL} == set(ALERTS) - {"AdvantagedKernelFallback"}
