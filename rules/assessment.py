"""The assessment of § 15 SGB XI: items to sums, weighted points, total and Pflegegrad, vectorised and exact.

Sums are integers; module 5 is counted in 1/210 of a day and in tenths; weighted points are multiples of
1.25 and thus exact as floats. What was not recorded stays missing: no sum is made up from the rest.
Assessments are scored in chunks that stay in the processor's cache, sums in place, classes by comparison.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from rules.instrument import MODULES, Criterion, Instrument, instrument
from rules.states import GATES
from rules.vocabulary import (
    ASSESSMENT_CELLS,
    CONTINENCE_OPENS_FROM,
    FREQUENCIES,
    ITEMS,
    MISSING,
    UNREADABLE_FINDING,
    module_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "MODULES",
    "Criterion",
    "Instrument",
    "Module5",
    "Scores",
    "instrument",
    "module5_parts",
    "module_points",
    "pflegegrad",
    "score",
]

_LATEST: Final = date.max

_CHUNK: Final = 16_384
"""Assessments scored at a time: their columns stay in the second-level cache."""

_MANY: Final = 4_000
"""Counts above this count as this: far beyond every class, and sums of them fit 16 bits."""

_LARGEST_SUM: Final = 1_000
"""Sums of item points lie below; the largest the instrument knows is 65."""


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

    a_units: NDArray[np.integer]
    b_units: NDArray[np.integer]
    c_tenths: NDArray[np.integer]
    a: NDArray[np.integer]
    b: NDArray[np.integer]
    c: NDArray[np.integer]
    diet: NDArray[np.integer]

    @property
    def sum(self) -> NDArray[np.int16]:
        """Sum of item points of module 5, shape (n,), -1 = missing."""
        return _sum([part.astype(np.int16, copy=False) for part in (self.a, self.b, self.c, self.diet)])


@dataclass(frozen=True)
class Scores:
    """The scores of assessments, each of shape (n,).

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
    instrument
        The instrument they were scored by.
    """

    sums: Mapping[int, NDArray[np.int16]]
    points: Mapping[int, NDArray[np.float64]]
    m2_m3: NDArray[np.float64]
    total: NDArray[np.float64]
    grade: NDArray[np.int64]
    instrument: Instrument

    def bands(self, module: int) -> NDArray[np.int64]:
        """Return the Punktbereich of a module, shape (n,): 0 to 4, -1 = missing."""
        sums = self.sums[module]
        return np.where(sums < 0, MISSING, np.searchsorted(self.instrument.bands_from[module], sums, side="right"))


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
    edition = instrument(on or _LATEST)
    values = np.asarray(sums)
    band = np.searchsorted(edition.bands_from[module], values, side="right")
    return np.where(values < 0, np.nan, np.array(edition.weighted[module], float)[band])


def pflegegrad(total: ArrayLike, on: date, special: ArrayLike | None = None) -> NDArray[np.int64]:
    """Return the Pflegegrad for total points (§ 15 Abs. 3 and 4 SGB XI).

    Parameters
    ----------
    total
        Weighted points 0-100, NaN = missing.
    on
        Day whose thresholds hold (the day of application).
    special
        Besondere Bedarfskonstellation: 1 = grade 5 at any total; -1 = not readable, missing unless 5 either way.

    Returns
    -------
    ndarray of int
        0 (none) to 5, -1 = missing.
    """
    edition = instrument(on)
    values = np.asarray(total, float)
    grade = np.zeros(values.shape, np.int64)
    for threshold in edition.grades_from:
        grade += values >= threshold
    grade[np.isnan(values)] = MISSING
    held = np.asarray(0 if special is None else special)
    grade[(held < 0) & (grade != edition.special_grade)] = MISSING
    return np.where(held > 0, edition.special_grade, grade)


def module5_parts(items: Mapping[str, NDArray[np.integer]], on: date | None = None) -> Module5:
    """Return the parts of module 5 from counts per day, week and month.

    Parameters
    ----------
    items
        Cells "5.1 täglich" ... "5.15 monatlich" and "5.16", integer arrays of shape (n,), -1 = missing.
        Counts above 4,000 count as 4,000.
    """
    return _module5(_columns(items), instrument(on or _LATEST).module_5)


def score(
    items: Mapping[str, NDArray[np.integer]],
    *,
    continence_urine: NDArray[np.integer] | None = None,
    continence_stool: NDArray[np.integer] | None = None,
    special: NDArray[np.bool_ | np.integer] | None = None,
    on: date,
) -> Scores:
    """Score assessments.

    Parameters
    ----------
    items
        Cells (``vocabulary.ASSESSMENT_CELLS``) as integer arrays of shape (n,), -1 = missing; a cell that
        is absent is missing throughout. Points are those Anlage 1 allows (the importers see to that). 16 bits, as
        in the frames of the engine, need no conversion.
    continence_urine, continence_stool
        Findings (positions in ``vocabulary.CONTINENCE``, -1 = none, -2 = not readable). They decide whether 4.11 and
        4.12 count; without a finding the person counts as continent, with one that cannot be read points are missing.
    special
        Besondere Bedarfskonstellation (§ 15 Abs. 4), 1 = yes, 0 = no, -1 = not readable.
    on
        Day whose thresholds hold.
    """
    edition = instrument(on)
    size = len(next(iter(items.values())))
    columns = {cell: np.asarray(values) for cell, values in items.items()}
    findings = {"continence_urine": continence_urine, "continence_stool": continence_stool}
    tables = {module: _table(edition, module) for module in MODULES}
    sums = np.empty((len(MODULES), size), np.int16)
    points = np.empty((len(MODULES), size))
    m2_m3, total = np.empty((2, size))
    grade = np.empty(size, np.int64)
    for start in range(0, size, _CHUNK):
        part = slice(start, start + _CHUNK)
        chunk = _columns({cell: values[part] for cell, values in columns.items()})
        own_findings = {
            item: None if (value := findings[gate]) is None else np.asarray(value)[part] for item, gate in GATES.items()
        }
        for i, module in enumerate(MODULES):
            of_chunk = _module5(chunk, edition.module_5).sum if module == 5 else _module(chunk, module, own_findings)
            sums[i, part] = of_chunk
            held_sums = np.minimum(sums[i, part], _LARGEST_SUM - 1)
            np.take(tables[module], held_sums, out=points[i, part], mode="wrap")  # -1 finds the last: missing
        np.maximum(points[1, part], points[2, part], out=m2_m3[part])  # NaN wins: missing stays missing
        total[part] = points[0, part] + m2_m3[part] + points[3, part] + points[4, part] + points[5, part]
        grade[part] = pflegegrad(total[part], on, None if special is None else np.asarray(special)[part])
    by_module = dict(zip(MODULES, sums, strict=True)), dict(zip(MODULES, points, strict=True))
    return Scores(*by_module, m2_m3, total, grade, edition)


def _columns(items: Mapping[str, NDArray[np.integer]]) -> dict[str, NDArray[np.int16]]:
    """Return all cells as 16-bit columns; what is absent is missing, what is wider is cut to what fits."""
    absent = np.full(len(next(iter(items.values()))), MISSING, np.int16)

    def narrow(values: NDArray[np.integer]) -> NDArray[np.int16]:
        if values.dtype.itemsize > 2 or values.dtype.kind != "i":
            values = np.clip(values, MISSING, _MANY)
        return values.astype(np.int16, copy=False)

    return {cell: narrow(np.asarray(items[cell])) if cell in items else absent for cell in ASSESSMENT_CELLS}


def _sum(parts: Sequence[NDArray[np.int16]]) -> NDArray[np.int16]:
    """Add columns in which -1 means missing; a sum with a missing part is missing.

    -1 has all bits set, so joining the columns bit by bit is negative exactly where one of them is missing.
    """
    total, joined = parts[0].copy(), parts[0].copy()
    for part in parts[1:]:
        np.add(total, part, out=total)
        np.bitwise_or(joined, part, out=joined)
    total[joined < 0] = MISSING
    return total


def _module(
    columns: Mapping[str, NDArray[np.int16]], module: int, findings: Mapping[str, NDArray[np.integer] | None]
) -> NDArray[np.int16]:
    """Return the sum of item points of a module other than 5."""
    parts = []
    for item in ITEMS:
        if module_of(item) != module:
            continue
        if item in GATES:
            finding = findings[item]
            if finding is not None:
                counted = columns[item] * (finding >= CONTINENCE_OPENS_FROM)
                counted[(finding == UNREADABLE_FINDING) & (columns[item] != 0)] = MISSING
                parts.append(counted)
        else:
            parts.append(columns[item])
    return _sum(parts)


def _module5(columns: Mapping[str, NDArray[np.int16]], parts: Mapping[str, Any]) -> Module5:
    """Return the parts of module 5 from 16-bit columns."""

    def units(weights: Mapping[str, Mapping[str, int]]) -> NDArray[np.int32]:
        """Add counts times weights, by item and frequency; weights are the same for all items of a part or few."""
        by_weight: dict[int, list[NDArray[np.int16]]] = {}
        for item, own in weights.items():
            for frequency in FREQUENCIES:
                if frequency in own:
                    by_weight.setdefault(own[frequency], []).append(np.minimum(columns[f"{item} {frequency}"], _MANY))
            if "täglich_pauschal" in own:  # 5.12: a flat value, however often a day
                by_weight.setdefault(own["täglich_pauschal"], []).append(np.minimum(columns[f"{item} täglich"], 1))
        total, missing = np.zeros(len(columns["5.16"]), np.int32), np.zeros(len(columns["5.16"]), np.bool_)
        for weight, counts in by_weight.items():
            count = _sum(counts)
            missing |= count < 0
            total += count.astype(np.int32) * np.int32(weight)
        total[missing] = MISSING
        return total

    def classed(part: Mapping[str, Any], reached: NDArray[np.int32]) -> NDArray[np.int16]:
        points = np.full(len(reached), part["punkte"][0], np.int16)
        for start, below, above in zip(part["klassen_ab"], part["punkte"], part["punkte"][1:], strict=False):
            points += (reached >= start) * np.int16(above - below)
        points[reached < 0] = MISSING
        return points

    a_units, b_units = (units(dict.fromkeys(parts[part]["kriterien"], parts[part]["gewicht"])) for part in "ab")
    c_tenths = units(parts["c"]["kriterien"])
    return Module5(
        a_units=a_units,
        b_units=b_units,
        c_tenths=c_tenths,
        a=classed(parts["a"], a_units),
        b=classed(parts["b"], b_units),
        c=classed(parts["c"], c_tenths),
        diet=columns["5.16"],
    )


def _table(edition: Instrument, module: int) -> NDArray[np.float64]:
    """Return weighted points by sum; the last entry, which -1 finds, is NaN."""
    reached = np.searchsorted(edition.bands_from[module], np.arange(_LARGEST_SUM), side="right")
    return np.append(np.array(edition.weighted[module], float)[reached], np.nan)
