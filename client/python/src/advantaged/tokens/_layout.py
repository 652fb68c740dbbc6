"""Arrays of tokens, [B, T] or flat: which tokens count, of which response each is, and numbers per token.

What has the same name and meaning in NumPy and in torch is called on `Tokens.xp`, which is either.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from advantaged import _containers, _numbers
from advantaged.errors import wrong


class Tokens:
    """The tokens of one call."""

    def __init__(self, lead: Any, name: str, response_mask: Any, cu_seqlens: Any = None) -> None:
        """`lead`: an array per token, with whose library, device and shape everything else goes; errors call it
        `name`."""
        self._lead = lead = _array(lead, name)
        self._name = name
        self.is_torch = _containers.is_torch(lead)
        self.xp: Any = sys.modules["torch"] if self.is_torch else np
        if lead.ndim not in (1, 2):
            raise wrong(name, f"shape {tuple(lead.shape)}; it must be [response, token], or [token] with cu_seqlens")
        self.shape = tuple(lead.shape)
        self.is_flat = lead.ndim == 1
        if not self.is_flat and cu_seqlens is not None:
            raise wrong("cu_seqlens", f"set, but {name} has shape {self.shape}; it is for flat tokens, [token]")
        if not self.is_flat and response_mask is None:
            raise wrong("response_mask", f"not set; without it the padding of {name}, {self.shape}, would count")
        self._ends = None if cu_seqlens is None else self._read_boundaries(cu_seqlens)
        self.valid = self._valid(response_mask)
        """Booleans in the shape of the tokens."""

    def numbers(self, values: Any, name: str, *, detached: bool = True) -> Any:
        """A number per token, at least in float32."""
        values = self._beside(values, name)
        if tuple(values.shape) != self.shape:
            raise wrong(name, f"shape {tuple(values.shape)}; {self._name} has {self.shape}")
        return self._real(values, name, detached)

    def spread(self, values: Any, name: str) -> Any:
        """The same, where a number per response may stand for all of its tokens."""
        values = self._beside(values, name)
        shape = tuple(values.shape)
        if shape == self.shape:
            # Of one response of one token both are the same.
            if self.is_flat and self._ends is not None and shape == (self.responses,) != (1,):
                raise wrong(name, f"shape {shape}, for as many responses as tokens, so it may be of either; give "
                                  "[response, 1], or leave out responses without a token")
            return self._real(values, name)
        if shape not in ((self.responses,), (self.responses, 1)):
            raise wrong(name, f"shape {shape}; {self._name} has {self.shape}, so it must be that, "
                              f"or ({self.responses},)")
        per_response = self._real(values, name).reshape(-1)
        return per_response[self._response()] if self.is_flat else per_response[:, None] + self.zeros()

    def flags(self, values: Any, name: str) -> Any:
        """Booleans per token: where `values` are not 0."""
        values = self._beside(values, name)
        if tuple(values.shape) != self.shape:
            raise wrong(name, f"shape {tuple(values.shape)}; {self._name} has {self.shape}")
        _containers.check_real(values, name)
        return values != 0

    @property
    def responses(self) -> int:
        """How many there are."""
        return len(self._boundaries()) - 1 if self.is_flat else int(self.shape[0])

    def lengths(self) -> Any:
        """Valid tokens of the response of each token: [B, 1], or flat as the tokens are."""
        if not self.is_flat:
            return self.valid.sum(-1)[:, None]
        ends = self._boundaries()
        before = self.zeros(len(self.valid) + 1, whole=True)  # valid tokens before each
        before[1:] = self.xp.cumsum(self.valid, 0)
        return (before[ends[1:]] - before[ends[:-1]])[self._response()]

    def zeros(self, *shape: int, whole: bool = False) -> Any:
        """Whole numbers, or floats; in the shape of the tokens unless another is given. Not float64, which would make
        everything float64."""
        dtype = self.xp.int64 if whole else self.xp.float32
        return self.xp.zeros(shape or self.shape, dtype=dtype, **self._where())

    def arange(self, count: int) -> Any:
        """0 .. count-1."""
        return self.xp.arange(count, **self._where())

    def wide(self, values: Any) -> Any:
        """In the precision in which sums and counts are exact enough: double, where the device has it."""
        if not self.is_torch:
            return values.astype(np.float64)
        return values.to(self.xp.float32 if values.device.type == "mps" else self.xp.float64)

    def cast(self, values: Any, like: Any) -> Any:
        """In the dtype of `like`."""
        return values.to(like.dtype) if self.is_torch else values.astype(like.dtype)

    def order(self, values: Any) -> Any:
        """Of flat `values`, the indices of the smallest first; equal ones in their order."""
        return values.argsort(stable=True) if self.is_torch else values.argsort(kind="stable")

    def check_generator(self, generator: Any) -> None:
        """InvalidArgument unless it draws on the device of the tokens."""
        if self.is_torch:
            if not isinstance(generator, self.xp.Generator):
                raise wrong("generator", f"{generator!r}; it must be a torch.Generator, on {self._lead.device}")
            if generator.device.type != self._lead.device.type:
                raise wrong("generator", f"on {generator.device}; {self._name} is on {self._lead.device}")
        elif not isinstance(generator, np.random.Generator):
            raise wrong("generator", f"{generator!r}; it must be of numpy.random, as in default_rng(seed)")

    def permutation(self, count: int, generator: Any) -> Any:
        """0 .. count-1 in an order drawn at random."""
        if self.is_torch:
            return self.xp.randperm(count, generator=generator, **self._where())
        return generator.permutation(count)

    def _where(self) -> dict[str, Any]:
        return {"device": self._lead.device} if self.is_torch else {}

    def _boundaries(self) -> Any:
        if self._ends is None:
            raise wrong("cu_seqlens", f"not set; it says of which response each of the {self.shape[0]} tokens is")
        return self._ends

    def _response(self) -> Any:
        """Of each flat token the number of its response; of padding the last."""
        found = self.xp.searchsorted(self._boundaries()[1:], self.arange(self.shape[0]), side="right")
        return self.xp.clip(found, 0, self.responses - 1)

    def _valid(self, response_mask: Any) -> Any:
        valid = self.zeros() == 0 if response_mask is None else self.flags(response_mask, "response_mask")
        if self._ends is None:
            return valid
        return valid & (self.arange(self.shape[0]) < self._ends[-1])

    def _read_boundaries(self, cu_seqlens: Any) -> Any:
        ends = self._beside(cu_seqlens, "cu_seqlens")
        kind = ends.dtype
        is_whole = not (kind.is_floating_point or kind.is_complex) if self.is_torch else kind.kind in "iu"
        if ends.ndim != 1 or len(ends) < 1 or not is_whole:
            raise wrong("cu_seqlens", f"shape {tuple(ends.shape)}, {kind}; it must be whole numbers, [responses + 1]")
        if not self.is_torch or ends.device.type == "cpu":  # to look at others would be to wait for the device
            steps = [int(end) for end in ends.tolist()]
            if steps[0] != 0 or steps[-1] > self.shape[0] or any(a > b for a, b in zip(steps, steps[1:])):
                raise wrong("cu_seqlens", f"{_shown(steps)}; it must ascend from 0 to at most the {self.shape[0]} "
                                          "tokens")
        return ends.long() if self.is_torch else ends.astype(np.int64)

    def _beside(self, values: Any, name: str) -> Any:
        """In the library and on the device of the tokens; what is on a device does not come to the host."""
        values = _array(values, name)
        if values is self._lead:
            return values
        if not self.is_torch:
            if _containers.is_torch(values):
                raise wrong(name, f"a tensor; {self._name} is an array of NumPy")
            return values
        if _containers.is_torch(values) and values.device != self._lead.device and self._lead.device.type == "cpu":
            raise wrong(name, f"on {values.device}; {self._name} is on the cpu, and nothing is copied to the host")
        return _containers.to_device(values, self._lead.device)

    def _real(self, values: Any, name: str, detached: bool = True) -> Any:
        _containers.check_real(values, name)
        if not self.is_torch:
            return values.astype(np.result_type(values.dtype, np.float32), copy=False)
        values = values.to(self.xp.promote_types(values.dtype, self.xp.float32))
        return values.detach() if detached else values


def count(value: Any, name: str) -> Any:
    """A number above 0, or an array or a tensor of one, which may stand on a device and is not looked at."""
    if hasattr(value, "shape") and not isinstance(value, np.generic):
        if value.ndim or (value.dtype.is_complex if _containers.is_torch(value) else value.dtype.kind not in "fiu"):
            raise wrong(name, f"shape {tuple(value.shape)}, {value.dtype}; it must be one number")
        return value.detach() if _containers.is_torch(value) else value
    return _numbers.number(value, name, above=0)


def _array(values: Any, name: str) -> Any:
    if _containers.is_torch(values):
        return values
    if not hasattr(values, "__array__"):
        raise wrong(name, f"a {type(values).__name__}; it must be an array or a tensor")
    return np.asarray(values)


def _shown(values: list[int]) -> str:
    return str(values if len(values) <= 10 else [*values[:5], "...", *values[-4:]]).replace("'", "")
