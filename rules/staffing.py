"""§ 113c Abs. 1 SGB XI: the most full-time equivalents that can be agreed for a resident mix. A ceiling, no need."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from rules.statute import document, edition_on, provenance

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from rules.provenance import Provenance

GROUPS: Final = ("nr1", "nr2", "nr3")


@dataclass(frozen=True)
class Staffing:
    """Full-time equivalents (Vollzeitäquivalente) by qualification group, exact; round last.

    Attributes
    ----------
    nr1, nr2, nr3
        Hilfskraftpersonal without training, with training (QN 3), Fachkraftpersonal (QN 4).
    titles
        Name of each group in the words of the statute.
    levels
        Qualification levels of each group.
    """

    nr1: Decimal
    nr2: Decimal
    nr3: Decimal
    titles: Mapping[str, str]
    levels: Mapping[str, str]
    provenance: Provenance

    @property
    def total(self) -> Decimal:
        """Sum of the three groups."""
        return self.nr1 + self.nr2 + self.nr3

    def rounded(self, group: str) -> Decimal:
        """Return a group's value (or "total") to two decimals, half up."""
        value: Decimal = getattr(self, group)
        return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def full_time_equivalents(residents: Mapping[int, float | Decimal], on: date) -> Staffing:
    """Return the full-time equivalents for a resident mix.

    Parameters
    ----------
    residents
        Number of residents by Pflegegrad 1-5 (averages may have decimals). Residents without a grade (0)
        have no value in the statute.
    on
        Day whose values apply.

    Raises
    ------
    ValueError
        For a Pflegegrad outside 1-5 or a negative number.
    RuleBookError
        Where no values are known for the day (before 1 July 2023).
    """
    raw = edition_on(document("staffing.yaml")["ausgaben"], on, "§ 113c Abs. 1 SGB XI")
    numbers = {grade: Decimal(str(number)) for grade, number in residents.items()}
    for grade, number in numbers.items():
        if grade not in range(1, 6):
            raise ValueError(f"Pflegegrad {grade} gibt es in § 113c nicht; möglich sind 1 bis 5.")
        if not number.is_finite() or number < 0:
            raise ValueError(f"Die Zahl der Bewohner:innen mit Pflegegrad {grade} muss mindestens 0 sein.")
    groups = {entry["id"]: entry for entry in raw["gruppen"]}
    sums = {
        key: sum((Decimal(groups[key]["werte"][grade - 1]) * n for grade, n in numbers.items()), Decimal(0))
        for key in GROUPS
    }
    return Staffing(
        **sums,
        titles={key: groups[key]["titel"] for key in GROUPS},
        levels={key: groups[key]["qn"] for key in GROUPS},
        provenance=provenance(raw["beleg"]),
    )
