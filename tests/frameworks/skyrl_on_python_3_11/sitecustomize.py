"""skyrl 0.3.0 does not import on Python 3.11, though it says so: pydantic wants typing_extensions' class there. On the
path of a process, this gives it that."""

import typing

import typing_extensions

typing.TypedDict = typing_extensions.TypedDict
