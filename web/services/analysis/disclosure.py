"""What of a month may be shown (security row D3): decided when it is analysed, stored with it.

Every figure that a page shows is a sum of blocks of one view (:mod:`pebem.disclosure.views`). Which cells are in which
block is stored beside their sums, so reading needs no employees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pebem.contributions import BY_EMPLOYEE, LACKING
from pebem.disclosure.groups import Work, numbered
from pebem.disclosure.views import VIEWS, blocks, by_itself
from pebem.engine.coded_table import CodedTable
from pebem.engine.day_numbers import number_of
from pebem.fit_classes import FIT_CLASSES
from web.store.result import repository

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray
    from sqlalchemy import Connection

CELL: Final = ("ward", "shift", "intervention", "outcome")
"""What the cells of a month are kept by."""

CELL_OF_COVERAGE: Final = ("ward", "known")
"""What is kept of what is known."""

OF_DAYS: Final = "day"
"""The view that tells days apart; all others are about whole months."""

OF_COVERAGE: Final = {name: f"lacks_{name}" for name in LACKING}
"""The views of what is not known of the work, by what it is."""

OF_GRADES: Final = "grade"
"""The view of the Pflegegrade of those who were cared for; it is cut by itself alone."""

BANDS: Final = (0, 2, 3, 4)
"""Levels called for that work for a Pflegegrad is told by: 2 = 1 and 2, 0 = unknown."""

BAND_OF_LEVEL: Final = np.array([0, 1, 1, 2, 3])
"""Position in ``BANDS`` by level called for."""

CELL_OF_GRADES: Final = ("grade", "band")
"""What is kept of the Pflegegrade."""

_BESIDE: Final = {name: ((("ward", name), (name,), ()), ((name,), ())) for name in OF_COVERAGE.values()}

OF_MONTHS: Final = tuple(name for name in VIEWS if name != OF_DAYS)

_NEVER: Final = np.iinfo(np.int32).max

BLOCK: Final = "block_{}"
"""Column with the block of a view."""


def derived(month: CodedTable) -> dict[str, CodedTable]:
    """Return what ``repository.MONTHS``, ``KNOWN``, ``GRADES``, ``DAYS`` and ``OUTCOMES`` store of a month.

    The same work gives the same blocks, whatever the order of its rows and codes.

    Parameters
    ----------
    month
        Its full cells, as of ``repository.FULL``.
    """
    whole = month.in_order().summed(*BY_EMPLOYEE)
    month = whole.summed(*(name for name in BY_EMPLOYEE if name != "grade"))
    outcomes: Any = month.labels["outcome"]
    named = np.array([label is not None for label in month.labels["staff"]], bool)
    chapters = [str(name).partition(".")[0] for name in month.labels["intervention"]]
    column = {name: values.astype(np.int64) for name, values in month.columns.items()}
    column |= {
        "day": column["day"] - column["day"].min(initial=0),
        "fit": np.array([FIT_CLASSES.index(fit) for _, _, fit, _ in outcomes], np.int64)[column["outcome"]],
        "group": np.unique(chapters, return_inverse=True)[1][column["intervention"]],
    }
    person = np.where(named[column["staff"]], column["staff"], -1)
    column |= {OF_COVERAGE[name]: (column["known"] & bit > 0).astype(np.int64) for name, bit in LACKING.items()}
    lacking = {name: chains for name, chains in _BESIDE.items() if column[name].any()}
    found = dict.fromkeys(_BESIDE, np.zeros_like(person))
    found |= blocks(column, Work(person, (column["seconds"], column["count"])), lacking)
    number = repository.month_of(month.columns["day"][:1])
    fit = CodedTable({**month.columns, "fit": column["fit"]}, {"fit": FIT_CLASSES})
    return {
        repository.MONTHS: _with_blocks(month.summed(*CELL), [column[name] for name in CELL], found, OF_MONTHS, number),
        repository.KNOWN: _with_blocks(
            month.summed(*CELL_OF_COVERAGE),
            [column[name] for name in CELL_OF_COVERAGE],
            found,
            tuple(OF_COVERAGE.values()),
            number,
        ),
        repository.GRADES: _by_grade(whole, number),
        repository.OUTCOMES: month.summed("day", "outcome"),
        repository.DAYS: _with_blocks(
            fit.summed("day", "fit"), [column["day"], column["fit"]], found, (OF_DAYS,), number
        ),
    }


def _by_grade(month: CodedTable, number: NDArray[np.int64]) -> CodedTable:
    """Return the sums of a month by Pflegegrad and level called for, with their blocks."""
    outcomes: Any = month.labels["outcome"]
    of_outcome = BAND_OF_LEVEL[np.array([soll for soll, *_ in outcomes], np.int64)]
    by_band = CodedTable(
        {**month.columns, "band": of_outcome[month.columns["outcome"]]}, {**month.labels, "band": BANDS}
    )
    column = {name: values.astype(np.int64) for name, values in by_band.columns.items()}
    named = np.array([label is not None for label in month.labels["staff"]], bool)
    person = np.where(named[column["staff"]], column["staff"], -1)
    work = Work(person, (column["seconds"], column["count"]))
    found = {OF_GRADES: by_itself(column, work, (CELL_OF_GRADES, ("grade",), ()))}
    codes = [column[name] for name in CELL_OF_GRADES]
    return _with_blocks(by_band.summed(*CELL_OF_GRADES), codes, found, (OF_GRADES,), number)


FIGURES: Final = (repository.MONTHS, repository.DAYS, repository.KNOWN, repository.GRADES)
"""What is stored with blocks."""

StoredFigures = list[CodedTable]
"""``FIGURES`` of some months."""


def stored(connection: Connection, home_id: int, months: tuple[date, date]) -> StoredFigures | None:
    """Return what is stored of some months, which these days are in; None where something is not."""
    first, last = (int(repository.month_of(number_of(day))) for day in months)
    found = [repository.read(connection, home_id, kind, range(first, last + 1)) for kind in FIGURES]
    there = [table for table in found if table is not None]
    return there if len(there) == len(found) else None


def blocks_of_rows(month: CodedTable, figures: StoredFigures | None = None) -> list[NDArray[np.int64]]:
    """Return for each view the block each row of one month is in, ``HIDDEN`` where the view does not show it.

    Parameters
    ----------
    month
        Rows by ``BY_EMPLOYEE`` with count and seconds, all of the month, however finely; each array of the answer is of
        shape (n,).
    figures
        What is stored of this and other months. Where that is not known, or lacks a row, it is made of the rows.
    """
    found = _blocks_in(figures, month) if figures else None
    if found is None:
        made = derived(month)
        found = _blocks_in([made[kind] for kind in FIGURES], month)
    if found is None:
        raise AssertionError("each row is in a cell of its own month")
    return found


def _blocks_in(figures: StoredFigures, month: CodedTable) -> list[NDArray[np.int64]] | None:
    """Return the blocks of the rows of a month, None where one of them is in none."""
    number = repository.month_of(month.columns["day"][:1])
    cells, days, coverage, grades = (table[table.columns["month"] == number] for table in figures)
    place = _place([_relabelled(month, name, cells) for name in CELL], [_wide(cells, name) for name in CELL])
    outcomes: Any = month.labels["outcome"]
    fits = {fit: code for code, fit in enumerate(days.labels["fit"])}
    fit = np.array([fits.get(label, len(fits)) for _, _, label, _ in outcomes], np.int64)[month.columns["outcome"]]
    start = min(int(table.columns["day"].min(initial=_NEVER)) for table in (month, days))
    day = _place([_wide(month, "day") - start, fit], [_wide(days, "day") - start, _wide(days, "fit")])
    known = _place(
        [_relabelled(month, "ward", coverage), _wide(month, "known")],
        [_wide(coverage, name) for name in CELL_OF_COVERAGE],
    )
    band = BAND_OF_LEVEL[np.array([soll for soll, *_ in outcomes], np.int64)][_wide(month, "outcome")]
    places = {label: code for code, label in enumerate(grades.labels["band"])}
    of_bands = np.array([places.get(label, len(places)) for label in BANDS], np.int64)
    grade = _place(
        [_relabelled(month, "grade", grades), of_bands[band]], [_wide(grades, name) for name in CELL_OF_GRADES]
    )
    if any((of_rows < 0).any() for of_rows in (place, day, known, grade)):
        return None
    return [
        *(_wide(cells, BLOCK.format(name))[place] for name in OF_MONTHS),
        _wide(days, BLOCK.format(OF_DAYS))[day],
        *(_wide(coverage, BLOCK.format(name))[known] for name in OF_COVERAGE.values()),
        _wide(grades, BLOCK.format(OF_GRADES))[grade],
    ]


def _relabelled(month: CodedTable, name: str, other: CodedTable) -> NDArray[np.int64]:
    """Return a column in the codes of another table; of a label that has none there, one more."""
    codes = {label: code for code, label in enumerate(other.labels[name])}
    of_labels = np.array([codes.get(label, len(codes)) for label in month.labels[name]], np.int64)
    return of_labels[_wide(month, name)]


def _wide(table: CodedTable, name: str) -> NDArray[np.int64]:
    return table.columns[name].astype(np.int64)


def _place(wanted: list[NDArray[np.int64]], there: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return in which row of another table each row is, by columns that are a key of it; -1 = in none."""
    number = numbered(*(np.concatenate(pair).astype(np.int64) for pair in zip(wanted, there, strict=True)))
    place = np.full(int(number.max(initial=0)) + 1, -1)
    place[number[len(wanted[0]) :]] = np.arange(len(there[0]))
    return place[number[: len(wanted[0])]]


def _with_blocks(
    cells: CodedTable,
    codes: list[NDArray[np.int64]],
    found: dict[str, NDArray[np.int64]],
    views: tuple[str, ...],
    month: NDArray[np.int64],
) -> CodedTable:
    """Return sums of rows, in the order of their codes, with the blocks their rows are in."""
    row = np.empty(len(cells), np.int64)
    row[numbered(*codes)] = np.arange(len(codes[0]))
    of_cells = {BLOCK.format(name): found[name][row] for name in views}
    return CodedTable({**cells.columns, "month": np.repeat(month, len(cells)), **of_cells}, cells.labels)
