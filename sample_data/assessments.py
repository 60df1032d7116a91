"""Invented assessments: a person's needs, the 64 criteria that follow from them, and the Pflegegrad the law gives.

Every candidate starts from six correlated needs (mobility, cognition, behaviour, self-care, illness, everyday
life). Its items are derived from these, so they hang together as in a real report, and its Pflegegrad comes from
``rules.assessment.score`` on the finished items. A home then picks candidates of the grades it wants.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from rules import assessment, vocabulary

if TYPE_CHECKING:
    from datetime import date

MOBILITY, COGNITION, BEHAVIOUR, SELF_CARE, ILLNESS, EVERYDAY = range(6)

# What each need shares with general frailty, with dementia, and what is its own.
_SHARED: Final = np.array([[0.8, 0.0], [0.5, 0.7], [0.1, 0.8], [0.85, 0.3], [0.5, 0.0], [0.6, 0.6]])
_OWN: Final = np.array([0.55, 0.5, 0.6, 0.35, 0.8, 0.4])

# How much earlier (+) or later (-) than the average item of its module a person needs help with this one.
_OFFSETS: Final = {
    MOBILITY: {"1.1": -0.3, "1.2": -0.7, "1.3": 0.0, "1.4": 0.1, "1.5": 1.0},
    COGNITION: dict(
        zip(
            [f"2.{i}" for i in range(1, 12)],
            [-0.9, -0.2, 0.1, 0.1, 0.2, 0.1, 0.2, 0.3, -0.6, -0.6, -0.3],
            strict=True,
        )
    ),
    SELF_CARE: dict(
        zip(
            [f"4.{i}" for i in range(1, 11)],
            [-0.2, 0.0, 0.3, 0.9, 0.1, 0.5, 0.0, -0.8, -0.7, 0.2],
            strict=True,
        )
    ),
    EVERYDAY: {"6.1": 0.1, "6.2": -0.5, "6.3": 0.0, "6.4": 0.5, "6.5": -0.4, "6.6": 0.3},
}
_BEHAVIOUR_OFFSETS: Final = dict(
    zip(
        [f"3.{i}" for i in range(1, 14)],
        [0.0, 0.3, -1.3, -1.0, -0.9, -0.3, -0.5, -0.2, -0.7, 0.2, 0.4, -0.6, -0.4],
        strict=True,
    )
)
_BEHAVIOUR_POINTS: Final = np.array([0, 1, 3, 5])

# 5.1-5.12: log-odds of needing it at average illness, slope with illness, and the counts a home would enter:
# (period, least, most) with period 0 per day, 1 per week, 2 per month.
_ILLNESS: Final = {
    "5.1": (3.0, 0.5, (0, 1, 4)),
    "5.2": (-1.9, 0.5, (0, 1, 3)),
    "5.3": (-5.0, 0.6, (1, 1, 2)),
    "5.4": (-3.6, 0.8, (0, 1, 4)),
    "5.5": (-0.3, 0.5, (0, 1, 2)),
    "5.6": (0.9, 0.6, (1, 1, 14)),
    "5.7": (-0.5, 0.4, (0, 1, 2)),
    "5.8": (-2.2, 0.9, (1, 2, 7)),
    "5.9": (-3.6, 0.3, (0, 1, 2)),
    "5.10": (-2.6, 0.5, (1, 1, 4)),
    "5.11": (-0.9, 0.2, (1, 1, 5)),
    "5.12": (-6.0, 0.8, (0, 1, 1)),
    "5.13": (0.6, 0.3, (2, 1, 2)),
    "5.14": (-1.2, 0.3, (2, 1, 3)),
    "5.15": (-3.4, 0.3, (1, 1, 3)),
}

_DEPENDENT_EATING: Final = 6
"""Points of 4.8 from which on a feeding tube is plausible: überwiegend unselbständig."""
_TUBE, _CATHETER, _DIET = 0.1, 0.1, 0.4
"""Shares with a feeding tube (of those who depend on help with eating), a catheter (of the frail), a diet to keep."""


@dataclass(frozen=True)
class Candidates:
    """Assessments without a person yet; all arrays have the same length.

    Attributes
    ----------
    needs
        Shape (n, 6): the needs the items were derived from; 0 is average, larger is more.
    items
        One integer array per cell of ``rules.vocabulary.ASSESSMENT_CELLS``; -1 where a cell has no meaning.
    urine, stool
        Continence findings, positions in ``rules.vocabulary.CONTINENCE``.
    grade
        Pflegegrad 1-5 by § 15 SGB XI, 0 = none.
    """

    needs: np.ndarray
    items: dict[str, np.ndarray]
    urine: np.ndarray
    stool: np.ndarray
    grade: np.ndarray


def candidates(rng: np.random.Generator, count: int, on: date) -> Candidates:
    """Draw ``count`` assessments that cover all grades; ``on`` is the day whose law grades them."""
    frailty_and_dementia = rng.normal([0.7, 0.0], [1.2, 1.0], size=(count, 2))
    needs = frailty_and_dementia @ _SHARED.T + rng.normal(size=(count, 6)) * _OWN
    items = _ability_items(rng, needs) | _behaviour_items(rng, needs) | _illness_items(rng, needs)
    urine, stool = _continence(rng, needs, items)
    items = {cell: items[cell].astype(np.int16) for cell in vocabulary.ASSESSMENT_CELLS}
    scores = assessment.score(items, continence_urine=urine, continence_stool=stool, on=on)
    return Candidates(needs, items, urine, stool, np.asarray(scores.grade))


def _graded(rng: np.random.Generator, need: np.ndarray, offset: float) -> np.ndarray:
    """Return levels 0-3 (independent to dependent) of one criterion."""
    return np.clip(np.floor(1.5 + 0.9 * need + offset + 0.35 * rng.normal(size=need.size)), 0, 3).astype(np.int64)


def _ability_items(rng: np.random.Generator, needs: np.ndarray) -> dict[str, np.ndarray]:
    items = {}
    for dimension, offsets in _OFFSETS.items():
        for item, offset in offsets.items():
            step = vocabulary.allowed_points(item)[1]
            items[item] = _graded(rng, needs[:, dimension], offset) * step
    # A feeding tube comes with a need for help with eating and drinking: 3 = nearly all by tube, 6 = in addition.
    tube = (items["4.8"] >= _DEPENDENT_EATING) & (rng.random(len(needs)) < _TUBE)
    items["4.13"] = np.where(tube, rng.choice([3, 6], size=len(needs)), 0)
    return items


def _behaviour_items(rng: np.random.Generator, needs: np.ndarray) -> dict[str, np.ndarray]:
    items = {}
    for item, offset in _BEHAVIOUR_OFFSETS.items():
        strength = 0.8 * needs[:, BEHAVIOUR] + offset + 0.7 * rng.normal(size=len(needs))
        items[item] = _BEHAVIOUR_POINTS[np.searchsorted([0.9, 1.5, 2.2], strength)]
    return items


def _illness_items(rng: np.random.Generator, needs: np.ndarray) -> dict[str, np.ndarray]:
    count = len(needs)
    cells = {cell: np.zeros(count, np.int64) for item in _ILLNESS for cell in counted_cells(item)}
    for item, (log_odds, slope, (period, least, most)) in _ILLNESS.items():
        needed = rng.random(count) < 1 / (1 + np.exp(-(log_odds + slope * needs[:, ILLNESS])))
        cells[counted_cells(item)[period]] = np.where(needed, rng.integers(least, most + 1, size=count), 0)
    for item in vocabulary.ITEMS_WITHOUT_DAILY:
        cells[counted_cells(item)[0]] = np.full(count, vocabulary.MISSING)
    on_diet = rng.random(count) < _DIET
    cells["5.16"] = np.where(on_diet, _graded(rng, needs[:, COGNITION], 0.0), 0)
    return cells


def counted_cells(item: str) -> list[str]:
    """Return the three cells (per day, week, month) of a criterion of module 5."""
    return [f"{item} {frequency}" for frequency in vocabulary.FREQUENCIES]


def _continence(
    rng: np.random.Generator, needs: np.ndarray, items: dict[str, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Add 4.11 and 4.12 to ``items`` and return the findings they rest on."""
    count = len(needs)
    weakness = 0.6 * needs[:, SELF_CARE] + 0.35 * needs[:, COGNITION] + 0.4 * rng.normal(size=count)
    catheter = (needs[:, SELF_CARE] > 0) & (rng.random(count) < _CATHETER)
    stoma = items["5.9 täglich"] > 0
    urine = np.where(catheter, vocabulary.CONTINENCE.index("Dauerkatheter/Urostoma"), _finding(weakness + 0.3))
    stool = np.where(stoma, vocabulary.CONTINENCE.index("Stoma"), _finding(weakness - 0.5))
    for item, finding in (("4.11", urine), ("4.12", stool)):
        coping = _graded(rng, needs[:, SELF_CARE], 0.2)
        items[item] = np.where(finding >= vocabulary.CONTINENCE_OPENS_FROM, coping, 0)
    return urine.astype(np.int16), stool.astype(np.int16)


def _finding(weakness: np.ndarray) -> np.ndarray:
    return np.searchsorted([-0.5, 0.2, 1.0], weakness)


class NoCandidateError(RuntimeError):
    """No assessment of the wanted grade came up; the needs no longer reach every grade."""


def of_grades(rng: np.random.Generator, grades: np.ndarray, on: date) -> tuple[Candidates, np.ndarray]:
    """Return candidates and, for each wanted grade, the position of one of that grade, no candidate twice.

    Parameters
    ----------
    grades
        Wanted Pflegegrade 1-5, shape (n,).

    Raises
    ------
    NoCandidateError
        When a grade does not come up often enough.
    """
    pool = candidates(rng, max(2000, 25 * len(grades)), on)
    picks = np.empty(len(grades), np.int64)
    for grade in range(1, 6):
        wanted = np.flatnonzero(grades == grade)
        rows = np.flatnonzero(pool.grade == grade)
        if len(rows) < len(wanted):
            raise NoCandidateError(f"grade {grade}: {len(wanted)} wanted, {len(rows)} drawn")
        picks[wanted] = rows[: len(wanted)]
    return pool, picks


def worse(pool: Candidates, position: int, taken: np.ndarray) -> int:
    """Return the candidate of the next higher grade whose needs are nearest to those at ``position``."""
    grade = min(int(pool.grade[position]) + 1, 5)
    eligible = pool.grade == grade
    eligible[taken] = False
    distance = np.abs(pool.needs - pool.needs[position]).sum(axis=1)
    return int(np.where(eligible, distance, np.inf).argmin())
