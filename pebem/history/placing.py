"""From which day each statement about a person applies, and which one yields (``docs/adr/0016``)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from pebem.history.assessment_parts import AssessmentValue, completed

if TYPE_CHECKING:
    from collections.abc import Sequence

_NEVER: Final = 2**63


@dataclass(frozen=True, slots=True)
class StatedLevel:
    """Level, role and certificates of an employee; None = not stated."""

    qn: int
    role: str | None
    certificates: str | None
    role_stated: bool = True


@dataclass(slots=True)
class Entry:
    """One statement.

    Attributes
    ----------
    first, last
        Days it states itself; None = none.
    cover, order
        Cover and number of its delivery.
    value
        What it states, by its kind.
    stated_at
        How late it was stated: by the days its delivery is about, then by the order of deliveries.
    parts
        Cover and number of the deliveries that stated an older part of it.
    """

    first: date | None
    last: date | None
    cover: date | None
    order: int
    value: Any = None
    stated_at: tuple[date, int] = (date.min, 0)
    parts: tuple[tuple[date | None, int], ...] = ()

    @property
    def stated_by(self) -> tuple[tuple[date | None, int], ...]:
        """Cover and number of all deliveries that stated it, or a part of it."""
        return (*self.parts, (self.cover, self.order))


def place(entries: Sequence[Entry]) -> list[tuple[date | None, Entry]]:
    """Return the first day (None = since always) and the statement for each key, in the order of the days."""
    dated = {order for entry in entries if entry.first for _, order in entry.stated_by}
    stated_by = [one for entry in entries for one in entry.stated_by]
    earliest = min((cover for cover, _ in stated_by if cover), default=date.max)
    always_from = min((order for cover, order in stated_by if cover is None), default=_NEVER)
    placed: dict[date, Entry] = {}
    yielding: list[tuple[date, Entry]] = []
    for entry in entries:
        start = entry.first
        # A statement that applies since always is earlier than those after it, and replaces those before it.
        if (
            start is None
            and not any(order in dated for _, order in entry.stated_by)
            and entry.cover is not None
            and (entry.cover > earliest or entry.order > always_from)
        ):
            start = entry.cover
            if any(_overrules(other, entry, start) for other in entries):
                yielding.append((start, entry))
                continue
        replaced = placed.get(start or date.min)
        if isinstance(entry.value, StatedLevel):
            entry = inherited(entry, replaced)  # noqa: PLW2901
        elif replaced is not None:
            entry = _completing(replaced, entry) or entry  # noqa: PLW2901
        if entry.last is None and replaced is not None and replaced.last and replaced.stated_at > entry.stated_at:
            # Told by the other: a third one from in between does not know of it either.
            entry = replace(entry, last=replaced.last, stated_at=replaced.stated_at)  # noqa: PLW2901
        placed[start or date.min] = entry
    for start, entry in yielding:
        holding = max(day for day in placed if day <= start)
        placed[holding] = _completing(placed[holding], entry) or placed[holding]
    return [(start if start > date.min else None, placed[start]) for start in sorted(placed)]


def _completing(stored: Entry, entry: Entry) -> Entry | None:
    """Return a statement of a day with what another one of that day records besides; None where they are no parts."""
    if not isinstance(entry.value, AssessmentValue):
        return None
    value = completed(stored.value, entry.value)
    return None if value is None else replace(entry if stored.first is None else stored, value=value)


def _overrules(other: Entry, entry: Entry, start: date) -> bool:
    """Return whether a statement with its own day was stated later and applies on the first day of an undated one."""
    if other.first is None or other.stated_at <= entry.stated_at:
        return False
    return other.first <= start and (other.last is None or other.last >= start)


def inherited(entry: Entry, before: Entry | None) -> Entry:
    """Return a level with what its delivery has no column for, taken from another one."""
    level: StatedLevel = entry.value
    if before is None or (level.role_stated and level.certificates is not None):
        return entry
    earlier: StatedLevel = before.value
    role = (level.role, True) if level.role_stated else (earlier.role, earlier.role_stated)
    certificates = earlier.certificates if level.certificates is None else level.certificates
    return replace(entry, value=StatedLevel(level.qn, role[0], certificates, role[1]))
