"""Small frames of people as rows of plain values, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pebem import contracts
from rules.vocabulary import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def records(frame: pd.DataFrame, columns: Iterable[str]) -> list[tuple[Any, ...]]:
    """Return some columns row by row: text, numbers, days (``datetime.date``), None = missing."""
    return list(zip(*(plain(frame[name]) for name in columns), strict=True)) if len(frame) else []


def plain(column: pd.Series) -> list[Any]:
    """Return the values of a column: text, numbers, days (``datetime.date``), None = missing."""
    if pd.api.types.is_datetime64_any_dtype(column):
        days: list[Any] = column.to_numpy("datetime64[D]").astype(object).tolist()
        return days
    values: list[Any] = column.astype(object).where(column.notna(), None).tolist()
    return values


def typed(rows: Sequence[Sequence[Any]], columns: Mapping[str, str]) -> pd.DataFrame:
    """Return rows as a frame with the columns and types that :mod:`pebem.contracts` promises."""
    if not rows:
        return contracts.empty(dict(columns))
    series: dict[str, pd.Series] = {}
    for (name, kind), values in zip(columns.items(), zip(*rows, strict=True), strict=True):
        match kind:
            case "day":
                series[name] = pd.Series(np.array(values, dtype="datetime64[D]").astype("datetime64[s]"))
            case "int":
                series[name] = pd.Series(values, dtype="int32")
            case "truth":
                series[name] = pd.Series([MISSING if value is None else value for value in values], dtype="int8")
            case _:
                series[name] = pd.Series(values, dtype="object")
    return pd.DataFrame(series)
