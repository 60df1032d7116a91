"""``rules.assessment`` against the oracle: whole scales, and thousands of assessments near the edges."""

from __future__ import annotations

import datetime as dt
import random

import numpy as np
import pytest

from rules import assessment
from rules.vocabulary import CONTINENCE, UNREADABLE_FINDING

from . import statute
from .home import CELLS, COUNTED

ON = dt.date(2026, 4, 1)
COUNTS = (0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 20, 21, 30, 60, 90)


@pytest.mark.parametrize(("module", "top"), [(1, 15), (2, 33), (3, 65), (4, 54), (5, 15), (6, 18)])
def test_weighted_points_of_every_sum(module: int, top: int) -> None:
    found = assessment.module_points(module, np.arange(top + 1)).tolist()
    assert found == [statute.weighted(module, total) for total in range(top + 1)]


def test_grade_of_every_total() -> None:
    totals = [n * 1.25 for n in range(81)]
    found = assessment.pflegegrad(np.array(totals), on=ON).tolist()
    assert found == [statute.grade(total) for total in totals]


def test_parts_a_and_b_at_every_edge() -> None:
    """Every week and month count around 1/7, 1, 3 and 8 a day."""
    counts = [(d, w, m) for d in (0, 1, 2, 3, 7, 8) for w in range(22) for m in (*range(6), 29, 30, 31, 89, 90, 91)]
    for first, part, expected in (("5.7", "a", statute.part_a), ("5.11", "b", statute.part_b)):
        columns = np.array(counts).T
        cells = {cell: np.zeros(len(counts), int) for cell in CELLS}
        cells |= dict(zip((f"{first} {f}" for f in ("täglich", "wöchentlich", "monatlich")), columns, strict=True))
        found = getattr(assessment.module5_parts(cells), part).tolist()
        rows = [{f"{first} täglich": d, f"{first} wöchentlich": w, f"{first} monatlich": m} for d, w, m in counts]
        item = int(first.split(".")[1])
        assert found == [expected(statute.per_day(row, item, item)) for row in rows]


@pytest.mark.parametrize("seed", range(4))
def test_random_assessments(seed: int) -> None:
    rng = random.Random(seed)
    people = [_person(rng) for _ in range(500)]
    possible = (None, statute.UNREADABLE, *CONTINENCE)
    findings = [{name: rng.choice(possible) for name in statute.GATE.values()} for _ in people]
    special = [rng.random() < 0.05 for _ in people]
    columns = {cell: np.array([-1 if p[cell] is None else p[cell] for p in people]) for cell in CELLS}
    positions = {
        name: np.array(
            [
                UNREADABLE_FINDING
                if (found := f[name]) == statute.UNREADABLE
                else -1
                if found is None
                else CONTINENCE.index(found)
                for f in findings
            ]
        )
        for name in statute.GATE.values()
    }
    scores = assessment.score(
        columns,
        continence_urine=positions["Harnkontinenz"],
        continence_stool=positions["Stuhlkontinenz"],
        special=np.array(special),
        on=ON,
    )
    for i, person in enumerate(people):
        expected = statute.score(person, {k: v or "" for k, v in findings[i].items()}, special=special[i])
        found = {f"M{m}_Summe": _known(scores.sums[m][i]) for m in range(1, 7)}
        found |= {f"M{m}_Punkte": _known(scores.points[m][i]) for m in range(1, 7)}
        found |= {"M2_M3_Punkte": _known(scores.m2_m3[i]), "Gesamtpunkte": _known(scores.total[i])}
        assert found | {"Pflegegrad": _known(scores.grade[i])} == expected


def _person(rng: random.Random) -> dict[str, int | None]:
    need, blanks = rng.random(), rng.choice((0, 0, 0, 0.01, 0.1))
    return {
        cell: None
        if rng.random() < blanks
        else rng.choice(COUNTS)
        if cell in COUNTED
        else rng.choice(statute.allowed(cell))
        if rng.random() < need
        else 0
        for cell in CELLS
    }


def _known(value: float) -> float | None:
    return None if np.isnan(value) or value == -1 else value.item()
