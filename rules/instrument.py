"""The assessment instrument of § 15 SGB XI effective on a day: criteria, classes, weights, thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from rules import statute

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rules.provenance import Provenance

MODULES: Final = (1, 2, 3, 4, 5, 6)


@dataclass(frozen=True)
class Criterion:
    """One of the 64 criteria. ``points`` is empty where counts per day, week and month are recorded."""

    id: str
    title: str
    points: tuple[int, ...]
    words: tuple[str, ...]

    def word(self, points: int) -> str:
        """Return what a point value means in the words of the instrument."""
        return self.words[self.points.index(points)]


@dataclass(frozen=True)
class Instrument:
    """The instrument and its thresholds effective on a day.

    Attributes
    ----------
    valid_from
        Day from which exactly these tables are effective.
    provenance
        Citation of the thresholds of the Pflegegrade.
    grades_from
        Least total of Pflegegrad 1 to 5.
    bands_from, weighted
        By module: least sums of Punktbereich 1 to 4, and the weighted points of Punktbereich 0 to 4.
    module_5
        Parts a, b and c: criteria, weights, classes and points.
    """

    valid_from: date
    provenance: Provenance
    grades_from: tuple[float, ...]
    special_grade: int
    module_titles: Mapping[int, str]
    bands_from: Mapping[int, tuple[int, ...]]
    weighted: Mapping[int, tuple[float, ...]]
    criteria: Mapping[str, Criterion]
    module_5: Mapping[str, Any]


def instrument(on: date) -> Instrument:
    """Return the instrument effective on a day.

    Raises
    ------
    RuleBookError
        Where no edition is effective on that day.
    """
    return _instrument(statute.SHELF, on)


@cache
def _instrument(_shelf: Path, on: date) -> Instrument:
    book = statute.document("assessment.yaml")

    def tables_of(table: str) -> dict[str, Mapping[str, Any]]:
        return statute.entries_on(book[table], on, "das Begutachtungsinstrument (§ 15 SGB XI)")

    grades, special = tables_of("pflegegrade")[""], tables_of("besondere_bedarfskonstellation")[""]
    scales, bands, modules, module_5 = (tables_of(t) for t in ("skalen", "punktbereiche", "module", "modul_5"))
    criteria = {}
    for module in modules.values():
        for name, entry in module["kriterien"].items():
            words = scales[entry["skala"]]["worte"] if "skala" in entry else ()
            criteria[name] = Criterion(name, entry["titel"], tuple(entry.get("punkte", ())), tuple(words))
    tables = (grades, special, *scales.values(), *bands.values(), *modules.values(), *module_5.values())
    return Instrument(
        valid_from=max(date.fromisoformat(table["gueltig_ab"]) for table in tables),
        provenance=statute.provenance(grades["beleg"]),
        grades_from=tuple(grades["ab"]),
        special_grade=special["pflegegrad"],
        module_titles={int(m): entry["titel"] for m, entry in modules.items()},
        bands_from={int(m): tuple(entry["ab"]) for m, entry in bands.items()},
        weighted={int(m): tuple(entry["gewichtete_punkte"]) for m, entry in bands.items()},
        criteria=criteria,
        module_5=module_5,
    )
