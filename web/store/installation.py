"""The row about the installation itself, made when it is first needed."""

from __future__ import annotations

import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from web.store.models import Installation

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

REFERENCE_BYTES: Final = 8
_ROW: Final = 1


def find(session: Session) -> Installation | None:
    """Return the row, if there is one."""
    return session.get(Installation, _ROW)


def locked(session: Session) -> Installation:
    """Return the row in a writing session, and keep it to this transaction: on PostgreSQL others wait for its end."""
    query = select(Installation).where(Installation.id == _ROW).with_for_update()
    row = session.scalars(query).one_or_none()
    if row is None:
        # Another transaction may be quicker.
        with suppress(IntegrityError), session.begin_nested():
            session.execute(
                insert(Installation).values(id=_ROW, reference=secrets.token_hex(REFERENCE_BYTES), ledger=0)
            )
        row = session.scalars(query).one()
    return row
