"""Which heading gets which column, where several headings could stand for one or one for several."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from importers.sheets.columns.column_shapes import SAMPLE, fits
from importers.values.spelling import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from importers.sheets.synonyms import Match

_LOOKED_AT: Final = 20_000
"""Cells of a column looked through for different ones."""


def assign(
    offers: Mapping[int, tuple[Match, ...]], taken: Collection[str], cells: Callable[[int], Iterable[Any]]
) -> tuple[dict[str, tuple[int, float]], dict[int, tuple[str, ...]]]:
    """Give headings their columns, the surest first; what is left equal stays open.

    Parameters
    ----------
    offers
        Position of a heading -> columns it may stand for.
    taken
        Columns that have their heading already.
    cells
        The cells below a heading.

    Returns
    -------
    Column -> position and confidence; position of an open heading -> the columns it may stand for.
    """
    candidates = _fitting(offers, taken, cells)
    assigned: dict[str, tuple[int, float]] = {}
    undecided: dict[int, tuple[str, ...]] = {}
    while candidates:
        best = max(match.confidence for matches in candidates.values() for match in matches)
        top = sorted(
            {
                (position, match.column)
                for position, matches in candidates.items()
                for match in matches
                if match.confidence == best
            }
        )
        clear = _alone(top) or _numbered(top, cells)
        assigned |= {column: (position, best) for position, column in clear}
        if not clear:
            undecided |= {position: tuple(column for other, column in top if other == position) for position, _ in top}
        done = {position for position, _ in clear or top}
        left = {
            position: [m for m in matches if m.column not in assigned]
            for position, matches in candidates.items()
            if position not in done
        }
        candidates = {position: matches for position, matches in left.items() if matches}
    used = {position for position, _ in assigned.values()}
    for position, matches in offers.items():
        free = tuple(dict.fromkeys(match.column for match in matches if match.column not in {*taken, *assigned}))
        if free and position not in used:
            undecided.setdefault(position, free)
    return assigned, {
        position: undecided[position] for position in sorted(undecided) if set(undecided[position]) - assigned.keys()
    }


def _fitting(
    offers: Mapping[int, tuple[Match, ...]], taken: Collection[str], cells: Callable[[int], Iterable[Any]]
) -> dict[int, list[Match]]:
    """Return the offers of columns still free whose cells have the shape asked for."""
    by_column: dict[int, list[Match]] = {}
    for position, matches in offers.items():
        free = [match for match in matches if match.column not in taken]
        sample = _different(cells(position)) if any(match.shape for match in free) else []
        if fitting := [match for match in free if not match.shape or fits(match.shape, sample)]:
            by_column[position] = fitting
    return by_column


def _alone(top: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return the pairs whose heading and whose column stand in no other pair."""
    headings, columns = Counter(at for at, _ in top), Counter(column for _, column in top)
    return [(at, column) for at, column in top if headings[at] == columns[column] == 1]


def _numbered(top: list[tuple[int, str]], cells: Callable[[int], Iterable[Any]]) -> list[tuple[int, str]]:
    """Return the one heading of several for a person that has numbers below it."""
    numbers = [(at, column) for at, column in top if column.endswith("-Nr") and fits("nummer", _different(cells(at)))]
    return numbers if len(numbers) == 1 else []


def _different(cells: Iterable[Any]) -> list[Any]:
    """Return the first different cells that are not blank."""
    different: dict[Any, None] = {}
    for number, cell in enumerate(cells):
        if number >= _LOOKED_AT or len(different) >= SAMPLE:
            break
        if not isinstance(cell, str) or clean(cell):
            different[cell] = None
    return list(different)
