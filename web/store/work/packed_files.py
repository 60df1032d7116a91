"""Contents of the files of an upload, packed by month: file by file, with the number of rows of each."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np

from pebem.history.contents import NUMBERS, month_of, months_of, of_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray


def by_month(files: Sequence[NDArray[np.bytes_]]) -> dict[int, list[NDArray[np.bytes_]]]:
    """Return month (counted from January 1970) -> the rows of each file in it, which are in order."""
    months: dict[int, list[NDArray[np.bytes_]]] = {}
    for number, rows in enumerate(files):
        for part in months_of(rows):
            months.setdefault(month_of(part), [rows[:0] for rows in files])[number] = part
    return dict(sorted(months.items()))


def split_files(
    months: Iterable[tuple[bytes, Sequence[int] | None]], names: Sequence[str] = NUMBERS
) -> list[NDArray[np.bytes_]]:
    """Return the rows of each file, in order, from packed months.

    Parameters
    ----------
    months
        Contents, packed, and the number of rows of each file (None = there is one file), in order of the months.
    """
    files: list[list[NDArray[np.bytes_]]] = []
    for packed, lengths in months:
        rows = of_bytes(zlib.decompress(packed), names)
        for number, part in enumerate(np.split(rows, np.cumsum(lengths)[:-1]) if lengths else [rows]):
            if number == len(files):
                files.append([])
            files[number].append(part)
    return [np.concatenate(parts) for parts in files]
