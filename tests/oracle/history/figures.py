"""The figures of a home that follow from the model, rated by the oracle."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.oracle.oracle import CATALOGUE, WITHOUT_RESIDENT, Assessment, Oracle, Target

from .records import ALWAYS, RESIDENT

if TYPE_CHECKING:
    from .model import HomeHistory

COVERED = {
    "has_resident": "bewohner",
    "has_assessment": "begutachtung",
    "has_staff": "mitarbeitende",
    "has_minutes": "minuten",
}


class Rater(Oracle):
    """The oracle on a model instead of a workbook: also levels set by hand, and rulebooks by day."""

    def __init__(self, home: HomeHistory) -> None:
        found = home.statements()
        residents, staff = home.known()
        self.rows = [
            {
                "bewohner-nr": act.resident,
                "personal-nr": act.employee,
                "intervention": act.intervention,
                "datum": act.day,
                "schicht": act.shift,
                "status": act.status,
                "minuten": None if act.seconds is None else Decimal(act.seconds) / 60,
                "wohnbereich": act.ward or found.ward_of(act.resident if act.resident in residents else None, act.day),
            }
            for act in home.acts().elements()
        ]
        moved_in = {one: found.moved_in(one) for one in residents}
        self.residents = {one: {"einzug": None if day == ALWAYS else day} for one, day in moved_in.items()}
        self.assessments = [
            Assessment(
                {
                    "bewohner-nr": who,
                    "datum": None if day == ALWAYS else day,
                    "besondere bedarfskonstellation": "ja" if special else None,
                    **{name.lower(): value for name, value in cells.items()},
                }
            )
            for (who, day), (cells, special) in found.assessed.items()
        ]
        self.instability = [
            {"bewohner-nr": who, "kriterium": criterion, "von": first, "bis": last}
            for (who, criterion, first), last in found.unstable.items()
        ]
        self.staff = [
            {
                "personal-nr": who,
                "gültig ab": None if first == ALWAYS else first,
                "gültig bis": last,
                "qn": qn,
                "rolle": role,
                "zertifikate": certificates,
            }
            for (who, first), (qn, role, certificates, last) in found.levels.items()
            if who in staff
        ]
        self.home = home
        self.by_hand = 0

    def target(self, entry: dict[str, str], resident: str, on: dt.date) -> Target:
        """Return the level called for: the one set by hand, else that of the book of the day."""
        if (level := self.level_by_hand(entry, resident, on)) is not None:
            self.by_hand += 1
            level = 4 if entry["reserved"] == "1" else level
            return Target(level, level, level, frozenset())
        return super().target(self.entry_on(entry, on), resident, on)

    def entry_on(self, entry: dict[str, str], on: dt.date) -> dict[str, str]:
        """Return a catalogue entry as the book of a day has it."""
        begun = [day for day in self.home.books if day <= on]
        levels = self.home.books[max(begun)] if begun else {}
        return entry | {"base": str(levels.get(entry["id"], entry["base"]))}

    def level_by_hand(self, entry: dict[str, str], resident: str, on: dt.date) -> int | None:
        """Return the level somebody set: the resident's own first, then the last to begin."""
        if not resident and entry["kind"] not in WITHOUT_RESIDENT:
            return None
        holding = []
        for number, one in enumerate(self.home.set_by_hand):
            about = one.resident and self.home.person(RESIDENT, one.resident)
            own = about is not None and about == resident and resident in self.residents
            if (about is None or own) and one.intervention == entry["id"] and one.first <= on <= one.last:
                holding.append((own, one.first, number, one.level))
        return max(holding)[3] if holding else None


def figures(home: HomeHistory) -> tuple[Counter, Counter]:
    """Return the counted rows.

    Returns
    -------
    cells
        ("count" or "seconds", day, ward, shift, intervention, soll, ist, fit, by certificate) -> sum.
    coverage
        Name of a figure of coverage -> rows.
    """
    rater = Rater(home)
    counted = [row for row in rater.decisions() if row["excluded"] is None]
    cells: Counter = Counter()
    for row in counted:
        key = tuple(row[name] for name in ("day", "ward", "shift", "intervention", "soll", "ist", "fit", "certificate"))
        cells["count", *key] += 1
        cells["seconds", *key] += row["seconds"]
    coverage = Counter({"counted": len(counted), "intervention": len(counted), "ueberschrieben": rater.by_hand})
    for name, word in COVERED.items():
        coverage[word] = sum(row[name] for row in counted)
    return +cells, +coverage


def entries() -> dict[str, dict[str, str]]:
    """Return the catalogue."""
    return CATALOGUE
