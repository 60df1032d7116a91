"""What the databases say about the account of a person."""

from __future__ import annotations

from sqlalchemy import select

from tests.support.web.pages import Person
from web.services import accounts
from web.store import models


def tenant_of(who: Person) -> int:
    """Return the tenant of an account."""
    with who.services.databases.whole.reading() as session:
        return session.scalars(select(models.Home.tenant_id).where(models.Home.id == who.home_id)).one()


def account_of(who: Person) -> int:
    """Return the number of an account."""
    return accounts.find_id(who.system, who.user_name)


def actions(who: Person) -> list[str]:
    """Return the log."""
    with who.services.databases.whole.reading() as session:
        return list(session.scalars(select(models.AuditEvent.action).order_by(models.AuditEvent.id)))
