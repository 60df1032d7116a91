"""A random home of five months, and what addresses ask for of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

import rules
from tests.support.pebem.homes import random_home

if TYPE_CHECKING:
    from pebem.contracts import Tables

BOOK = rules.load(date(2026, 2, 28))
FIRST, LAST = date(2025, 11, 20), date(2026, 3, 10)
DAYS = (LAST - FIRST).days + 1
NOT_GIVEN = "-"
GROUPS = [*dict.fromkeys(entry.group for entry in BOOK.interventions)]


def home(seed: int, rows: int = 1500) -> Tables:
    """Return a random home whose work lies in five months."""
    tables, rng = random_home(BOOK, seed, rows), np.random.default_rng(seed)
    days = np.datetime64(FIRST, "s") + rng.integers(0, DAYS, rows).astype("timedelta64[D]")
    return replace(tables, interventions=tables.interventions.assign(date=pd.Series(days)))


def draw(rng: np.random.Generator, tables: Tables) -> dict[str, str]:
    """Return what an address asks for: days anywhere, also whole months, and some of ward, shift and group."""
    start = FIRST + timedelta(days=int(rng.integers(-5, DAYS)))
    end = start + timedelta(days=int(rng.choice([0, 3, 20, 60, 120])))
    if rng.random() < 0.6:
        start, end = date(2025, 12, 1), date(2026, 2, 28)
    names = {"wb": "ward", "schicht": "shift"}
    given = {p: [*tables.interventions[name].dropna().unique(), NOT_GIVEN] for p, name in names.items()}
    given["gruppe"] = GROUPS
    asked = {name: str(rng.choice(labels)) for name, labels in given.items() if rng.random() < 0.4}
    return {"von": start.isoformat(), "bis": end.isoformat(), **asked}
