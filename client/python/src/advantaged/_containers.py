"""Arrays of users in, arrays of users out: NumPy, torch (never imported here), lists, lists of lists, columns of frames.

`read` gives the values as one flat NumPy array, and a `Form` that gives results the container, the
device and the shape that the values came in.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from advantaged.errors import wrong

Array = npt.NDArray[Any]


def is_torch(values: object) -> bool:
    """True for a torch tensor. Whoever holds one has imported torch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(values, torch.Tensor)


def check_real(values: Any, name: str) -> None:
    """InvalidArgument unless `values`, an array or a tensor, holds real numbers."""
    if values.dtype.is_complex if is_torch(values) else values.dtype.kind not in "fiub":
        raise wrong(name, f"dtype {values.dtype}; it must be real numbers")


def to_device(values: Any, device: Any) -> Any:
    """An array or a tensor as a tensor on a device of torch."""
    import torch  # already imported by the caller
    return torch.as_tensor(values, device=device)


def _is_masked(values: object) -> bool:
    """True for a masked array. Whoever holds one has imported numpy.ma; an import here, by a first call, would be
    on its way when another thread forks, and the child would wait for ever for it to end."""
    masked = sys.modules.get("numpy.ma")
    return masked is not None and isinstance(values, masked.MaskedArray)


class Form(NamedTuple):
    """How values came: the container, and the sizes of the rows of a 2-D one."""

    like: Any = None
    """The tensor whose device results go to; None: not torch."""
    is_list: bool = False
    shape: tuple[int, ...] = ()
    """Of an array."""
    row_sizes: npt.NDArray[np.uint32] | None = None
    """Of a list of lists, or of a column of lists."""

    @property
    def has_rows(self) -> bool:
        """Whether the values are [prompt, response]."""
        return self.row_sizes is not None or len(self.shape) == 2

    def rows_agree(self, other: Form) -> bool:
        """False if both have rows, and not of the same sizes."""
        return not (self.has_rows and other.has_rows) or np.array_equal(self._sizes(), other._sizes())

    def _sizes(self) -> Any:
        return np.full(self.shape[0], self.shape[1]) if self.row_sizes is None else self.row_sizes

    @property
    def group_size(self) -> int | None:
        """Responses of a prompt, where the values are [prompt, response] of an array."""
        return self.shape[1] if len(self.shape) == 2 else None

    def check_dtype(self, dtype: Any) -> None:
        """InvalidArgument if results cannot be given as `dtype`: before they are computed."""
        if dtype is None:
            return
        if self.is_list:
            raise wrong("out_dtype", f"{dtype!r}, but the rewards are a list; give them as an array or a tensor")
        if self.like is not None:
            is_float = getattr(dtype, "is_floating_point", False)
        else:
            try:
                is_float = np.dtype(dtype).kind == "f"
            except TypeError:
                is_float = False
        if not is_float:
            library = "NumPy" if self.like is None else "torch"
            raise wrong("out_dtype", f"{dtype!r}; it must be a floating-point dtype of {library}, as the rewards are")

    def restore(self, flat: npt.NDArray[np.float32], dtype: Any) -> Any:
        """`flat` (float32, one per value, its memory given away) as the values came; `dtype` of their library."""
        if self.is_list:
            values = flat.tolist()
            if self.row_sizes is None:
                return values
            ends = np.cumsum(self.row_sizes).tolist()
            return [values[end - size:end] for end, size in zip(ends, self.row_sizes.tolist())]
        if self.like is not None:
            import torch  # already imported by the caller
            return torch.from_numpy(flat.reshape(self.shape)).to(device=self.like.device, dtype=dtype)
        if self.row_sizes is not None:
            column = np.empty(len(self.row_sizes), object)
            ends = np.cumsum(self.row_sizes)[:-1]
            for i, row in enumerate(np.split(flat.astype(dtype or np.float32, copy=False), ends)):
                column[i] = row
            return column
        shaped = flat if len(self.shape) == 1 else flat.reshape(self.shape)
        return shaped if dtype is None else shaped.astype(dtype, copy=False)


def read(values: Any, name: str) -> tuple[Array, Form]:
    """`values` flat, in any real dtype (object where there is a None), and their form."""
    if _is_masked(values):
        raise wrong(name, "a masked array; give its data, and valid=~mask")
    check_no_frame(values, name)
    if isinstance(values, np.ndarray):
        array = np.asarray(values)  # a matrix would stay 2-D
    elif is_torch(values):
        return _read_torch(values, name)
    elif isinstance(values, (list, tuple)):
        return _read_list(values, name)
    else:
        array = np.asarray(values)
    if array.dtype.kind == "O":
        if array.ndim == 1 and len(array) and _is_row(array[0]):
            rows = _rows(array, name)
            return _from_rows(rows, name), Form(row_sizes=_sizes_of(rows))
        array = _from_objects(array.ravel().tolist(), name).reshape(array.shape)
    check_real(array, name)
    if not 1 <= array.ndim <= 2:
        raise wrong(name, f"{array.ndim} dimensions; it must have 1, or 2 as [prompt, response]")
    return array.ravel(), Form(shape=array.shape)


def _read_torch(tensor: Any, name: str) -> tuple[Array, Form]:
    if not 1 <= tensor.dim() <= 2:
        raise wrong(name, f"{tensor.dim()} dimensions; it must have 1, or 2 as [prompt, response]")
    detached = tensor.detach()
    check_real(detached, name)
    # NumPy has no bfloat16; halving precision on the device halves what is copied.
    if detached.dtype.is_floating_point and detached.element_size() <= 4:
        array = detached.cpu().float().numpy()
    else:
        array = detached.cpu().numpy()
    return array.ravel(), Form(like=tensor, shape=tuple(tensor.shape))


def _read_list(values: Sequence[Any], name: str) -> tuple[Array, Form]:
    if values and _is_row(values[0]):
        rows = _rows(values, name)
        return _from_rows(rows, name), Form(is_list=True, row_sizes=_sizes_of(rows))
    return _from_objects(values, name), Form(is_list=True)


def check_no_frame(values: Any, name: str) -> None:
    """InvalidArgument for a table of columns, of pandas, polars or Arrow, or a dict: which of them is not for us to say."""
    frame = "frame"
    if isinstance(values, Mapping):
        columns = list(values)
    elif hasattr(type(values), "collect_schema") and hasattr(type(values), "collect"):  # polars' LazyFrame
        columns = values.collect_schema().names()
        frame = "frame.collect()"
    elif hasattr(type(values), "column_names"):
        columns = list(values.column_names)
    elif hasattr(type(values), "columns"):
        columns = list(values.columns)
    else:
        return
    listed = ", ".join(map(repr, columns[:10])) + (", ..." if len(columns) > 10 else "")
    raise wrong(name, f"a {type(values).__name__} with the columns {listed}; give one of them, as in "
                      f"{name}={frame}[{(columns or ['...'])[0]!r}]")


def column(values: Any, name: str) -> Any:
    """A column of pandas, polars or Arrow as an array; what else there is as it is, but for a frame."""
    check_no_frame(values, name)
    return values if isinstance(values, np.ndarray) or is_torch(values) or not hasattr(values, "__array__") else (
        np.asarray(values))


def flat(ids: Any) -> tuple[Any, Form]:
    """Ids [prompt, response] one after the other, and their rows; others as they are. A tuple is an id."""
    if isinstance(ids, np.ndarray) and ids.ndim == 2 or is_torch(ids) and ids.dim() == 2:
        return ids.ravel(), Form(shape=tuple(ids.shape))
    if isinstance(ids, (list, np.ndarray)) and len(ids) and _is_row(ids[0]) and not isinstance(ids[0], tuple):
        rows = _rows(ids, "ids")
        return [entry for row in rows for entry in row], Form(row_sizes=_sizes_of(rows))
    return ids, Form()


def _is_row(value: Any) -> bool:
    """Whether a value of a list is a list of its own."""
    is_array = hasattr(value, "__array__") and hasattr(value, "__len__")
    return isinstance(value, (list, tuple)) or bool(getattr(value, "ndim", is_array))


def _rows(values: Any, name: str) -> list[list[Any]]:
    return [_row(row, f"{name}[{i}]") for i, row in enumerate(values)]


def _row(row: Any, name: str) -> list[Any]:
    if not isinstance(row, (list, tuple)):
        if not _is_row(row):
            raise wrong(name, f"{row!r}; it must be the responses of one prompt, as the rows before it")
        row = row.tolist() if is_torch(row) else np.asarray(row).tolist()
    return list(row)


def _sizes_of(rows: Sequence[Sequence[Any]]) -> npt.NDArray[np.uint32]:
    return np.fromiter(map(len, rows), np.uint32, len(rows))


def _from_rows(rows: Sequence[Sequence[Any]], name: str) -> Array:
    return _from_objects([value for row in rows for value in row], name)


def _from_objects(values: Sequence[Any], name: str) -> Array:
    """Numbers, with NaN for None."""
    try:
        array = np.asarray(values)
        if array.dtype.kind in "fiub" and array.ndim == 1:
            return array
        return np.fromiter(map(_number, values), np.float64, len(values))
    except (TypeError, ValueError, OverflowError):
        pass
    for i, value in enumerate(values):
        try:
            _number(value)
        except (TypeError, ValueError, OverflowError):
            raise wrong(f"{name}[{i}]", f"{value!r} is not a number") from None
    raise wrong(name, "must be numbers")


def _number(value: Any) -> float:
    if value is None or type(value).__name__ == "NAType":  # of pandas
        return float("nan")
    if isinstance(value, (str, bytes)):
        raise TypeError
    return float(value)
