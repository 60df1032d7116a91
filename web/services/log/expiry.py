"""Entries of the log expire after a period of their own (G5), from the beginning of a chain, and the chain says so."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from web.services import audit, clock
from web.store.log_chain import locked_head
from web.store.models import AuditEvent, LogHead, Tenant

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from web.settings import Settings
    from web.store.access import SystemAccess


def delete_expired(system: SystemAccess, settings: Settings) -> int:
    """Delete the entries older than ``PEBEM_LOG_DAYS`` at the beginning of each chain, and return how many."""
    with system.reading() as session:
        chains = session.execute(select(LogHead.chain, Tenant.id).outerjoin(Tenant, Tenant.reference == LogHead.chain))
        known = list(chains)
    return sum(_delete_expired(system, settings.log_days, chain, tenant_id) for chain, tenant_id in known)


def _delete_expired(system: SystemAccess, days: int, chain: str, tenant_id: int | None) -> int:
    """Delete what has expired of a chain. Of an operator that is gone, the entry about it is in the system's chain."""
    with system.writing.begin() as session:
        head = locked_head(session, chain, tenant_id)
        mine = AuditEvent.chain == chain
        younger = select(func.min(AuditEvent.number)).where(mine, AuditEvent.at >= clock.now() - timedelta(days=days))
        first = session.scalar(younger) or head.number  # the last entry stays until there is another
        if first <= head.first:
            return 0
        before = session.scalars(select(AuditEvent.mac).where(mine, AuditEvent.number == first - 1)).one()
        keys = system.databases.log
        gone = first - head.first
        details = {"von": head.first, "bis": first - 1, "tage": days}
        head.first, head.first_before, head.first_key = first, before, keys.current
        head.first_mac = keys.mac_of_beginning(keys.current, chain, first, before)
        session.flush()
        _delete(session, chain, first)
        access = system if tenant_id is None else system.within(tenant_id)
        audit.record(session, access, audit.EXPIRED, what=f"{gone} einträge", reason="Frist", details=details)
        return gone


def _delete(session: Session, chain: str, first: int) -> None:
    """Delete what lies before the beginning of a chain; the database allows this and nothing else."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.forget_log(chain)))
    else:
        expired = AuditEvent.chain == chain, AuditEvent.number < first
        session.execute(delete(AuditEvent).where(*expired), execution_options={"synchronize_session": False})
