"""What the note of an assessment says, and beside which assessments it stands."""

from __future__ import annotations

import pandas as pd
import pytest

from pebem.assessments import assess
from rules.vocabulary import ASSESSMENT_CELLS, NO_FINDING


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
