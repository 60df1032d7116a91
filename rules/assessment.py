"""The assessment of § 15 SGB XI: items to sums, weighted points, total and Pflegegrad, vectorised and exact.

Sums are integers; module 5 is counted in 1/210 of a day and in tenths; weighted points are multiples of
1.25 and thus exact as floats. What was not recorded stays missing: no sum is made up from the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from rules.load import SHELF, RuleBookError, read_yaml
from rules.model import Provenance
from rules.states import GATES
from rules.vocabulary import CONTINENCE_OPENS_FROM, COUNTED_ITEMS, FREQUENCIES, ITEMS, MISSING, module_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

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
    """The instrument and its thresholds as they hold on a day."""

    valid_from: date
    provenance: Provenance
    grades_from: tuple[float, ...]
    special_grade: int
    module_titles: Mapping[int, str]
    bands_from: Mapping[int, tuple[int, ...]]
    weighted: Mapping[int, tuple[float, ...]]
    criteria: Mapping[str, Criterion]
    module_5: Mapping[str, Any]


@cache
def _statute(name: str) -> Any:
    return read_yaml(SHELF / name)


@cache
def instrument(on: date) -> Instrument:
    """Return the instrument in force on a day.

    Raises
    ------
    RuleBookError
        Where no edition is in force on that day.
    """
    book = _statute("assessment.yaml")
    raw = edition_on(book["ausgaben"], on, "das Begutachtungsinstrument (§ 15 SGB XI)")
    criteria = {}
    for module in raw["module"].values():
        for name, entry in module["kriterien"].items():
            scale = book["skalen"][entry["skala"]] if "skala" in entry else []
            criteria[name] = Criterion(name, entry["titel"], tuple(entry.get("punkte", ())), tuple(scale))
    return Instrument(
        valid_from=date.fromisoformat(raw["gueltig_ab"]),
        provenance=provenance(raw["beleg"]),
        grades_from=tuple(raw["pflegegrade"]),
        special_grade=raw["besondere_bedarfskonstellation"],
        module_titles={int(m): entry["titel"] for m, entry in raw["module"].items()},
        bands_from={int(m): tuple(entry["punktbereiche_ab"]) for m, entry in raw["module"].items()},
        weighted={int(m): tuple(entry["gewichtete_punkte"]) for m, entry in raw["module"].items()},
        criteria=criteria,
        module_5=raw["modul_5"],
    )


def edition_on(editions: list[Mapping[str, Any]], on: date, what: str) -> Mapping[str, Any]:
    """Return the dated entry in force on a day, or raise RuleBookError."""
    for raw in editions:
        start, end = raw["gueltig_ab"], raw.get("gueltig_bis", "9999-12-31")
        if date.fromisoformat(start) <= on <= date.fromisoformat(end):
            return raw
    raise RuleBookError(f"Für den {on:%d.%m.%Y} ist {what} nicht hinterlegt. Bitte prüfen Sie das Datum.")


def provenance(raw: Mapping[str, Any]) -> Provenance:
    """Return the citation of a dated entry of the statute."""
    return Provenance(
        source=f"{raw['quelle']}, {raw['stelle']}",
        reason=raw["grund"],
        certainty=raw["sicherheit"],
        checked=date.fromisoformat(raw["geprueft_am"]),
    )


@dataclass(frozen=True)
class Module5:
    """The four parts of module 5, each of shape (n,), -1 = missing.

    Attributes
    ----------
    a_units, b_units
        Measures in 1/210 of a day (210 = once a day).
    c_tenths
        Points of part C in tenths.
    a, b, c, diet
        Points of the parts; their sum is the module's sum.
    """

    a_units: NDArray[np.int64]
    b_units: NDArray[np.int64]
    c_tenths: NDArray[np.int64]
    a: NDArray[np.int64]
    b: NDArray[np.int64]
    c: NDArray[np.int64]
    diet: NDArray[np.int64]

    @property
    def sum(self) -> NDArray[np.int64]:
        """Sum of item points of module 5, shape (n,), -1 = missing."""
        return _total([self.a, self.b, self.c, self.diet])


@dataclass(frozen=True)
class Scores:
    """What an assessment comes to, each of shape (n,).

    Attributes
    ----------
    sums
        Sum of item points per module, -1 = missing.
    points
        Weighted points per module (modules 2 and 3 each on its own), NaN = missing.
    m2_m3
        The higher of the weighted points of modules 2 and 3, NaN = missing.
    total
        Weighted points in all, 0 to 100, NaN = missing.
    grade
        Pflegegrad 0 (none) to 5, -1 = missing.
    """

    sums: Mapping[int, NDArray[np.int64]]
    points: Mapping[int, NDArray[np.float64]]
    m2_m3: NDArray[np.float64]
    total: NDArray[np.float64]
    grade: NDArray[np.int64]


def _total(parts: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Add arrays in which -1 means missing; a sum with a missing part is missing."""
    stack = np.stack(parts)
    return np.where(np.any(stack < 0, axis=0), MISSING, stack.sum(axis=0))


def module_points(module: int, sums: ArrayLike, on: date | None = None) -> NDArray[np.float64]:
    """Return weighted points for sums of item points (Anlage 2 zu § 15 SGB XI).

    Parameters
    ----------
    module
        1-6; modules 2 and 3 each on its own scale.
    sums
        Integers of any shape, -1 = missing.
    on
        Day whose values hold; None = the latest edition.

    Returns
    -------
    ndarray of float
        Same shape, NaN = missing.
    """
    held = instrument(on or date.max)
    values = np.asarray(sums)
    band = np.searchsorted(held.bands_from[module], values, side="right")
    return np.where(values < 0, np.nan, np.array(held.weighted[module], float)[band])


def pflegegrad(total: ArrayLike, on: date, special: ArrayLike | None = None) -> NDArray[np.int64]:
    """Return the Pflegegrad for total points (§ 15 Abs. 3 and 4 SGB XI).

    Parameters
    ----------
    total
        Weighted points 0-100, NaN = missing.
    on
        Day whose thresholds hold (the day of application).
    special
        Besondere Bedarfskonstellation: grade 5 at any total, a missing one included.

    Returns
    -------
    ndarray of int
        0 (none) to 5, -1 = missing.
    """
    held = instrument(on)
    values = np.asarray(total, float)
    grade = np.searchsorted(held.grades_from, values, side="right")
    grade = np.where(np.isnan(values), MISSING, grade)
    return grade if special is None else np.where(np.asarray(special, bool), held.special_grade, grade)


def module5_parts(items: Mapping[str, NDArray[np.integer]], on: date | None = None) -> Module5:
    """Return the parts of module 5 from counts per day, week and month.

    Parameters
    ----------
    items
        Cells "5.1 täglich" ... "5.15 monatlich" and "5.16", integer arrays of shape (n,), -1 = missing.
    """
    held = instrument(on or date.max).module_5
    size = len(next(iter(items.values())))
    absent = np.full(size, MISSING, np.int64)

    def cell(name: str) -> NDArray[np.int64]:
        return np.asarray(items[name], np.int64) if name in items else absent

    def weighed(name: str, weights: Mapping[str, int]) -> NDArray[np.int64]:
        counts = [(cell(f"{name} {f}"), weights[f]) for f in FREQUENCIES if f in weights]
        if "täglich_pauschal" in weights:  # 5.12: a flat value, however often a day
            daily = cell(f"{name} täglich")
            counts.append((np.minimum(daily, 1), weights["täglich_pauschal"]))
        return _total([np.where(count < 0, MISSING, count * weight) for count, weight in counts])

    def classed(part: Mapping[str, Any], units: NDArray[np.int64]) -> NDArray[np.int64]:
        reached = np.searchsorted(part["klassen_ab"], units, side="right")
        return np.where(units < 0, MISSING, np.array(part["punkte"], np.int64)[reached])

    a_units, b_units = (_total([weighed(name, held["gewicht"]) for name in held[p]["kriterien"]]) for p in "ab")
    c_tenths = _total([weighed(name, weights) for name, weights in held["c"]["kriterien"].items()])
    return Module5(
        a_units=a_units,
        b_units=b_units,
        c_tenths=c_tenths,
        a=classed(held["a"], a_units),
        b=classed(held["b"], b_units),
        c=classed(held["c"], c_tenths),
        diet=cell("5.16"),
    )


def score(
    items: Mapping[str, NDArray[np.integer]],
    *,
    continence_urine: NDArray[np.integer] | None = None,
    continence_stool: NDArray[np.integer] | None = None,
    special: NDArray[np.bool_] | None = None,
    on: date,
) -> Scores:
    """Score assessments.

    Parameters
    ----------
    items
        Cells (``vocabulary.ASSESSMENT_CELLS``) as integer arrays of shape (n,), -1 = missing; a cell that
        is absent is missing throughout.
    continence_urine, continence_stool
        Findings (positions in ``vocabulary.CONTINENCE``, -1 = none). They decide whether 4.11 and 4.12
        count; without a finding the person counts as continent.
    special
        Besondere Bedarfskonstellation (§ 15 Abs. 4).
    on
        Day whose thresholds hold.
    """
    size = len(next(iter(items.values())))
    findings = {"continence_urine": continence_urine, "continence_stool": continence_stool}

    def points(item: str) -> NDArray[np.int64]:
        recorded = np.asarray(items[item], np.int64) if item in items else np.full(size, MISSING, np.int64)
        if item not in GATES:
            return recorded
        finding = findings[GATES[item]]
        opened = np.zeros(size, bool) if finding is None else np.asarray(finding) >= CONTINENCE_OPENS_FROM
        return np.where(opened, recorded, 0)

    sums = {
        module: module5_parts(items, on).sum
        if module == module_of(COUNTED_ITEMS[0])
        else _total([points(item) for item in ITEMS if module_of(item) == module])
        for module in MODULES
    }
    weighted = {module: module_points(module, sums[module], on) for module in MODULES}
    m2_m3 = np.maximum(weighted[2], weighted[3])  # NaN wins: missing stays missing
    total = weighted[1] + m2_m3 + weighted[4] + weighted[5] + weighted[6]
    return Scores(sums, weighted, m2_m3, total, pflegegrad(total, on, special))
