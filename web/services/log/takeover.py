"""Taking the log as it is after the databases were put back: it once had come further, and its chains say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from web.services import audit
from web.store.log_anchors import ANCHOR_TROUBLE, ChainEnd, DamagedAnchorError
from web.store.log_chain import end_of, is_within
from web.store.models import LogHead, Tenant

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from web.store.access import SystemAccess
    from web.store.log_anchors import LogAnchor


def take_over(system: SystemAccess, *, reason: str) -> int:
    """Let the anchors follow the databases again, and return how many chains had come further before.

    Each of these gets an entry that says so: which of its entries were lost, and why. Only then the anchor follows;
    until then verification reports the difference.
    """
    anchors, gone, ends = system.databases.log.anchors, [], {}
    with system.writing.begin() as session:
        heads = {head.chain: head for head in session.scalars(select(LogHead))}
        for chain in sorted(anchors.chains() | heads.keys()):
            head = heads.get(chain)
            anchor = _anchor(system, chain)
            if anchor is None or (head and _follows(session, head, anchor)):
                continue
            tenant_id = session.scalar(select(Tenant.id).where(Tenant.reference == chain))
            gone.append(chain)
            access = system if tenant_id is None else system.within(tenant_id)
            lost = anchor.end.number if not isinstance(anchor, DamagedAnchorError) else None
            details = {"kette": chain[:8], "bis": head.number if head else 0, "zuvor": lost}
            audit.record(session, access, audit.TAKEN_OVER, reason=reason, details=details)
    with system.reading() as session:
        ends = {head.chain: end_of(head) for head in session.scalars(select(LogHead))}
    for chain in gone:
        anchors.replace(chain, ends.get(chain))
    anchors.forget_troubles({ANCHOR_TROUBLE})
    return len(gone)


def _anchor(system: SystemAccess, chain: str) -> LogAnchor | DamagedAnchorError | None:
    try:
        return system.databases.log.anchors.find(chain)
    except DamagedAnchorError as error:
        return error


def _follows(session: Session, head: LogHead, anchor: LogAnchor | DamagedAnchorError) -> bool:
    """Return whether a chain is the one its anchor knows, or has grown since."""
    if isinstance(anchor, DamagedAnchorError):
        return False
    end: ChainEnd = end_of(head)
    return anchor.is_at(end) or (anchor.end.number < end.number and is_within(session, head, anchor.end))
