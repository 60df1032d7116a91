"""From text to dense integers, once, at the door: strings never enter the kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from pebem.contracts import SECONDS_MISSING, STATUSES, Tables
from pebem.daynumbers import day_of, days, number_of
from pebem.timeline import FIRST_PERSON, NOBODY, UNKNOWN_PERSON, positions

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from rules import RuleBook

NOT_GIVEN: Final = 0
"""Code of a ward or shift that is not given."""


class EmptyError(ValueError):
    """There is no row to take a period from."""


@dataclass(frozen=True)
class Rows:
    """The counted rows of a home as codes, int32 arrays of shape (n,).

    One width for all columns: no code can wrap, and narrower ones were measured to save nothing but memory.

    Attributes
    ----------
    resident, staff
        0 = no number given, 1 = not in the master data, then the known people.
    intervention
        Position in ``book.interventions``.
    day
        Days since the first day of the period.
    ward, shift
        0 = not given, else position in the labels plus 1.
    seconds
        0 where no minutes are given.
    """

    resident: NDArray[np.int32]
    staff: NDArray[np.int32]
    intervention: NDArray[np.int32]
    day: NDArray[np.int32]
    ward: NDArray[np.int32]
    shift: NDArray[np.int32]
    seconds: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.resident)


@dataclass(frozen=True)
class Coded:
    """Rows with what their codes mean.

    Attributes
    ----------
    period
        First and last day, both included.
    staff : Index
        Known staff in the order of their codes.
    wards, shifts
        Labels in the order of their codes; position 0 is None (not given).
    excluded
        Rows that do not count, by reason.
    has_minutes : (n,) bool
        Minutes were given.
    """

    rows: Rows
    period: tuple[date, date]
    staff: pd.Index
    wards: tuple[str | None, ...]
    shifts: tuple[str | None, ...]
    excluded: dict[str, int]
    has_minutes: NDArray[np.bool_]


def _category_codes(column: pd.Series, of_category: NDArray[np.int64], missing: int) -> NDArray[np.int32]:
    """Translate a categorical column through a table over its categories."""
    table = np.append(of_category, missing).astype(
        np.int32
    )  # pandas codes a missing value as -1, which is the last entry
    return table[column.cat.codes.to_numpy()]


def _people(column: pd.Series, known: pd.Index) -> NDArray[np.int32]:
    found = positions(pd.Series(column.cat.categories, dtype=object), known)
    codes = np.where(found < 0, UNKNOWN_PERSON, found + FIRST_PERSON)
    return _category_codes(column, codes, NOBODY)


def _labels(column: pd.Series, labels: tuple[str | None, ...]) -> NDArray[np.int32]:
    place = {label: i for i, label in enumerate(labels)}
    of_category = np.array([place[label] for label in column.cat.categories], np.int64)
    return _category_codes(column, of_category, NOT_GIVEN)


def encode(tables: Tables, book: RuleBook, period: tuple[date, date] | None) -> Coded:
    """Code the rows that count.

    Parameters
    ----------
    period
        First and last day, both included; None = from the first to the last day of the rows.

    Raises
    ------
    EmptyError
        Where ``period`` is None and there is no row.
    """
    frame = tables.interventions
    day = days(frame["date"], 0)
    if period is None:
        if frame.empty:
            raise EmptyError("Es gibt keine Interventionen, aus denen sich ein Zeitraum ergibt.")
        first, last = int(day.min()), int(day.max())
    else:
        first, last = (number_of(moment) for moment in period)
    status = frame["status"].cat
    done = np.append(status.categories == STATUSES[0], True)[status.codes.to_numpy()]
    inside = (day >= first) & (day <= last)
    counts = done & inside
    excluded = {
        "nicht_durchgefuehrt": int((~done).sum()),
        "ausserhalb_zeitraum": int((done & ~inside).sum()),
        "fehlerhaft": tables.faulty,
    }
    kept = frame[counts]
    known_residents = pd.Index(tables.residents["resident"])
    known_staff = pd.Index(tables.staff["staff"].unique())
    wards = _sorted_labels(tables.residents["ward"], frame["ward"].cat.categories)
    shifts = _sorted_labels(frame["shift"].cat.categories)
    resident = _people(kept["resident"], known_residents)
    seconds = kept["seconds"].to_numpy(np.int64)
    rows = Rows(
        resident=resident,
        staff=_people(kept["staff"], known_staff),
        intervention=_interventions(kept["intervention"], book),
        day=(day[counts] - first).astype(np.int32),
        ward=_wards(kept["ward"], tables.residents, resident, wards),
        shift=_labels(kept["shift"], shifts),
        seconds=np.maximum(seconds, 0).astype(np.int32),
    )
    span = (day_of(first), day_of(last))
    return Coded(rows, span, known_staff, wards, shifts, excluded, seconds != SECONDS_MISSING)


def _interventions(column: pd.Series, book: RuleBook) -> NDArray[np.int32]:
    unknown = [name for name in column.cat.categories if name not in book.index]
    used = set(column.dropna().unique()) if unknown or column.isna().any() else set()
    if column.isna().any() or used & set(unknown):
        raise ValueError(f"interventions not in the rulebook: {sorted(used & set(unknown)) or 'missing values'}")
    of_category = np.array([book.index.get(name, 0) for name in column.cat.categories], np.int64)
    return _category_codes(column, of_category, 0)


def _wards(
    column: pd.Series, residents: pd.DataFrame, resident: NDArray[np.int32], wards: tuple[str | None, ...]
) -> NDArray[np.int32]:
    """Return ward codes; where a row gives none, that of its resident."""
    place = {label: i for i, label in enumerate(wards)}
    lives_in = [NOT_GIVEN] * FIRST_PERSON
    lives_in += [place[ward] if isinstance(ward, str) else NOT_GIVEN for ward in residents["ward"]]
    given = _labels(column, wards)
    return np.where(given == NOT_GIVEN, np.array(lives_in, np.int32)[resident], given)


def _sorted_labels(*columns: pd.Series | pd.Index) -> tuple[str | None, ...]:
    found = {label for column in columns for label in column if isinstance(label, str)}
    return (None, *sorted(found))
