"""What befalls replicas of a service: for each alert faults, and what is no fault yet."""

from fleet import BATCHES, CALL, RHYTHMS

MINUTES = 4 * 60
END = MINUTES - 1  # when it is looked at what fires
RECENT = MINUTES - 130  # since when a fault lasts
FAILED = f'{CALL},grpc_code="Internal"'


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
    first.events("advantaged_compute_tasks_total", tasks, BATCHES, at=END - 15)
    first.events("advantaged_compute_wait_seconds_total", 2 * tasks, BATCHES, at=END - 15)


def few_long_waits(first, rhythm):
    first.events("advantaged_compute_tasks_total", 5, BATCHES, at=END - 15)
    first.events("advantaged_compute_wait_seconds_total", 5, BATCHES, at=END - 15)


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
]
PAST_FAULTS = [
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
