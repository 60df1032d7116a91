"""What is recorded of one resident on one day: the input of an explanation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pebem.engine.day_numbers import SINCE_ALWAYS, day_of, number_of
from pebem.engine.resident_records import assessment_starts
from pebem.engine.timeline import resident_timeline
from rules.explanation.facts import ActiveCriterion, Facts, SetLevel
from rules.vocabulary import ASSESSMENT_CELLS

if TYPE_CHECKING:
    from datetime import date

    from pebem.contracts import Tables
    from rules import RuleBook


class UnknownResidentError(KeyError):
    """The resident is not in the master data."""


def facts(tables: Tables, book: RuleBook, resident: str, day: date, intervention: str = "") -> Facts:
    """Return the facts of a resident on a day.

    Parameters
    ----------
    intervention
        Catalogue id; with it, a level a person has set for this intervention is among the facts.

    Raises
    ------
    UnknownResidentError
        Where the number is not among the residents.
    """
    own = tables.residents[tables.residents["resident"] == resident]
    if own.empty:
        raise UnknownResidentError(resident)
    assessments = tables.assessments[tables.assessments["resident"] == resident].reset_index(drop=True)
    instability = tables.instability[tables.instability["resident"] == resident]
    number = number_of(day)
    timeline = resident_timeline(own, assessments, instability, number, number)
    state = int(timeline.grid[-1, 0])
    row = int(timeline.assessment[state])
    criteria = tuple(_active_criteria(instability, book, day))
    chosen = set_level(tables.overrides, resident, intervention, day)
    if row < 0:
        return Facts(day, criteria=criteria, set_level=chosen)
    start = int(assessment_starts(own, assessments)[row])
    assessment = assessments.iloc[row]
    return Facts(
        day=day,
        assessed=True,
        assessment_from=None if start == SINCE_ALWAYS else day_of(start),
        cells={cell: int(assessment[cell]) for cell in ASSESSMENT_CELLS if cell in assessment.index},
        continence_urine=int(assessment["continence_urine"]),
        continence_stool=int(assessment["continence_stool"]),
        special=int(assessment["special"]),
        criteria=criteria,
        set_level=chosen,
    )


def set_level(overrides: pd.DataFrame, resident: str | None, intervention: str, day: date) -> SetLevel | None:
    """Return the level a person has set: the resident's own before the home's, the latest begun."""
    moment = pd.Timestamp(day)
    levels = overrides[overrides["intervention"] == intervention]
    effective = levels[(levels["start"] <= moment) & ~(levels["end"] < moment)]
    own = effective[effective["resident"] == resident] if resident else effective.iloc[:0]
    chosen = own if len(own) else effective[effective["resident"].isna()]
    if chosen.empty:
        return None
    last = chosen.sort_values("start", kind="stable").iloc[-1]
    end = None if pd.isna(last["end"]) else last["end"].date()
    return SetLevel(int(last["level"]), last["reason"], last["start"].date(), end, last["by"], whole_house=own.empty)


def _active_criteria(instability: pd.DataFrame, book: RuleBook, day: date) -> list[ActiveCriterion]:
    """Return the active criteria on a day, earliest first."""
    moment = pd.Timestamp(day)
    active = instability[(instability["start"] <= moment) & ~(instability["end"] < moment)].sort_values("start")
    criteria = []
    for name, start, end in zip(active["criterion"], active["start"], active["end"], strict=True):
        criterion = book.find_criterion(name)
        label = criterion.label if criterion else name
        criteria.append(
            ActiveCriterion(
                label, start.date(), None if pd.isna(end) else end.date(), criterion.id if criterion else name
            )
        )
    return criteria
