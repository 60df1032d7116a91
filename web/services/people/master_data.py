"""Master data of residents and staff: stored under pseudonyms, the newest upload that names a person counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd
from sqlalchemy import delete, insert, select, update

from pebem import contracts
from rules.vocabulary import ASSESSMENT_CELLS
from web.services.people import aliases, frames
from web.store.models import (
    Assessment,
    Instability,
    Qualification,
    Resident,
    Staff,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.orm import Session


_CHUNK: Final = 500


def known(session: Session, home_id: int) -> set[str]:
    """Return the pseudonyms of all persons of a home whose master data are there, merged ones included."""
    known = {
        pseudonym
        for model in (Resident, Staff)
        for pseudonym in session.scalars(select(model.pseudonym).where(model.home_id == home_id, model.known))
    }
    return known | {one for one, person in aliases.of_home(session, home_id).items() if person in known}


def store(session: Session, home_id: int, tables: contracts.Tables) -> tuple[dict[str, int], dict[str, int]]:
    """Store residents and staff; what the upload says of a person replaces what was known of that person.

    Returns
    -------
    residents, staff
        Pseudonym -> row id, of all persons of the home; a merged pseudonym has that of the person it stands for.
    """
    meant = aliases.of_home(session, home_id)
    tables = aliases.apply_aliases(tables, meant)
    residents = _ensure(session, Resident, home_id, frames.numbers_of(tables, "resident"))
    staff = _ensure(session, Staff, home_id, frames.numbers_of(tables, "staff"))
    named = tables.residents.assign(known=True)
    _update(session, Resident, residents, "resident", named, ("ward", "moved_in", "moved_out", "known"))
    _update(session, Staff, staff, "staff", tables.staff.assign(known=True)[["staff", "known"]], ("known",))
    _replace(session, Assessment, "resident", residents, _with_cells(tables.assessments))
    _replace(session, Instability, "resident", residents, tables.instability)
    _replace(session, Qualification, "staff", staff, tables.staff)
    for ids in (residents, staff):
        ids.update({one: ids[person] for one, person in meant.items() if person in ids})
    return residents, staff


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
    session: Session,
    model: type[Assessment | Instability | Qualification],
    key: str,
    ids: Mapping[str, int],
    frame: pd.DataFrame,
) -> None:
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
