"""Numbers and names that mean a person the home knows by another one: answered once, applied ever after."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
from sqlalchemy import select

from web.store.models import PersonAnswer
from web.store.vault import RESIDENT, STAFF

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from pebem.contracts import Tables

SAME: Final = "dieselbe"
NEW: Final = "neu"
LATER: Final = "später"

ROW_ID: Final = {RESIDENT: "resident_id", STAFF: "staff_id"}
"""Kind of person -> the number in a row that says who it is about."""


def answers(session: Session, home_id: int) -> dict[str, PersonAnswer]:
    """Return the answer that counts for each pseudonym of a home that was asked about."""
    rows = session.scalars(select(PersonAnswer).where(PersonAnswer.home_id == home_id).order_by(PersonAnswer.id))
    return {row.pseudonym: row for row in rows}


def answer_for(given: Mapping[str, PersonAnswer], pseudonym: str) -> str:
    """Return the answer about a person, "" where there is none."""
    return given[pseudonym].answer if pseudonym in given else ""


def of_home(session: Session, home_id: int) -> dict[str, str]:
    """Return whom each merged pseudonym of a home stands for, by pseudonym; none it names is merged."""
    meant = {one.pseudonym: one.same_as for one in answers(session, home_id).values() if one.same_as}
    found = {}
    for pseudonym in meant:
        person = pseudonym
        # A merged one cannot be merged again, nor be merged into: the way has no circle.
        while person in meant:
            person = meant[person]
        found[pseudonym] = person
    return found


def apply_aliases(tables: Tables, meant: Mapping[str, str]) -> Tables:
    """Return what an upload says of people with merged pseudonyms replaced. Work is left alone: its rows go by id."""
    changed: dict[str, Any] = {}
    for spot in fields(tables):
        frame = getattr(tables, spot.name)
        if spot.name == "interventions" or not isinstance(frame, pd.DataFrame):
            continue
        for key in {"resident", "staff"} & set(frame.columns):
            if frame[key].isin(meant.keys()).any():
                frame = frame.assign(**{key: frame[key].astype(object).replace(dict(meant))})
                changed[spot.name] = frame
    return replace(tables, **changed)
