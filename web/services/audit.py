"""The log of who did what: written in the transaction of the action, so that there is no action without an entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from web.services import clock
from web.store import log_chain
from web.store.access import Access
from web.store.models import AuditEvent

EXPIRED: Final = "protokoll.loeschen"
"""Entries were deleted after the period of the log. Its details say which: verification rests on that."""

TAKEN_OVER: Final = "protokoll.uebernehmen"
"""The log was taken as it is after a restore, though it once had come further."""

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from web.store.access import SystemAccess


def record(
    session: Session,
    access: Access | SystemAccess,
    action: str,
    *,
    what: str = "",
    result: str = "ok",
    reason: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add an entry to the open transaction; it gets its place in the chain of its tenant when that commits.

    Parameters
    ----------
    access
        Who did it, on whose behalf, and where that came from (X7, G1). A system access where no account is known.
    action
        What was done, such as "anmeldung" or "einlesen.speichern".
    what
        What it was done to, as kind and number ("lieferung 12"); never a name, never a value.
    result
        "ok", "abgelehnt" or "fehler".
    reason
        Why, where a person has to give a reason.
    details
        What changed from what to what, what was chosen, who received it: codes and numbers, nothing about health.
    """
    log_chain.append(
        session,
        access.databases.log,
        AuditEvent(
            at=clock.now(),
            tenant_id=access.tenant_id if isinstance(access, Access) else None,
            account_id=access.account_id if isinstance(access, Access) else None,
            actor=str(access.origin.actor),
            request_id=access.origin.request_id,
            address=access.origin.address,
            action=action,
            object=what,
            result=result,
            reason=reason,
            details=dict(details) if details else None,
        ),
    )
