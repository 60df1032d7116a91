"""Wards of residents as numbers, for rows that name none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from pebem.history.wards import WardHistory
from web.store.models import Label, Resident, ResidentWard

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def ward_history(session: Session, home_id: int) -> WardHistory:
    """Return which ward each resident of a home lives in from which day on, by row id and number of the label."""
    labels = dict(session.execute(select(Label.text, Label.id).where(Label.home_id == home_id)).all())
    rows = session.execute(
        select(ResidentWard.resident_id, ResidentWard.start, ResidentWard.ward)
        .join(Resident, Resident.id == ResidentWard.resident_id)
        .where(Resident.home_id == home_id)
    ).all()
    return WardHistory.of(
        (row.resident_id, row.start.toordinal() if row.start else 0, labels[row.ward])
        for row in rows
        if row.ward in labels
    )
