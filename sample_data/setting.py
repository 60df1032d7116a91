"""What stands before the first act of care is done: people, rooms, duties, rulebook and period of one home."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from rules import RuleBook
    from sample_data.residents import Residents
    from sample_data.roster import SampleRoster
    from sample_data.staff import SampleEmployee


@dataclass(frozen=True)
class Setting:
    """One home and one period of ``days`` days from ``start`` on; people and wards are known by position."""

    start: date
    days: int
    wards: tuple[str, ...]
    residents: Residents
    staff: list[SampleEmployee]
    roster: SampleRoster
    book: RuleBook

    def on(self, day: int | None) -> date | None:
        """Return the date of a day counted from the start; None stays None."""
        return None if day is None else self.start + timedelta(days=int(day))
