"""Care data of a home: from an upload into the store under pseudonyms, back as the engine's frames, analysed."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import delete, insert, select, update

from pebem import contracts
from pebem.contracts import DONE
from pebem.engine.day_numbers import number_of
from rules.vocabulary import ASSESSMENT_CELLS
from web.services import rulebook_calendar
from web.services.analysis import scoring
from web.services.people import aliases, pseudonyms
from web.services.people.pseudonyms import PersonName
from web.services.uploads import duties
from web.store import vault
from web.store.models import (
    Account,
    Assessment,
    Home,
    Instability,
    Override,
    Qualification,
    Resident,
    Staff,
)
from web.store.result import repository
from web.store.work import bulk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from sqlalchemy.orm import Session

    from importers import ReadFiles
    from web.settings import Settings

_CHUNK: Final = 500


def figures(session: Session, home_id: int, tables: contracts.Tables) -> dict[str, Any]:
    """Return what an upload holds, before anything is stored: columns of ``Upload``."""
    work = tables.interventions
    done = (work["status"].isna() | (work["status"] == DONE)).to_numpy()
    days = work["date"][done]
    return {
        "counted": int(done.sum()),
        "not_done": int((~done).sum()),
        "faulty": tables.faulty,
        "first_day": days.min().date() if len(days) else None,
        "last_day": days.max().date() if len(days) else None,
        "coverage": _covered(session, home_id, tables),
    }


def pseudonymised(session: Session, settings: Settings, home_id: int, result: ReadFiles) -> contracts.Tables:
    """Return the frames of an upload with pseudonyms in place of numbers; numbers and names go into the vault.

    Parameters
    ----------
    session
        Writing session on the vault.
    """
    tables = result.tables
    for kind, key, people in (
        (vault.RESIDENT, "resident", result.people_residents),
        (vault.STAFF, "staff", result.people_staff),
    ):
        numbers = {number: PersonName() for number in numbers_of(tables, key)}
        for number, name, given in people[[key, "name", "given"]].itertuples(index=False):
            numbers[str(number)] = PersonName(*(text if isinstance(text, str) else "" for text in (name, given)))
        tables = renamed(tables, key, pseudonyms.pseudonymise(session, settings, home_id, kind, numbers))
    return tables


def known_people(session: Session, home_id: int) -> set[str]:
    """Return the pseudonyms of all persons of a home whose master data are there, merged ones included."""
    known = {
        pseudonym
        for model in (Resident, Staff)
        for pseudonym in session.scalars(select(model.pseudonym).where(model.home_id == home_id, model.known))
    }
    return known | {one for one, person in aliases.of_home(session, home_id).items() if person in known}


def store_people(session: Session, home_id: int, tables: contracts.Tables) -> tuple[dict[str, int], dict[str, int]]:
    """Store residents and staff; what the upload says of a person replaces what was known of that person.

    Returns
    -------
    residents, staff
        Pseudonym -> row id, of all persons of the home; a merged pseudonym has that of the person it stands for.
    """
    meant = aliases.of_home(session, home_id)
    tables = aliases.applied(tables, meant)
    residents = _ensure(session, Resident, home_id, numbers_of(tables, "resident"))
    staff = _ensure(session, Staff, home_id, numbers_of(tables, "staff"))
    named = tables.residents.assign(known=True)
    _update(session, Resident, residents, "resident", named, ("ward", "moved_in", "moved_out", "known"))
    _update(session, Staff, staff, "staff", tables.staff.assign(known=True)[["staff", "known"]], ("known",))
    _replace(session, Assessment, "resident", residents, _with_cells(tables.assessments))
    _replace(session, Instability, "resident", residents, tables.instability)
    _replace(session, Qualification, "staff", staff, tables.staff)
    for ids in (residents, staff):
        ids.update({one: ids[person] for one, person in meant.items() if person in ids})
    return residents, staff


def analyse(
    session: Session, home_id: int, spans: Iterable[tuple[date, date] | None] = (None,), *, rosters: bool = True
) -> None:
    """Score the work of a home and put the result in place of the former one, in the open transaction.

    Each day is scored with the rulebook that holds on it.

    Parameters
    ----------
    spans
        First and last day of each stretch of days to score anew; None = all.
    rosters
        Whether feasible relief is worked out too: it takes longer than all the rest.
    """
    home, people = session.get_one(Home, home_id), people_of(session, home_id)
    for days in spans:
        on_duty = duties.frame(session, home_id, days) if rosters else duties.NO_DUTIES
        tables = replace(people, interventions=work_of(session, home_id, days), duties=on_duty)
        found = scoring.days_of(tables)
        result = scoring.result(tables, rulebook_calendar.stretches(session, home, *found)) if found else {}
        span = (number_of(days[0]), number_of(days[1])) if days else None
        repository.replace(session.connection(), home_id, result, span)
    session.execute(update(Home).where(Home.id == home_id).values(analysis=Home.analysis + 1))


def tables_of(session: Session, home_id: int) -> contracts.Tables:
    """Return everything the store knows of a home as the engine's frames, persons by pseudonym."""
    on_duty = duties.frame(session, home_id)
    return replace(people_of(session, home_id), interventions=work_of(session, home_id), duties=on_duty)


def work_of(session: Session, home_id: int, days: tuple[date, date] | None = None) -> pd.DataFrame:
    """Return the interventions of a home, persons by pseudonym; of some days (first and last) or all."""
    residents = dict(session.execute(select(Resident.id, Resident.pseudonym).where(Resident.home_id == home_id)).all())
    staff = dict(session.execute(select(Staff.id, Staff.pseudonym).where(Staff.home_id == home_id)).all())
    return bulk.read_interventions(session.connection(), home_id, residents, staff, days)


def people_of(session: Session, home_id: int) -> contracts.Tables:
    """Return residents, assessments, instability and staff of a home, without their work and duties."""
    return contracts.Tables(
        residents=_frame(session, contracts.RESIDENTS, select(
            Resident.pseudonym, Resident.ward, Resident.moved_in, Resident.moved_out,
        ).where(Resident.home_id == home_id, Resident.known)),
        assessments=assessments_of(session, home_id),
        instability=_frame(session, contracts.INSTABILITY, select(
            Resident.pseudonym, Instability.criterion, Instability.start, Instability.end,
        ).join(Resident, Resident.id == Instability.resident_id).where(Resident.home_id == home_id)),
        staff=_frame(session, contracts.STAFF, select(
            Staff.pseudonym, Qualification.qn, Qualification.role, Qualification.certificates,
            Qualification.start, Qualification.end,
        ).join(Staff, Staff.id == Qualification.staff_id).where(Staff.home_id == home_id).order_by(Qualification.id)),
        overrides=overrides_of(session, home_id),
    )  # fmt: skip


def overrides_of(session: Session, home_id: int) -> pd.DataFrame:
    """Return the levels set by hand as the engine takes them; one that was taken back ends the day before."""
    rows = session.execute(
        select(
            Resident.pseudonym, Override.intervention, Override.level, Override.start, Override.end,
            Override.reason, Account.display_name, Override.withdrawn_from,
        )
        .outerjoin(Resident, Resident.id == Override.resident_id)
        .join(Account, Account.id == Override.account_id)
        .where(Override.home_id == home_id)
        .order_by(Override.id),
    ).all()  # fmt: skip
    ends = [min(row.end, row.withdrawn_from - timedelta(days=1)) if row.withdrawn_from else row.end for row in rows]
    held = [(*row[:4], end, *row[5:7]) for row, end in zip(rows, ends, strict=True) if row.start <= end]
    return _typed(held, contracts.OVERRIDES)


def assessments_of(session: Session, home_id: int) -> pd.DataFrame:
    """Return the assessments of a home; cells that were not recorded are -1."""
    rows = session.execute(
        select(
            Resident.pseudonym, Assessment.date, Assessment.continence_urine, Assessment.continence_stool,
            Assessment.special, Assessment.cells,
        ).join(Resident, Resident.id == Assessment.resident_id).where(Resident.home_id == home_id)
        .order_by(Assessment.id),
    ).all()  # fmt: skip
    frame = _typed([row[:-1] for row in rows], contracts.ASSESSMENTS)
    cells = np.full((len(rows), len(ASSESSMENT_CELLS)), contracts.ITEM_MISSING, dtype=np.int32)
    position = {cell: i for i, cell in enumerate(ASSESSMENT_CELLS)}
    for i, row in enumerate(rows):
        for cell, value in row[-1].items():
            cells[i, position[cell]] = value
    return pd.concat([frame, pd.DataFrame(cells, columns=list(ASSESSMENT_CELLS))], axis=1)


def _covered(session: Session, home_id: int, tables: contracts.Tables) -> dict[str, int]:
    found = scoring.days_of(tables)
    if found is None:
        return {}
    stretches = rulebook_calendar.stretches(session, session.get_one(Home, home_id), *found)
    totals = scoring.whole(tables, stretches).covered().iloc[0]
    return {str(name): int(count) for name, count in totals.items()}


def numbers_of(tables: contracts.Tables, key: str) -> list[str]:
    """Return all numbers (or pseudonyms) of residents or staff in the frames of an upload, each once."""
    found: dict[str, None] = {}
    for spot in fields(tables):
        frame = getattr(tables, spot.name)
        if isinstance(frame, pd.DataFrame) and key in frame:
            found.update(dict.fromkeys(str(one) for one in frame[key].dropna().unique()))
    return list(found)


def renamed(tables: contracts.Tables, key: str, names: Mapping[str, str]) -> contracts.Tables:
    """Return the frames of an upload with other numbers of residents or staff."""
    changed: dict[str, Any] = {}
    for spot in fields(tables):
        frame = getattr(tables, spot.name)
        if isinstance(frame, pd.DataFrame) and key in frame:
            column = frame[key]
            if isinstance(column.dtype, pd.CategoricalDtype):
                renamed = column.cat.remove_unused_categories().cat.rename_categories(lambda one: names[str(one)])
            else:
                renamed = column.map(lambda one: names[str(one)], na_action="ignore")
            changed[spot.name] = frame.assign(**{key: renamed})
    return replace(tables, **changed)


def _ensure(session: Session, model: type[Resident | Staff], home_id: int, pseudonyms: Iterable[str]) -> dict[str, int]:
    known = set(session.scalars(select(model.pseudonym).where(model.home_id == home_id)))
    fresh = [{"home_id": home_id, "pseudonym": one, "known": False} for one in pseudonyms if one not in known]
    if fresh:
        session.execute(insert(model), fresh)
    return dict(session.execute(select(model.pseudonym, model.id).where(model.home_id == home_id)).all())


def _update(
    session: Session, model: type[Resident | Staff], ids: Mapping[str, int], key: str, frame: pd.DataFrame,
    columns: tuple[str, ...],
) -> None:  # fmt: skip
    rows = _records(frame[[key, *columns]].drop_duplicates(key, keep="last"))
    if rows:
        session.execute(update(model), [{"id": ids[row.pop(key)], **row} for row in rows])


def _replace(
    session: Session, model: type[Assessment | Instability | Qualification], key: str, ids: Mapping[str, int],
    frame: pd.DataFrame,
) -> None:  # fmt: skip
    owner = f"{key}_id"
    rows = [{owner: ids[row.pop(key)], **row} for row in _records(frame)]
    owners = sorted({row[owner] for row in rows})
    for start in range(0, len(owners), _CHUNK):
        session.execute(delete(model).where(getattr(model, owner).in_(owners[start : start + _CHUNK])))
    if rows:
        names = set(model.__table__.c.keys())
        session.execute(insert(model), [{name: row[name] for name in row if name in names} for row in rows])


def _with_cells(frame: pd.DataFrame) -> pd.DataFrame:
    present = [cell for cell in ASSESSMENT_CELLS if cell in frame]
    cells = [
        {cell: int(value) for cell, value in zip(present, row, strict=True) if value != contracts.ITEM_MISSING}
        for row in frame[present].to_numpy()
    ]
    return frame[list(contracts.ASSESSMENTS)].assign(cells=pd.Series(cells, index=frame.index, dtype="object"))


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    columns: dict[str, list[Any]] = {}
    for name in frame.columns:
        column = frame[name]
        values = (
            column.dt.date.astype(object) if pd.api.types.is_datetime64_any_dtype(column) else column.astype(object)
        )
        columns[name] = values.where(column.notna(), None).tolist()
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _frame(session: Session, columns: dict[str, str], query: Any) -> pd.DataFrame:
    return _typed(session.execute(query).all(), columns)


def _typed(rows: Any, columns: dict[str, str]) -> pd.DataFrame:
    """Return rows as a frame with the columns and types ``pebem.contracts`` promises."""
    if not rows:
        return contracts.empty(columns)
    made = {}
    for (name, kind), values in zip(columns.items(), zip(*rows, strict=True), strict=True):
        match kind:
            case "day":
                made[name] = pd.Series(np.array(values, dtype="datetime64[D]").astype("datetime64[s]"))
            case "int":
                made[name] = pd.Series(values, dtype="int32")
            case "bool":
                made[name] = pd.Series(values, dtype="bool")
            case _:
                made[name] = pd.Series(values, dtype="object")
    return pd.DataFrame(made)
