"""The analysed work of a home as it is stored: by month, in parts for the questions pages ask.

What is asked often is summed beforehand, so a page of three years reads a few hundred kilobytes. Sums are made from
the full cells of a month whenever those change, in the same statement sequence: they cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
from sqlalchemy import delete, insert, select

from pebem.engine.coded_table import CodedTable, concat
from web.store.models import Cube
from web.store.result import packed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from numpy.typing import NDArray
    from sqlalchemy import Connection, Table

FULL: Final = "cells"
"""Every cell: day, ward, shift, intervention, outcome, what is known, Pflegegrad, employee; count and seconds.

No page reads it.
"""

COVERAGE: Final = "coverage"
"""By day, book (its hash) and ward: for how many rows each thing was known."""

DEMAND: Final = "demand"
"""Of one intervention: resident, day, demand; count and seconds. Nobody who did it."""

GRADES: Final = "grades"
"""The full cells by Pflegegrad of the resident and level called for, and the block."""

RELIEF: Final = "relief"
SHIFTS: Final = "shifts"
UNMET: Final = "unmet"
ROSTER_DAYS: Final = "roster_days"
"""Feasible relief on days with a roster, as ``work``, ``shifts``, ``unmet`` and ``days`` of ``ReliefByDay``
(``pebem.relief.by_day``). ``shifts`` and ``unmet`` tell people apart, to know how many stand behind a figure."""

MONTHS: Final = "months"
"""The full cells without day and employee, and for each view the block in which a cell is shown."""

KNOWN: Final = "known"
"""The full cells by ward and what is known of them (``pebem.contributions.LACKING``), and the block."""

DAYS: Final = "days"
"""The whole home by day and fit class, and the block in which a cell is shown."""

OUTCOMES: Final = "outcomes"
"""The whole home by day and outcome: what a preview compares. No other page reads it."""

COMPARED: Final = (OUTCOMES, COVERAGE)
"""What a preview compares."""

_DERIVED: Final = (MONTHS, KNOWN, GRADES, DAYS, OUTCOMES)

RELIEF_MONTHS: Final = "relief_months"
SHIFTS_MONTHS: Final = "shifts_months"
UNMET_MONTHS: Final = "unmet_months"
"""``RELIEF``, ``SHIFTS`` and ``UNMET`` without the day."""

_SUMMED: Final = {
    RELIEF_MONTHS: (RELIEF, ("third", "ward", "intervention", "way"), ("seconds",)),
    SHIFTS_MONTHS: (SHIFTS, ("third", "ward", "staff", "as"), ("seconds",)),
    UNMET_MONTHS: (UNMET, ("hour", "ward", "qn_soll", "staff"), ("seconds",)),
}
"""What is summed beforehand, of what, by which columns, and what of it."""

_MONTHS_OF: Final = {RELIEF: RELIEF_MONTHS, SHIFTS: SHIFTS_MONTHS, UNMET: UNMET_MONTHS}
_TABLE: Final = cast("Table", Cube.__table__)

Derive = Callable[[CodedTable], dict[str, CodedTable]]

Result = dict[str, CodedTable]
"""What was analysed: the cells of ``FULL``, ``COVERAGE`` and ``DEMAND``, this one of all interventions; and
of ``RELIEF``, ``SHIFTS``, ``UNMET`` and ``ROSTER_DAYS`` where someone was on shift."""


def month_of(day: NDArray[Any] | int) -> NDArray[np.int64]:
    """Return the months (since January 1970) of days (since 1970-01-01)."""
    return np.asarray(day, np.int64).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def replace(
    connection: Connection,
    home_id: int,
    result: Result,
    derive: Derive,
    days: tuple[int, int] | None = None,
    kinds: Collection[str] = (),
) -> None:
    """Replace the stored result of a home, in the open transaction.

    Parameters
    ----------
    derive
        Makes ``MONTHS``, ``KNOWN``, ``GRADES``, ``DAYS`` and ``OUTCOMES`` of the full cells of a whole month.
    result
        What was analysed; of no day outside ``days``.
    days
        First and last day whose result is replaced; None = all. The other days of their months do not change.
    kinds
        What alone is replaced, each as it is in ``result``: whoever does this rolls the transaction back. () = all.
    """
    outdated = delete(_TABLE).where(_TABLE.c.home_id == home_id)
    if kinds:
        outdated = outdated.where(_TABLE.c.kind.in_(kinds))
    if days is not None:
        first, last = (int(month_of(day)) for day in days)
        result = _completed(connection, home_id, result, days, {first, last}, kinds)
        outdated = outdated.where(_TABLE.c.month.between(first, last))
    connection.execute(outdated)
    rows = [
        {"home_id": home_id, "kind": kind, "about": about, "month": month, "content": packed.pack(cells)}
        for kind, about, month, cells in _pieces(result, derive)
    ]
    if rows:
        connection.execute(insert(_TABLE), rows)


def read(
    connection: Connection, home_id: int, kind: str, months: Iterable[int] | None = None, about: str = ""
) -> CodedTable | None:
    """Return the stored result of a home in some months (None = all), in order of months; None where there is nothing.

    Raises
    ------
    web.store.result.packed.FormatError
        Where it is of another version, or damaged.
    """
    table = _TABLE
    query = select(table.c.content).where(table.c.home_id == home_id, table.c.kind == kind, table.c.about == about)
    if months is not None:
        month_numbers = sorted(months)
        if not month_numbers:
            return None
        query = query.where(table.c.month.between(month_numbers[0], month_numbers[-1]))
        if month_numbers != list(range(month_numbers[0], month_numbers[-1] + 1)):
            query = query.where(table.c.month.in_(month_numbers))
    parts = [packed.unpack(content) for content in connection.scalars(query.order_by(table.c.month))]
    return concat(parts) if parts else None


def read_days(connection: Connection, home_id: int, kind: str, days: tuple[int, int]) -> CodedTable | None:
    """Return ``RELIEF``, ``SHIFTS`` or ``UNMET`` of some days, both included, without the day; None = nothing.

    Whole months come from their sums.
    """
    first, last = (int(month_of(day)) for day in days)
    whole = range(
        first + (int(month_of(days[0] - 1)) == first),
        last + (int(month_of(days[1] + 1)) > last),
    )
    summed = read(connection, home_id, _MONTHS_OF[kind], whole)
    edges = (read(connection, home_id, kind, [month]) for month in sorted({first, last}.difference(whole)))
    cut = [cells.between(*days).without("day") for cells in edges if cells is not None]
    parts = cut if summed is None else [summed, *cut]
    return concat(parts) if parts else None


def _completed(
    connection: Connection,
    home_id: int,
    result: Result,
    days: tuple[int, int],
    months: Iterable[int],
    kinds: Collection[str],
) -> Result:
    """Return a result with the days of its first and last month that are not replaced."""
    parts: dict[str, list[CodedTable]] = {kind: [cells] for kind, cells in result.items()}
    wanted = _TABLE.c.kind.in_(kinds) if kinds else _TABLE.c.kind.not_in((*_DERIVED, *_SUMMED))
    query = select(_TABLE.c.kind, _TABLE.c.about, _TABLE.c.content).where(
        _TABLE.c.home_id == home_id, _TABLE.c.month.in_(months), wanted
    )
    for kind, about, content in connection.execute(query):
        stored = packed.unpack(content)
        day = stored.columns["day"]
        stored = stored[(day < days[0]) | (day > days[1])]
        if len(stored):
            parts.setdefault(kind, []).append(_of_all(stored, about) if kind == DEMAND else stored)
    return {kind: concat(of_kind) for kind, of_kind in parts.items()}


def _of_all(cells: CodedTable, intervention: str) -> CodedTable:
    code = np.zeros(len(cells), np.int32)
    return CodedTable({"intervention": code, **cells.columns}, {"intervention": (intervention,), **cells.labels})


def _pieces(result: Result, derive: Derive) -> Iterator[tuple[str, str, int, CodedTable]]:
    """Cut a result into what becomes a row: kind, intervention, month, cells."""
    for kind, cells in result.items():
        if kind == DEMAND:
            label = cells.labels["intervention"]
            for month, part in _by(cells, month_of(cells.columns["day"])):
                for code, of_one in _by(part, part.columns["intervention"]):
                    yield kind, str(label[code]), month, of_one.without("intervention")
            continue
        for month, part in _by(cells, month_of(cells.columns["day"])):
            yield kind, "", month, part
            if kind == FULL:
                yield from ((name, "", month, derived) for name, derived in derive(part).items())
            for name, (source, keys, sums) in _SUMMED.items():
                if source == kind:
                    yield name, "", month, part.summed(*keys, sums=sums)


def _by(cells: CodedTable, key: NDArray[Any]) -> Iterator[tuple[int, CodedTable]]:
    """Return the cells of each key, in order of keys; rows keep their order."""
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    starts: Sequence[int] = np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1)).tolist()
    # Days on which only strangers were cared for have no grades and no demand: nothing to cut.
    for start, stop in zip(starts, [*starts[1:], len(ordered)][: len(starts)], strict=True):
        yield int(ordered[start]), cells[order[start:stop]]
