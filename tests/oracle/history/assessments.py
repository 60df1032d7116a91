"""Folding assessments: those of one day, those without a day, and their parts."""

from __future__ import annotations

import datetime as dt  # in the values
from dataclasses import dataclass

from .records import ALWAYS, AmbiguousError, Assessed


@dataclass
class _Whole:
    """An assessment of a resident as deliveries told it, one or, in parts, several.

    Attributes
    ----------
    day
        Its own day, None = it has none.
    told
        Cover and place of the earliest and of the last delivery that told it.
    own
        Cover and place of the delivery that told of it first; of one with a day, that told the day.
    beside
        Whether it came beside one with a day.
    """

    day: dt.date | None
    told: tuple[tuple[dt.date, int], int]
    own: tuple[dt.date, int]
    beside: bool
    cells: dict[str, int | str]
    special: bool


Placed = dict[dt.date, tuple[dict[str, int | str], bool]]


def fold(told: list[tuple[dt.date, int, list[Assessed]]]) -> Placed:
    """Return the assessments of one resident by first day.

    Parameters
    ----------
    told
        Cover and place of each delivery that tells of the resident, and what it tells, in order.
    """
    wholes: list[_Whole] = []
    for cover, place, rows in told:
        before = [_copied(one) for one in wholes]
        dated = any(row.day for row in rows)
        for row in rows:
            whole = None if row.day else _whole_of(before, wholes, row, [other for other in rows if other.day])
            if whole is None:
                wholes.append(
                    _Whole(row.day, ((cover, place), place), (cover, place), dated, dict(row.cells), row.special)
                )
                continue
            whole.cells |= dict(row.cells)
            whole.special |= row.special
            whole.told = (min(whole.told[0], (cover, place)), place)
            whole.beside |= dated
    return placed(wholes)


def placed(wholes: list[_Whole]) -> Placed:
    """Return assessments by the day from which they hold."""
    found: Placed = {}
    yielding = []
    for one in wholes:
        first = _first_day(one, wholes)
        if first is None:
            yielding.append(one)
            continue
        cells, special = found.get(first, ({}, False))
        if set(cells) & set(one.cells):
            cells, special = {}, False
        found[first] = (cells | one.cells, special or one.special)
    for one in yielding:  # what it does not contradict it completes
        first = max(day for day in found if day <= one.told[0][0])
        cells, special = found[first]
        if not set(cells) & set(one.cells):
            found[first] = (cells | one.cells, special or one.special)
    return found


def _first_day(one: _Whole, wholes: list[_Whole]) -> dt.date | None:
    """Return from when on an assessment holds, None = it yields to one that has a day."""
    if one.day is not None:
        return one.day
    cover = one.told[0][0]
    if one.beside or all(
        other.told[0][0] >= cover or (other.told[0][0] == ALWAYS and other.told[0][1] >= one.told[1])
        for other in wholes
    ):
        return ALWAYS
    dated = [other for other in wholes if other.day is not None and other.own > (cover, one.told[1])]
    return None if any(other.day is not None and other.day <= cover for other in dated) else cover


def _whole_of(before: list[_Whole], wholes: list[_Whole], row: Assessed, beside: list[Assessed]) -> _Whole | None:
    """Return the stored assessment that one without a day is a part of."""
    cells = {name for name, _ in row.cells}
    stored = placed(before)
    others = [{name for name, _ in other.cells} for other in beside]
    if others and not all(cells & them for them in (*others, *(set(one) for one, _ in stored.values()))):
        raise AmbiguousError(row)  # of which of them
    candidate = ALWAYS if ALWAYS in stored else next(iter(stored)) if len(stored) == 1 else None
    if candidate is None or set(stored[candidate][0]) & cells:
        return None
    return [one for one, as_it_was in zip(wholes, before, strict=False) if _first_day(as_it_was, before) == candidate][
        -1
    ]


def _copied(one: _Whole) -> _Whole:
    return _Whole(one.day, one.told, one.own, one.beside, dict(one.cells), one.special)
