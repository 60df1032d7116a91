"""Restricting a person (Art. 18 GDPR): from then on in no analysis, until that is lifted (H7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from web.services import audit, clock
from web.services.analysis import home_analysis
from web.services.errors import ServiceError
from web.services.history import redaction
from web.services.people import aliases, restrictions
from web.services.subjects import erasure
from web.store.models import Resident, Restriction, Staff
from web.store.vault import RESIDENT

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from web.store.access import Access

LONGEST: Final = 500


class RestrictionError(ServiceError):
    """A person cannot be restricted, or that lifted, so."""


@dataclass(frozen=True, slots=True)
class RestrictionRow:
    """A restriction; ``lifted_at`` None = in force."""

    pseudonym: str
    reason: str
    since: datetime
    lifted_at: datetime | None


def of_home(access: Access, home_id: int) -> list[RestrictionRow]:
    """Return the restrictions of a home, newest first."""
    access.check_home(home_id)
    query = select(Restriction).where(Restriction.home_id == home_id).order_by(Restriction.id.desc())
    with access.reading() as session:
        return [RestrictionRow(one.pseudonym, one.reason, one.at, one.lifted_at) for one in session.scalars(query)]


def excluded_rows(access: Access, home_id: int) -> int | None:
    """Return how many stored rows of a home are in no figure; None where nobody is restricted."""
    access.check_home(home_id)
    with access.reading() as session:
        return restrictions.excluded_rows(session, home_id)


def restrict(access: Access, home_id: int, pseudonym: str, *, reason: str) -> None:
    """Take a person out of all analyses, and analyse the home anew.

    Raises
    ------
    RestrictionError
        Where there is no such person, it is restricted, or the reason is missing or too long.
    """
    access.check_home(home_id)
    if not reason.strip() or len(reason.strip()) > LONGEST:
        raise RestrictionError(f"Bitte geben Sie den Grund in höchstens {LONGEST} Zeichen an.")
    with access.writing.begin() as session:
        redaction.locked(session, home_id)
        person = aliases.of_home(session, home_id).get(pseudonym, pseudonym)
        model: type[Resident | Staff] = Resident if erasure.kind_of(person) == RESIDENT else Staff
        stored = session.scalar(select(model.id).where(model.home_id == home_id, model.pseudonym == person))
        if stored is None:
            raise RestrictionError("Diese Person gibt es in diesem Haus nicht.")
        if person in restrictions.of_home(session, home_id):
            raise RestrictionError("Diese Person ist schon eingeschränkt.")
        session.add(
            Restriction(
                home_id=home_id, pseudonym=person, reason=reason.strip(), at=clock.now(), account_id=access.account
            )
        )
        _analyse(session, access, home_id, "person.einschraenken")


def lift(access: Access, home_id: int, pseudonym: str) -> None:
    """Use the data of a person again, and analyse the home anew.

    Raises
    ------
    RestrictionError
        Where the person is not restricted.
    """
    access.check_home(home_id)
    with access.writing.begin() as session:
        redaction.locked(session, home_id)
        everything = aliases.all_of(session, home_id, pseudonym)
        mine = Restriction.home_id == home_id, Restriction.pseudonym.in_(everything), Restriction.lifted_at.is_(None)
        found = session.scalars(select(Restriction).where(*mine)).all()
        if not found:
            raise RestrictionError("Diese Person ist nicht eingeschränkt.")
        for one in found:
            one.lifted_at, one.lifted_by = clock.now(), access.account_id
        _analyse(session, access, home_id, "person.freigeben")


def _analyse(session: Session, access: Access, home_id: int, action: str) -> None:
    session.flush()
    home_analysis.analyse(session, home_id)
    audit.record(session, access, action, what=f"haus {home_id}")
