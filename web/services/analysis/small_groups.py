"""Disclosure control: figures about groups of too few people are shown together, so that none is about one (row D3).

Where every one of several disjoint figures is about enough people, so is every sum of them, and every difference of
such sums. So what is shown is always cut into such figures, never picked from finer ones.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from pebem.disclosure import groups

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

FEWEST: Final = groups.FEWEST
LARGEST_SHARE: Final = groups.LARGEST_SHARE

Standing = tuple[int, str]
"""Level and role of somebody."""

People = Counter[str]
"""Person -> seconds."""


class StaffGroup(NamedTuple):
    """As whom people are shown: of a level (``low`` = ``high``) and its ``roles``; or of several levels, roles ()."""

    low: int
    high: int
    roles: tuple[str, ...] = ()


def enough(people: People) -> bool:
    """Return whether a figure about these people may be shown."""
    return len(people) >= FEWEST and max(people.values()) <= LARGEST_SHARE * people.total()


def together(parts: Iterable[People]) -> People:
    """Return the people of several groups."""
    found: People = Counter()
    for part in parts:
        found.update(part)
    return found


def ranges(parts: Sequence[People]) -> list[slice]:
    """Cut a sequence into the most ranges of neighbours that have enough people each; none where all have too few."""
    best: list[list[slice] | None] = [[]]
    for stop in range(1, len(parts) + 1):
        found: list[slice] | None = None
        gathered: People = Counter()
        for start in reversed(range(stop)):
            gathered.update(parts[start])
            before = best[start]
            if before is not None and (found is None or len(before) >= len(found)) and enough(gathered):
                found = [*before, slice(start, stop)]
        best.append(found)
    return best[-1] or []


def grouped(people: Mapping[Standing, People]) -> dict[Standing, StaffGroup]:
    """Return as which group each level and role is shown, so that each has enough people; empty where none has.

    Levels of too few are shown together with the next ones. Within a level the roles of too few are shown together, if
    need be with the smallest of the other roles, so that their figure does not follow from the others.
    """
    levels = sorted({level for level, _ in people})
    told: dict[Standing, StaffGroup] = {}
    for part in ranges([together(people[one] for one in people if one[0] == level) for level in levels]):
        low, high = levels[part][0], levels[part][-1]
        among = {one: people[one] for one in people if low <= one[0] <= high}
        told |= _by_role(among, low) if low == high else dict.fromkeys(among, StaffGroup(low, high))
    return told


def _by_role(people: Mapping[Standing, People], level: int) -> dict[Standing, StaffGroup]:
    """Tell roles of too few together, with the smallest others until they are enough; all together are enough."""
    alone, joined = {role: people[level, role] for _, role in people}, set[str]()
    while True:
        few = {role for role, one in alone.items() if not enough(one)}
        if not few and joined and not enough(together(people[level, role] for role in joined)):
            few = {min(alone, key=lambda role: (len(alone[role]), role))}
        if not few:
            several = StaffGroup(level, level, tuple(sorted(joined)))
            return {one: StaffGroup(level, level, (one[1],)) if one[1] in alone else several for one in people}
        joined |= few
        alone = {role: one for role, one in alone.items() if role not in few}
