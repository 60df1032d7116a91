"""Persons whose data may be stored but not used (Art. 18 GDPR): their work and duties are in no analysis (H7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from sqlalchemy import select

from pebem.history.contents import unpack
from web.services.people import aliases
from web.services.people.aliases import ROW_ID
from web.store.models import Resident, Restriction, Staff
from web.store.vault import RESIDENT, STAFF
from web.store.work import bulk

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy.orm import Session

FEWEST_TOLD: Final = 6
"""Fewest rows whose number pages tell: a smaller one could tell what was done for whom."""


def of_home(session: Session, home_id: int) -> frozenset[str]:
    """Return the pseudonyms of the restricted persons of a home, those merged into them included."""
    open_ones = Restriction.home_id == home_id, Restriction.lifted_at.is_(None)
    named = session.scalars(select(Restriction.pseudonym).where(*open_ones)).all()
    return frozenset().union(*(aliases.all_of(session, home_id, one) for one in named))


def without(session: Session, home_id: int, frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows about people without those of restricted persons: the one place where they are left out."""
    restricted = of_home(session, home_id)
    if not restricted or frame.empty:
        return frame
    keys = [key for key in ("resident", "staff") if key in frame]
    kept = ~np.logical_or.reduce([frame[key].isin(restricted).to_numpy(bool) for key in keys])
    left = frame[kept].reset_index(drop=True)
    coded = {name: left[name].cat.remove_unused_categories() for name in left if hasattr(left[name], "cat")}
    result: pd.DataFrame = left.assign(**coded)
    return result


def excluded_rows(session: Session, home_id: int) -> int | None:
    """Return how many stored rows of a home are in no figure; None where nobody is restricted."""
    restricted = of_home(session, home_id)
    if not restricted:
        return None
    ids = {
        ROW_ID[kind]: list(
            session.scalars(select(model.id).where(model.home_id == home_id, model.pseudonym.in_(restricted)))
        )
        for kind, model in ((RESIDENT, Resident), (STAFF, Staff))
    }
    count = 0
    for month in bulk.contents_by_month(session.connection(), home_id):
        numbers = unpack(month)
        count += int(np.logical_or.reduce([np.isin(numbers[name], own) for name, own in ids.items()]).sum())
    return count
