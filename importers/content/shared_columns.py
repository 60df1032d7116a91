"""Columns that several sheets have in common: person numbers, days, texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from importers.content.dates import read_dates
from importers.findings import error
from importers.values import cell_values, days_and_times

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

    from importers.content.table import Table
    from importers.files.coded_column import CodedColumn

DAY_FORMATS: Final = "Schreiben Sie ein Datum als Tag.Monat.Jahr, zum Beispiel 01.03.2026."


def parse_number(value: Any) -> str:
    """Return a ``Bewohner-Nr`` or ``Personal-Nr``, "" if blank."""
    try:
        return cell_values.identifier(value)
    except ValueError:
        raise error(
            "nummer-unlesbar",
            "Dieser Wert ist keine Nummer einer Person.",
            "Formatieren Sie die Zelle als Text und tragen Sie die Nummer ein.",
        ) from None


def parse_moment(value: Any) -> datetime | None:
    """Return day and time of day, None if blank."""
    try:
        return days_and_times.moment(value)
    except ValueError:
        if isinstance(value, (int, float)):
            message = "Hier steht eine Zahl statt eines Datums."
        else:
            message = "Dieses Datum gibt es nicht oder es ist nicht lesbar."
        raise error("datum-unlesbar", message, DAY_FORMATS) from None


def parse_required_day(value: Any) -> datetime:
    """Return the day of a cell that must not be blank."""
    moment = parse_moment(value)
    if moment is None:
        raise error("datum-fehlt", "Das Datum fehlt.", "Tragen Sie das Datum ein.")
    return moment


def numbers(table: Table, column: str, *, required: bool = True) -> np.ndarray:
    """Return the person number of each row as text, "" where blank; a blank costs the row if required."""

    def parse(value: Any) -> str:
        number = parse_number(value)
        if required and not number:
            raise error(
                "nummer-fehlt", f"Die {column} fehlt.", f"Tragen Sie die {column} ein oder löschen Sie die Zeile."
            )
        return number

    codes, values = table.read(column, parse, "", costs_row=required)
    persons: np.ndarray = _objects(values)[codes]
    return persons


def days(table: Table, column: str, *, required: bool = False, costs_row: bool = True) -> np.ndarray:
    """Return the day of each row (datetime64[s]), NaT where blank or unreadable."""
    parse = parse_required_day if required else parse_moment
    codes, values = read_dates(table, column, parse, costs_row=costs_row)
    moments: np.ndarray = as_days(values)[codes]
    return moments


def as_seconds(values: list[datetime | None]) -> np.ndarray:
    """Return moments as datetime64[s], NaT for None."""
    missing = np.datetime64("NaT", "s")
    return np.array([missing if value is None else value for value in values], dtype="datetime64[s]")


def as_days(values: list[datetime | None]) -> np.ndarray:
    """Return the day of each moment as datetime64[s], NaT for None."""
    return as_seconds(values).astype("datetime64[D]").astype("datetime64[s]")


def first_days(moments: pd.Series, files: np.ndarray) -> dict[int, date]:
    """Return position of a file -> the first day of its rows.

    Parameters
    ----------
    moments, files
        Moment of each row, and position of the file it is from.
    """
    first = moments.groupby(files).min()
    return {file: day.date() for file, day in zip(first.index.tolist(), first, strict=True)}


def earliest(some: Mapping[int, date], others: Mapping[int, date]) -> dict[int, date]:
    """Return the earlier of two days of each file."""
    files = sorted(some.keys() | others.keys())
    return {file: min(days[file] for days in (some, others) if file in days) for file in files}


def texts(table: Table, column: str, parse: Callable[[Any], str] = cell_values.text) -> np.ndarray:
    """Return the text of each row, None where blank."""
    codes, values = table.read(column, parse, "")
    written: np.ndarray = _objects([value or None for value in values])[codes]
    return written


def categories(column: CodedColumn, fixed: tuple[str, ...] = ()) -> pd.Categorical:
    """Return text as categories, those that are fixed or else all that occur; "" and None are missing."""
    codes, values = column
    names = list(fixed) or list(dict.fromkeys(value for value in values if value))
    position = {name: i for i, name in enumerate(names)}
    lookup = np.array([position.get(value, -1) for value in values], dtype=np.int32)
    return pd.Categorical.from_codes(lookup[codes], categories=pd.Index(names, dtype="object"))


def frame(table: Table, columns: dict[str, Any]) -> pd.DataFrame:
    """Return the columns as a frame without the faulty rows."""
    rows = pd.DataFrame(columns, copy=False)
    if not table.faulty.any():
        return rows
    rows = rows[~table.faulty].reset_index(drop=True)
    for name in rows.columns:
        if isinstance(rows[name].dtype, pd.CategoricalDtype):
            rows[name] = rows[name].cat.remove_unused_categories()
    return rows


def text_series(values: np.ndarray) -> pd.Series:
    """Return text as a column of Python strings and None."""
    return pd.Series(values, dtype="object")


def _objects(values: list[Any]) -> np.ndarray:
    objects = np.empty(len(values), dtype=object)
    objects[:] = values
    return objects


__all__ = [
    "DAY_FORMATS",
    "as_days",
    "as_seconds",
    "categories",
    "days",
    "earliest",
    "first_days",
    "frame",
    "numbers",
    "parse_moment",
    "parse_number",
    "parse_required_day",
    "text_series",
    "texts",
]
