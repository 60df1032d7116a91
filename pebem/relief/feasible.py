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

from pebem.engine.lookup_tables import compile_home
from pebem.fit_classes import OUTCOMES, UEBERQUALIFIZIERT
from pebem.relief.network import arcs_of, network_of
from pebem.relief.on_shift import HOURS_OF_DAY
from pebem.relief.problem import NO_HOUR, NO_WARD, problem_of
from pebem.relief.solver import assign

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from numpy.typing import NDArray

    from pebem.contracts import Tables
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


THIRDS: Final = (6, 14, 22)
"""First hours of the thirds of a day, about those of the three shifts; the last one goes on after midnight."""

KINDS: Final = ["intervention", "before", "after", "role"]
"""Columns of the ledger that say what becomes of which work."""

_LEVELS: Final = np.array([outcome.qn_ist for outcome in OUTCOMES])
_STAYS: Final = -1
MOVES: Final = -1
"""Stands in the ledger in place of an obstacle."""

_NO_HOUR, _NO_WARD, _NOBODY_THERE, NOBODY_FITS, _NO_TIME = range(len(OBSTACLES))


def relief(tables: Tables, book: RuleBook, period: tuple[date, date]) -> Relief | None:
    """Return the feasible relief of a home from the first to the last day of ``period``; None without duties."""
    return None if tables.duties.empty else relief_of_home(compile_home(tables, book, period))


def relief_of_home(home: CompiledHome) -> Relief | None:
    """Return the feasible relief of a compiled home; None without duties."""
    if home.people.duties.empty:
        return None
    ledger, _ = ledger_of(problem := problem_of(home))
    seconds = ledger["seconds"].to_numpy(np.int64)
    sums = [int(seconds[ledger["obstacle"] == which].sum()) for which in range(MOVES, len(OBSTACLES))]
    moved = ledger[ledger["obstacle"] == MOVES].groupby(KINDS, as_index=False)[["seconds"]].sum()
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
        for entry, before, after, called, amount in zip(*(moved[n].tolist() for n in (*KINDS, "seconds")), strict=True)
    )
    movable, *lost = sums
    return Relief(
        sum(sums), sum(sums) - sum(lost[:NOBODY_FITS]), movable, tuple(moves), dict(zip(OBSTACLES, lost, strict=True))
    )


def third_of(hour: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return positions in :data:`THIRDS` of hours counted from a midnight."""
    return (hour - THIRDS[0]) % HOURS_OF_DAY // (HOURS_OF_DAY // len(THIRDS))


def ledger_of(problem: ReliefProblem, unrated: Collection[int] = ()) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the outcome of each piece of work above level, and whom it would fit with their seconds on shift.

    The ledger: ``day``, ``hour`` (of the period, -1 = not known), ``ward``, ``staff`` (who did it), ``intervention``,
    ``before`` and ``after`` (positions in ``OUTCOMES``), ``role``, ``obstacle`` (position in ``OBSTACLES``,
    :data:`MOVES` = could move; then alone there are ``after`` and ``role``), ``seconds``.
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
    reason = np.where(attended, np.where(fitted, _NO_TIME, NOBODY_FITS), _NOBODY_THERE)
    spread = _spread(arcs, pieces, problem, reason)
    rest = above[~timed | (above["ward"] == NO_WARD)].rename(columns={"outcome": "before"})
    rest = rest.assign(after=_STAYS, role=-1, obstacle=np.where(timed[rest.index], _NO_WARD, _NO_HOUR))
    columns = ["day", "hour", "ward", "staff", *KINDS, "obstacle", "seconds"]
    return pd.concat([spread[columns], rest[columns]], ignore_index=True), able


def _able(arcs: pd.DataFrame, tasks: pd.DataFrame, problem: ReliefProblem) -> pd.DataFrame:
    """Return whom some work would fit, as of which level and role, with the seconds on shift there in those hours."""
    able = pd.DataFrame(
        {
            "day": arcs["hour"] // HOURS_OF_DAY,
            "third": third_of(arcs["hour"].to_numpy(np.int64)),
            "ward": tasks["ward"].to_numpy()[arcs["task"]],
            "staff": arcs["staff"],
            "qn_neu": _LEVELS[arcs["outcome"]],
            "cell": arcs["cell"],
        }
    ).drop_duplicates()
    able["seconds"] = problem.roster.seconds_by_ward[able["cell"]]
    able["role"] = problem.role[able["staff"], able["day"]]
    return able.groupby(["day", "third", "ward", "staff", "qn_neu", "role"], as_index=False)[["seconds"]].sum()


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
            "hour": spread["hour"].to_numpy(),
            "staff": spread["staff"].to_numpy(),
            "ward": spread["ward"].to_numpy(),
            "intervention": spread["intervention"].to_numpy(),
            "before": spread["outcome"].to_numpy(),
            "after": of_arc("outcome"),
            "role": of_arc("role"),
            "obstacle": np.where(moves, MOVES, reason[spread["task"]]),
            "seconds": length,
        }
    )
