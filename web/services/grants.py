"""Grants: which roles an account has, where and until when; given and withdrawn with a reason, each in the log (B6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date  # noqa: TC003  # a dataclass of views
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select

from web.security.permissions import OPERATOR_WIDE, ROLE_RIGHTS, ROLE_WORDS, AccountRole, Right
from web.services import audit, clock
from web.services.errors import ServiceError
from web.store.models import Account, Grant, Home

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from web.store.access import Access


class GrantError(ServiceError):
    """A role cannot be granted or withdrawn so."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What an account may do: everywhere in its operator, and in single homes."""

    everywhere: frozenset[Right]
    in_home: dict[int, frozenset[Right]]

    def homes(self, of_operator: Sequence[int]) -> list[int]:
        """Return the homes the account has to do with."""
        return list(of_operator) if self.everywhere else [home for home in of_operator if home in self.in_home]


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A grant that is in force or will be."""

    id: int
    account_id: int
    role: AccountRole
    home: str
    first_day: date
    until: date | None
    reason: str
    by: str

    @property
    def word(self) -> str:
        """The role as pages name it."""
        return ROLE_WORDS[self.role]


def rights_of(session: Session, account_id: int) -> Rights:
    """Return what an account may do today."""
    everywhere: set[Right] = set()
    in_home: dict[int, set[Right]] = {}
    rows = session.execute(select(Grant.role, Grant.home_id).where(Grant.account_id == account_id, *_in_force()))
    for role, home_id in rows:
        rights = ROLE_RIGHTS.get(AccountRole(role), frozenset())
        if home_id is None:
            everywhere |= rights
        else:
            in_home.setdefault(home_id, set()).update(rights - OPERATOR_WIDE)
    return Rights(frozenset(everywhere), {home_id: frozenset(rights) for home_id, rights in in_home.items()})


def of_tenant(access: Access) -> list[GrantRow]:
    """Return all grants of the tenant that were not withdrawn and have not expired."""
    giver = select(Account.id, Account.display_name).subquery()
    with access.reading() as session:
        query = (
            select(Grant, Home.name, giver.c.display_name)
            .join(Home, Home.id == Grant.home_id, isouter=True)
            .join(giver, giver.c.id == Grant.granted_by, isouter=True)
            .where(Grant.tenant_id == access.tenant_id, *_not_over())
            .order_by(Grant.id)
        )
        return [
            GrantRow(
                grant.id,
                grant.account_id,
                AccountRole(grant.role),
                home or "",
                grant.first_day,
                grant.until,
                grant.reason,
                by or "Kommandozeile",
            )
            for grant, home, by in session.execute(query)
        ]


def expired(access: Access) -> int:
    """Return how many grants of the tenant have ended by themselves."""
    query = select(func.count()).select_from(Grant)
    ended = Grant.tenant_id == access.tenant_id, Grant.withdrawn_at.is_(None), Grant.until < clock.today()
    with access.reading() as session:
        return session.scalar(query.where(*ended)) or 0


def give(  # a grant has as many parts
    access: Access,
    owner: int,
    role: AccountRole,
    *,
    reason: str,
    home_id: int | None = None,
    first_day: date | None = None,
    until: date | None = None,
) -> int:
    """Grant a role in one home or in all (None), from a day on (None = today) until a last day (None = no end).

    Raises
    ------
    GrantError
        Where the reason is missing, the days do not fit, the account has the role there already, or the role is one
        for the whole operator and a home was named.
    """
    today = clock.today()
    first = first_day or today
    if not reason.strip():
        raise GrantError("Bitte geben Sie an, warum die Rolle vergeben wird.")
    if until is not None and until < max(first, today):
        raise GrantError("Der letzte Tag liegt vor dem ersten, oder er ist schon vorbei.")
    if home_id is not None:
        access.check_home(home_id)
        if ROLE_RIGHTS[role] <= OPERATOR_WIDE:
            raise GrantError(f"Die Rolle {ROLE_WORDS[role]} gilt immer für den ganzen Träger.")
    with access.writing.begin() as session:
        account = session.scalar(
            select(Account).where(Account.id == owner, Account.tenant_id == access.tenant_id).with_for_update()
        )
        if account is None:
            raise GrantError("Dieses Konto gibt es nicht.")
        same = Grant.account_id == owner, Grant.role == role.value, Grant.home_id == home_id
        if session.scalar(select(Grant.id).where(*same, *_not_over()).limit(1)) is not None:
            raise GrantError(f"{account.display_name} hat diese Rolle dort schon.")
        grant = Grant(
            tenant_id=access.tenant_id,
            account_id=owner,
            role=role.value,
            home_id=home_id,
            first_day=first,
            until=until,
            reason=reason.strip()[:500],
            granted_at=clock.now(),
            granted_by=access.account_id,
        )
        session.add(grant)
        session.flush()
        audit.record(
            session,
            access,
            "rolle.geben",
            what=_what(grant),
            reason=grant.reason,
            details=_details(grant, granted=True),
        )
        return grant.id


def withdraw(access: Access, grant_id: int, *, reason: str) -> None:
    """Withdraw a grant, from the next request on.

    Raises
    ------
    GrantError
        Where there is no such grant of the tenant, no reason, or nobody would be left who administers.
    """
    if not reason.strip():
        raise GrantError("Bitte geben Sie an, warum die Rolle entzogen wird.")
    with access.writing.begin() as session:
        mine = Grant.id == grant_id, Grant.tenant_id == access.tenant_id, Grant.withdrawn_at.is_(None)
        grant = session.scalar(select(Grant).where(*mine).with_for_update())
        if grant is None:
            raise GrantError("Diese Rolle ist schon entzogen.")
        if grant.role == AccountRole.ADMINISTRATION:
            refuse_last_administrator(session, access.tenant_id, grant.account_id)
        grant.withdrawn_at, grant.withdrawn_by = clock.now(), access.account_id
        why, details = reason.strip()[:500], _details(grant, granted=False)
        audit.record(session, access, "rolle.entziehen", what=_what(grant), reason=why, details=details)


def hold(access: Access, user_name: str, role: AccountRole, *, held: bool, reason: str = "") -> None:
    """Give an account a role in all homes, or withdraw every grant of it; nothing happens where that is so already.

    Raises
    ------
    GrantError
        Where there is no such account, or nobody would be left who administers.
    """
    with access.reading() as session:
        account = session.scalar(
            select(Account).where(
                Account.user_name == user_name.strip().casefold(), Account.tenant_id == access.tenant_id
            )
        )
        if account is None:
            raise GrantError(f"Ein Konto {user_name} gibt es nicht.")
        query = select(Grant.id, Grant.home_id).where(Grant.account_id == account.id, Grant.role == role.value)
        grants = session.execute(query.where(*_not_over())).all()
    why = reason.strip() or "auf der Kommandozeile"
    if held and all(home_id is not None for _, home_id in grants):
        give(access, account.id, role, reason=why)
    if not held:
        for grant_id, _ in grants:
            withdraw(access, grant_id, reason=why)


def administrators(session: Session, tenant_id: int) -> list[Account]:
    """Return the accounts of a tenant that administer it today, by name; disabled ones aside."""
    held = select(Grant.account_id).where(Grant.role == AccountRole.ADMINISTRATION.value, Grant.home_id.is_(None))
    query = select(Account).where(Account.tenant_id == tenant_id, Account.active)
    query = query.where(Account.id.in_(held.where(Grant.tenant_id == tenant_id, *_in_force())))
    return list(session.scalars(query.order_by(Account.display_name, Account.id)))


def refuse_last_administrator(session: Session, tenant_id: int, account_id: int) -> None:
    """Refuse where nobody would be left who administers a tenant without an account that does.

    Raises
    ------
    GrantError
        Where that is so.
    """
    able = administrators(session, tenant_id)
    if [one.id for one in able] == [account_id]:
        raise GrantError(f"{able[0].display_name} ist die einzige Verwaltung; bitte benennen Sie zuerst eine andere.")


def _what(grant: Grant) -> str:
    where = f" haus {grant.home_id}" if grant.home_id else ""
    return f"konto {grant.account_id} {grant.role}{where}"


def _details(grant: Grant, *, granted: bool) -> dict[str, Any]:
    """Return what a grant says, as a change from without to with it, or back."""
    told = {"rolle": grant.role, "haus": grant.home_id, "von": grant.first_day, "bis": grant.until}
    pairs = {name: (None, value) if granted else (value, None) for name, value in told.items()}
    return {"konto": grant.account_id, "vergabe": grant.id, **audit.changed(**pairs)}


def _not_over() -> tuple[ColumnElement[bool], ...]:
    return Grant.withdrawn_at.is_(None), or_(Grant.until.is_(None), Grant.until >= clock.today())


def _in_force() -> tuple[ColumnElement[bool], ...]:
    return *_not_over(), Grant.first_day <= clock.today()
