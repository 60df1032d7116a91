"""What holds for a resident on a day, as an explanation states it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd

import rules
from pebem.case_facts import facts
from pebem.contracts import INSTABILITY
from rules.explanation.explain import explain
from rules.explanation.facts import ActiveCriterion
from tests.support.pebem.frames import framed
from tests.support.pebem.homes import FIRST
from tests.support.pebem.one_resident import home_with

BOOK = rules.load(date(2026, 3, 31))
FALL = BOOK.find_criterion("sturz")


def test_criterion_is_shown_by_label_and_unknown_one_by_its_name() -> None:
    """The second comes about where a home changes to another rulebook; the reason names it all the same."""
    assert FALL is not None
    early, late = (pd.Timestamp(FIRST) - pd.Timedelta(days=days) for days in (3, 1))
    rows = [("000", "Hausregel 7", late, pd.NaT), ("000", FALL.id, early, pd.Timestamp(FIRST))]
    known = facts(replace(home_with(), instability=framed(INSTABILITY, rows)), BOOK, "000", FIRST)
    assert known.criteria == (
        ActiveCriterion(FALL.label, early.date(), FIRST, FALL.id),
        ActiveCriterion("Hausregel 7", late.date(), None, "Hausregel 7"),
    )
    reasons = [" ".join(explain(BOOK, entry, known).because) for entry in BOOK.interventions]
    assert [text for text in reasons if f"besteht ({FALL.label}, Hausregel 7)" in text]
