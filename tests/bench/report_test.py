"""The statistics and the table of the report."""

import pytest

from report.document import document, table_row
from report.memory import peaks_by_tenth
from report.pairs import Comparison, NotMeasured, alternate, compare, verdict
from report.rows import ROWS, Row


def test_candidates_stand_between_baselines():
    order = []
    before, after = alternate(2, lambda: order.append("A") or len(order), lambda: order.append("B") or len(order))
    assert "".join(order) == "ABABA"
    assert (before, after) == ([1, 3, 5], [2, 4])


def test_drift_of_the_machine_cancels():
    """A machine that gets twice as slow from turn to turn, a candidate three times as fast as the baseline."""
    found = compare([16, 4, 1], [24, 6])
    assert found.ratios == (3, 3)
    assert found.again == (0.25, 0.25)


@pytest.mark.parametrize("baselines, candidates", [([1, 1], [1, 1]), ([1], []), ([1, 1], [0])])
def test_what_is_no_comparison_is_refused(baselines, candidates):
    with pytest.raises(ValueError):
        compare(baselines, candidates)


@pytest.mark.parametrize("ratios, lower_is_better, said", [
    ((1.0, 1.0, 1.0), False, "aim met"), ((0.7, 0.7, 0.7), False, "must met"), ((0.5, 0.5, 0.5), False, "missed"),
    ((0.1, 0.5, 0.7), False, "missed"), ((0.5, 0.58, 0.7), False, "missed, about"),
    ((0.9, 1.0, 1.1), False, "aim met"), ((0.5, 0.85, 1.0), False, "aim met, about"),
    ((0.5, 0.5, 0.5), True, "aim met"), ((0.7, 0.7, 0.7), True, "missed"),
])
def test_verdict_of_must_0_6_and_aim_0_8(ratios, lower_is_better, said):
    must, aim = (0.6, 0.55) if lower_is_better else (0.6, 0.8)
    assert verdict(Comparison(ratios, (1.0,)), must, aim, lower_is_better) == said


def test_row_shows_median_quartiles_and_again():
    row = Row("x", "speed", "a snail", 2, 3)
    assert table_row(row, Comparison((1.0, 2.5, 4.0), (0.9, 1.0, 1.2))) == (
        "| speed | a snail | ≥ 2 | ≥ 3 | 2.50 (1.75 … 3.25) | 1.00 (0.95 … 1.10) | must met, about |")
    assert table_row(row, NotMeasured("no snail")).endswith("| not measured: no snail |")


def test_only_what_is_missed_is_explained():
    rows = [Row("slow", "one", "x", 2, 3, explanation="because"), Row("fast", "two", "x", 2, 3, explanation="never")]
    text = document(rows, {"slow": Comparison((1,), (1,)), "fast": Comparison((9,), (1,))}, 10, ["m"], [], [])
    assert "- one: because" in text
    assert "never" not in text


def test_memory_is_judged_by_the_peak_of_each_tenth():
    assert peaks_by_tenth([(i / 2, i) for i in range(20)], 10) == list(range(1, 20, 2))


def test_rows_are_told_apart_and_aim_beyond_their_must():
    assert len({row.id for row in ROWS}) == len(ROWS)
    for row in ROWS:
        if row.must is not None:
            assert row.aim <= row.must if row.lower_is_better else row.aim >= row.must
