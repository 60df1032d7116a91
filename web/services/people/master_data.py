"""Master data of residents and staff under pseudonyms, as they follow from all active uploads (``docs/adr/0016``)."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, insert, select, update

from pebem import contracts
from pebem.history.assessment_parts import AssessmentValue
from pebem.history.frames import records
from pebem.history.statements import STAYS, WARDS
from web.services.people import aliases, frames
from web.store.models import Assessment, Instability, Qualification, Resident, ResidentGrade, ResidentWard, Staff, Stay
from web.store.work import bulk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    import pandas as pd
    from sqlalchemy.orm import Session

    from pebem.history.statements import Statements

_CHUNK: Final = 500

Ids = dict[str, int]
"""Pseudonym -> row id."""


def known_pseudonyms(session: Session, home_id: int) -> set[str]:
    """Return the pseudonyms of all persons of a home whose master data are there, merged ones included."""
    pseudonyms = {
        pseudonym
        for model in (Resident, Staff)
        for pseudonym in session.scalars(select(model.pseudonym).where(model.home_id == home_id, model.known))
    }
    return pseudonyms | {one for one, person in aliases.of_home(session, home_id).items() if person in pseudonyms}


def listed_staff(packed: bytes) -> set[str]:
    """Return whom the staff list of an upload names, from its statements as they are stored."""
    return set(json.loads(zlib.decompress(packed))["staff"]["staff"])


def ensure(session: Session, home_id: int, tables: contracts.Tables) -> tuple[Ids, Ids]:
    """Ensure a row for every person an upload names, and return the rows of all residents and all staff of the home.

    A merged pseudonym has a row of its own: what is stored of an upload names people as the upload did.
    """
    return (
        _ensure(session, Resident, home_id, frames.numbers_of(tables, "resident")),
        _ensure(session, Staff, home_id, frames.numbers_of(tables, "staff")),
    )


def write(session: Session, home_id: int, before: Statements, now: Statements) -> None:
    """Replace the master data of a home where they have changed.

    Parameters
    ----------
    before, now
        What is stored, and what follows from the active uploads; persons by pseudonym, merged ones resolved.
    """
    residents, staff = (
        dict(session.execute(select(model.pseudonym, model.id).where(model.home_id == home_id)).all())
        for model in (Resident, Staff)
    )
    bulk.numbered_labels(session.connection(), home_id, set(now.wards["ward"]))
    _update_residents(session, residents, before.residents, now.residents)
    was, listed = set(before.staff["staff"]), set(now.staff["staff"])
    changes = [{"id": staff[one], "known": one in listed} for one in sorted(was ^ listed)]
    if changes:
        session.execute(update(Staff), changes)
    for model, key, ids, name, columns in (
        (Instability, "resident", residents, "instability", contracts.INSTABILITY),
        (ResidentGrade, "resident", residents, "grades", contracts.GRADES),
        (ResidentWard, "resident", residents, "wards", WARDS),
        (Stay, "resident", residents, "stays", STAYS),
        (Qualification, "staff", staff, "staff", contracts.STAFF),
    ):
        old, new = (_by_person(getattr(side, name), key, columns) for side in (before, now))
        persons = [one for one in {**old, **new} if old.get(one) != new.get(one)]
        values = [
            {f"{key}_id": ids[person], **{name: row[name] for name in columns if name != key}}
            for person in persons
            for row in (dict(zip(columns, values, strict=True)) for values in new.get(person, []))
        ]
        _replace(session, model, f"{key}_id", [ids[person] for person in persons], values)
    assessed, assessed_now = (_assessments(side.assessments) for side in (before, now))
    persons = [one for one in {**assessed, **assessed_now} if assessed.get(one) != assessed_now.get(one)]
    values = [
        {"resident_id": residents[person], "date": day, **value.as_recorded()}
        for person in persons
        for day, value in assessed_now.get(person, [])
    ]
    _replace(session, Assessment, "resident_id", [residents[person] for person in persons], values)


def _update_residents(session: Session, ids: Mapping[str, int], before: pd.DataFrame, now: pd.DataFrame) -> None:
    old, new = ({row[0]: row[1:] for row in records(frame, contracts.RESIDENTS)} for frame in (before, now))
    nothing = (None, None, None)
    changes = [
        {
            "id": ids[pseudonym],
            "known": pseudonym in new,
            **dict(zip(_RESIDENT, new.get(pseudonym, nothing), strict=True)),
        }
        for pseudonym in {**old, **new}
        if (pseudonym in old) != (pseudonym in new) or old.get(pseudonym) != new.get(pseudonym)
    ]
    if changes:
        session.execute(update(Resident), changes)


_RESIDENT: Final = tuple(contracts.RESIDENTS)[1:]


def _by_person(frame: pd.DataFrame, key: str, columns: Mapping[str, str]) -> dict[str, list[tuple[Any, ...]]]:
    place = list(columns).index(key)
    by_person: dict[str, list[tuple[Any, ...]]] = {}
    for row in records(frame, columns):
        by_person.setdefault(row[place], []).append(row)
    return by_person


def _assessments(frame: pd.DataFrame) -> dict[str, list[tuple[date | None, AssessmentValue]]]:
    by_person: dict[str, list[tuple[date | None, AssessmentValue]]] = {}
    days = records(frame, ("resident", "date"))
    for (person, day), value in zip(days, AssessmentValue.of_frame(frame), strict=True):
        by_person.setdefault(person, []).append((day, value))
    return by_person


def _replace(
    session: Session,
    model: type[Assessment | Instability | Qualification | ResidentGrade | ResidentWard | Stay],
    owner: str,
    owners: list[int],
    values: list[dict[str, Any]],
) -> None:
    owners = sorted(owners)
    for start in range(0, len(owners), _CHUNK):
        session.execute(delete(model).where(getattr(model, owner).in_(owners[start : start + _CHUNK])))
    if values:
        session.execute(insert(model), values)


def _ensure(session: Session, model: type[Resident | Staff], home_id: int, pseudonyms: Iterable[str]) -> Ids:
    stored = set(session.scalars(select(model.pseudonym).where(model.home_id == home_id)))
    fresh = [{"home_id": home_id, "pseudonym": one, "known": False} for one in pseudonyms if one not in stored]
    if fresh:
        session.execute(insert(model), fresh)
    return dict(session.execute(select(model.pseudonym, model.id).where(model.home_id == home_id)).all())
