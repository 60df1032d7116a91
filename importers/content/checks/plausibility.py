"""Whether the columns of interventions can be true as a whole: warnings with the numbers, nothing is changed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from importers.findings import warning
from pebem.contracts import STATUSES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from importers.content.table import Table

_FEWEST: Final = 3
"""Durations that it takes before they are judged as a whole."""

_FEWEST_ALIKE: Final = 20
_LEAST, _MOST = 60, 2 * 3600
"""Seconds within which the median of all durations lies; outside, the unit is another one."""

_YEAR: Final = 366
_FEW, _SMALL_SHARE = 3, 0.05
"""Rows that may lie far from all others: so many, or this share."""

_HOUR: Final = 3600
_MOST_OF_STAFF, _MOST_OF_RESIDENT = 16, 24
"""Hours of work of one employee, and for one resident, on one day."""

_PLACES: Final = 3


def check_plausibility(table: Table, work: pd.DataFrame) -> None:
    """Add warnings about durations, days and the work of a day.

    Parameters
    ----------
    work
        The rows without errors, as in :mod:`pebem.contracts`.
    """
    _check_durations(table, work["seconds"].to_numpy())
    days = work["date"].to_numpy().astype("datetime64[D]")
    check_future(table, "Datum", days)
    _check_far_days(table, days)
    done = work["status"].isna().to_numpy() | (work["status"] == STATUSES[0]).to_numpy()
    for column, limit, who in (
        ("staff", _MOST_OF_STAFF, ("Personal-Nr", "hat eine Person", "hätte gearbeitet")),
        ("resident", _MOST_OF_RESIDENT, ("Bewohner-Nr", "hat eine Person", "wäre versorgt worden")),
    ):
        _check_hours(table, work[column], days, np.where(done, work["seconds"].to_numpy(), 0), limit, who)


def check_future(table: Table, column: str, days: NDArray[np.datetime64]) -> None:
    """Warn of days after today; of each good row, NaT = none."""
    today = date.today()  # noqa: DTZ011 - days are those of the local calendar
    late = np.flatnonzero(days > np.datetime64(today))
    if len(late):
        table.report_sheet(
            warning(
                "datum-zukunft",
                f"{_rows(len(late), len(days))} nach heute ({today:%d.%m.%Y}), der späteste Tag ist der "
                f"{_named(days[late].max())}. Was erst noch kommt, kann nicht geschehen sein.",
                "Prüfen Sie das Jahr dieser Tage.",
            ),
            value=_named(days[late].max()),
            column=column,
            count=len(late),
        )


def _check_durations(table: Table, seconds: NDArray[np.int32]) -> None:
    given = seconds[seconds > 0]
    known = seconds[seconds >= 0]
    if len(known) < _FEWEST:
        return
    median = float(np.median(given if len(given) else known))  # 0 often says that nobody looked at the clock
    numbers = f"Von {len(known)} Dauern ist die mittlere {_minutes(median)}, die längste {_minutes(known.max())} lang"
    if median < _LEAST:
        table.report_sheet(
            warning(
                "minuten-zu-klein",
                f"{numbers}; so kurz ist Pflege nicht. Vermutlich stehen hier Stunden oder Bruchteile eines Tages "
                "statt Minuten.",
                "Prüfen Sie die Einheit: Nennen Sie sie in der Überschrift, zum Beispiel „Dauer (h)“, beim Zuordnen "
                "der Spalten oder im Profil, oder formatieren Sie die Spalte als Uhrzeit.",
            ),
            column="Minuten",
            count=len(known),
        )
    elif median > _MOST:
        table.report_sheet(
            warning(
                "minuten-zu-gross",
                f"{numbers}; so lang ist Pflege nicht. Vermutlich stehen hier Sekunden statt Minuten.",
                "Prüfen Sie die Einheit: Nennen Sie sie in der Überschrift, zum Beispiel „Dauer (s)“, beim Zuordnen "
                "der Spalten oder im Profil.",
            ),
            column="Minuten",
            count=len(known),
        )
    elif len(given) >= _FEWEST_ALIKE and given.min() == given.max() and median == _LEAST:
        table.report_sheet(
            warning(
                "minuten-alle-gleich",
                f"Alle {len(given)} Dauern sind eine Minute lang; vermutlich ist das eine Anzahl und keine Dauer.",
                "Prüfen Sie, ob die Spalte Minuten enthält.",
            ),
            column="Minuten",
            count=len(given),
        )


def _check_far_days(table: Table, days: NDArray[np.datetime64]) -> None:
    """Warn of a few rows more than a year apart from all others; what lies in the future is told already."""
    past = days[days <= np.datetime64(date.today())]  # noqa: DTZ011
    different, counts = np.unique(past, return_counts=True)
    if not len(different):
        return
    part = np.cumsum(np.diff(different, prepend=different[:1]).astype(np.int64) > _YEAR)
    sizes = np.bincount(part, counts)
    far = part != sizes.argmax()
    rows = int(counts[far].sum())
    if not rows or rows > max(_FEW, _SMALL_SHARE * len(past)) or 2 * rows >= len(past):
        return
    others = different[~far]
    named = ", ".join(_named(day) for day in different[far][:_PLACES])
    table.report_sheet(
        warning(
            "datum-weit-entfernt",
            f"{_rows(rows, len(past))} mehr als ein Jahr vor oder nach allen anderen ({named}); die anderen reichen "
            f"vom {_named(others[0])} bis zum {_named(others[-1])}.",
            "Prüfen Sie das Jahr dieser Tage: Sie dehnen den Zeitraum der Auswertung.",
        ),
        value=named,
        column="Datum",
        count=rows,
    )


def _check_hours(
    table: Table,
    people: pd.Series,
    days: NDArray[np.datetime64],
    seconds: NDArray[np.int64],
    limit: int,
    words: tuple[str, str, str],
) -> None:
    """Warn of days on which the work of one person, or for one, is longer than a day can be."""
    codes = people.cat.codes.to_numpy()
    known = (codes >= 0) & (seconds > 0)
    day_codes, different = pd.factorize(days[known])
    key = codes[known].astype(np.int64) * max(len(different), 1) + day_codes
    keys, position = np.unique(key, return_inverse=True)
    sums = np.bincount(position, seconds[known], minlength=len(keys))
    over = sums > limit * _HOUR
    if not over.any():
        return
    longest = int(sums.argmax())
    person, day = divmod(int(keys[longest]), max(len(different), 1))
    column, who, verb = words
    table.report_sheet(
        warning(
            "arbeit-unmoeglich",
            f"{int(over.sum())}-mal {who} an einem Tag mehr als {limit} Stunden; am längsten {verb} sie "
            f"{_number(sums[longest] / _HOUR)} Stunden ({column} {people.cat.categories[person]} am "
            f"{_named(different[day])}).",
            "Prüfen Sie Minuten und Nummern dieser Zeilen: Oft steht eine Summe, eine andere Einheit oder eine "
            "Sammelnummer darin.",
        ),
        value=str(people.cat.categories[person]),
        column=column,
        count=int(over.sum()),
    )


def _rows(count: int, of_all: int) -> str:
    return f"{count} von {of_all} Zeilen {'liegt' if count == 1 else 'liegen'}"


def _named(day: np.datetime64) -> str:
    return f"{pd.Timestamp(day):%d.%m.%Y}"


def _minutes(seconds: float) -> str:
    return f"{_number(seconds / 60)} Minuten"


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", ",")
