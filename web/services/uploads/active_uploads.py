"""Active uploads: the content of each is stored, and the data of a home follow from all of them in their order.

So an upload can be taken back whenever: the days it is about are recomputed from the others (``docs/adr/0016``).
"""

from __future__ import annotations

import json
import zlib
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import delete, func, insert, select, update

from pebem import contracts
from rules.vocabulary import ASSESSMENT_CELLS
from web.services.analysis import home_data
from web.services.analysis.row_changes import NOTHING, ApplyRule, Contents, apply_rows, scope_of
from web.services.people import aliases, master_data
from web.services.people.assessment_parts import supplemented
from web.services.uploads.records import EFFECTIVE
from web.store.models import (
    AppliedDuties,
    AppliedMonth,
    AppliedUpload,
    Assessment,
    Instability,
    Qualification,
    Resident,
    Staff,
    Upload,
    WorkMonth,
)
from web.store.work import bulk, renumber
from web.store.work.row_bytes import FIRST_DAY, month_of, months_of, of_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from sqlalchemy.orm import Session

    from pebem.contracts import Tables

PEOPLE: Final = {
    "residents": ("resident", contracts.RESIDENTS),
    "assessments": ("resident", contracts.ASSESSMENTS | dict.fromkeys(ASSESSMENT_CELLS, "int")),
    "instability": ("resident", contracts.INSTABILITY),
    "staff": ("staff", contracts.STAFF),
}
"""Frames about people: who it is about, and their columns. Of each, the last upload that names a person counts."""

_LEVEL: Final = 1
_DETAILS: Final = {"assessments": Assessment, "instability": Instability, "staff": Qualification}


def add(
    session: Session,
    home_id: int,
    upload_id: int,
    rule: ApplyRule,
    given: Contents,
    people: Tables,
    *,
    baseline: bool = False,
) -> None:
    """Store the content of an upload, as the newest of its home.

    Parameters
    ----------
    given
        Contents of its rows, in order.
    baseline
        Whether this stands for everything stored before the content of uploads was.
    """
    newest = session.scalar(select(func.max(AppliedUpload.position)).where(AppliedUpload.home_id == home_id)) or 0
    values = {"upload_id": upload_id, "home_id": home_id, "position": newest + 1, "baseline": baseline}
    session.execute(insert(AppliedUpload).values(**values, rule=_rule_written(rule), people=_packed(people)))
    _keep_months(session, upload_id, given)


def add_baseline(session: Session, home_id: int) -> None:
    """Where the content of earlier uploads was not stored, store all data of the home as that of the newest."""
    if session.scalar(select(AppliedUpload.upload_id).where(AppliedUpload.home_id == home_id).limit(1)) is not None:
        return
    newest = session.scalar(select(func.max(Upload.id)).where(Upload.home_id == home_id, Upload.state.in_(EFFECTIVE)))
    if newest is not None:
        people = home_data.people_of(session, home_id)
        add(session, home_id, newest, ApplyRule(), stored_contents(session, home_id), people, baseline=True)


def stored_contents(session: Session, home_id: int, days: tuple[date, date] | None = None) -> Contents:
    """Return the contents of all rows of the months some days (first and last, None = all) are in, in order."""
    return of_bytes(bulk.contents(session.connection(), home_id, days))


def active_uploads(session: Session, home_id: int) -> list[AppliedUpload]:
    """Return the active uploads of a home, in their order."""
    return list(
        session.scalars(select(AppliedUpload).where(AppliedUpload.home_id == home_id).order_by(AppliedUpload.position))
    )


def contents(session: Session, upload_id: int, months: Iterable[int] | None = None) -> Contents:
    """Return the contents of the rows of an upload (None = of all months), in order."""
    query = select(AppliedMonth.contents).where(AppliedMonth.upload_id == upload_id).order_by(AppliedMonth.month)
    if months is not None:
        query = query.where(AppliedMonth.month.in_(list(months)))
    return of_bytes(b"".join(zlib.decompress(one) for one in session.scalars(query)))


def affected_months(session: Session, one: AppliedUpload) -> list[int]:
    """Return the months an upload is about: those of its rows, and of stored rows in what it is complete for."""
    found = set(session.scalars(select(AppliedMonth.month).where(AppliedMonth.upload_id == one.upload_id)))
    scope = rule_of(one).scope
    if scope is not None:
        ends = np.array([scope.first, scope.last]) - FIRST_DAY
        first, last = ends.astype("datetime64[D]").astype("datetime64[M]").astype(int).tolist()
        kept = [WorkMonth.home_id == one.home_id, WorkMonth.month.between(first, last)]
        found |= set(session.scalars(select(WorkMonth.month).where(*kept)))
        others = select(AppliedMonth.month).join(AppliedUpload, AppliedUpload.upload_id == AppliedMonth.upload_id)
        found |= set(
            session.scalars(others.where(AppliedUpload.home_id == one.home_id, AppliedMonth.month.between(first, last)))
        )
    return sorted(found)


def replay(session: Session, home_id: int, months: Iterable[int], *, without: int | None = None) -> Contents:
    """Return what follows from the active uploads, except one, for some months: contents in order."""
    months = list(months)
    others = [one for one in active_uploads(session, home_id) if one.upload_id != without]
    return reduce(
        lambda so_far, one: apply_rows(so_far, contents(session, one.upload_id, months), rule_of(one)),
        others,
        NOTHING,
    )


def rule_of(one: AppliedUpload) -> ApplyRule:
    """Return how an upload was applied."""
    return ApplyRule(one.rule["replace"], scope_of(one.rule))


def people(one: AppliedUpload) -> dict[str, pd.DataFrame]:
    """Return the master data of an upload, frame by frame (:data:`PEOPLE`)."""
    frames = json.loads(zlib.decompress(one.people))
    return {name: _frame(frames[name], columns) for name, (_, columns) in PEOPLE.items()}


def restore_people(session: Session, home_id: int, upload_id: int) -> tuple[int, int]:
    """Restore the master data from before an upload, where no newer upload replaced them.

    Returns
    -------
    former, unknown
        How many persons have earlier master data again, and how many have none any more.
    """
    meant = aliases.of_home(session, home_id)
    uploads = [(one.upload_id, people(one)) for one in active_uploads(session, home_id)]
    again: dict[str, pd.DataFrame] = {}
    former, unknown = set(), set()
    for name, (key, _) in PEOPLE.items():
        by_upload = [
            (number, frames[name].assign(**{key: frames[name][key].replace(meant)})) for number, frames in uploads
        ]
        own = next(frame for number, frame in by_upload if number == upload_id)
        parts = []
        for person in own[key].unique():
            saying = [
                (number, frame[frame[key] == person]) for number, frame in by_upload if (frame[key] == person).any()
            ]
            newest = saying[-1][0] == upload_id
            if not newest and name != "assessments":
                continue  # a newer upload names the person
            others = [frame for number, frame in saying if number != upload_id]
            if others:
                parts.append(reduce(supplemented, others) if name == "assessments" else others[-1])
                former |= {person} if newest else set()
            else:
                _forget(session, home_id, name, person)
                unknown.add(person)
        if parts:
            again[name] = pd.concat(parts, ignore_index=True)
    if again:
        master_data.store(session, home_id, contracts.Tables(**again))  # type: ignore[arg-type]  # frames alone
    return len(former), len(unknown - former)


def remove(session: Session, upload_id: int) -> None:
    """Delete the content of an upload: it is not active any more."""
    for model in (AppliedMonth, AppliedDuties, AppliedUpload):
        session.execute(delete(model).where(model.upload_id == upload_id))


def reassign(session: Session, home_id: int, field: str, old: int, new: int) -> set[int]:
    """Reassign rows of one resident or employee to another in all uploads: two numbers of one person.

    Parameters
    ----------
    field
        "resident_id" or "staff_id".
    old, new
        Row ids.

    Returns
    -------
    set of int
        Months (counted from January 1970) in which the content of an upload has changed.
    """
    changed = set()
    for one in active_uploads(session, home_id):
        scope = one.rule["scope"]
        if field == "resident_id" and scope and old in scope["residents"]:
            lives = sorted({*scope["residents"], new} - {old})
            one.rule = {**one.rule, "scope": {**scope, "residents": lives}}
        for month in session.scalars(select(AppliedMonth).where(AppliedMonth.upload_id == one.upload_id)).all():
            rows = of_bytes(zlib.decompress(month.contents))
            given = np.sort(renumber.renumbered(rows, field, old, new))
            if not np.array_equal(rows, given):
                month.contents = zlib.compress(given.tobytes(), _LEVEL)
                changed.add(month.month)
    session.flush()
    return changed


def _keep_months(session: Session, upload_id: int, given: Contents) -> None:
    rows = [
        {"upload_id": upload_id, "month": month_of(part), "contents": zlib.compress(part.tobytes(), _LEVEL)}
        for part in months_of(given)
    ]
    if rows:
        session.execute(insert(AppliedMonth), rows)


def _rule_written(rule: ApplyRule) -> dict[str, Any]:
    scope = rule.scope
    return {
        "replace": rule.replace,
        "scope": scope
        and {
            "first": scope.first,
            "last": scope.last,
            "wards": None if scope.wards is None else sorted(scope.wards),
            "residents": sorted(scope.residents),
        },
    }


def _forget(session: Session, home_id: int, name: str, pseudonym: str) -> None:
    """Delete what is stored of a person in one frame; the person's row stays, work and levels may name it."""
    model: type[Resident | Staff] = Staff if name == "staff" else Resident
    person = session.scalar(select(model.id).where(model.home_id == home_id, model.pseudonym == pseudonym))
    if person is None:
        return
    if details := _DETAILS.get(name):
        session.execute(delete(details).where(getattr(details, f"{PEOPLE[name][0]}_id") == person))
    if name == "residents":
        nothing = {"ward": None, "moved_in": None, "moved_out": None, "known": False}
        session.execute(update(Resident).where(Resident.id == person).values(**nothing))
    if name == "staff":
        session.execute(update(Staff).where(Staff.id == person).values(known=False))


def _packed(tables: Tables) -> bytes:
    values = {}
    for name, (_, columns) in PEOPLE.items():
        frame = getattr(tables, name)
        values[name] = {column: _plain(frame[column], kind) for column, kind in columns.items() if column in frame}
    return zlib.compress(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode(), _LEVEL)


def _plain(column: pd.Series, kind: str) -> list[Any]:
    values = column.dt.strftime("%Y-%m-%d") if kind == "day" else column
    return values.astype(object).where(column.notna(), None).tolist()


def _frame(values: dict[str, list[Any]], columns: dict[str, str]) -> pd.DataFrame:
    made = {}
    for column, kind in columns.items():
        if column not in values:
            continue
        match kind:
            case "day":
                days = np.array([one or "NaT" for one in values[column]], "datetime64[D]")
                made[column] = pd.Series(days.astype("datetime64[s]"))
            case "int" | "bool":
                made[column] = pd.Series(values[column], dtype="int32" if kind == "int" else "bool")
            case _:
                made[column] = pd.Series(values[column], dtype="object")
    return pd.DataFrame(made)
