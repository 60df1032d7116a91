"""Who on shift could take on which work, and what limits that: a network for each hour (``docs/adr/0009``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pebem.fit_classes import OUTCOMES, PASSEND
from pebem.relief.on_shift import HOURS_OF_DAY
from pebem.relief.problem import NO_HOUR, NO_WARD, STRANGER
from pebem.relief.solver import Network

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pebem.relief.problem import ReliefProblem


def arcs_of(tasks: pd.DataFrame, problem: ReliefProblem) -> tuple[pd.DataFrame, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return who could take on which task; and for which tasks someone was on shift, and someone whom it fits.

    The arcs: ``task`` and ``cell`` (position among the tasks and in the roster by ward), ``hour``, ``staff`` who takes
    on, ``outcome`` if they do.
    """
    roster = problem.roster
    holder, hour = np.divmod(roster.by_ward, problem.hours)
    person, ward = np.divmod(holder, max(len(problem.wards), 1))
    place = hour * len(problem.wards) + ward
    order = np.argsort(place, kind="stable")
    wanted_place = (tasks["hour"] * len(problem.wards) + tasks["ward"]).to_numpy()
    begin, end = (np.searchsorted(place[order], wanted_place, side) for side in ("left", "right"))
    present = end - begin
    task = np.repeat(np.arange(len(tasks)), present)
    cell = order[np.arange(len(task)) + np.repeat(begin - (np.cumsum(present) - present), present)]
    demand = tasks["demand"].to_numpy()[task]
    outcome = problem.outcome[demand, problem.supply[person[cell], hour[cell] // HOURS_OF_DAY]]
    # For its performer the work is above level, not passend: no one takes on their own work.
    fits = np.array([o.fit for o in OUTCOMES])[outcome] == PASSEND
    columns = {"task": task, "cell": cell, "hour": hour[cell], "staff": person[cell], "outcome": outcome}
    arcs = pd.DataFrame({name: values[fits] for name, values in columns.items()})
    return arcs, present > 0, np.bincount(arcs["task"], minlength=len(tasks)) > 0


def _free(problem: ReliefProblem) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the time on shift less own work by ward and hour, and by hour; below 0 where more work is recorded."""
    roster = problem.roster
    own = problem.work[(problem.work["hour"] != NO_HOUR) & (problem.work["staff"] != STRANGER)]
    free_in_ward, free = roster.seconds_by_ward.copy(), roster.seconds_by_person.copy()
    warded = own[own["ward"] != NO_WARD]
    for seconds_left, cells, part in (
        (free_in_ward, _positions(roster.by_ward, _ward_cells(warded, problem)), warded),
        (free, _positions(roster.by_person, _person_cells(own, problem)), own),
    ):
        on_duty = cells >= 0
        np.subtract.at(seconds_left, cells[on_duty], part["seconds"].to_numpy()[on_duty])
    return free_in_ward, free


def _ward_cells(frame: pd.DataFrame, problem: ReliefProblem) -> NDArray[np.int64]:
    cells = (frame["staff"] * len(problem.wards) + frame["ward"]) * problem.hours + frame["hour"]
    return cells.to_numpy(np.int64)


def _person_cells(frame: pd.DataFrame, problem: ReliefProblem) -> NDArray[np.int64]:
    return (frame["staff"] * problem.hours + frame["hour"]).to_numpy(np.int64)


def _positions(sorted_keys: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each wanted key stands among the known ones (sorted, at least one or none wanted), -1 = nowhere."""
    place = np.searchsorted(sorted_keys, keys)
    present = np.append(sorted_keys, -1)[place] == keys
    return np.where(present, place, -1)


def network_of(arcs: pd.DataFrame, tasks: pd.DataFrame, problem: ReliefProblem) -> tuple[pd.DataFrame, Network]:
    """Return the arcs to people who have not more work recorded than time on shift, and the limits they meet.

    A unit takes from the task, from the taker's time in the ward and from the taker's time in the hour; it gives back
    to the performer's time in the ward and in the hour.
    """
    free_in_ward, free = _free(problem)
    taker = _positions(problem.roster.by_person, _person_cells(arcs, problem))
    able = (free_in_ward[arcs["cell"]] >= 0) & (free[taker] >= 0)
    arcs, taker = arcs[able].reset_index(drop=True), taker[able]
    performer = tasks.iloc[arcs["task"].to_numpy()]
    levels = np.array([o.qn_ist for o in OUTCOMES])
    uses = (arcs["task"].to_numpy(), arcs["cell"].to_numpy(), taker)
    frees = (
        _positions(problem.roster.by_ward, _ward_cells(performer, problem)),
        _positions(problem.roster.by_person, _person_cells(performer, problem)),
    )
    amounts = (tasks["seconds"].to_numpy(np.int64), free_in_ward, free)
    hour, widest = arcs["hour"].to_numpy(np.int64), max(map(len, amounts)) + 1

    def key(kind: int, place: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.where(place >= 0, (hour * len(amounts) + kind) * widest + place, -1)

    use_keys = np.stack([key(kind, place) for kind, place in enumerate(uses)], axis=1)
    limits = np.unique(use_keys)
    hour_of_limit, place = np.divmod(limits, widest * len(amounts))
    kind, place = np.divmod(place, widest)
    network = Network(
        part_of_arc=hour,
        part_of_limit=hour_of_limit,
        uses=np.searchsorted(limits, use_keys),
        frees=np.stack([_positions(limits, key(kind, place)) for kind, place in enumerate(frees, 1)], axis=1),
        limit=np.concatenate(amounts)[place + np.cumsum([0, *map(len, amounts)])[kind]],
        gain=(levels[performer["outcome"]] - levels[arcs["outcome"]]).astype(np.int64),
    )
    return arcs, network
