"""What a preview compares is made by itself: equal to what the analysis that follows stores."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

import rules
from pebem.engine.day_numbers import number_of
from tests.support.pebem.homes import random_home
from tests.support.web import stored_results
from tests.support.web.pages import person
from web.services import rulebook_calendar
from web.services.analysis import disclosure, scoring
from web.services.rulebook_calendar import RulebookPeriod
from web.store.result import repository

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import Connection

    from pebem.contracts import Tables
    from web.store.databases import Databases

BOOK = rules.load(date(2026, 2, 28))
LACKING = rulebook_calendar.with_entries(BOOK, BOOK.interventions[len(BOOK.interventions) // 2 :], BOOK.criteria)
FIRST, LAST = date(2025, 11, 20), date(2026, 3, 10)
STRETCHES = [RulebookPeriod(FIRST, date(2026, 1, 11), LACKING), RulebookPeriod(date(2026, 1, 12), LAST, BOOK)]


def drawn(seed: int) -> Tables:
    """Return a random home whose work lies in five months."""
    tables, rng = random_home(BOOK, seed, 600), np.random.default_rng(seed)
    days = np.datetime64(FIRST, "s") + rng.integers(0, (LAST - FIRST).days + 1, 600).astype("timedelta64[D]")
    return replace(tables, interventions=tables.interventions.assign(date=pd.Series(days)))


def compared(connection: Connection, home_id: int) -> list[tuple[str, set[tuple[object, ...]]]]:
    """Return the rows of what a preview compares, by their labels."""
    found = []
    for kind in repository.COMPARED:
        table = repository.read(connection, home_id, kind)
        columns = [
            [table.labels[name][code] for code in column] if name in table.labels else column.tolist()
            for name, column in table.columns.items()
        ]
        rows = list(zip(*columns, strict=True))
        assert len(set(rows)) == len(rows)
        found.append((kind, set(rows)))
    return found


@pytest.mark.parametrize("span", [None, (date(2025, 12, 24), date(2026, 1, 20)), (date(2026, 2, 3), date(2026, 2, 3))])
def test_what_a_preview_compares_equals_what_the_analysis_stores(
    databases: Databases, app: Flask, span: tuple[date, date] | None
) -> None:
    """Of all days or some, with two rulebooks, of which one lacks some of the interventions."""
    home_id, (before, after) = person(app, "anna", "Träger", "Haus").home_id, (drawn(1), drawn(2))
    days = span and (number_of(span[0]), number_of(span[1]))
    changed = scoring.of_days(after, *(span or (FIRST, LAST)))
    with databases.whole.writing.begin() as session:
        repository.replace(session.connection(), home_id, scoring.result(before, STRETCHES), disclosure.derived)
    stored = stored_results.content(databases, home_id)
    with databases.whole.writing() as session:
        figures = scoring.compared(changed, STRETCHES)
        repository.replace(session.connection(), home_id, figures, disclosure.derived, days, repository.COMPARED)
        preview = compared(session.connection(), home_id)
        session.rollback()
    assert stored_results.content(databases, home_id) == stored
    with databases.whole.writing.begin() as session:
        result = scoring.result(changed, STRETCHES)
        repository.replace(session.connection(), home_id, result, disclosure.derived, days)
        assert compared(session.connection(), home_id) == preview
