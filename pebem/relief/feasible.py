"""Feasible relief: work above a person's level that someone of the fitting level had time for there and then.

The hours of a home are independent; each is a flow in a network (``docs/adr/0009``). Work goes from whoever did it to
people on shift in that ward in that hour for whom it is *passend*. Everybody can take on the time on shift there less
their own recorded work of the hour; work they hand on frees time. Who has more work recorded than time on shift takes
on nothing. Minutes are divisible, and work belongs to the hour in which it begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from pebem.engine.coded_table import CodedTable, together
from pebem.engine.lookup_tables import compile_home
from pebem.fit_classes import OUTCOMES, UEBERQUALIFIZIERT
from pebem.relief.network import arcs_of, network_of
from pebem.relief.on_shift import HOURS_OF_DAY
from pebem.relief.problem import NO_HOUR, NO_WARD, problem_of
from pebem.relief.solver import assign
from rules.vocabulary import HIGHEST_LEVEL

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from pebem.contracts import Tables
    from pebem.engine.coded_table import Label
    from pebem.engine.lookup_tables import CompiledHome
    from pebem.relief.problem import ReliefProblem
    from rules import RuleBook

OBSTACLES: Final = ("ohne_uhrzeit", "ohne_wohnbereich", "ohne_dienst", "niemand_passend", "keine_zeit")
"""Why work could not move, the first that applies: no time of day, no ward, nobody on shift there in that hour, nobody
else on shift whom it would fit, no time left of those."""


@dataclass(frozen=True, order=True, slots=True)
class FeasibleMove:
    """Work of one kind that could change hands.

    Attributes
    ----------
    intervention
        Catalogue id.
    qn_soll, qn_ist, qn_neu
        Level called for, of who did it, and of who could have done it.
    role
        What the staff list calls who could have done it; "" = nothing.
    certificate
        It would fit only because a certificate is accepted.
    """

    intervention: str
    qn_soll: int
    qn_ist: int
    qn_neu: int
    role: str
    certificate: bool
    seconds: int


@dataclass(frozen=True)
class Relief:
    """How much of the work above level could have moved; all in seconds.

    Attributes
    ----------
    above
        Work done above level.
    placed
        Part of it whose hour and ward are known and where someone was on shift.
    movable
        Part of that which could have moved, all at once.
    moves
        What could move to whom, most seconds first; adds up to ``movable``.
    obstacles
        Why the rest could not, all of :data:`OBSTACLES`; adds up to ``above - movable``.
    """

    above: int
    placed: int
    movable: int
    moves: tuple[FeasibleMove, ...]
    obstacles: dict[str, int]


@dataclass(frozen=True)
class ReliefByDay:
    """The same day by day and ward by ward, for days with work on which a known person was on shift; days add up.

    Attributes
    ----------
    work
        Work above level: ``day`` (since 1970-01-01), ``ward``, ``intervention``, ``way`` and ``seconds``. Labels: of
        ``ward`` None where it is not known, of ``way`` tuples as :data:`WAY`.
    shifts
        Seconds on shift by ``day`` and ``staff``: of the whole house (``ward`` None, ``as`` level 0 and role ""), and
        in those hours and wards in which they were of a level and role (``as``, labels as :data:`AS`) that fits some
        of the work.
    """

    work: CodedTable
    shifts: CodedTable


WAY: Final = ("qn_soll", "qn_ist", "obstacle", "qn_neu", "role", "certificate")
"""What could have become of work: an obstacle and then 0, "" and False, or "" and who could have done it."""

AS: Final = ("qn_neu", "role")
"""Level and role in which someone could have taken on work."""

_KINDS: Final = ["intervention", "before", "after", "role"]
_PLACES: Final = ["day", "ward"]
_ASKED: Final = np.array([outcome.qn_soll for outcome in OUTCOMES])
_LEVELS: Final = np.array([outcome.qn_ist for outcome in OUTCOMES])
_HELPED: Final = np.array([int(outcome.certificate) for outcome in OUTCOMES])
_FROM_0: Final = tuple(range(HIGHEST_LEVEL + 1))
_STAYS: Final = -1
_MOVES: Final = -1
_NO_HOUR, _NO_WARD, _NOBODY_THERE, _NOBODY_FITS, _NO_TIME = range(len(OBSTACLES))


def relief(tables: Tables, book: RuleBook, period: tuple[date, date]) -> Relief | None:
    """Return the feasible relief of a home from the first to the last day of ``period``; None without duties."""
    return None if tables.duties.empty else relief_of_home(compile_home(tables, book, period))


def relief_of_home(home: CompiledHome) -> Relief | None:
    """Return the feasible relief of a compiled home; None without duties."""
    if home.people.duties.empty:
        return None
    ledger, _ = _ledger(problem := problem_of(home))
    seconds = ledger["seconds"].to_numpy(np.int64)
    sums = [int(seconds[ledger["obstacle"] == which].sum()) for which in range(_MOVES, len(OBSTACLES))]
    moved = ledger[ledger["obstacle"] == _MOVES].groupby(_KINDS, as_index=False)[["seconds"]].sum()
    moved = moved.sort_values("seconds", ascending=False, kind="stable")
    moves = (
        FeasibleMove(
            intervention=home.book.interventions[entry].id,
            qn_soll=OUTCOMES[before].qn_soll,
            qn_ist=OUTCOMES[before].qn_ist,
            qn_neu=OUTCOMES[after].qn_ist,
            role=problem.roles[called],
            certificate=OUTCOMES[after].certificate,
            seconds=amount,
        )
        for entry, before, after, called, amount in zip(*(moved[n].tolist() for n in (*_KINDS, "seconds")), strict=True)
    )
    movable, *lost = sums
    return Relief(
        sum(sums), sum(sums) - sum(lost[:_NOBODY_FITS]), movable, tuple(moves), dict(zip(OBSTACLES, lost, strict=True))
    )


def relief_by_day(home: CompiledHome, unrated: Collection[str] = ()) -> ReliefByDay | None:
    """Return what :func:`relief_of_home` adds up; None where there is no such day.

    Parameters
    ----------
    unrated
        Interventions whose level means nothing: they take time, and never move.
    """
    problem = problem_of(home)
    shifts = _presence(problem)
    shifts = shifts[shifts["day"].isin(problem.work["day"].unique())]
    if shifts.empty:
        return None
    ledger, able = _ledger(problem, [home.book.index[name] for name in unrated])
    ledger = ledger[ledger["day"].isin(shifts["day"].unique())]
    sums = ledger.groupby([*_PLACES, *_KINDS, "obstacle"], as_index=False)[["seconds"]].sum()
    return ReliefByDay(_work(sums, problem, home.book), _shifts(pd.concat([shifts, able], ignore_index=True), problem))


def _work(sums: pd.DataFrame, problem: ReliefProblem, book: RuleBook) -> CodedTable:
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
    wards = (*problem.wards, None)
    titles = tuple(entry.id for entry in book.interventions)
    columns = {
        "day": sums["day"].to_numpy(np.int64) + problem.first,
        "ward": _with_last(sums["ward"], wards),
        "intervention": sums["intervention"].to_numpy(np.int64),
        "way": way,
        "seconds": sums["seconds"].to_numpy(np.int64),
    }
    return CodedTable(columns, {"ward": wards, "intervention": titles, "way": ways})


def _shifts(shifts: pd.DataFrame, problem: ReliefProblem) -> CodedTable:
    role, roles = _roles(shifts["role"], problem)
    able, able_as = together((shifts["qn_neu"].to_numpy(np.int64), role), (_FROM_0, roles))
    wards = (*problem.wards, None)
    columns = {
        "day": shifts["day"].to_numpy(np.int64) + problem.first,
        "ward": _with_last(shifts["ward"], wards),
        "staff": shifts["staff"].to_numpy(np.int64),
        "as": able,
        "seconds": shifts["seconds"].to_numpy(np.int64),
    }
    return CodedTable(columns, {"ward": wards, "staff": tuple(problem.staff), "as": able_as})


def _with_last(codes: pd.Series, labels: Sequence[Label]) -> NDArray[np.int64]:
    """Return codes with that of the last label for -1."""
    return np.where(codes < 0, len(labels) - 1, codes)


def _roles(codes: pd.Series, problem: ReliefProblem) -> tuple[NDArray[np.int64], tuple[Label, ...]]:
    """Return the codes and labels of roles; -1 is no role, as a blank one."""
    roles = tuple(problem.roles)
    return np.where(codes < 0, roles.index(""), codes), roles


def _presence(problem: ReliefProblem) -> pd.DataFrame:
    """Return seconds on shift in the home by day and person."""
    staff, hour = np.divmod(problem.roster.by_person, problem.hours)
    by_hour = pd.DataFrame({"day": hour // HOURS_OF_DAY, "staff": staff, "seconds": problem.roster.seconds_by_person})
    return by_hour.groupby(["day", "staff"], as_index=False).sum().assign(ward=NO_WARD, qn_neu=0, role=-1)


def _ledger(problem: ReliefProblem, unrated: Collection[int] = ()) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the outcome of each piece of work above level, and whom it would fit with their seconds on shift.

    The ledger: ``day``, ``ward``, ``intervention``, ``before`` and ``after`` (positions in ``OUTCOMES``), ``role``,
    ``obstacle`` (position in ``OBSTACLES``, -1 = could move; then alone there are ``after`` and ``role``), ``seconds``.
    """
    fit = np.array([o.fit for o in OUTCOMES])
    rated = ~problem.work["intervention"].isin(unrated)
    above = problem.work[(fit[problem.work["outcome"]] == UEBERQUALIFIZIERT) & (problem.work["seconds"] > 0) & rated]
    timed = above["hour"] != NO_HOUR
    warded = above[timed & (above["ward"] != NO_WARD)]
    keys = ["hour", "ward", "staff", "demand", "outcome"]
    tasks = warded.groupby(keys, as_index=False)[["seconds"]].sum()
    arcs, attended, fitted = arcs_of(tasks, problem)
    able = _able(arcs, tasks, problem)
    arcs, network = network_of(arcs, tasks, problem)
    arcs = arcs.assign(seconds=assign(network))
    pieces = warded.groupby([*keys, "intervention"], as_index=False)[["seconds"]].sum()
    pieces = pieces.assign(task=pieces.groupby(keys).ngroup())
    reason = np.where(attended, np.where(fitted, _NO_TIME, _NOBODY_FITS), _NOBODY_THERE)
    spread = _spread(arcs, pieces, problem, reason)
    rest = above[~timed | (above["ward"] == NO_WARD)].rename(columns={"outcome": "before"})
    rest = rest.assign(after=_STAYS, role=-1, obstacle=np.where(timed[rest.index], _NO_WARD, _NO_HOUR))
    columns = [*_PLACES, *_KINDS, "obstacle", "seconds"]
    return pd.concat([spread[columns], rest[columns]], ignore_index=True), able


def _able(arcs: pd.DataFrame, tasks: pd.DataFrame, problem: ReliefProblem) -> pd.DataFrame:
    """Return whom some work would fit, as of which level and role, with the seconds on shift there in those hours."""
    able = pd.DataFrame(
        {
            "day": arcs["hour"] // HOURS_OF_DAY,
            "ward": tasks["ward"].to_numpy()[arcs["task"]],
            "staff": arcs["staff"],
            "qn_neu": _LEVELS[arcs["outcome"]],
            "cell": arcs["cell"],
        }
    ).drop_duplicates()
    able["seconds"] = problem.roster.seconds_by_ward[able["cell"]]
    able["role"] = problem.role[able["staff"], able["day"]]
    return able.groupby(["day", "ward", "staff", "qn_neu", "role"], as_index=False)[["seconds"]].sum()


def _spread(arcs: pd.DataFrame, pieces: pd.DataFrame, problem: ReliefProblem, reason: np.ndarray) -> pd.DataFrame:
    """Determine what moves to whom, and why the rest stays: the first interventions of a task go to the lowest level.

    Both are placed on one axis, task after task; where they overlap, the intervention goes to the person.

    Parameters
    ----------
    reason
        Of each task, why what does not move stays.
    """
    role = problem.role[arcs["staff"], arcs["hour"] // HOURS_OF_DAY]
    used = arcs.assign(level=_LEVELS[arcs["outcome"]], role=role)[arcs["seconds"] > 0]
    used = used.sort_values(["task", "level", "role", "staff"])
    size = pieces.groupby("task")["seconds"].sum()
    origin = (size.cumsum() - size).to_numpy()
    spans = []
    for frame in (used, pieces):
        stop = origin[frame["task"]] + frame.groupby("task")["seconds"].cumsum().to_numpy()
        spans.append((stop - frame["seconds"].to_numpy(), stop))
    bounds = np.unique(np.concatenate([part for span in spans for part in span]))
    begin, length = bounds[:-1], np.diff(bounds)
    at_arc, at_piece = (np.searchsorted(start, begin, "right") - 1 for start, _ in spans)
    moves = at_arc >= 0
    moves[moves] = begin[moves] < spans[0][1][at_arc[moves]]
    spread = pieces.iloc[at_piece]

    def of_arc(name: str) -> np.ndarray:
        return np.append(used[name].to_numpy(np.int64), -1)[np.where(moves, at_arc, -1)]

    return pd.DataFrame(
        {
            "day": spread["hour"].to_numpy() // HOURS_OF_DAY,
            "ward": spread["ward"].to_numpy(),
            "intervention": spread["intervention"].to_numpy(),
            "before": spread["outcome"].to_numpy(),
            "after": of_arc("outcome"),
            "role": of_arc("role"),
            "obstacle": np.where(moves, _MOVES, reason[spread["task"]]),
            "seconds": length,
        }
    )
