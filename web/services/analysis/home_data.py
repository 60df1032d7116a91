"""Care data of a home as the engine's frames, read from the work database: persons by pseudonym."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sqlalchemy import select

from pebem import contracts
from pebem.history.frames import typed
from pebem.history.statements import STAYS, WARDS, Statements
from pebem.resident_mix import GradeDifference, ResidentMix, differences, mix
from rules.vocabulary import ASSESSMENT_CELLS
from web.services.analysis import duties
from web.services.people import aliases, residence, restrictions
from web.store.models import (
    Account,
    Assessment,
    Instability,
    Override,
    Qualification,
    Resident,
    ResidentGrade,
    ResidentWard,
    Staff,
    Stay,
)
from web.store.work import bulk

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sqlalchemy.orm import Session


def tables_of(session: Session, home_id: int) -> contracts.Tables:
    """Return everything the store knows of a home as the engine's frames, persons by pseudonym."""
    on_duty = duties.frame(session, home_id)
    return replace(people_of(session, home_id), interventions=work_of(session, home_id), duties=on_duty)


def work_of(session: Session, home_id: int, days: tuple[date, date] | None = None) -> pd.DataFrame:
    """Return the interventions of a home, persons by pseudonym; of some days (first and last) or all.

    A row without a ward has that of its resident on its day. Rows of restricted persons are left out (H7).
    """
    residents = dict(session.execute(select(Resident.id, Resident.pseudonym).where(Resident.home_id == home_id)).all())
    staff = dict(session.execute(select(Staff.id, Staff.pseudonym).where(Staff.home_id == home_id)).all())
    lived_in = residence.ward_history(session, home_id)
    work = bulk.read_interventions(session.connection(), home_id, residents, staff, days, lived_in)
    return restrictions.without(session, home_id, work)


def people_of(session: Session, home_id: int, statements: Statements | None = None) -> contracts.Tables:
    """Return all that is known of the people of a home, without their work and duties.

    Parameters
    ----------
    statements
        What is stored about people, where that has been read.
    """
    stored = statements_of(session, home_id) if statements is None else statements
    return contracts.Tables(
        residents=stored.residents,
        assessments=stored.assessments,
        instability=stored.instability,
        grades=stored.grades,
        staff=stored.staff,
        overrides=overrides_of(session, home_id),
    )


def resident_grades(
    session: Session, home_id: int, first: date, last: date
) -> tuple[ResidentMix, list[GradeDifference]]:
    """Return the mean number of residents by Pflegegrad, and whose granted one is another than the computed one."""
    people = contracts.Tables(
        residents=restrictions.without(session, home_id, _residents(session, home_id)),
        assessments=restrictions.without(session, home_id, assessments_of(session, home_id)),
        grades=restrictions.without(session, home_id, _grades(session, home_id)),
    )
    stays = restrictions.without(session, home_id, _stays(session, home_id))
    return mix(people, first, last, stays), differences(people, first, last)


def statements_of(session: Session, home_id: int) -> Statements:
    """Return what is stored of the people of a home, by pseudonym."""
    qualification = (Qualification.qn, Qualification.role, Qualification.certificates)
    return Statements(
        residents=_residents(session, home_id),
        assessments=assessments_of(session, home_id),
        instability=_about(
            session,
            home_id,
            Instability,
            contracts.INSTABILITY,
            Instability.criterion,
            Instability.start,
            Instability.end,
        ),
        grades=_grades(session, home_id),
        staff=_about(
            session, home_id, Qualification, contracts.STAFF, *qualification, Qualification.start, Qualification.end
        ),
        wards=_about(session, home_id, ResidentWard, WARDS, ResidentWard.ward, ResidentWard.start),
        stays=_stays(session, home_id),
    )


def _residents(session: Session, home_id: int) -> pd.DataFrame:
    residents = session.execute(
        select(Resident.pseudonym, Resident.ward, Resident.moved_in, Resident.moved_out)
        .where(Resident.home_id == home_id, Resident.known)
        .order_by(Resident.id)
    ).all()
    return typed(residents, contracts.RESIDENTS)


def _grades(session: Session, home_id: int) -> pd.DataFrame:
    return _about(session, home_id, ResidentGrade, contracts.GRADES, ResidentGrade.grade, ResidentGrade.start)


def _stays(session: Session, home_id: int) -> pd.DataFrame:
    return _about(session, home_id, Stay, STAYS, Stay.start, Stay.end)


def _about(session: Session, home_id: int, model: Any, columns: Mapping[str, str], *of: Any) -> pd.DataFrame:
    """Return what is stated of everyone of a home in one table: pseudonym, then the columns asked for."""
    owner, key = (Staff, model.staff_id) if model is Qualification else (Resident, model.resident_id)
    query = select(owner.pseudonym, *of).join(owner, owner.id == key).where(owner.home_id == home_id)
    return typed(session.execute(query.order_by(model.id)).all(), columns)


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
    meant = aliases.of_home(session, home_id)
    effective = [
        (meant.get(row.pseudonym, row.pseudonym), *row[1:4], end, *row[5:7])
        for row, end in zip(rows, ends, strict=True)
        if row.start <= end
    ]
    return typed(effective, contracts.OVERRIDES)


def assessments_of(session: Session, home_id: int) -> pd.DataFrame:
    """Return the assessments of a home; cells that were not recorded are -1."""
    rows = session.execute(
        select(
            Resident.pseudonym, Assessment.date, Assessment.continence_urine, Assessment.continence_stool,
            Assessment.special, Assessment.cells,
        ).join(Resident, Resident.id == Assessment.resident_id).where(Resident.home_id == home_id)
        .order_by(Assessment.id),
    ).all()  # fmt: skip
    frame = typed([row[:-1] for row in rows], contracts.ASSESSMENTS)
    given = [row.cells for row in rows]
    if unknown := set().union(*given).difference(ASSESSMENT_CELLS):
        raise KeyError(*unknown)
    cells = np.array([[one.get(cell, contracts.ITEM_MISSING) for cell in ASSESSMENT_CELLS] for one in given], np.int32)
    cells = cells.reshape(len(rows), len(ASSESSMENT_CELLS))
    return pd.concat([frame, pd.DataFrame(cells, columns=list(ASSESSMENT_CELLS))], axis=1)
