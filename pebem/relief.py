"""Feasible relief: work above a person's level that somebody of the fitting level had time for there and then.

The hours of a home are independent; each is a flow in a network (``docs/adr/0009``). Work goes from whoever did it to
people on shift in that ward in that hour for whom it is *passend*. Everybody can take on the time on shift there less
their own recorded work of the hour; work they hand on frees time. Who has more work recorded than time on shift takes
on nothing. Minutes are divisible, and work belongs to the hour in which it begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from pebem.assignment import Network, assign
from pebem.fit import OUTCOMES, PASSEND, UEBERQUALIFIZIERT
from pebem.roster import HOURS_OF_DAY
from pebem.scene import NO_HOUR, NO_WARD, STRANGER, Scene, scene_of

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from pebem.contracts import Tables
    from rules import RuleBook

OBSTACLES: Final = ("ohne_uhrzeit", "ohne_wohnbereich", "ohne_dienst", "niemand_passend", "keine_zeit")
"""Why work could not move, the first that applies: no time of day, no ward, nobody on shift there in that hour, nobody
else on shift whom it would fit, no time left of those."""


@dataclass(frozen=True, order=True, slots=True)
class Move:
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
        Part of it whose hour and ward are known and where somebody was on shift.
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
    moves: tuple[Move, ...]
    obstacles: dict[str, int]


def relief(tables: Tables, book: RuleBook, period: tuple[date, date]) -> Relief | None:
    """Return the feasible relief of a home from the first to the last day of ``period``; None without duties."""
    if tables.duties.empty:
        return None
    scene = scene_of(tables, book, period)
    fit = np.array([o.fit for o in OUTCOMES])
    above = scene.work[(fit[scene.work["outcome"]] == UEBERQUALIFIZIERT) & (scene.work["seconds"] > 0)]
    timed = above[above["hour"] != NO_HOUR]
    warded = timed[timed["ward"] != NO_WARD]
    keys = ["hour", "ward", "staff", "demand", "outcome"]
    tasks = warded.groupby(keys, as_index=False)[["seconds"]].sum()
    arcs, attended, wanted = _arcs(tasks, scene)
    arcs, network = _network(arcs, tasks, scene)
    arcs = arcs.assign(seconds=assign(network))
    seconds = tasks["seconds"].to_numpy()
    chain = [int(part["seconds"].sum()) for part in (above, timed, warded)]
    chain += [int(seconds[attended].sum()), int(seconds[wanted].sum()), int(arcs["seconds"].sum())]
    lost = [before - after for before, after in pairwise(chain)]
    pieces = warded.groupby([*keys, "intervention"], as_index=False)[["seconds"]].sum()
    pieces = pieces.assign(task=pieces.groupby(keys).ngroup())
    moves = _moves(arcs, pieces, scene, book)
    return Relief(chain[0], chain[3], chain[-1], moves, dict(zip(OBSTACLES, lost, strict=True)))


def _arcs(tasks: pd.DataFrame, scene: Scene) -> tuple[pd.DataFrame, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return who could take on which task; and for which tasks somebody was on shift, and somebody whom it fits.

    The arcs: ``task`` and ``cell`` (position among the tasks and in the roster by ward), ``hour``, ``staff`` who takes
    on, ``outcome`` if they do.
    """
    roster = scene.roster
    holder, hour = np.divmod(roster.by_ward, scene.hours)
    person, ward = np.divmod(holder, max(scene.wards, 1))
    place = hour * scene.wards + ward
    order = np.argsort(place, kind="stable")
    wanted_place = (tasks["hour"] * scene.wards + tasks["ward"]).to_numpy()
    begin, end = (np.searchsorted(place[order], wanted_place, side) for side in ("left", "right"))
    present = end - begin
    task = np.repeat(np.arange(len(tasks)), present)
    cell = order[np.arange(len(task)) + np.repeat(begin - (np.cumsum(present) - present), present)]
    demand = tasks["demand"].to_numpy()[task]
    outcome = scene.outcome[demand, scene.supply[person[cell], hour[cell] // HOURS_OF_DAY]]
    # For whoever did it the work is above level, not passend: nobody takes on their own.
    fits = np.array([o.fit for o in OUTCOMES])[outcome] == PASSEND
    columns = {"task": task, "cell": cell, "hour": hour[cell], "staff": person[cell], "outcome": outcome}
    arcs = pd.DataFrame({name: values[fits] for name, values in columns.items()})
    return arcs, present > 0, np.bincount(arcs["task"], minlength=len(tasks)) > 0


def _free(scene: Scene) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the time on shift less own work by ward and hour, and by hour; below 0 where more work is recorded."""
    roster = scene.roster
    own = scene.work[(scene.work["hour"] != NO_HOUR) & (scene.work["staff"] != STRANGER)]
    free_in_ward, free = roster.seconds_by_ward.copy(), roster.seconds_by_person.copy()
    warded = own[own["ward"] != NO_WARD]
    for left, cells, part in (
        (free_in_ward, _positions(roster.by_ward, _ward_cells(warded, scene)), warded),
        (free, _positions(roster.by_person, _person_cells(own, scene)), own),
    ):
        on_duty = cells >= 0
        np.subtract.at(left, cells[on_duty], part["seconds"].to_numpy()[on_duty])
    return free_in_ward, free


def _ward_cells(frame: pd.DataFrame, scene: Scene) -> NDArray[np.int64]:
    cells = (frame["staff"] * scene.wards + frame["ward"]) * scene.hours + frame["hour"]
    return cells.to_numpy(np.int64)


def _person_cells(frame: pd.DataFrame, scene: Scene) -> NDArray[np.int64]:
    return (frame["staff"] * scene.hours + frame["hour"]).to_numpy(np.int64)


def _positions(known: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each wanted key stands among the known ones (sorted, at least one or none wanted), -1 = nowhere."""
    place = np.searchsorted(known, wanted)
    found = np.append(known, -1)[place] == wanted
    return np.where(found, place, -1)


def _network(arcs: pd.DataFrame, tasks: pd.DataFrame, scene: Scene) -> tuple[pd.DataFrame, Network]:
    """Return the arcs to people who have not more work recorded than time on shift, and the limits they meet.

    A unit takes from the task, from the taker's time in the ward and from the taker's time in the hour; it gives back
    to the performer's time in the ward and in the hour.
    """
    free_in_ward, free = _free(scene)
    taker = _positions(scene.roster.by_person, _person_cells(arcs, scene))
    able = (free_in_ward[arcs["cell"]] >= 0) & (free[taker] >= 0)
    arcs, taker = arcs[able].reset_index(drop=True), taker[able]
    performer = tasks.iloc[arcs["task"].to_numpy()]
    levels = np.array([o.qn_ist for o in OUTCOMES])
    uses = (arcs["task"].to_numpy(), arcs["cell"].to_numpy(), taker)
    frees = (
        _positions(scene.roster.by_ward, _ward_cells(performer, scene)),
        _positions(scene.roster.by_person, _person_cells(performer, scene)),
    )
    amounts = (tasks["seconds"].to_numpy(np.int64), free_in_ward, free)
    hour, widest = arcs["hour"].to_numpy(np.int64), max(map(len, amounts)) + 1

    def key(kind: int, place: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.where(place >= 0, (hour * len(amounts) + kind) * widest + place, -1)

    taken = np.stack([key(kind, place) for kind, place in enumerate(uses)], axis=1)
    limits = np.unique(taken)
    hour_of_limit, place = np.divmod(limits, widest * len(amounts))
    kind, place = np.divmod(place, widest)
    network = Network(
        part_of_arc=hour,
        part_of_limit=hour_of_limit,
        uses=np.searchsorted(limits, taken),
        frees=np.stack([_positions(limits, key(kind, place)) for kind, place in enumerate(frees, 1)], axis=1),
        limit=np.concatenate(amounts)[place + np.cumsum([0, *map(len, amounts)])[kind]],
        gain=(levels[performer["outcome"]] - levels[arcs["outcome"]]).astype(np.int64),
    )
    return arcs, network


def _moves(arcs: pd.DataFrame, pieces: pd.DataFrame, scene: Scene, book: RuleBook) -> tuple[Move, ...]:
    """Say what moves to whom: within a task the first interventions of the catalogue go to the lowest level.

    Both are laid on one axis, task after task; where they overlap, that intervention goes to that person.
    """
    levels = np.array([o.qn_ist for o in OUTCOMES])
    role = scene.role[arcs["staff"], arcs["hour"] // HOURS_OF_DAY]
    used = arcs.assign(level=levels[arcs["outcome"]], role=role)[arcs["seconds"] > 0]
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
    covered = (at_arc >= 0) & (at_piece >= 0)
    covered[covered] = begin[covered] < spans[0][1][at_arc[covered]]
    taken, given = used.iloc[at_arc[covered]], pieces.iloc[at_piece[covered]]
    found = pd.DataFrame(
        {
            "intervention": given["intervention"].to_numpy(),
            "before": given["outcome"].to_numpy(),
            "after": taken["outcome"].to_numpy(),
            "role": taken["role"].to_numpy(),
            "seconds": length[covered],
        }
    )
    sums = found.groupby(["intervention", "before", "after", "role"], as_index=False)[["seconds"]].sum()
    sums = sums.sort_values("seconds", ascending=False, kind="stable")
    return tuple(
        Move(
            intervention=book.interventions[entry].id,
            qn_soll=OUTCOMES[before].qn_soll,
            qn_ist=OUTCOMES[before].qn_ist,
            qn_neu=OUTCOMES[after].qn_ist,
            role=scene.roles[called],
            certificate=OUTCOMES[after].certificate,
            seconds=seconds,
        )
        for entry, before, after, called, seconds in zip(*(sums[name].tolist() for name in sums), strict=True)
    )
