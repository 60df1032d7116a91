"""Homes of a tenant, and who may see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from web.services import audit
from web.store.models import Home, Resident

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, sessionmaker

    from web.store.databases import Databases


@dataclass(frozen=True, slots=True)
class HomeRow:
    """A home: number, name, and the rulebook it works with."""

    id: int
    name: str
    rulebook: str


def of_tenant(reading: sessionmaker[Session], tenant_id: int) -> list[HomeRow]:
    """Return the homes of a tenant by name."""
    with reading() as session:
        rows = session.execute(
            select(Home.id, Home.name, Home.rulebook).where(Home.tenant_id == tenant_id).order_by(Home.name),
        )
        return [HomeRow(*row) for row in rows]


def find(reading: sessionmaker[Session], tenant_id: int, home_id: int) -> HomeRow | None:
    """Return a home of this tenant; None for one of another tenant, as for one that does not exist."""
    return next((home for home in of_tenant(reading, tenant_id) if home.id == home_id), None)


def residents(reading: sessionmaker[Session], home_id: int) -> list[str]:
    """Return the pseudonyms of all residents whose master data are there."""
    with reading() as session:
        query = select(Resident.pseudonym).where(Resident.home_id == home_id, Resident.known)
        return sorted(session.scalars(query))


def record_download(databases: Databases, home: HomeRow, *, tenant_id: int, account_id: int, what: str) -> None:
    """Log that figures of a home were downloaded (security row T10)."""
    with databases.writing.begin() as session:
        audit.record(
            session, f"{what}.herunterladen", tenant_id=tenant_id, account_id=account_id, what=f"haus {home.id}"
        )


def create(databases: Databases, tenant_id: int, name: str, *, rulebook: str = "rekonstruktion") -> int:
    """Make a home and return its number."""
    with databases.writing.begin() as session:
        home = Home(tenant_id=tenant_id, name=name.strip(), rulebook=rulebook)
        session.add(home)
        session.flush()
        audit.record(session, "haus.anlegen", tenant_id=tenant_id, account_id=None, what=f"haus {home.id}")
        return home.id
