"""Releases: views that tell who was on shift are off until two persons turn them on (D1, D2).

One person asks, with the reference of the works agreement and a purpose; the works council releases it, until a day.
Either ends it at any time. What few employees stand behind stays hidden all the same (D3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta  # a dataclass of views
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.orm import aliased

from web.security.permissions import AccountRole
from web.services import audit, clock
from web.services.errors import ServiceError
from web.store.models import Account, Grant, Home, PersonLevelRelease

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from web.store.access import Access

LONGEST: Final = timedelta(days=366)
"""A release ends after a year at the latest, and is asked for again."""


class ReleaseError(ServiceError):
    """A release cannot be asked for, given or ended so."""


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """A release with its history; names are those of accounts, "" where an account was deleted."""

    id: int
    agreement: str
    purpose: str
    until: date
    asked_at: datetime
    asked_by: str
    asked_by_id: int | None
    released_at: datetime | None
    released_by: str
    ended_at: datetime | None
    ended_by: str

    @property
    def over(self) -> bool:
        """Whether it was ended, or its last day has passed."""
        return self.ended_at is not None or self.until < clock.today()

    @property
    def in_force(self) -> bool:
        """Whether the views are on."""
        return self.released_at is not None and not self.over


def of_home(access: Access, home_id: int) -> list[ReleaseRow]:
    """Return all releases of a home, newest first."""
    access.check_home(home_id)
    release, asker, giver, ender = PersonLevelRelease, aliased(Account), aliased(Account), aliased(Account)
    query = (
        select(release, asker.display_name, giver.display_name, ender.display_name)
        .join(asker, asker.id == release.asked_by, isouter=True)
        .join(giver, giver.id == release.released_by, isouter=True)
        .join(ender, ender.id == release.ended_by, isouter=True)
        .where(release.home_id == home_id)
        .order_by(release.id.desc())
    )
    with access.reading() as session:
        rows = session.execute(query)
        return [
            ReleaseRow(
                one.id,
                one.agreement,
                one.purpose,
                one.until,
                one.asked_at,
                asked_by or "",
                one.asked_by,
                one.released_at,
                released_by or "",
                one.ended_at,
                ended_by or "",
            )
            for one, asked_by, released_by, ended_by in rows
        ]


def in_force(access: Access, home_id: int) -> ReleaseRow | None:
    """Return the release that turns the views on; None while they are off."""
    return next((one for one in of_home(access, home_id) if one.in_force), None)


def ask(access: Access, home_id: int, *, agreement: str, purpose: str, until: date | None) -> None:
    """Ask that the views of a home be released.

    Raises
    ------
    ReleaseError
        Where the agreement or purpose is missing, the last day does not fit, or a release waits or is in force.
    """
    access.check_home(home_id)
    if not agreement.strip() or not purpose.strip():
        raise ReleaseError("Bitte geben Sie das Aktenzeichen der Vereinbarung und den Zweck an.")
    today = clock.today()
    if until is None or not today <= until <= today + LONGEST:
        raise ReleaseError("Bitte geben Sie einen letzten Tag an, höchstens ein Jahr von heute.")
    with access.writing.begin() as session:
        session.scalars(select(Home.id).where(Home.id == home_id).with_for_update()).one()
        if any(_row_counts(one) for one in _not_ended(session, home_id)):
            raise ReleaseError("Eine Freigabe ist schon beantragt oder erteilt.")
        release = PersonLevelRelease(
            tenant_id=access.tenant_id,
            home_id=home_id,
            agreement=agreement.strip()[:200],
            purpose=purpose.strip()[:500],
            until=until,
            asked_at=clock.now(),
            asked_by=access.account,
        )
        session.add(release)
        session.flush()
        _record(session, access, "freigabe.beantragen", release)


def release(access: Access, home_id: int, number: int) -> None:
    """Release what somebody else asked for, on behalf of the works council.

    Raises
    ------
    ReleaseError
        Where it does not wait, was asked for by the same account, or the account made itself the works council.
    """
    access.check_home(home_id)
    with access.writing.begin() as session:
        found = _open(session, home_id, number)
        if found is None or found.released_at is not None:
            raise ReleaseError("Dieser Antrag ist schon entschieden oder abgelaufen.")
        if found.asked_by == access.account:
            raise ReleaseError("Freigeben muss eine zweite Person, nicht dieselbe.")
        if not _made_works_council_by_others(session, access.account, home_id):
            raise ReleaseError("Wer sich die Rolle Betriebsrat selbst gegeben hat, kann nicht freigeben.")
        found.released_at, found.released_by = clock.now(), access.account
        _record(session, access, "freigabe.erteilen", found)


def end(access: Access, home_id: int, number: int) -> None:
    """End a release, or drop what was asked for: from the next request on the views are off.

    Raises
    ------
    ReleaseError
        Where it is over already.
    """
    access.check_home(home_id)
    with access.writing.begin() as session:
        found = _open(session, home_id, number)
        if found is None:
            raise ReleaseError("Diese Freigabe ist schon beendet.")
        found.ended_at, found.ended_by = clock.now(), access.account
        _record(session, access, "freigabe.beenden", found)


def record_view(access: Access, home_id: int, number: int) -> None:
    """Log that somebody looked at what was released (G2)."""
    access.check_home(home_id)
    with access.writing.begin() as session:
        audit.record(session, access, "freigabe.ansehen", what=f"freigabe {number}")


def _open(session: Session, home_id: int, number: int) -> PersonLevelRelease | None:
    return next((one for one in _not_ended(session, home_id) if one.id == number and _row_counts(one)), None)


def _not_ended(session: Session, home_id: int) -> list[PersonLevelRelease]:
    query = select(PersonLevelRelease).where(
        PersonLevelRelease.home_id == home_id, PersonLevelRelease.ended_at.is_(None)
    )
    return list(session.scalars(query.with_for_update()))


def _row_counts(one: PersonLevelRelease) -> bool:
    return one.until >= clock.today()


def _made_works_council_by_others(session: Session, account_id: int, home_id: int) -> bool:
    """Return whether somebody else granted the role that entitles to this; the host counts as somebody else."""
    query = select(Grant.granted_by).where(
        Grant.account_id == account_id,
        Grant.role == AccountRole.WORKS_COUNCIL.value,
        Grant.withdrawn_at.is_(None),
        (Grant.home_id == home_id) | Grant.home_id.is_(None),
    )
    return any(giver != account_id for giver in session.scalars(query))


def _record(session: Session, access: Access, action: str, found: PersonLevelRelease) -> None:
    reason = f"{found.agreement}: {found.purpose}"
    audit.record(session, access, action, what=f"freigabe {found.id}", reason=reason[:500])
