"""A home with one resident and one performed intervention a day, for overridden levels."""

from __future__ import annotations

from datetime import date

import pandas as pd

import rules
from pebem.contracts import OVERRIDES, Tables, empty
from tests.support.pebem.homes import days, random_home

BOOK = rules.load(date(2026, 3, 31))


def home_with(*overrides: tuple[str | None, str, int, int, int | None], intervention: str = "4.12") -> Tables:
    """One resident without any need, one act a day for ten days by a person of QN 3."""
    base = random_home(BOOK, 1)
    rows = 10
    frame = pd.DataFrame(overrides, columns=["resident", "intervention", "level", "start", "end"])
    assessment = base.assessments.iloc[:1].copy()
    if assessment.empty:
        assessment = random_home(BOOK, 3).assessments.iloc[:1].copy()
    for name in assessment.columns:
        if name[0].isdigit():
            assessment[name] = 0
    assessment["resident"], assessment["date"] = "000", pd.Timestamp("2020-01-01")
    staff = base.staff.iloc[:1].assign(staff="P0", qn=3, role="", certificates="", start=pd.NaT, end=pd.NaT)
    return Tables(
        residents=base.residents.iloc[:1].assign(resident="000"),
        assessments=assessment.reset_index(drop=True).astype({"date": "datetime64[s]"}),
        staff=staff.reset_index(drop=True).astype({"start": "datetime64[s]", "end": "datetime64[s]"}),
        interventions=pd.DataFrame(
            {
                "resident": pd.Categorical(["000"] * rows),
                "staff": pd.Categorical(["P0"] * rows),
                "intervention": pd.Categorical([intervention] * rows),
                "date": days(list(range(rows))),
                "minute_of_day": pd.Series([-1] * rows, dtype="int32"),
                "seconds": pd.Series([60] * rows, dtype="int32"),
                "minutes_source": pd.Categorical([None] * rows, categories=["gemessen"]),
                "shift": pd.Categorical(["Früh"] * rows),
                "ward": pd.Categorical(["A"] * rows),
                "status": pd.Categorical([None] * rows, categories=["durchgeführt"]),
            }
        ),
        overrides=pd.DataFrame(
            {
                "resident": frame["resident"].astype(object),
                "intervention": frame["intervention"].astype(object),
                "level": frame["level"].astype("int64"),
                "start": days(frame["start"].tolist()),
                "end": days([None if pd.isna(end) else end for end in frame["end"]]),
                "reason": pd.Series(["x"] * len(frame), dtype=object),
                "by": pd.Series(["x"] * len(frame), dtype=object),
            }
        )
        if overrides
        else empty(OVERRIDES),
    )
