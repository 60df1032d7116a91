"""The content of a performed intervention as bytes: the key of its row, and all that is read of it.

Ten unsigned numbers of four bytes, the highest byte first, the day in front: keys are in order of days on every
database, and two rows have the same key only if they are the same. 0 means "not given"; days count from
0001-01-01 as 1; ``minute`` and ``seconds`` are stored plus 1, so that their -1 for "not given" becomes 0.

Duties are stored in the same way, in fewer numbers (:data:`DUTY`); the functions for days and months apply to both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

NUMBERS: Final = (
    "day",
    "resident_id",
    "staff_id",
    "intervention",
    "minute",
    "seconds",
    "source",
    "shift",
    "ward",
    "status",
)
"""Order of the numbers. Stored rows rely on it: another order needs a migration."""

DUTY: Final = ("day", "staff_id", "start", "end", "ward")
"""The same of a duty: the day it begins on, and seconds from the midnight before."""

WIDTH: Final = 4 * len(NUMBERS)
"""Bytes of a content."""

FIRST_DAY: Final = 719_163
"""The day number of 1970-01-01."""

_NUMBER: Final = ">u4"
_TOP: Final = 2**32 - 1


def pack(columns: Mapping[str, NDArray[np.int64]], names: Sequence[str] = NUMBERS) -> NDArray[np.bytes_]:
    """Return the contents of rows, shape (n,), as byte strings of fixed length: they sort like keys.

    Raises
    ------
    ValueError
        For a number that does not fit into four bytes: truncated, its key would be that of another row.
    """
    packed = np.empty((len(columns["day"]), len(names)), _NUMBER)
    for place, name in enumerate(names):
        values = columns[name]
        if len(values) and not (int(values.min()) >= (name == "day") and int(values.max()) <= _TOP):
            raise ValueError(f"a value of {name} does not fit into a stored row")
        packed[:, place] = values
    return packed.view(f"S{4 * len(names)}").reshape(-1)


def unpack(contents: bytes, names: Sequence[str] = NUMBERS) -> dict[str, NDArray[np.uint32]]:
    """Return the numbers of contents that stand one after the other, each of shape (n,)."""
    packed = np.frombuffer(contents, _NUMBER).reshape(-1, len(names))
    return dict(zip(names, packed.T.astype(np.uint32, order="C"), strict=True))


def of_bytes(contents: bytes, names: Sequence[str] = NUMBERS) -> NDArray[np.bytes_]:
    """Return contents that stand one after the other as an array of shape (n,)."""
    return np.frombuffer(contents, f"S{4 * len(names)}")


def days_of(contents: NDArray[np.bytes_]) -> NDArray[np.int64]:
    """Return the day of each content, counted as contents do (0001-01-01 is 1)."""
    numbers = np.frombuffer(contents.tobytes(), _NUMBER).reshape(-1, contents.dtype.itemsize // 4)
    return numbers[:, 0].astype(np.int64)


def month_of(contents: NDArray[np.bytes_]) -> int:
    """Return the month (counted from January 1970) of contents of one month."""
    return int(_months(contents[:1])[0])


def months_of(contents: NDArray[np.bytes_]) -> list[NDArray[np.bytes_]]:
    """Cut contents that are in order into those of each month."""
    return [part for part in np.split(contents, np.flatnonzero(np.diff(_months(contents))) + 1) if len(part)]


def occurrence(contents: NDArray[Any]) -> NDArray[np.int64]:
    """Return the how-many-th of its kind each row is, from 0; equal ones stand together."""
    position = np.arange(len(contents))
    first = np.ones(len(contents), np.bool_)
    first[1:] = contents[1:] != contents[:-1]
    return position - np.maximum.accumulate(np.where(first, position, 0))


def times(contents: NDArray[np.bytes_], among: NDArray[np.bytes_]) -> NDArray[np.int64]:
    """Return how often each content stands among others, which are in order."""
    return np.searchsorted(among, contents, "right") - np.searchsorted(among, contents, "left")


def _months(contents: NDArray[np.bytes_]) -> NDArray[np.int64]:
    return (days_of(contents) - FIRST_DAY).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def month_keys(month: int) -> tuple[bytes, bytes]:
    """Return bytes no content of a month (counted from January 1970) is below, and bytes all of them are below."""
    first, end = (
        np.array([month, month + 1], "datetime64[M]").astype("datetime64[D]").astype(int) + FIRST_DAY
    ).tolist()
    return int(first).to_bytes(4), int(end).to_bytes(4)


def renumbered(
    contents: NDArray[np.bytes_], numbers_of: Mapping[str, Mapping[int, int]], names: Sequence[str] = NUMBERS
) -> NDArray[np.bytes_]:
    """Return contents, in order, with some residents or employees in place of others.

    Parameters
    ----------
    numbers_of
        "resident_id" or "staff_id" -> number in the rows -> number of the person meant.
    """
    if not len(contents) or not any(numbers_of.values()):
        return contents
    numbers = np.frombuffer(contents.tobytes(), _NUMBER).reshape(-1, len(names)).copy()
    for name, people in numbers_of.items():
        if name not in names or not people:
            continue
        column = numbers[:, names.index(name)].astype(np.int64)
        old = np.array(sorted(people), np.int64)
        place = np.minimum(np.searchsorted(old, column), len(old) - 1)
        new = np.array([people[number] for number in old.tolist()], np.int64)
        numbers[:, names.index(name)] = np.where(old[place] == column, new[place], column)
    return np.sort(numbers.view(contents.dtype).reshape(-1))
