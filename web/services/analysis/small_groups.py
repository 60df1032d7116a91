"""Disclosure control: figures about groups of too few people are shown together, so that none is about one (row D3)."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Final

from pebem.disclosure import groups

FEWEST: Final = groups.FEWEST
LARGEST_SHARE: Final = groups.LARGEST_SHARE

Group = tuple[int, str | None]
"""Level and role; role None = several roles, level 0 = several levels."""

MIXED: Final[Group] = (0, None)

People = Counter[str]
"""Person -> seconds on shift."""


def grouped(people: dict[Group, People]) -> dict[Group, Group]:
    """Return as which group each level and role is shown, so that each has enough people; empty where none has.

    Within a level the roles of too few are shown together, if need be with the smallest of the other roles, so that
    their figure does not follow from the others; then levels likewise.
    """
    told = {group: group for group in people}
    for level in sorted({level for level, _ in people}):
        _joined(told, people, [group for group in people if group[0] == level], (level, None))
    _joined(told, people, list(people), MIXED)
    return told if all(_enough(one) for one in _gathered(told, people).values()) else {}


def _joined(told: dict[Group, Group], people: dict[Group, People], among: list[Group], name: Group) -> None:
    """Tell the groups of too few together under one name, with the smallest others until they are enough."""
    while True:
        gathered = _gathered({group: told[group] for group in among}, people)
        few = {group for group, one in gathered.items() if not _enough(one)}
        if not few or len(gathered) == 1:
            return
        if few == {name}:
            others = gathered.keys() - {name}
            few.add(min(others, key=lambda group: (len(gathered[group]), group[0], group[1] or "")))
        for group in among:
            if told[group] in few | {name}:
                told[group] = name


def _gathered(told: dict[Group, Group], people: dict[Group, People]) -> dict[Group, People]:
    found: dict[Group, People] = defaultdict(Counter)
    for group, name in told.items():
        found[name] += people[group]
    return found


def _enough(people: People) -> bool:
    return len(people) >= FEWEST and max(people.values()) <= LARGEST_SHARE * people.total()
