"""The log of who did what: written in the transaction of the action, so that there is no action without an entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from web.services import clock
from web.store.models import AuditEvent

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def record(
    session: Session,
    action: str,
    *,
    tenant_id: int | None,
    account_id: int | None,
    what: str = "",
    result: str = "ok",
    reason: str = "",
) -> None:
    """Add an entry to the open transaction.

    Parameters
    ----------
    action
        What was done, such as "anmeldung" or "einlesen.speichern".
    what
        What it was done to, as kind and number ("lieferung 12"); never a name, never a value.
    result
        "ok", "abgelehnt" or "fehler".
    reason
        Why, where a person has to give a reason.
    """
    session.add(
        AuditEvent(
            at=clock.now(),
            tenant_id=tenant_id,
            account_id=account_id,
            action=action,
            object=what,
            result=result,
            reason=reason,
        ),
    )
