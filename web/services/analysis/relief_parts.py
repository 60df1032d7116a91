"""Cutting feasible relief into figures of which each is about enough people: to whom, where, when, and for what nobody.

Behind work that could have moved stand those on shift who could have taken on some of it; behind work for which nobody
was there stand those who did it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pebem.engine.coded_table import CodedTable
from pebem.relief.feasible import THIRDS
from pebem.relief.on_shift import HOURS_OF_DAY
from web.services.analysis.small_groups import StaffGroup, Standing, enough, ranges, together
from web.wording import order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from web.services.analysis.small_groups import People

_BAND: Final = 2
_DAY_BEGINS: Final = THIRDS[0]

BANDS: Final = tuple(
    (start % HOURS_OF_DAY, start % HOURS_OF_DAY + _BAND)
    for start in range(_DAY_BEGINS, _DAY_BEGINS + HOURS_OF_DAY, _BAND)
)
"""First hour of each band of the day, and the hour after it, in their order: from the early shift on."""

Way = tuple[int, int, Standing]
"""Level called for, level of who did it, and who could have done it."""


@dataclass(frozen=True, slots=True)
class ReliefMove:
    """Work that could have moved: the levels called for, the levels from whom, and to whom."""

    qn_soll: tuple[int, ...]
    qn_ist: tuple[int, ...]
    group: StaffGroup
    seconds: int


@dataclass(frozen=True, slots=True)
class TakerShare:
    """What a group could have taken on: on all ``wards`` where it names none, at any time where no ``thirds``."""

    group: StaffGroup
    wards: tuple[str, ...]
    thirds: tuple[int, ...]
    seconds: int

    @property
    def hours(self) -> tuple[int, int]:
        """Return from which to which hour of the day ``thirds`` go."""
        return self.thirds[0], THIRDS[(THIRDS.index(self.thirds[-1]) + 1) % len(THIRDS)]


@dataclass(frozen=True, slots=True)
class UnmetPart:
    """Work that nobody else on shift could have taken on.

    Attributes
    ----------
    wards
        Where; several where there are too few people on one.
    start, end
        Hours of the day, ``end`` not included; 0 to 24, ``end`` <= ``start`` goes on after midnight.
    levels
        Levels the work called for: nobody of them was there.
    """

    wards: tuple[str, ...]
    start: int
    end: int
    levels: tuple[int, ...]
    seconds: int

    @property
    def hours(self) -> int:
        """Return how many hours of the day these are."""
        return (self.end - self.start) % HOURS_OF_DAY or HOURS_OF_DAY

    @property
    def bands(self) -> range:
        """Return the positions in :data:`BANDS`."""
        first = next(i for i, (start, _) in enumerate(BANDS) if start == self.start)
        return range(first, first + self.hours // _BAND)


def told_moves(
    moved: Mapping[str, Counter[Way]], groups: Mapping[Standing, StaffGroup], people: Mapping[Standing, People]
) -> tuple[dict[str, list[ReliefMove]], list[ReliefMove]]:
    """Return the moves of each intervention, and those that can only be told of several interventions together.

    Parameters
    ----------
    moved
        Seconds by intervention.
    groups, people
        As whom each level and role is shown, and who they are.
    """
    alone: dict[str, list[ReliefMove]] = defaultdict(list)
    pooled = []
    for group in ordered(groups.values()):
        parts = {
            name: Counter({way: n for way, n in ways.items() if groups[way[2]] == group})
            for name, ways in sorted(moved.items())
        }
        of_group = {name: _moves(group, ways, people) for name, ways in parts.items() if ways}
        pool = [name for name, moves in of_group.items() if not moves]
        told = [name for name in of_group if name not in pool]
        while pool and not enough(_behind((way for name in pool for way in parts[name]), people)):
            pool.append(told.pop(min(range(len(told)), key=lambda i: parts[told[i]].total())))
        for name in told:
            alone[name] += of_group[name]
        if pool:
            pooled.append(_move(group, sum((parts[name] for name in pool), Counter())))
    return alone, pooled


def _moves(group: StaffGroup, ways: Counter[Way], people: Mapping[Standing, People]) -> list[ReliefMove]:
    """Return the moves of one intervention to a group: by levels, or else together; none for too few people."""
    by_levels: dict[tuple[int, int], Counter[Way]] = defaultdict(Counter)
    for way, seconds in ways.items():
        by_levels[way[:2]][way] = seconds
    if all(enough(_behind(part, people)) for part in by_levels.values()):
        return [_move(group, part) for _, part in sorted(by_levels.items())]
    return [_move(group, ways)] if enough(_behind(ways, people)) else []


def _move(group: StaffGroup, ways: Counter[Way]) -> ReliefMove:
    soll, ist = {soll for soll, _, _ in ways}, {ist for _, ist, _ in ways}
    return ReliefMove(tuple(sorted(soll)), tuple(sorted(ist)), group, ways.total())


def _behind(ways: Iterable[Way], people: Mapping[Standing, People]) -> People:
    return together(people[one] for one in {standing for _, _, standing in ways})


def ordered(groups: Iterable[StaffGroup]) -> list[StaffGroup]:
    """Return different groups in the order of levels, then roles; several roles last."""
    return sorted(set(groups), key=lambda group: (group.low, group.high, len(group.roles), group.roles))


def takers(moved: CodedTable, shifts: CodedTable, groups: Mapping[Standing, StaffGroup]) -> list[TakerShare]:
    """Return what each group could have taken on: in all, and by ward and third of the day where each has enough.

    Parameters
    ----------
    moved
        Seconds by ``ward``, ``third`` and ``way`` of what could have moved.
    shifts
        Seconds by ``ward``, ``third``, ``staff`` and ``as``.
    """
    whole = Counter[StaffGroup]()
    for (way,), seconds in rows(moved, "way"):
        whole[groups[way[3:5]]] += seconds
    return [
        *(TakerShare(group, (), (), whole[group]) for group in ordered(whole)),
        *(TakerShare(group, at, (), seconds) for group, at, seconds in _by_place(moved, shifts, groups, "ward")),
        *(TakerShare(group, (), at, seconds) for group, at, seconds in _by_place(moved, shifts, groups, "third")),
    ]


def _by_place(
    moved: CodedTable, shifts: CodedTable, groups: Mapping[Standing, StaffGroup], name: str
) -> Iterator[tuple[StaffGroup, tuple[Any, ...], int]]:
    seconds: dict[StaffGroup, Counter[Any]] = defaultdict(Counter)
    people: dict[tuple[StaffGroup, Any], People] = defaultdict(Counter)
    there: set[tuple[Any, Standing]] = set()
    for (place, way), amount in rows(moved, name, "way"):
        seconds[groups[way[3:5]]][place] += amount
        there.add((place, way[3:5]))
    for (place, staff, standing), amount in rows(shifts, name, "staff", "as"):
        if (place, standing) in there:
            people[groups[standing], place][staff] += amount
    for group in ordered(seconds):
        places = sorted(seconds[group], key=order.ward_key if name == "ward" else None)
        cut = ranges([people[group, place] for place in places])
        if len(cut) > 1:
            for part in cut:
                yield group, tuple(places[part]), sum(seconds[group][place] for place in places[part])


def unmet_parts(unmet: CodedTable) -> tuple[UnmetPart, ...]:
    """Cut work that nobody else could have taken on by ward, time of day and level called for; () for too few people.

    Parameters
    ----------
    unmet
        Seconds by ``hour``, ``ward``, ``qn_soll`` and ``staff`` who did it.
    """
    band = (unmet.columns["hour"].astype(np.int64) - _DAY_BEGINS) % HOURS_OF_DAY // _BAND
    people: dict[tuple[str, int, int], People] = defaultdict(Counter)
    by_band = CodedTable({**unmet.columns, "band": band}, unmet.labels)
    for (ward, at, level, staff), seconds in rows(by_band, "ward", "band", "qn_soll", "staff"):
        people[ward, at, level][staff] += seconds
    found = []
    wards = sorted({ward for ward, _, _ in people}, key=order.ward_key)
    for of_wards, on_wards in _cut(people, 0, wards):
        for bands, in_bands in _cut(on_wards, 1, sorted({at for _, at, _ in on_wards})):
            start, end = BANDS[bands[0]][0], BANDS[bands[-1]][1]
            for levels, parts in _cut(in_bands, 2, sorted({level for _, _, level in in_bands})):
                seconds = sum(one.total() for one in parts.values())
                found.append(UnmetPart(tuple(of_wards), start, end, tuple(levels), seconds))
    return tuple(found)


def _cut(
    people: Mapping[tuple[str, int, int], People], place: int, values: list[Any]
) -> Iterator[tuple[list[Any], dict[tuple[str, int, int], People]]]:
    """Yield ranges of values at a place of the key that have enough people each, and what belongs to them."""
    parts = [together(one for key, one in people.items() if key[place] == value) for value in values]
    for part in ranges(parts):
        yield values[part], {key: one for key, one in people.items() if key[place] in values[part]}


def rows(table: CodedTable, *names: str) -> Iterator[tuple[list[Any], int]]:
    """Yield the values of some columns, as labels where they have some, with their seconds."""
    sums = table.summed(*names, sums=("seconds",))
    columns = []
    for name in names:
        values = sums.columns[name].tolist()
        columns.append([sums.labels[name][code] for code in values] if name in sums.labels else values)
    for *labels, seconds in zip(*columns, sums.columns["seconds"].tolist(), strict=True):
        yield labels, seconds
