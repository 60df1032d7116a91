"""Plain data as one run of bytes: a JSON value, and buffers of numbers behind it.

Kept uploads and what goes to and comes from the confined process are written so. Reading it runs nothing; what the
value means, and whether it is well formed, its reader checks.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_LENGTH: Final = 8
"""Bytes of the length of the JSON text, which stands first."""


def packed(value: Any, buffers: Sequence[bytes] = ()) -> bytes:
    """Return a JSON value and buffers as bytes.

    Raises
    ------
    TypeError
        If JSON does not know something in the value.
    """
    text = json.dumps([value, [len(buffer) for buffer in buffers]], separators=(",", ":")).encode()
    return b"".join([len(text).to_bytes(_LENGTH, "little"), text, *buffers])


def unpacked(data: bytes) -> tuple[Any, list[memoryview]]:
    """Return the value and the buffers, which are not copied.

    Raises
    ------
    ValueError
        If they were not written by :func:`packed`.
    """
    begin = _LENGTH + int.from_bytes(data[:_LENGTH], "little")
    try:
        value, sizes = json.loads(data[_LENGTH:begin])
        ends = [begin]
        for size in sizes:
            if type(size) is not int or size < 0:
                raise ValueError("a buffer without a size")
            ends.append(ends[-1] + size)
    except (TypeError, RecursionError) as error:  # another shape, or nested beyond all bounds
        raise ValueError("not a value with buffers") from error
    if ends[-1] != len(data):
        raise ValueError("cut short, or something behind the end")
    view = memoryview(data)
    return value, [view[first:last] for first, last in pairwise(ends)]
