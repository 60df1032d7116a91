"""Rows that stand several times: in one file they are several, in two files they are one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

_WIDEST_KEY: Final = 2**62


def row_keys(columns: Iterable[np.ndarray]) -> np.ndarray:
    """Return one integer per row that is equal exactly where all columns (integers) are equal."""
    key: np.ndarray | None = None
    size = 1
    for column in columns:
        low = int(column.min()) if len(column) else 0
        span = int(column.max()) - low + 1 if len(column) else 1
        if size * span >= _WIDEST_KEY:
            key = pd.factorize(key)[0] if key is not None else None
            size = int(key.max()) + 1 if key is not None else 1
        if key is None:
            key = column.astype(np.int64)
        else:
            key *= span  # in place: new memory would take longer than the arithmetic
            key += column
        if low:
            key -= low
        size *= span
    return key if key is not None else np.zeros(0, dtype=np.int64)


def repeats_of_other_files(keys: np.ndarray, files: np.ndarray, further: np.ndarray | None = None) -> np.ndarray:
    """Return which rows an earlier file has already; equal ones within one file are none.

    Parameters
    ----------
    keys
        One integer per row, equal exactly where the rows are.
    files
        Position of each row's file among the files.
    further
        Which rows neither repeat others nor are repeated; None = none.
    """
    repeated = np.zeros(len(keys), dtype=bool)
    if not len(files) or files.min() == files.max():
        return repeated
    asked = np.flatnonzero(~further) if further is not None else np.arange(len(keys))
    keys, files = keys[asked], files[asked]
    turn = pd.Series(keys).groupby([keys, files]).cumcount()
    repeated[asked] = pd.DataFrame({"key": keys, "turn": turn}).duplicated().to_numpy()
    return repeated
