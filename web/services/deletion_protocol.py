"""The protocol of deletions: what kind, how many, by which rule, when, by whom; never what was deleted (H3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from web.services import audit, clock
from web.store.models import DeletionRecord, Home

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from web.store.access import Access, Origin


@dataclass(frozen=True, slots=True)
class DeletionRow:
    """An entry of the protocol; ``home`` is "" where it was about no single home."""

    at: datetime
    home: str
    kind: str
    number: int
    rule: str
    job: str


def record(
    session: Session,
    origin: Origin,
    tenant_id: int,
    kind: str,
    number: int,
    *,
    rule: str,
    home_id: int | None = None,
) -> None:
    """Add an entry to the open transaction of the deletion.

    Parameters
    ----------
    kind
        What was deleted, in German and without naming it.
    rule
        Why: the period that was over, or "auf Anordnung".
    """
    job = f"{origin.actor} ({origin.purpose})"[:100]
    session.add(
        DeletionRecord(
            tenant_id=tenant_id, home_id=home_id, at=clock.now(), kind=kind, number=number, rule=rule[:200], job=job
        )
    )


def record_download(access: Access, form: str, rows: int) -> None:
    """Log that the whole protocol left as a file (T10): in which form, and how many rows."""
    received = audit.received(access, zeitraum="alles", auswahl={}, form=form, zeilen=rows)
    with access.writing.begin() as session:
        audit.record(session, access, "loeschprotokoll.herunterladen", details=received)


def of_tenant(access: Access) -> list[DeletionRow]:
    """Return what was deleted of a tenant, the newest first."""
    query = (
        select(DeletionRecord, Home.name)
        .join(Home, Home.id == DeletionRecord.home_id, isouter=True)
        .where(DeletionRecord.tenant_id == access.tenant_id)
        .order_by(DeletionRecord.id.desc())
    )
    with access.reading() as session:
        return [
            DeletionRow(one.at, home or "", one.kind, one.number, one.rule, one.job)
            for one, home in session.execute(query)
        ]
