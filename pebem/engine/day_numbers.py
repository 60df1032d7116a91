"""Days as numbers: counted from 1970-01-01, with a number for "since always" and one for "forever"."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

SINCE_ALWAYS: Final = -(2**31)
FOR_EVER: Final = 2**31 - 2

_EPOCH: Final = date(1970, 1, 1).toordinal()


def number_of(day: date) -> int:
    """Return the number of a day."""
    return day.toordinal() - _EPOCH


def day_of(number: int) -> date:
    """Return the day with a number."""
    return date.fromordinal(number + _EPOCH)


def first_of_month(number: int) -> date:
    """Return the first day of a month, counted from January 1970."""
    return date(1970 + number // 12, number % 12 + 1, 1)


def days(column: pd.Series, missing: int) -> NDArray[np.int64]:
    """Return days since 1970-01-01, shape (n,), with ``missing`` for NaT."""
    values = column.to_numpy(dtype="datetime64[D]")
    return np.where(np.isnat(values), missing, values.astype(np.int64))


def dates(numbers: NDArray[np.integer]) -> NDArray[np.object_]:
    """Return the days with some numbers as ``datetime.date``, shape (n,); equal ones are one object."""
    low = int(numbers.min()) if len(numbers) else 0
    calendar: NDArray[np.object_] = (
        np.arange(low, int(numbers.max(initial=low)) + 1).astype("datetime64[D]").astype(object)
    )
    return calendar[numbers.astype(np.int64, copy=False) - low]
