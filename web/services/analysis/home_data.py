"""Care data of a home as the engine's frames, read from the work database: persons by pseudonym."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sqlalchemy import select

from pebem import contracts
from rules.vocabulary import ASSESSMENT_CELLS
from web.services.analysis import duties
from web.store.models import (
    Account,
    Assessment,
    Instability,
    Override,
    Qualification,
    Resident,
    Staff,
)
from web.store.work import bulk

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session


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
