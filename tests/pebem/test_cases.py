"""The cases of the rulebook through the whole engine: frames in, levels and fit out."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

import pebem
import rules
from pebem.contracts import Tables
from rules.cases import Case, Expectation, cases_of
from rules.vocabulary import ASSESSMENT_CELLS, MISSING

CASES = cases_of("rekonstruktion-2026.2")
DAY = date(2026, 3, 31)
BOOK = rules.load(DAY)
HELPERS = {2: "Hilfskraft", 3: "Assistenzkraft"}
"""Two people with every certificate, by level; each does everything that is expected of every case."""


def text(values: list[str]) -> pd.Series:
    return pd.Series(values, dtype=object)


def days(count: int) -> pd.Series:
    return pd.Series([pd.Timestamp(DAY)] * count, dtype="datetime64[s]")


def never(count: int) -> pd.Series:
    return pd.Series([None] * count, dtype="datetime64[s]")


def home() -> Tables:
    """Build one home in which every case is a resident on a ward of its own."""
    assessed = [case for case in CASES if case.points is not None]
    unstable = [(case.id, name) for case in CASES for name in case.unstable]
    done = [(case.id, e.intervention, staff) for case in CASES for e in case.expected for staff in HELPERS.values()]
    n = len(done)
    return Tables(
        residents=pd.DataFrame(
            {
                "resident": text([case.id for case in CASES]),
                "ward": text([case.id for case in CASES]),
                "moved_in": never(len(CASES)),
                "moved_out": never(len(CASES)),
            }
        ),
        assessments=pd.DataFrame(
            {
                "resident": text([case.id for case in assessed]),
                "date": days(len(assessed)),
                "continence_urine": [case.continence_urine for case in assessed],
                "continence_stool": [case.continence_stool for case in assessed],
                "special": np.zeros(len(assessed), bool),
            }
            | {cell: [(case.points or {}).get(cell, MISSING) for case in assessed] for cell in ASSESSMENT_CELLS}
        ),
        instability=pd.DataFrame(
            {
                "resident": text([name for name, _ in unstable]),
                "criterion": text([criterion for _, criterion in unstable]),
                "start": days(len(unstable)),
                "end": days(len(unstable)),
            }
        ),
        staff=pd.DataFrame(
            {
                "staff": text(list(HELPERS.values())),
                "qn": list(HELPERS),
                "role": text(["Pflege"] * len(HELPERS)),
                "certificates": text(["LG1;LG2"] * len(HELPERS)),
                "start": never(len(HELPERS)),
                "end": never(len(HELPERS)),
            }
        ),
        interventions=pd.DataFrame(
            {
                "resident": pd.Categorical([row[0] for row in done]),
                "staff": pd.Categorical([row[2] for row in done]),
                "intervention": pd.Categorical([row[1] for row in done]),
                "date": days(n),
                "minute_of_day": [600] * n,
                "seconds": [300] * n,
                "minutes_source": pd.Categorical(["gemessen"] * n),
                "shift": pd.Categorical(["Früh"] * n),
                "ward": pd.Categorical([None] * n),
                "status": pd.Categorical(["durchgeführt"] * n),
            }
        ),
    )


@pytest.fixture(scope="module")
def results() -> dict[tuple[str, str, int], tuple[int, str, bool]]:
    frame = pebem.score(home(), BOOK, groupings=pebem.CUBE).by("ward", "intervention")
    return {
        (row.ward, row.intervention, row.qn_ist): (row.qn_soll, row.fit, bool(row.certificate))
        for row in frame.itertuples()
        if row.count
    }


def by_certificate(expected: Expectation, ist: int) -> bool:
    """Return whether the case expects a person of this level to fit by a certificate alone."""
    if " ab QN " not in expected.certificate:
        return False
    return int(expected.certificate[-1]) <= ist < expected.low


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_levels_and_fit_are_those_of_the_case(
    case: Case, results: dict[tuple[str, str, int], tuple[int, str, bool]]
) -> None:
    for expected in case.expected:
        soll = expected.low if expected.low == expected.high else 0
        reserved = BOOK.interventions[BOOK.index[expected.intervention]].reserved
        for ist in HELPERS:
            certified = by_certificate(expected, ist)
            if soll == 0:
                fit = "nicht_bewertbar"
            elif reserved:
                fit = "vorbehalt_verletzt"
            elif certified or ist == soll:
                fit = "passend"
            else:
                fit = "unterqualifiziert" if ist < soll else "ueberqualifiziert"
            assert results[case.id, expected.intervention, ist] == (soll, fit, certified), expected.intervention
