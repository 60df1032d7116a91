"""What another rulebook would change in a home's figures: how many minutes change level, and how the fit moves."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pebem
from pebem.fit_classes import FIT_CLASSES
from pebem.score import period_of
from pebem.whatif.rulebook_effect import effect as compared
from web.services import rulebook_calendar
from web.services.analysis import scoring

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from pebem.contracts import Tables
    from web.services.rulebook_calendar import RulebookPeriod, Source

_Sums = dict[Any, list[int]]
"""Count and seconds by key."""


@dataclass(frozen=True, slots=True)
class LevelShift:
    """Work whose level called for changes: from and to (0 = not to be rated)."""

    before: int
    after: int
    count: int
    seconds: int


@dataclass(frozen=True, slots=True)
class HomeEffect:
    """What changes in a home's data where one rulebook applies in place of another, over all its days.

    Attributes
    ----------
    count, seconds
        Interventions that count, and their time.
    moves
        Changes of level, most seconds first.
    fit_before, fit_after
        Fit class -> (count, seconds).
    unknown
        Interventions in the home's work that the second rulebook does not have.
    """

    first: date
    last: date
    count: int
    seconds: int
    moves: tuple[LevelShift, ...]
    fit_before: dict[str, tuple[int, int]]
    fit_after: dict[str, tuple[int, int]]
    unknown: tuple[str, ...]

    @property
    def changed_seconds(self) -> int:
        """Time of the interventions with another level called for."""
        return sum(move.seconds for move in self.moves)


def effect(tables: Tables, before: Source, after: Source) -> HomeEffect | None:
    """Score all work with both rulebooks and compare row by row; None without work."""
    period = scoring.days_of(tables)
    if period is None:
        return None
    unknown: set[str] = set()
    moves, first, second = (defaultdict[Any, list[int]](lambda: [0, 0]) for _ in range(3))  # levels, fit, fit
    for old in rulebook_calendar.cut(before, *period):
        for new in rulebook_calendar.cut(after, old.first, old.last):
            part = scoring.of_days(tables, new.first, new.last)
            unknown.update(scoring.unknown_to(new.book, part))
            in_both = part.interventions["intervention"].isin(old.book.index.keys() & new.book.index.keys())
            _compare(_rows(part, in_both), old, new, moves, first, second)
            _unmatched(_rows(part, ~in_both), old, new, moves, first, second)
    shifts = (LevelShift(*levels, *sums) for levels, sums in moves.items())
    return HomeEffect(
        first=period[0],
        last=period[1],
        count=sum(sums[0] for sums in first.values()),
        seconds=sum(sums[1] for sums in first.values()),
        moves=tuple(sorted(shifts, key=lambda move: (-move.seconds, -move.count, move.before, move.after))),
        fit_before={name: (first[name][0], first[name][1]) for name in FIT_CLASSES},
        fit_after={name: (second[name][0], second[name][1]) for name in FIT_CLASSES},
        unknown=tuple(sorted(unknown)),
    )


def _rows(tables: Tables, mask: pd.Series) -> Tables:
    return replace(tables, interventions=tables.interventions[mask].reset_index(drop=True))


def _compare(
    tables: Tables, old: RulebookPeriod, new: RulebookPeriod, moves: _Sums, first: _Sums, second: _Sums
) -> None:
    """Add the work both rulebooks know."""
    if tables.interventions.empty:
        return
    home = pebem.compile_home(tables, old.book, period_of(tables.interventions))
    comparison = compared(home, new.book)
    for move in comparison.levels:
        _add(moves[move.before, move.after], move.amount)
    for (was, now), amount in comparison.fit.items():
        _add(first[was], amount)
        _add(second[now], amount)


def _unmatched(
    tables: Tables, old: RulebookPeriod, new: RulebookPeriod, moves: _Sums, first: _Sums, second: _Sums
) -> None:
    """Add the work one rulebook does not know: there it has no level."""
    if tables.interventions.empty:
        return
    for stretch, sums in ((old, first), (new, second)):
        for cell in scoring.score(tables, stretch.book).by().itertuples(index=False):
            _add(sums[cell.fit], cell)
            if cell.qn_soll:
                levels = (cell.qn_soll, 0) if stretch is old else (0, cell.qn_soll)
                _add(moves[levels], cell)


def _add(sums: list[int], amount: Any) -> None:
    sums[0] += int(amount.count)
    sums[1] += int(amount.seconds)
