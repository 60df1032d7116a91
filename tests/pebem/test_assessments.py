"""What the note of an assessment says, and beside which assessments it stands."""

from __future__ import annotations

import pandas as pd
import pytest

from pebem.assessments import assess
from rules.vocabulary import ASSESSMENT_CELLS, MISSING, NO_FINDING, allowed_points


@pytest.mark.parametrize(
    ("gate", "item", "kind"),
    [("continence_urine", "4.11", "Harnkontinenz"), ("continence_stool", "4.12", "Stuhlkontinenz")],
)
def test_points_that_a_missing_finding_shuts_out_are_noted_and_no_others(gate: str, item: str, kind: str) -> None:
    rows = [(NO_FINDING, 0), (NO_FINDING, 2), (0, 2), (3, 0), (3, 2)]
    cells = dict.fromkeys(ASSESSMENT_CELLS, 0) | {"continence_urine": 0, "continence_stool": 0, "special": False}
    frame = pd.DataFrame([{**cells, gate: finding, item: points} for finding, points in rows])
    frame["date"] = pd.Series([None] * len(rows), dtype="datetime64[s]")
    shut_out = f"{item} zählt nicht: {kind} ist nicht angegeben und gilt als kontinent."
    assert assess(frame).notes == [[], [shut_out], [], [], []]


def test_the_grade_is_unknown_where_the_special_constellation_is_unless_the_points_make_it_5() -> None:
    most = {cell: 999 if " " in cell else max(allowed_points(cell)) for cell in ASSESSMENT_CELLS}
    rows = [dict.fromkeys(ASSESSMENT_CELLS, 0), most]
    frame = pd.DataFrame([{**cells, "continence_urine": 3, "continence_stool": 3, "special": -1} for cells in rows])
    frame["date"] = pd.Series([None, None], dtype="datetime64[s]")
    scored = assess(frame)
    assert scored.grade.tolist() == [MISSING, 5]
    assert scored.total.tolist() == [0, 100]
    assert scored.notes[0] == ["Der Pflegegrad ist unbekannt: Die besondere Bedarfskonstellation ist nicht lesbar."]
    assert scored.notes[1] == []
