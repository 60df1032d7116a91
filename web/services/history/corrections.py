"""Single statements about a person that the home has corrected: they count after all uploads (Art. 16 GDPR, H7)."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from pebem.history.statements import Delivery
from pebem.history.stored_rules import StoredRule
from web.services.history.stored_statements import FILE, PEOPLE, unpacked
from web.services.people import aliases
from web.store.models import Correction

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LEVEL: Final = "level"
GRADE: Final = "grade"
WARD: Final = "ward"


def in_force(session: Session, home_id: int) -> list[Correction]:
    """Return the corrections of a home that were not withdrawn, in their order."""
    mine = Correction.home_id == home_id, Correction.withdrawn_at.is_(None)
    return list(session.scalars(select(Correction).where(*mine).order_by(Correction.id)))


def as_uploads(
    session: Session, home_id: int, about: str | None = None
) -> tuple[dict[int, list[Delivery]], dict[int, StoredRule]]:
    """Return the corrections as uploads of one statement each, by negative number: what they state and their rules.

    Parameters
    ----------
    about
        The person to return those about; None = all.
    """
    meant = aliases.of_home(session, home_id)
    stated, rules = {}, {}
    for one in in_force(session, home_id):
        person = meant.get(one.pseudonym, one.pseudonym)
        if about in {None, person}:
            stated[-one.id] = [Delivery(**_frames(one, person))]
            rules[-one.id] = StoredRule(
                covers=(one.first if one.kind == WARD else None,),
                unstated=(frozenset({"role", "certificates"}),) if one.kind == LEVEL else (),
            )
    return stated, rules


def _frames(one: Correction, person: str) -> dict[str, Any]:
    first = one.first.isoformat() if one.first else None
    frames: dict[str, dict[str, Any]] = {}
    if one.kind == LEVEL:
        frames["staff"] = {"staff": person, "qn": int(one.value), "role": None, "certificates": "", "start": first}
        frames["staff"]["end"] = None
    elif one.kind == GRADE:
        frames["grades"] = {"resident": person, "grade": int(one.value), "start": first}
    else:
        frames["residents"] = {"resident": person, "ward": one.value, "moved_in": None, "moved_out": None}
    columns = {name: {column: [value] for column, value in frame.items()} for name, frame in frames.items()}
    packed = unpacked(zlib.compress(json.dumps(columns).encode()))
    return {name: packed[name].drop(columns=FILE) for name in PEOPLE}
