"""Numbers and names that mean a person the home knows by another one: answered once, applied ever after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from web.store.models import PersonAnswer, Resident, Staff
from web.store.vault import RESIDENT, STAFF

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from sqlalchemy.orm import Session

SAME: Final = "dieselbe"
NEW: Final = "neu"
LATER: Final = "später"

REPLACED: Final = "M-0"
"""With what the pseudonym begins under which work of a deleted employee stays: the vault makes none like that."""

ROW_ID: Final = {RESIDENT: "resident_id", STAFF: "staff_id"}
"""Kind of person -> the number in a row that says who it is about."""


def answers(session: Session, home_id: int) -> dict[str, PersonAnswer]:
    """Return the answer that counts for each pseudonym of a home that was asked about."""
    rows = session.scalars(select(PersonAnswer).where(PersonAnswer.home_id == home_id).order_by(PersonAnswer.id))
    return {row.pseudonym: row for row in rows}


def answer_for(answers_of: Mapping[str, PersonAnswer], pseudonym: str) -> str:
    """Return the answer about a person, "" where there is none."""
    return answers_of[pseudonym].answer if pseudonym in answers_of else ""


def of_home(session: Session, home_id: int) -> dict[str, str]:
    """Return the person each merged pseudonym of a home means, by pseudonym; that person is never merged itself."""
    same_as = {one.pseudonym: one.same_as for one in answers(session, home_id).values() if one.same_as}
    person_of = {}
    for pseudonym in same_as:
        person = pseudonym
        # A merged one cannot be merged again, nor be merged into: the way has no circle.
        while person in same_as:
            person = same_as[person]
        person_of[pseudonym] = person
    return person_of


def all_of(session: Session, home_id: int, pseudonym: str) -> frozenset[str]:
    """Return all pseudonyms of the person one pseudonym means: those merged into it too."""
    meant = of_home(session, home_id)
    person = meant.get(pseudonym, pseudonym)
    return frozenset({person, *(one for one, of in meant.items() if of == person)})


def merged_rows(session: Session, home_id: int) -> dict[str, dict[int, int]]:
    """Return "resident_id" and "staff_id" -> row id of each merged person -> row id of the person meant."""
    person_of = of_home(session, home_id)
    rows: dict[str, dict[int, int]] = {}
    for kind, model in ((RESIDENT, Resident), (STAFF, Staff)):
        ids = dict(session.execute(select(model.pseudonym, model.id).where(model.home_id == home_id)).all())
        rows[ROW_ID[kind]] = {
            ids[one]: ids[person] for one, person in person_of.items() if one in ids and person in ids
        }
    return rows


def apply_to(frame: pd.DataFrame, key: str, person_of: Mapping[str, str]) -> pd.DataFrame:
    """Return a frame about people with merged pseudonyms replaced."""
    if not frame[key].isin(person_of.keys()).any():
        return frame
    return frame.assign(**{key: frame[key].astype(object).replace(dict(person_of))})
