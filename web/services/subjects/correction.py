"""Correcting a single statement about a person: it counts after all uploads until it is withdrawn (H7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from web.services import audit, clock
from web.services.errors import ServiceError
from web.services.history import corrections, fold_home, redaction
from web.services.history.corrections import GRADE, LEVEL, WARD
from web.services.people import aliases
from web.services.subjects import erasure
from web.store.models import Correction, Resident, Staff
from web.store.vault import RESIDENT

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from web.store.access import Access

LONGEST: Final = 500
WORDS: Final = {LEVEL: "Niveau (QN)", GRADE: "Pflegegrad", WARD: "Wohnbereich"}
_NUMBERS: Final = {LEVEL: range(1, 9), GRADE: range(6)}


class CorrectionError(ServiceError):
    """A statement cannot be corrected so."""


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """A correction in force; ``first`` None = since always."""

    id: int
    pseudonym: str
    word: str
    value: str
    first: date | None
    reason: str
    at: datetime


def of_home(access: Access, home_id: int) -> list[CorrectionRow]:
    """Return the corrections of a home that are in force."""
    access.check_home(home_id)
    with access.reading() as session:
        return [
            CorrectionRow(one.id, one.pseudonym, WORDS[one.kind], one.value, one.first, one.reason, one.at)
            for one in corrections.in_force(session, home_id)
        ]


def correct(
    access: Access, home_id: int, pseudonym: str, *, kind: str, value: str, first: date | None, reason: str
) -> None:
    """Correct the level of an employee, or the granted Pflegegrad or the ward of a resident, from a day on.

    Parameters
    ----------
    kind
        ``LEVEL``, ``GRADE`` or ``WARD``.
    first
        First day; None = since always.

    Raises
    ------
    CorrectionError
        Where there is no such person or statement, or the reason is missing.
    """
    access.check_home(home_id)
    value = value.strip()
    if not reason.strip() or len(reason.strip()) > LONGEST:
        raise CorrectionError(f"Bitte geben Sie den Grund in höchstens {LONGEST} Zeichen an.")
    numbers = _NUMBERS.get(kind)
    fits = bool(value) and len(value) <= 100 if numbers is None else value in {str(one) for one in numbers}
    if kind not in WORDS or not fits:
        raise CorrectionError("Diesen Wert gibt es nicht.")
    with access.writing.begin() as session:
        redaction.locked(session, home_id)
        person = aliases.of_home(session, home_id).get(pseudonym, pseudonym)
        is_resident = erasure.kind_of(person) == RESIDENT
        model: type[Resident | Staff] = Resident if is_resident else Staff
        known = select(model.id).where(model.home_id == home_id, model.pseudonym == person, model.known)
        if session.scalar(known) is None or is_resident is (kind == LEVEL):
            raise CorrectionError("Zu dieser Person gibt es keine solche Angabe.")
        before = fold_home.stored_state(session, home_id)
        session.add(
            Correction(
                home_id=home_id,
                pseudonym=person,
                kind=kind,
                value=value,
                first=first,
                reason=reason.strip(),
                at=clock.now(),
                account_id=access.account,
            )
        )
        _fold(session, access, home_id, before, "person.berichtigen")


def withdraw(access: Access, home_id: int, number: int) -> None:
    """Let what the uploads state count again.

    Raises
    ------
    CorrectionError
        Where there is no such correction in force.
    """
    access.check_home(home_id)
    with access.writing.begin() as session:
        redaction.locked(session, home_id)
        mine = Correction.id == number, Correction.home_id == home_id, Correction.withdrawn_at.is_(None)
        found = session.scalar(select(Correction).where(*mine))
        if found is None:
            raise CorrectionError("Diese Berichtigung gibt es nicht, oder sie ist schon zurückgenommen.")
        before = fold_home.stored_state(session, home_id)
        found.withdrawn_at, found.withdrawn_by = clock.now(), access.account_id
        _fold(session, access, home_id, before, "person.berichtigung.zuruecknehmen")


def _fold(session: Session, access: Access, home_id: int, before: fold_home.StoredState, action: str) -> None:
    session.flush()
    fold_home.settle(session, home_id, before, ())
    audit.record(session, access, action, what=f"haus {home_id}")
