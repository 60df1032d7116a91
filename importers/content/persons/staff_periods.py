"""Two rows of an employee that begin on the same day: the later holds, and where it ends first the earlier goes on."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import numpy as np

from importers.findings import Problem, warning

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from importers.content.table import Table

_OPEN: Final = 2**40
_ALWAYS: Final = -_OPEN
"""Days since 1970-01-01 for rows without a last or first day."""


def settle_same_start(table: Table, people: pd.DataFrame) -> pd.DataFrame:
    """Return the frame of staff with one row for each first day of a person and file that counts on any day.

    Of the rows valid on a day the one that began last holds, of equals the later (``docs/adr/0016``). So an earlier row
    that lasts longer than the later one begins on the day after it: that is said, and then no two rows have the same
    key where files are folded.

    Parameters
    ----------
    table
        Sheet ``Mitarbeitende``, to report to.
    people
        The frame read from its good rows.
    """
    start, end = _days(people["start"], _ALWAYS), _days(people["end"], _OPEN)
    begins = start.copy()
    records = np.flatnonzero(~table.faulty)
    for own in _persons(people, table.sources_of_good_rows):
        for position, row in enumerate(own):
            earlier = [other for other in own[:position] if start[other] == start[row]]
            resumed = {other: day for other in earlier if (day := _resumed(other, own, start, end)) <= end[other]}
            for other, day in resumed.items():
                begins[other] = day
            if earlier:
                table.report(_same_start(min(resumed.values(), default=None)), [int(records[row])], "Gültig ab")
    if (begins == start).all():
        return people
    days = begins.astype("datetime64[D]").astype("datetime64[s]")
    return people.assign(start=np.where(begins == _ALWAYS, np.datetime64("NaT", "s"), days))


def _persons(people: pd.DataFrame, files: NDArray[np.int32]) -> list[list[int]]:
    """Return the rows of each person and file with more than one row, in order."""
    rows: dict[tuple[str, int], list[int]] = defaultdict(list)
    for row, key in enumerate(zip(people["staff"].tolist(), files.tolist(), strict=True)):
        rows[key].append(row)
    return [own for own in rows.values() if len(own) > 1]


def _resumed(row: int, own: list[int], start: NDArray[np.int64], end: NDArray[np.int64]) -> int:
    """Return the first day on which a row holds though other rows of the person go before it."""
    day = int(start[row])
    while before := [
        int(end[other])
        for other in own
        if start[other] <= day <= end[other] and (start[other], other) > (start[row], row)
    ]:
        day = max(before) + 1
    return day


def _days(column: pd.Series, missing: int) -> NDArray[np.int64]:
    """Return days since 1970-01-01; ``missing``: for NaT."""
    moments = column.to_numpy("datetime64[D]")
    return np.where(np.isnat(moments), missing, moments.astype(np.int64))


def _same_start(again: int | None) -> Problem:
    """Return what is said of a row with the first day of another; ``again``: the day on which that one goes on."""
    afterwards = "" if again is None else f"; ab {np.datetime64(again, 'D').item():%d.%m.%Y} wieder die frühere"
    return warning(
        "gueltig-ab-doppelt",
        "Diese Person hat weiter oben schon eine Zeile mit demselben „Gültig ab“; es gilt die spätere Zeile"
        f"{afterwards}.",
        "Tragen Sie bei jeder Änderung ein eigenes „Gültig ab“ ein oder löschen Sie die überzählige Zeile.",
    )
