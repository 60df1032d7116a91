"""What is due for deletion, by deletion class and home: each class has a function that finds it (H1, H2)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from web.services import clock, open_vault, periods
from web.services.accounts import EMPTIED
from web.services.history import active_uploads, leftovers, redaction, stored_statements
from web.services.people import aliases
from web.store.data_classes import RETENTION, Deletion
from web.store.models import Account, FirstToken, Home, Resident, SignIn, Staff, Tenant, Upload
from web.store.models.upload import DISCARDED, STORED, UNDONE
from web.store.vault import RESIDENT, STAFF, SealedUploadTexts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy.orm import Session

    from web.settings import Settings
    from web.store.access import SystemAccess

_FINAL: Final = (STORED, DISCARDED, UNDONE)


@dataclass(frozen=True, slots=True)
class DueData:
    """Something whose period is over.

    Attributes
    ----------
    tenant_id, home_id
        Whose it is; None where it is not of a single one.
    number
        How many things it is, in what ``word`` counts.
    subject
        Which one it is: a month counted from January 1970, a pseudonym, the number of an account or an upload; None
        where it is all of them.
    """

    deletion: Deletion
    tenant_id: int | None
    home_id: int | None
    number: int
    subject: int | str | None
    rule: str


def listed(system: SystemAccess, settings: Settings) -> list[DueData]:
    """Return everything that is due now."""
    return [one for deletion in FINDERS for one in of_class(system, settings, deletion)]


@dataclass(frozen=True, slots=True)
class DueSummary:
    """How much of a class is due in a home; ``home`` and ``tenant`` are "" where it belongs to none."""

    word: str
    tenant: str
    home: str
    number: int
    rule: str


def summary(system: SystemAccess, settings: Settings) -> list[DueSummary]:
    """Return how much is due, by class and home. Persons who are due when their last rows went are not among it."""
    sums: dict[tuple[Deletion, int | None, int | None, str], int] = defaultdict(int)
    for one in listed(system, settings):
        sums[one.deletion, one.tenant_id, one.home_id, one.rule] += one.number
    with system.reading() as session:
        homes = dict(session.execute(select(Home.id, Home.name)).all())
        tenants = dict(session.execute(select(Tenant.id, Tenant.name)).all())
    return [
        DueSummary(
            RETENTION[deletion].word,
            tenants.get(tenant_id, "") if tenant_id else "",
            homes.get(home_id, "") if home_id else "",
            number,
            rule,
        )
        for (deletion, tenant_id, home_id, rule), number in sums.items()
    ]


def of_class(system: SystemAccess, settings: Settings, deletion: Deletion) -> list[DueData]:
    """Return what of one deletion class is due now."""
    return list(FINDERS[deletion](system, settings))


def oldest_month(settings: Settings, today: date) -> int:
    """Return the first month (counted from January 1970) whose work is not due."""
    first = periods.first_kept_day(settings, today)
    return (first.year - 1970) * 12 + first.month - 1


def _limit(months: int) -> date:
    return periods.months_ago(clock.today(), months)


def moment(months: int) -> datetime:
    """Return the beginning of the day some months ago, in Germany."""
    return datetime.combine(_limit(months), datetime.min.time(), clock.BERLIN)


def _work(system: SystemAccess, settings: Settings) -> Iterator[DueData]:
    limit, rule = oldest_month(settings, clock.today()), periods.rule_of(settings, Deletion.WORK)
    with system.reading() as session:
        for home in _homes(session):
            for month, rows in redaction.months_before(session, home.id, limit).items():
                yield DueData(Deletion.WORK, home.tenant_id, home.id, rows, month, rule)


def _residents(system: SystemAccess, settings: Settings) -> Iterator[DueData]:
    return _people(system, settings, RESIDENT, Deletion.RESIDENT, settings.retention.resident_months)


def _staff(system: SystemAccess, settings: Settings) -> Iterator[DueData]:
    return _people(system, settings, STAFF, Deletion.STAFF, settings.retention.staff_months)


def _people(system: SystemAccess, settings: Settings, kind: str, deletion: Deletion, months: int) -> Iterator[DueData]:
    limit, rule = _limit(months), periods.rule_of(settings, deletion)
    with system.reading() as session:
        for home in _homes(session):
            for person in sorted(_out_of_date(session, home.id, kind, limit)):
                yield DueData(deletion, home.tenant_id, home.id, 1, person, rule)


def _out_of_date(session: Session, home_id: int, kind: str, limit: date) -> set[str]:
    """Return the persons whose last sign of life in the data is before a day; merged ones by the person they mean."""
    if session.scalar(select(Upload.id).where(Upload.home_id == home_id, Upload.state.not_in(_FINAL)).limit(1)):
        return set()  # it may name any of them; it is decided about within days
    model: type[Resident | Staff] = Resident if kind == RESIDENT else Staff
    meant = aliases.of_home(session, home_id)
    last: dict[str, date] = defaultdict(lambda: date.min)
    for pseudonym, day in redaction.last_days(session, home_id, kind).items():
        person = meant.get(pseudonym, pseudonym)
        last[person] = max(last[person], day)
    named, kept = _named(session, home_id, kind), leftovers.kept_since(session, home_id)
    people: Sequence[Any] = session.scalars(select(model).where(model.home_id == home_id)).all()
    for one in people:
        person, left = meant.get(one.pseudonym, one.pseudonym), getattr(one, "moved_out", None)
        last[person] = max(last[person], left or named.get(one.pseudonym, date.min))
        if last[person] == date.min:
            last[person] = kept.get(person, date.min)
    return {person for person, day in last.items() if day < limit and not person.startswith(aliases.REPLACED)} | {
        person for person, day in last.items() if day == date.min
    }


def _named(session: Session, home_id: int, kind: str) -> dict[str, date]:
    """Return when the newest upload that states something of a person was stored, by pseudonym."""
    stored = dict(session.execute(select(Upload.id, Upload.stored_at).where(Upload.home_id == home_id)).all())
    named: dict[str, date] = {}
    for upload in active_uploads.active_uploads(session, home_id):
        moment = stored.get(upload.upload_id)
        day = moment.astimezone(clock.BERLIN).date() if moment else clock.today()
        frames = stored_statements.unpacked(upload.people)
        for name, (key, _) in stored_statements.PEOPLE.items():
            if (key == "resident") is (kind == RESIDENT):
                named |= {str(one): max(named.get(str(one), day), day) for one in frames[name][key].unique()}
    return named


def _accounts(system: SystemAccess, settings: Settings) -> Iterator[DueData]:
    rule = periods.rule_of(settings, Deletion.ACCOUNT)
    due = Account.disabled_at < moment(settings.retention.account_months), Account.password_hash != EMPTIED
    with system.reading() as session:
        for account in session.scalars(select(Account).where(~Account.active, *due).order_by(Account.id)):
            yield DueData(Deletion.ACCOUNT, account.tenant_id, None, 1, account.id, rule)


def _uploads(system: SystemAccess, settings: Settings) -> Iterator[DueData]:
    rule = periods.rule_of(settings, Deletion.UPLOAD)
    with open_vault.reachable(), system.vault_reading() as vault:
        texts = set(vault.scalars(select(SealedUploadTexts.upload_id)))
    due = Upload.created_at < moment(settings.retention.upload_months), Upload.state.in_(_FINAL)
    query = select(Upload.id, Home.id, Home.tenant_id).join(Home, Home.id == Upload.home_id)
    with system.reading() as session:
        for upload_id, home_id, tenant_id in session.execute(query.where(*due).order_by(Upload.id)):
            if upload_id in texts:
                yield DueData(Deletion.UPLOAD, tenant_id, home_id, 1, upload_id, rule)


def _sessions(system: SystemAccess, settings: Settings) -> Iterator[DueData]:
    limit, rule = (
        clock.now() - timedelta(days=settings.retention.session_days),
        periods.rule_of(settings, Deletion.SESSION),
    )
    query = select(Account.tenant_id, func.count()).join(SignIn, SignIn.account_id == Account.id)
    with system.reading() as session:
        for tenant_id, number in session.execute(query.where(SignIn.created_at < limit).group_by(Account.tenant_id)):
            yield DueData(Deletion.SESSION, tenant_id, None, number, None, rule)
        tokens = session.scalar(select(func.count()).select_from(FirstToken).where(FirstToken.created_at < limit))
        if tokens:
            yield DueData(Deletion.SESSION, None, None, tokens, None, rule)


def _homes(session: Session) -> list[Home]:
    return list(session.scalars(select(Home).order_by(Home.id)))


FINDERS: Final[dict[Deletion, Callable[[SystemAccess, Settings], Iterator[DueData]]]] = {
    Deletion.WORK: _work,
    Deletion.RESIDENT: _residents,
    Deletion.STAFF: _staff,
    Deletion.ACCOUNT: _accounts,
    Deletion.UPLOAD: _uploads,
    Deletion.SESSION: _sessions,
}
"""In the order in which it is deleted. Classes without a period of their own have no finder: see ``RETENTION``."""
