"""Every alert fires when it should, and only then: at one call in ten minutes, one in half an hour, and under load."""

from functools import partial
from itertools import product

import pytest
from faults import (BESIDE, FAULTS, FAULTS_OF_ALL, HASH, MINUTES, NO_FAULTS, NO_FAULTS_OF_ALL, NUMERICS, OTHER_HASH,
                    OTHER_VERSION, PAST_FAULTS, RECENT, VERSION, gone, skew)
from fired import fired
from fleet import DAY, RHYTHMS, Replica, merged, replicas
from rule_files import ALERTS


@pytest.fixture(scope="module", name="alerts")
def what_fires(request, tmp_path_factory):
    """For each service of the tests that run: all in one run of promtool, which takes half a second for one alone."""
    services = [item.callspec.params["service"] for item in request.session.items
                if item.module is request.module and "alerts" in item.fixturenames]
    return dict(zip(services, fired([service() for service in services], tmp_path_factory.mktemp("promtool"))))


def name(value):
    return "-".join(map(name, value.args)) if isinstance(value, partial) else getattr(value, "__name__", str(value))


def services(make, *arguments):
    """Parametrizes a test by services, of which make() gives the series: one for each choice of arguments."""
    return pytest.mark.parametrize("service", [partial(make, *chosen) for chosen in product(*arguments)], ids=name)


def faulty(make, faults):
    """Parametrizes a test by services with one of these faults, at each rhythm, and by the fault's alert."""
    return pytest.mark.parametrize("service, alert", [(partial(make, rhythm, plant), alert)
                                                      for rhythm, (alert, plant) in product(RHYTHMS, faults)], ids=name)


def healthy(rhythm, run):
    return merged(*replicas(rhythm, DAY, run=run))


def idle():
    return merged(Replica("10.0.0.1:9464", 1, 0, MINUTES))


def replaced(rhythm, where):
    """One by one, three minutes apart, by another version with another configuration."""
    fleet = replicas(rhythm, MINUTES)
    for i, replica in enumerate(list(fleet)):
        at = MINUTES // 2 + 3 * i
        replica.restart(at, in_place=where == IN_PLACE)
        new = replica
        if where != IN_PLACE:
            new = Replica(f"10.0.1.{i}:9464", *RHYTHMS[rhythm], MINUTES)
            for values in new.series.values():
                base = values[at] if len({*values}) > 2 else 0
                values[:at] = [None] * at
                values[at:] = [value - base for value in values[at:]]
            fleet.append(new)
        for family, old, other in (("advantaged_build_info", VERSION, OTHER_VERSION),
                                   ("advantaged_config_info", HASH, OTHER_HASH)):
            new.constant(family, None, old, since=at)
            new.constant(family, 1, other, since=at + 1)
    return merged(*fleet)


IN_PLACE, ELSEWHERE = "at their addresses", "under new addresses"


def first_of_three(rhythm, plant):
    """Prometheus has known them for no longer than such a fault needs: time that it need not look through."""
    fleet = replicas(rhythm, MINUTES)
    plant(fleet[0], rhythm)
    unknown = MINUTES - 100
    return {series: [None] * unknown + values[unknown:] for series, values in merged(*fleet).items()}


def all_of_three(rhythm, plant):
    fleet = replicas(rhythm, MINUTES)
    for replica in fleet:
        plant(replica, rhythm)
    return merged(*fleet)


def two_runs(rhythm):
    """Of which one collapses."""
    good, bad = (Replica("10.0.0.1:9464", *RHYTHMS[rhythm], MINUTES, run) for run in ("good", "bad"))
    bad.groups(all_fail=94, mixed=6, all_pass=0, since=RECENT)
    return merged(good, bad)


def as_sidecars(fleet):
    return {series.replace('job="advantaged"', 'job="advantaged-sidecar"'): values
            for series, values in merged(*fleet).items()}


def different_sidecars(rhythm):
    fleet = replicas(rhythm, MINUTES)
    skew("advantaged_build_info", VERSION, NUMERICS, 200)(fleet[0], rhythm)
    skew("advantaged_config_info", HASH, OTHER_HASH, 200)(fleet[0], rhythm)
    return as_sidecars(fleet)


def no_more_sidecars(rhythm):
    fleet = replicas(rhythm, MINUTES)
    for replica in fleet:
        gone(30)(replica, rhythm)
    return as_sidecars(fleet)


@services(healthy, RHYTHMS, ["", "math"])
def test_nothing_ever_fires_in_health(service, alerts):
    assert alerts[service].ever == set()


@services(idle)
def test_nothing_ever_fires_where_nobody_calls(service, alerts):
    assert alerts[service].ever == set()


@services(replaced, RHYTHMS, [IN_PLACE, ELSEWHERE])
def test_nothing_ever_fires_while_replicas_are_replaced_one_by_one(service, alerts):
    assert alerts[service].ever == set()


@faulty(first_of_three, FAULTS)
def test_fires(service, alert, alerts):
    assert alerts[service].now == {alert}


@faulty(all_of_three, FAULTS_OF_ALL)
def test_fires_where_it_befalls_all(service, alert, alerts):
    assert alerts[service].now == {alert} | BESIDE.get(alert, set())


@faulty(first_of_three, NO_FAULTS)
def test_does_not_fire(service, alert, alerts):
    assert alerts[service].ever == set(), alert


@faulty(first_of_three, PAST_FAULTS)
def test_fires_no_more(service, alert, alerts):
    assert alerts[service] == (set(), {alert})


@faulty(all_of_three, NO_FAULTS_OF_ALL)
def test_does_not_fire_where_it_befalls_all(service, alert, alerts):
    assert alert not in alerts[service].ever


@services(two_runs, RHYTHMS)
def test_one_run_does_not_hide_that_another_collapses(service, alerts):
    assert alerts[service].now == {"AdvantagedSuccessCollapsed"}


@services(different_sidecars, RHYTHMS)
def test_sidecars_may_differ_in_version_and_configuration(service, alerts):
    assert alerts[service].ever == set()


@services(no_more_sidecars, RHYTHMS)
def test_sidecars_may_all_be_gone_between_two_trainings(service, alerts):
    assert alerts[service].ever == set()


def test_every_alert_has_both_tests():
    assert {alert for alert, _ in FAULTS + FAULTS_OF_ALL} == set(ALERTS)
    # In health it does not fire either; kernels have no state in between.
    assert {alert for alert, _ in NO_FAULTS + NO_FAULTS_OF_ALL + PAST_FAULTS} == set(ALERTS) - {"AdvantagedKernelFallback"}
