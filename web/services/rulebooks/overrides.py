"""Levels a registered nurse sets in place of the rulebook's: with a reason, for a time, recorded."""

from __future__ import annotations

import calendar
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from sqlalchemy.orm import aliased

from rules.vocabulary import HIGHEST_LEVEL
from web.security.permissions import Right
from web.services import audit, clock, rulebook_calendar
from web.services.analysis import rescore
from web.services.errors import ServiceError
from web.services.people import aliases
from web.store.models import Account, Home, Override, Resident

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from web.store.access import Access

MOST_MONTHS: Final = 12
"""Longest time an override is effective without a review."""

REASON_SIGNS: Final = 500
SET: Final = "niveau.setzen"
WITHDRAWN: Final = "niveau.zuruecknehmen"
NO_NAMES: Final = "Bitte schreiben Sie keine Namen in die Begründung."
"""What a form shows beside the reason: it is stored in the work database, which has no names."""


class OverrideError(ServiceError):
    """A level cannot be set or taken back so."""


class NotQualifiedError(OverrideError):
    """The account is not marked QN 4."""


@dataclass(frozen=True, slots=True)
class OverrideRow:
    """A level that was set in place of the rulebook's.

    Attributes
    ----------
    resident
        Pseudonym of the person meant, also where it was set for one that was merged since; "" = the whole house.
    end
        Last day as agreed when it was set.
    withdrawn_from
        From this day on it is no longer effective; None = it was not withdrawn.
    """

    id: int
    resident: str
    intervention: str
    level: int
    reason: str
    start: date
    end: date
    by: str
    created_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str
    withdrawn_from: date | None

    @property
    def last(self) -> date:
        """Last day on which it is effective; before ``start`` where it never is."""
        return min(self.end, self.withdrawn_from - timedelta(days=1)) if self.withdrawn_from else self.end

    def holds(self, day: date) -> bool:
        """Return whether it is effective on a day."""
        return self.start <= day <= self.last

    def state(self, day: date) -> str:
        """Return "gilt", "künftig", "abgelaufen" or "zurückgenommen", seen from a day."""
        if self.holds(day):
            return "gilt"
        if self.withdrawn_from is not None and day >= min(self.withdrawn_from, self.start):
            return "zurückgenommen"
        return "künftig" if day < self.start else "abgelaufen"


def list_(
    access: Access, home_id: int, *, intervention: str | None = None, resident: str | None = None
) -> list[OverrideRow]:
    """Return the overrides of a home, newest first; of one intervention or one resident (pseudonym) alone."""
    access.check_home(home_id)
    query = _query(home_id).order_by(Override.id.desc())
    if intervention is not None:
        query = query.where(Override.intervention == intervention)
    with access.reading() as session:
        person_of = aliases.of_home(session, home_id)
        rows = [_row(person_of, *columns) for columns in session.execute(query)]
    return [row for row in rows if resident is None or row.resident == person_of.get(resident, resident)]


def find(access: Access, home_id: int, override_id: int) -> OverrideRow | None:
    """Return an override of this home; None for another's, as for one that does not exist."""
    access.check_home(home_id)
    with access.reading() as session:
        row = session.execute(_query(home_id).where(Override.id == override_id)).first()
        return _row(aliases.of_home(session, home_id), *row) if row else None


def may_set(access: Access, home_id: int) -> bool:
    """Return whether an account is that of a qualified person (QN 4) in a home."""
    access.check_home(home_id)
    return access.may(Right.SET_LEVELS, home_id)


def set_(  # noqa: PLR0913  # a decision has as many parts
    access: Access,
    *,
    home_id: int,
    intervention: str,
    level: int,
    reason: str,
    start: date,
    end: date,
    resident: str = "",
) -> int:
    """Set a level for one resident (pseudonym) or, without, for the whole home, rescore, and return its number.

    Raises
    ------
    OverrideError
        Where the account may not (QN 4), or something is missing or not allowed.
    """
    access.check_home(home_id)
    reason = reason.strip()
    if objection := _objection(level, reason, start, end):
        raise OverrideError(objection)
    with _denied(access, home_id, SET), access.writing.begin() as session:
        home = session.execute(select(Home).where(Home.id == home_id).with_for_update()).scalar_one()
        _qualified(access, home_id)
        _check_entry(session, home, intervention, level, (start, end))
        resident_id = _resident(session, home_id, resident)
        before = rescore.scored_state(session, home_id)
        row = Override(
            home_id=home_id,
            resident_id=resident_id,
            intervention=intervention,
            level=level,
            reason=reason,
            start=start,
            end=end,
            account_id=access.account,
            created_at=clock.now(),
        )
        session.add(row)
        session.flush()
        details = {"bewohner": resident or None, "intervention": intervention}
        details |= audit.changed(niveau=(None, level), von=(None, start), bis=(None, end))
        audit.record(session, access, SET, what=f"festlegung {row.id}", details=details)
        rescore.analyse_touched(session, home_id, before)
        return row.id


def withdraw(access: Access, *, home_id: int, override_id: int, from_day: date | None = None) -> None:
    """Withdraw an override from a day on (None = today) and rescore the days; before that day it stays effective.

    Raises
    ------
    OverrideError
        Where the account may not (QN 4), or the override is not effective on or after that day anyway.
    """
    access.check_home(home_id)
    day = from_day or clock.today()
    with _denied(access, home_id, WITHDRAWN), access.writing.begin() as session:
        session.execute(select(Home.id).where(Home.id == home_id).with_for_update()).scalar_one()
        _qualified(access, home_id)
        row = session.scalar(select(Override).where(Override.id == override_id, Override.home_id == home_id))
        if row is None:
            raise OverrideError("Diese Festlegung gibt es in diesem Haus nicht.")
        if row.withdrawn_from is not None and row.withdrawn_from <= day:
            raise OverrideError("Diese Festlegung ist schon zurückgenommen.")
        if day > row.end:
            raise OverrideError("Diese Festlegung ist an diesem Tag schon abgelaufen.")
        before = rescore.scored_state(session, home_id)
        details = audit.changed(gilt_nicht_ab=(row.withdrawn_from, day))
        row.withdrawn_at, row.withdrawn_by, row.withdrawn_from = clock.now(), access.account, day
        session.flush()
        audit.record(session, access, WITHDRAWN, what=f"festlegung {row.id}", details=details)
        rescore.analyse_touched(session, home_id, before)


def latest_end(start: date) -> date:
    """Return the last day an override that begins on ``start`` may have."""
    year, month = divmod(start.month - 1 + MOST_MONTHS, 12)
    year, month = start.year + year, month + 1
    return start.replace(year=year, month=month, day=min(start.day, calendar.monthrange(year, month)[1]))


def _objection(level: int, reason: str, start: date, end: date) -> str:
    if level not in range(1, HIGHEST_LEVEL + 1):
        return "Das Niveau muss eine Zahl von 1 bis 4 sein."
    if not reason:
        return "Bitte begründen Sie, warum ein anderes Niveau gelten soll."
    if len(reason) > REASON_SIGNS:
        return f"Die Begründung darf höchstens {REASON_SIGNS} Zeichen haben."
    if start.year < 2000 or end.year > 2100:
        return "Bitte prüfen Sie die Jahre."
    if end < start:
        return "Der letzte Tag liegt vor dem ersten."
    if end > latest_end(start):
        return f"Ein gesetztes Niveau gilt höchstens {MOST_MONTHS} Monate; danach muss neu entschieden werden."
    return ""


@contextmanager
def _denied(access: Access, home_id: int, action: str) -> Iterator[None]:
    """Write a refusal for want of qualification into the log: the transaction of the action is rolled back (G2)."""
    try:
        yield
    except NotQualifiedError:
        with access.writing.begin() as session:
            audit.record(
                session,
                access,
                action,
                what=f"haus {home_id}",
                result="abgelehnt",
            )
        raise


def _qualified(access: Access, home_id: int) -> None:
    if not may_set(access, home_id):
        raise NotQualifiedError(
            "Ein Niveau festlegen darf nur eine Pflegefachperson, deren Konto die Rolle „Pflegefachperson (QN 4)“ hat."
        )


def _check_entry(session: Session, home: Home, intervention: str, level: int, period: tuple[date, date]) -> None:
    candidates = [
        stretch.book.find_intervention(intervention) for stretch in rulebook_calendar.stretches(session, home, *period)
    ]
    entries = [entry for entry in candidates if entry is not None and entry.id == intervention]
    if not entries:
        raise OverrideError("Diese Intervention steht nicht im Regelwerk des Hauses.")
    if level < HIGHEST_LEVEL and any(entry.reserved for entry in entries):
        raise OverrideError("Diese Intervention ist eine Vorbehaltsaufgabe nach § 4 PflBG; für sie gilt immer QN 4.")


def _resident(session: Session, home_id: int, pseudonym: str) -> int | None:
    if not pseudonym:
        return None
    resident_id = session.scalar(
        select(Resident.id).where(Resident.home_id == home_id, Resident.pseudonym == pseudonym)
    )
    if resident_id is None:
        raise OverrideError("Diese Bewohnerin oder diesen Bewohner gibt es in diesem Haus nicht.")
    return resident_id


def _query(home_id: int) -> Any:
    setter, withdrawer = aliased(Account), aliased(Account)
    return (
        select(Override, Resident.pseudonym, setter.display_name, withdrawer.display_name)
        .outerjoin(Resident, Resident.id == Override.resident_id)
        .join(setter, setter.id == Override.account_id)
        .outerjoin(withdrawer, withdrawer.id == Override.withdrawn_by)
        .where(Override.home_id == home_id)
    )


def _row(
    person_of: Mapping[str, str], override: Override, resident: str | None, by: str, withdrawn_by: str | None
) -> OverrideRow:
    copied = {name: getattr(override, name) for name in OverrideRow.__dataclass_fields__ if hasattr(override, name)}
    return OverrideRow(
        **{
            **copied,
            "resident": person_of.get(resident or "", resident or ""),
            "by": by,
            "withdrawn_by": withdrawn_by or "",
        }
    )
