"""Homes of a tenant, and who may see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from web.services import audit
from web.services.errors import ServiceError
from web.store.models import Home, Resident

if TYPE_CHECKING:
    from collections.abc import Mapping

    from web.store.access import Access


LONGEST_NAME: Final = 200


class HomeError(ServiceError):
    """A home cannot be made so."""


@dataclass(frozen=True, slots=True)
class HomeRow:
    """A home: number, name, and the rulebook it works with."""

    id: int
    name: str
    rulebook: str


def of_tenant(access: Access) -> list[HomeRow]:
    """Return the homes of an access by name."""
    with access.reading() as session:
        rows = session.execute(
            select(Home.id, Home.name, Home.rulebook)
            .where(Home.tenant_id == access.tenant_id, Home.id.in_(access.homes))
            .order_by(Home.name),
        )
        return [HomeRow(*row) for row in rows]


def find(access: Access, home_id: int) -> HomeRow | None:
    """Return a home of this tenant; None for one of another tenant, as for one that does not exist."""
    access.check_home(home_id)
    return next((home for home in of_tenant(access) if home.id == home_id), None)


def residents(access: Access, home_id: int) -> list[str]:
    """Return the pseudonyms of all residents whose master data are there."""
    access.check_home(home_id)
    with access.reading() as session:
        query = select(Resident.pseudonym).where(Resident.home_id == home_id, Resident.known)
        return sorted(session.scalars(query))


def record_download(access: Access, home: HomeRow, *, what: str, details: Mapping[str, Any]) -> None:
    """Log that figures of a home were downloaded (security row T10).

    Parameters
    ----------
    what
        The table.
    details
        Form, period, what it was narrowed to, number of rows.
    """
    access.check_home(home.id)
    with access.writing.begin() as session:
        told = audit.received(access, **details)
        audit.record(session, access, f"{what}.herunterladen", what=f"haus {home.id}", details=told)


def create(access: Access, name: str, *, rulebook: str = "rekonstruktion") -> int:
    """Make a home and return its number.

    Raises
    ------
    HomeError
        Where the name is blank, too long, or the tenant has such a home.
    """
    if not name.strip() or len(name.strip()) > LONGEST_NAME:
        raise HomeError(f"Bitte geben Sie der Einrichtung einen Namen mit höchstens {LONGEST_NAME} Zeichen.")
    with access.writing.begin() as session:
        same = Home.tenant_id == access.tenant_id, func.lower(Home.name) == name.strip().lower()
        if session.scalar(select(Home.id).where(*same).limit(1)) is not None:
            raise HomeError(f"Eine Einrichtung {name.strip()} gibt es schon.")
        home = Home(tenant_id=access.tenant_id, name=name.strip(), rulebook=rulebook)
        session.add(home)
        session.flush()
        audit.record(
            session, access, "haus.anlegen", what=f"haus {home.id}", details=audit.changed(regelwerk=(None, rulebook))
        )
        return home.id
