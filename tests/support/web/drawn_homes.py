"""Homes of some employees with habits, whose figures are stored without an upload."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

import rules
from tests.support.pebem.homes import random_home

if TYPE_CHECKING:
    from pebem.contracts import Tables

BOOK: Final = rules.load(date(2026, 2, 28))
FIRST, LAST = date(2026, 1, 1), date(2026, 2, 28)
WARDS, SHIFTS = ("A", "B"), ("F", "N", "S")


def drawn(seed: int, people: int | None = None, rows: int | None = None) -> Tables:
    """Return a home of some employees with habits: their wards, shifts, interventions and days."""
    rng = np.random.default_rng(seed)
    people, rows = people or int(rng.integers(6, 18)), rows or int(rng.integers(60, 400))
    tables = random_home(BOOK, seed, rows)
    names = [f"M{number}" for number in range(people)]
    who = rng.integers(0, people, rows)
    days = sorted(rng.choice((LAST - FIRST).days + 1, 6, replace=False).tolist())
    entries = rng.choice([entry.id for entry in BOOK.interventions], 5, replace=False).tolist()

    def chosen(labels: tuple[Any, ...] | list[Any]) -> list[Any]:
        habits = rng.random((people, len(labels))) < rng.uniform(0.3, 1)
        habits[np.arange(people), rng.integers(0, len(labels), people)] = True
        return [labels[rng.choice(np.flatnonzero(habits[one]))] for one in who]

    work = tables.interventions.assign(
        staff=pd.Categorical([names[one] for one in who]),
        ward=pd.Categorical(chosen(WARDS)),
        shift=pd.Categorical(chosen(SHIFTS)),
        intervention=pd.Categorical(chosen(entries)),
        date=pd.Series([pd.Timestamp(FIRST + timedelta(days=int(day))) for day in chosen(days)]).astype(
            "datetime64[s]"
        ),
        seconds=np.where(rng.random(rows) < rng.choice([0, 0.1]), -1, 60 * rng.integers(1, 60, rows)).astype(np.int32),
        status=pd.Categorical([None] * rows),
    )
    staff = pd.DataFrame(
        {
            "staff": pd.Series(names, dtype=object),
            "qn": rng.integers(1, 5, people).astype(np.int32),
            "role": pd.Series([None] * people, dtype=object),
            "certificates": pd.Series([""] * people, dtype=object),
            "start": pd.Series([pd.NaT] * people, dtype="datetime64[s]"),
            "end": pd.Series([pd.NaT] * people, dtype="datetime64[s]"),
        }
    )
    return replace(tables, interventions=work, staff=staff)
