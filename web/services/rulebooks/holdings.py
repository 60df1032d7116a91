"""Which rulebook applies to a home from which day, and switching to another one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from web.services import audit, clock
from web.services.analysis import rescore
from web.services.rulebook_calendar import (
    BuiltInRulebook,
    on,
    plan,
)
from web.services.rulebooks import library
from web.store.models import Account, Home, Rulebook, RulebookHolding

if TYPE_CHECKING:
    from datetime import datetime

    import rules
    from web.services.rulebooks.library import LibraryEntry
    from web.store.access import Access


EARLIEST: Final = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class HoldingRow:
    """From this day on a home works with this rulebook; None = since always, and without end."""

    entry: LibraryEntry
    valid_from: date | None
    valid_until: date | None
    by: str
    at: datetime | None


def activate(access: Access, *, home_id: int, key: str, from_day: date) -> None:
    """Apply a rulebook to a home from a day on, and rescore the days from there, all or nothing.

    Raises
    ------
    RulebookError
        Where the home or the rulebook is not this tenant's, or the day makes no sense.
    """
    access.check_home(home_id)
    if not EARLIEST <= from_day < date(2100, 1, 1):
        raise library.RulebookError("Bitte prüfen Sie das Jahr, von dem an das Regelwerk gelten soll.")
    with access.writing.begin() as session:
        home = session.scalar(
            select(Home).where(Home.id == home_id, Home.tenant_id == access.tenant_id).with_for_update()
        )
        source = library.find_source(session, access.tenant_id, key)
        if home is None or source is None:
            raise library.RulebookError("Dieses Regelwerk gibt es hier nicht.")
        now = clock.now()
        built_in = source.name if isinstance(source, BuiltInRulebook) else None
        own = None if isinstance(source, BuiltInRulebook) else session.get_one(Rulebook, source.id)
        if own is not None and own.first_used_at is None:
            own.first_used_at = now
        before = rescore.scored_state(session, home_id)
        former = library.key_of(
            next(found for day, found, _ in reversed(plan(session, home)) if day <= from_day),
        )
        session.add(
            RulebookHolding(
                home_id=home_id,
                rulebook_id=own.id if own else None,
                built_in=built_in,
                valid_from=from_day,
                account_id=access.account,
                at=now,
            ),
        )
        session.flush()
        audit.record(
            session,
            access,
            "regelwerk.aktivieren",
            what=f"haus {home_id}",
            reason=f"{source.book(from_day).display} ab {from_day:%d.%m.%Y}"[:500],
            details={"ab": from_day.isoformat(), **audit.changed(regelwerk=(former, key))},
        )
        rescore.analyse_touched(session, home_id, before)


def of_home(access: Access, home_id: int) -> list[HoldingRow]:
    """Return which rulebooks a home works with, in order of days; the first since always."""
    access.check_home(home_id)
    with access.reading() as session:
        home = session.get_one(Home, home_id)
        by_day = plan(session, home)
        entries = {entry.key: entry for entry in library.list_(access)}
        names = dict(
            session.execute(select(Account.id, Account.display_name).where(Account.tenant_id == home.tenant_id)).all()
        )
    return [
        HoldingRow(
            entry=entries[library.key_of(source)],
            valid_from=decided.valid_from if decided else None,
            valid_until=by_day[position + 1][0] - timedelta(days=1) if position + 1 < len(by_day) else None,
            by=names.get(decided.account_id, "") if decided else "",
            at=decided.at if decided else None,
        )
        for position, (_, source, decided) in enumerate(by_day)
    ]


def effective(access: Access, home_id: int, day: date | None = None) -> rules.RuleBook:
    """Return the rulebook effective for a home on a day (None = today)."""
    access.check_home(home_id)
    with access.reading() as session:
        return on(session, session.get_one(Home, home_id), day or clock.today())
