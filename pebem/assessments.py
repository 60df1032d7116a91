"""Assessments scored by the thresholds of their own day, with a note on what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from rules import RuleBookError
from rules.assessment import MODULES, instrument, score
from rules.states import GATES
from rules.vocabulary import (
    ASSESSMENT_CELLS,
    CONTINENCE_OPENS_FROM,
    ITEMS_WITHOUT_DAILY,
    MISSING,
    NO_FINDING,
    UNREADABLE_FINDING,
    module_of,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LISTED: Final = 6
"""How many missing cells of a module a note names before it only counts the rest."""


@dataclass(frozen=True)
class ScoredAssessments:
    """The scores of n assessments; the numbers as in :class:`rules.assessment.Scores`.

    Attributes
    ----------
    sums, points : (n, 6)
        By module; -1 and NaN = missing.
    notes
        German sentences for each assessment: what is missing, what was read how.
    """

    sums: NDArray[np.int64]
    points: NDArray[np.float64]
    m2_m3: NDArray[np.float64]
    total: NDArray[np.float64]
    grade: NDArray[np.int64]
    notes: list[list[str]]


def assess(frame: pd.DataFrame, *, noted: bool = True) -> ScoredAssessments:
    """Score a frame of assessments (``pebem.contracts.ASSESSMENTS`` and cells).

    Parameters
    ----------
    noted
        Whether notes are written: they take longer than the scores.

    Notes
    -----
    An assessment without a day is scored by the latest thresholds; one from before the instrument came
    into effect is not scored, and its note says so.
    """
    n = len(frame)
    result = ScoredAssessments(
        np.full((n, len(MODULES)), MISSING),
        np.full((n, len(MODULES)), np.nan),
        np.full(n, np.nan),
        np.full(n, np.nan),
        np.full(n, MISSING),
        [[] for _ in range(n)],
    )
    cells = {cell: frame[cell].to_numpy(np.int64) for cell in ASSESSMENT_CELLS}
    for edition, rows in _by_edition(frame["date"], result.notes).items():
        scores = score(
            {cell: values[rows] for cell, values in cells.items()},
            continence_urine=frame["continence_urine"].to_numpy()[rows],
            continence_stool=frame["continence_stool"].to_numpy()[rows],
            special=frame["special"].to_numpy()[rows],
            on=edition,
        )
        for position, module in enumerate(MODULES):
            result.sums[rows, position] = scores.sums[module]
            result.points[rows, position] = scores.points[module]
        result.m2_m3[rows], result.total[rows], result.grade[rows] = scores.m2_m3, scores.total, scores.grade
    for i in range(n if noted else 0):
        result.notes[i].extend(_notes(frame, cells, i, int(result.grade[i])))
    return result


def _by_edition(dates: pd.Series, notes: list[list[str]]) -> dict[date, list[int]]:
    """Return the rows of each edition of the instrument, by a day on which it is effective."""
    rows: dict[date, list[int]] = {}
    for i, moment in enumerate(dates):
        try:
            on = date.max if pd.isna(moment) else moment.date()
            rows.setdefault(instrument(on).valid_from, []).append(i)
        except RuleBookError as problem:
            notes[i].append(str(problem))
    return rows


def _notes(frame: pd.DataFrame, cells: dict[str, NDArray[np.int64]], i: int, grade: int) -> list[str]:
    """Describe what is missing in one assessment, module by module."""
    notes = []
    findings = {gate: int(frame[gate].iloc[i]) for gate in set(GATES.values())}
    missing: dict[int, list[str]] = {}
    for cell, values in cells.items():
        item, _, frequency = cell.partition(" ")
        if values[i] != MISSING or (frequency == "täglich" and item in ITEMS_WITHOUT_DAILY):
            continue
        if item in GATES and findings[GATES[item]] < CONTINENCE_OPENS_FROM:
            continue  # unless it cannot be read, nothing is missing; if it cannot, a note of its own says so
        missing.setdefault(module_of(item), []).append(cell)
    for module, names in missing.items():
        rest = f" und {len(names) - _LISTED} weitere" if len(names) > _LISTED else ""
        notes.append(f"Modul {module}: Es fehlt {', '.join(names[:_LISTED])}{rest}.")
    for item, gate in GATES.items():
        kind = "Harnkontinenz" if gate == "continence_urine" else "Stuhlkontinenz"
        if findings[gate] == UNREADABLE_FINDING and cells[item][i] != 0:
            notes.append(f"{item} ist unbekannt: {kind} ist nicht lesbar.")
        if findings[gate] == NO_FINDING and cells[item][i] > 0:
            notes.append(f"{item} zählt nicht: {kind} ist nicht angegeben und gilt als kontinent.")
    special = int(frame["special"].iloc[i])
    if special == MISSING and grade == MISSING:
        notes.append("Der Pflegegrad ist unbekannt: Die besondere Bedarfskonstellation ist nicht lesbar.")
    elif special > 0:
        notes.append("Besondere Bedarfskonstellation: Pflegegrad 5 unabhängig von den Punkten.")
    return notes
