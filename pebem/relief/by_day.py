"""Feasible relief by day and ward, as codes with plain labels: what is stored of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pebem.engine.coded_table import CodedTable, together
from pebem.fit_classes import OUTCOMES
from pebem.relief.feasible import KINDS, MOVES, NOBODY_FITS, OBSTACLES, THIRDS, ledger_of, third_of
from pebem.relief.on_shift import HOURS_OF_DAY
from pebem.relief.problem import problem_of
from rules.vocabulary import HIGHEST_LEVEL

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from pebem.engine.coded_table import Label
    from pebem.engine.lookup_tables import CompiledHome
    from pebem.relief.problem import ReliefProblem
    from rules import RuleBook


@dataclass(frozen=True)
class ReliefByDay:
    """Relief day by day (since 1970-01-01) and ward by ward, for days with work on which a known person was on shift.

    Sums of ``seconds``; days add up. Labels of ``ward`` are None where it is not known.

    Attributes
    ----------
    work
        Work above level by ``day``, ``third`` (a label of ``THIRDS`` for what could move, None for the rest), ``ward``,
        ``intervention`` and ``way`` (labels as :data:`WAY`).
    shifts
        Time on shift by ``day``, ``third``, ``ward`` and ``staff``, in those hours in which they were of a level and
        role (``as``, labels as :data:`AS`) that fits some of the work.
    unmet
        Work that could move to nobody, since nobody else whom it would fit was on shift: by ``day``, ``hour`` (0 to
        23), ``ward``, ``qn_soll`` and ``staff`` who did it.
    days
        Time of everybody on shift by ``day``: which days there are.
    """

    work: CodedTable
    shifts: CodedTable
    unmet: CodedTable
    days: CodedTable


WAY: Final = ("qn_soll", "qn_ist", "obstacle", "qn_neu", "role", "certificate")
"""What could have become of work: an obstacle and then 0, "" and False, or "" and who could have done it."""

AS: Final = ("qn_neu", "role")
"""Level and role in which someone could have taken on work."""

_ASKED: Final = np.array([outcome.qn_soll for outcome in OUTCOMES])
_LEVELS: Final = np.array([outcome.qn_ist for outcome in OUTCOMES])
_HELPED: Final = np.array([int(outcome.certificate) for outcome in OUTCOMES])
_FROM_0: Final = tuple(range(HIGHEST_LEVEL + 1))
_OF_DAY: Final = (*THIRDS, None)


def relief_by_day(home: CompiledHome, unrated: Collection[str] = ()) -> ReliefByDay | None:
    """Return what :func:`pebem.relief.feasible.relief_of_home` adds up; None where there is no such day.

    Parameters
    ----------
    unrated
        Interventions whose level means nothing: they take time, and never move.
    """
    problem = problem_of(home)
    days = _days(problem)
    if not len(days):
        return None
    ledger, able = ledger_of(problem, [home.book.index[name] for name in unrated])
    ledger = ledger[ledger["day"].isin(days.columns["day"] - problem.first)]
    return ReliefByDay(_work(ledger, problem, home.book), _shifts(able, problem), _unmet(ledger, problem), days)


def _days(problem: ReliefProblem) -> CodedTable:
    """Return the seconds on shift in the home, of days with work."""
    day = problem.roster.by_person % problem.hours // HOURS_OF_DAY
    worked = np.isin(day, problem.work["day"].unique())
    days = CodedTable({"day": day[worked] + problem.first, "seconds": problem.roster.seconds_by_person[worked]}, {})
    return days.summed("day", sums=("seconds",))


def _work(ledger: pd.DataFrame, problem: ReliefProblem, book: RuleBook) -> CodedTable:
    third = np.where(ledger["obstacle"] == MOVES, third_of(ledger["hour"].to_numpy(np.int64)), len(THIRDS))
    keys = ["day", "third", "ward", *KINDS, "obstacle"]
    sums = ledger.assign(third=third).groupby(keys, as_index=False)[["seconds"]].sum()
    before, after = (sums[name].to_numpy(np.int64) for name in ("before", "after"))
    obstacles = (*OBSTACLES, "")
    # Of work that stays there is no outcome afterwards: -1, and so the last entry.
    later_level, by_certificate = np.append(_LEVELS, 0)[after], np.append(_HELPED, 0)[after]
    obstacle = _with_last(sums["obstacle"], obstacles)
    role, roles = _roles(sums["role"], problem)
    way, ways = together(
        (_ASKED[before], _LEVELS[before], obstacle, later_level, role, by_certificate),
        (_FROM_0, _FROM_0, obstacles, _FROM_0, roles, (False, True)),
    )
    titles = tuple(entry.id for entry in book.interventions)
    columns, labels = _by_place(sums, problem)
    columns |= {"intervention": sums["intervention"].to_numpy(np.int64), "way": way}
    return _with_seconds(columns, sums, labels | {"intervention": titles, "way": ways})


def _shifts(able: pd.DataFrame, problem: ReliefProblem) -> CodedTable:
    role, roles = _roles(able["role"], problem)
    able_as, names = together((able["qn_neu"].to_numpy(np.int64), role), (_FROM_0, roles))
    columns, labels = _by_place(able, problem)
    columns |= {"staff": able["staff"].to_numpy(np.int64), "as": able_as}
    return _with_seconds(columns, able, labels | {"staff": tuple(problem.staff), "as": names})


def _unmet(ledger: pd.DataFrame, problem: ReliefProblem) -> CodedTable:
    unmet = ledger[ledger["obstacle"] == NOBODY_FITS]
    wards = (*problem.wards, None)
    columns = {
        "day": unmet["day"].to_numpy(np.int64) + problem.first,
        "hour": unmet["hour"].to_numpy(np.int64) % HOURS_OF_DAY,
        "ward": _with_last(unmet["ward"], wards),
        "qn_soll": _ASKED[unmet["before"].to_numpy(np.int64)],
        "staff": unmet["staff"].to_numpy(np.int64),
    }
    rows = _with_seconds(columns, unmet, {"ward": wards, "staff": tuple(problem.staff)})
    return rows.summed(*columns, sums=("seconds",))


def _by_place(
    frame: pd.DataFrame, problem: ReliefProblem
) -> tuple[dict[str, NDArray[np.int64]], dict[str, tuple[Label, ...]]]:
    """Return day, third and ward with their labels."""
    wards = (*problem.wards, None)
    columns = {
        "day": frame["day"].to_numpy(np.int64) + problem.first,
        "third": frame["third"].to_numpy(np.int64),
        "ward": _with_last(frame["ward"], wards),
    }
    return columns, {"third": _OF_DAY, "ward": wards}


def _with_seconds(
    columns: dict[str, NDArray[np.int64]], frame: pd.DataFrame, labels: dict[str, tuple[Label, ...]]
) -> CodedTable:
    return CodedTable(columns | {"seconds": frame["seconds"].to_numpy(np.int64)}, labels)


def _with_last(codes: pd.Series, labels: Sequence[Label]) -> NDArray[np.int64]:
    """Return codes with that of the last label for -1."""
    return np.where(codes < 0, len(labels) - 1, codes)


def _roles(codes: pd.Series, problem: ReliefProblem) -> tuple[NDArray[np.int64], tuple[Label, ...]]:
    """Return the codes and labels of roles; -1 is no role, as a blank one."""
    roles = tuple(problem.roles)
    return np.where(codes < 0, roles.index(""), codes), roles
