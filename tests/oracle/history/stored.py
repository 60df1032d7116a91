"""What the product has stored of a home, in the words of the model."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import func, select

from pebem.contracts import ITEM_MISSING
from pebem.engine.decode import COVERAGE_COUNTS, frame_of
from rules.vocabulary import CONTINENCE
from web.services.analysis import duties, home_data, results
from web.store import models
from web.store.result import repository
from web.store.result.repository import COVERAGE, FULL

from .records import ALWAYS, Act, Duty, Statements
from .tables import STOOL, URINE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from web.store.access import Access

DAYS = (dt.date(2020, 1, 1), dt.date(2030, 12, 31))
KEPT = (models.PerformedIntervention, models.WorkMonth, models.Cube, models.AppliedUpload)


def acts(session: Session, home_id: int, names: Mapping[str, str]) -> Counter[Act]:
    """Return the stored acts; ``names`` are the numbers behind pseudonyms, where they are not the same."""
    row = models.PerformedIntervention
    columns = (row.intervention, row.day, row.minute, row.seconds, row.source, row.shift, row.ward, row.status)
    query = (
        select(models.Resident.pseudonym, models.Staff.pseudonym, *columns)
        .outerjoin(models.Resident, models.Resident.id == row.resident_id)
        .outerjoin(models.Staff, models.Staff.id == row.staff_id)
        .where(row.home_id == home_id)
    )
    found: Counter[Act] = Counter()
    for resident, employee, intervention, day, minute, seconds, *texts in session.execute(query):
        times = (None if number < 0 else number for number in (minute, seconds))
        found[Act(names.get(resident, resident), names.get(employee, employee), intervention, day, *times, *texts)] += 1
    assert found.total() == len(home_data.work_of(session, home_id)), "rows and months say the same"
    return found


def statements(session: Session, home_id: int, names: Mapping[str, str]) -> Statements:
    """Return what is stored of persons."""
    found = Statements()
    for who, on, row in _about(session, home_id, models.Assessment, names):
        cells: dict[str, int | str] = {cell: points for cell, points in row.cells.items() if points != ITEM_MISSING}
        for name, finding in ((URINE, row.continence_urine), (STOOL, row.continence_stool)):
            cells |= {name: CONTINENCE[finding]} if finding >= 0 else {}
        _put(found.assessed, (who, on), (cells, row.special))
    for who, on, row in _about(session, home_id, models.Instability, names):
        _put(found.unstable, (who, row.criterion, on), row.end)
    for who, on, row in _about(session, home_id, models.Qualification, names):
        _put(found.levels, (who, on), (row.qn, row.role, row.certificates, row.end))
    for who, on, row in _about(session, home_id, models.ResidentWard, names):
        _put(found.wards, (who, on), row.ward)
    for who, on, row in _about(session, home_id, models.ResidentGrade, names):
        _put(found.grades, (who, on), row.grade)
    for who, on, row in _about(session, home_id, models.Stay, names):
        _put(found.stays, (who, on), row.end)
    return found


def known(session: Session, home_id: int, names: Mapping[str, str]) -> tuple[set[str], set[str]]:
    """Return the residents and employees that are known."""
    found = [
        session.scalars(select(model.pseudonym).where(model.home_id == home_id, model.known)).all()
        for model in (models.Resident, models.Staff)
    ]
    residents, staff = ({names.get(one, one) for one in part} for part in found)
    return residents, staff


def rosters(session: Session, home_id: int, names: Mapping[str, str]) -> set[Duty]:
    """Return the stored duties."""
    frame = duties.frame(session, home_id)
    made = set()
    for who, ward, start, end in frame.astype(object).itertuples(index=False, name=None):
        midnight = start.normalize()
        minutes = (int((moment - midnight).total_seconds()) // 60 for moment in (start, end))
        made.add(Duty(names.get(who, who), start.date(), *minutes, ward))
    assert len(made) == len(frame)
    return made


def figures(access: Access, home_id: int) -> tuple[Counter, Counter]:
    """Return cells and coverage, as :func:`tests.oracle.history.figures.figures`."""
    with access.reading() as session:
        full, covered = (repository.read(session.connection(), home_id, kind) for kind in (FULL, COVERAGE))
    if full is None:
        assert results.load(access, home_id) is None
        return Counter(), Counter()
    assert results.load(access, home_id) is not None
    frame = frame_of(full.without("staff"))
    cells: Counter = Counter()
    texts = frame.astype(object).where(frame.notna(), None)
    for row in texts.to_dict("records"):
        texts = (row[name] for name in ("ward", "shift", "intervention", "qn_soll", "qn_ist", "fit"))
        key = (str(np.datetime64(row["day"], "D")), *texts, bool(row["certificate"]))
        cells["count", *key] += int(row["count"])
        cells["seconds", *key] += int(row["seconds"])
    coverage = Counter({name: int(covered.columns[name].sum()) for name in COVERAGE_COUNTS})
    assert int(frame["count"].sum()) == coverage["counted"]
    return +cells, +coverage


def kept(session: Session, home_id: int) -> dict[str, int]:
    """Return how many rows the tables that follow from uploads have."""
    found = {
        model.__tablename__: session.scalar(select(func.count()).select_from(model).where(model.home_id == home_id))
        for model in KEPT
    }
    assert repository.FULL
    return {name: number for name, number in found.items() if number}


def _about(session: Session, home_id: int, model: Any, names: Mapping[str, str]) -> list[tuple[str, dt.date, Any]]:
    """Return person, first day and row of each stored statement of a kind."""
    owner = models.Staff if model is models.Qualification else models.Resident
    key = model.staff_id if owner is models.Staff else model.resident_id
    query = select(owner.pseudonym, model).join(owner, owner.id == key).where(owner.home_id == home_id)
    day = "date" if model is models.Assessment else "start"
    return [(names.get(who, who), getattr(row, day) or ALWAYS, row) for who, row in session.execute(query)]


def _put(found: dict, key: tuple, value: object) -> None:
    assert key not in found, f"two statements with one key: {key}"
    found[key] = value
