"""Columns of data frames, of numbers and of lists; frames themselves are refused with what to pass.

By stand-ins with the protocols that pandas, polars and Arrow have, and by themselves where they are installed.
"""

import importlib

import numpy as np
import pytest
from advantaged import InvalidArgument

ROWS = [[1, 0, 0], [1, 1]]
EVEN = [[1, 0], [0, 0]]


class Column:
    """A column as these libraries have it: no list, no array, but one gives an array."""

    def __init__(self, values):
        self.values = values

    def __len__(self):
        return len(self.values)

    def __iter__(self):
        return iter(self.values)

    def __array__(self, dtype=None, copy=None):
        if not isinstance(self.values[0], (list, np.ndarray)):
            return np.array(self.values, dtype)
        array = np.empty(len(self.values), object)
        for i, value in enumerate(self.values):
            array[i] = value
        return array


class Frame:
    """As of pandas or polars."""

    columns = property(lambda self: ["reward", "uid"])

    def __array__(self, dtype=None, copy=None):
        return np.zeros((4, 2))


class Table:
    """As of Arrow, and a data set of Hugging Face."""

    column_names = property(lambda self: ["reward", "uid"])
    columns = property(lambda self: [Column([1, 0]), Column(["a", "b"])])


def object_array(rows):
    return Column(rows).__array__()


def arrays(rows):
    return [np.array(row, np.float64) for row in rows]


def of_library(name, make):
    """`make` of a library and of rows, where it is installed."""
    return pytest.param(lambda rows: make(pytest.importorskip(name), rows), id=name)


KINDS = [
    pytest.param(Column, id="lists"), pytest.param(lambda rows: Column(arrays(rows)), id="arrays"),
    pytest.param(object_array, id="object array of lists"),
    pytest.param(lambda rows: object_array(arrays(rows)), id="object array of arrays"),
    of_library("pandas", lambda pandas, rows: pandas.Series(rows)),
    of_library("pandas", lambda pandas, rows: pandas.Series(arrays(rows))),
    of_library("polars", lambda polars, rows: polars.Series(rows)),
    of_library("polars", lambda polars, rows: polars.DataFrame({"reward": rows})["reward"]),
    of_library("pyarrow", lambda pyarrow, rows: pyarrow.array(rows)),
    of_library("pyarrow", lambda pyarrow, rows: pyarrow.chunked_array([[row] for row in rows])),
    of_library("pyarrow", lambda pyarrow, rows: pyarrow.array(rows, type=pyarrow.large_list(pyarrow.float32()))),
    of_library("pyarrow", lambda pyarrow, rows: importlib.import_module("pandas").Series(
        rows, dtype=importlib.import_module("pandas").ArrowDtype(pyarrow.list_(pyarrow.int64())))),
]


@pytest.mark.parametrize("rows", [ROWS, EVEN], ids=["ragged", "even"])
@pytest.mark.parametrize("column", KINDS)
def test_a_column_of_lists_is_prompts_and_responses(backend, column, rows):
    result = backend.compute(column(rows), method="dr_grpo")
    assert isinstance(result.advantages, np.ndarray) and result.advantages.shape == (2,)
    assert [row.dtype for row in result.advantages] == [np.float32] * 2
    expected = backend.compute(rows, method="dr_grpo")
    assert [row.tolist() for row in result.advantages] == expected.advantages and result.summary == expected.summary
    half = backend.compute(column(rows), method="dr_grpo", out_dtype=np.float16).advantages
    assert [row.dtype for row in half] == [np.float16] * 2


@pytest.mark.parametrize("column", [Column, arrays, lambda rows: [Column(row) for row in rows]])
def test_a_list_of_columns_stays_a_list(backend, column):
    assert backend.compute(list(column(ROWS)), method="dr_grpo").advantages == backend.compute(ROWS, method="dr_grpo").advantages


@pytest.mark.parametrize("column", [list, Column, object_array])
def test_everything_that_has_an_entry_per_response_may_be_a_column_of_lists(backend, column):
    found = backend.compute(
        column(ROWS), method="opo", valid=column([[1, 1, 1], [1, 0]]), lengths=column([[3, 2, 1], [1, 2]]),
        outcomes=column([[True, True, False], [True, True]]), trajectory_ids=column([list("aab"), list("cd")]),
        trajectory_reward="sum")
    expected = backend.compute(
        [1, 0, 0, 1, 1], group_sizes=[3, 2], method="opo", valid=[1, 1, 1, 1, 0], lengths=[3, 2, 1, 1, 2],
        outcomes=[1, 1, 0, 1, 1], trajectory_ids=list("aabcd"), trajectory_reward="sum")
    assert [value for row in found.advantages for value in row] == expected.advantages


@pytest.mark.parametrize("name, value", [
    ("valid", [[1], [1, 1, 1, 1]]), ("outcomes", [[1, 1], [1, 1, 1]]), ("lengths", [[1] * 5]), ("lengths", np.ones((5, 1))),
    ("trajectory_ids", [[1, 2], [3, 4, 5]]), ("trajectory_ids", np.arange(5).reshape(5, 1))])
def test_rows_that_are_cut_otherwise_than_the_rewards_are_refused(backend, name, value):
    """Flattened they would have as many entries, of other responses."""
    with pytest.raises(InvalidArgument, match=rf"^{name}: its rows, \[prompt, response\], are not of the sizes"):
        backend.compute(ROWS, method="dr_grpo", **{name: value})


def test_missing_values_of_columns_are_missing_rewards(backend):
    missing = type("NAType", (), {})()  # pandas.NA: it is no number, and equals nothing
    for rewards in (Column([[1, None], [0, 1]]), Column([[1, float("nan")], [0, 1]]), object_array([[1, missing], [0, 1]])):
        result = backend.compute(rewards, method="dr_grpo", missing="mask")
        assert [row.tolist() for row in result.advantages] == [[0, 0], [-0.5, 0.5]]
    with pytest.raises(InvalidArgument, match=r"^rewards\[1\]: None; it must be the responses of one prompt"):
        backend.compute(Column([[1, 0], None]), method="dr_grpo", missing="mask")


def test_columns_of_numbers_and_of_ids(backend):
    result = backend.compute(Column([1.0, 0.0, 0.0, 1.0]), groups=Column(list("abab")), trajectory_ids=Column(list("wxyz")),
                             method="dr_grpo", expected_group_size=2)
    assert result.advantages.tolist() == [0.5, -0.5, -0.5, 0.5] and list(result.stats.group_ids) == ["a", "b"]


@pytest.mark.parametrize("library, make", [
    ("pandas", lambda pandas, columns: pandas.DataFrame(columns)), ("polars", lambda polars, columns: polars.DataFrame(columns)),
    ("pandas", lambda pandas, columns: pandas.DataFrame(columns).convert_dtypes()),
    ("pyarrow", lambda pyarrow, columns: pyarrow.table(columns))])
def test_columns_of_a_real_frame(backend, library, make):
    frame = make(pytest.importorskip(library), {"reward": [1.0, 0.0, None, 1.0], "uid": list("aabb")})
    result = backend.compute(frame["reward"], groups=frame["uid"], method="dr_grpo", missing="mask", expected_group_size=2)
    assert result.advantages.tolist() == [0.5, -0.5, 0, 0] and list(result.stats.group_ids) == ["a", "b"]
    with pytest.raises(InvalidArgument, match=r"^rewards: a \w+ with the columns 'reward', 'uid'; give one of them"):
        backend.compute(frame, groups=2, method="dr_grpo")


@pytest.mark.filterwarnings("error")
def test_what_a_lazy_frame_is_told_works(backend):
    frame = pytest.importorskip("polars").LazyFrame({"reward": [1.0, 0.0]})
    with pytest.raises(InvalidArgument, match=r"^rewards: a LazyFrame .* as in rewards=frame.collect\(\)\['reward'\]$"):
        backend.compute(frame, groups=2, method="dr_grpo")
    assert backend.compute(frame.collect()["reward"], groups=2, method="dr_grpo").advantages.tolist() == [0.5, -0.5]


@pytest.mark.parametrize("name", ["rewards", "groups", "group_ids", "group_sizes", "valid", "outcomes", "lengths",
                                  "trajectory_ids"])
@pytest.mark.parametrize("frame", [Frame(), Table(), {"reward": [1, 0, 0, 1], "uid": list("aabb")}],
                         ids=["Frame", "Table", "dict"])
def test_a_frame_is_refused_with_what_to_pass(backend, frame, name):
    arguments = {"rewards": [1, 0, 0, 1], "groups": 2, "method": "dr_grpo", name: frame}
    if name in ("group_ids", "group_sizes"):
        del arguments["groups"]
    with pytest.raises(InvalidArgument, match=rf"^{name}: a {type(frame).__name__} with the columns 'reward', 'uid'; give "
                                              rf"one of them, as in {name}=frame\['reward'\]$"):
        backend.compute(arguments.pop("rewards"), **arguments)
