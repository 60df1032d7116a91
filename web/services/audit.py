"""The log of who did what: written in the transaction of the action, so that there is no action without an entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from web.services import audit_actions, clock
from web.services.audit_actions import DONE
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
    result: str = DONE,
    reason: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add an entry to the open transaction; it gets its place in the chain of its tenant when that commits.

    Parameters
    ----------
    access
        Who did it, on whose behalf, and where that came from (X7, G1). A system access where no account is known.
    action
        What was done, such as "anmeldung" or "einlesen.speichern": one of ``audit_actions.ACTIONS``.
    what
        What it was done to, as kind and number ("lieferung 12"); never a name, never a value.
    result
        One of ``audit_actions.RESULTS``.
    reason
        Why, where a person has to give a reason.
    details
        What changed from what to what, what was chosen, who received it: codes and numbers, nothing about health.

    Raises
    ------
    KeyError
        Where there are no words for the action or the result: whoever reads the log would not understand it.
    """
    audit_actions.words_of(action).sentence(result)
    log_chain.append(
        session,
        access.databases.log,
        access.origin.recorded,
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


def note_read(
    access: Access, action: str, *, what: str, reason: str = "", details: Mapping[str, Any] | None = None
) -> None:
    """Add an entry about a page that was looked at, in a transaction of its own.

    All such entries come through here: they are many, and nobody should wait long for one.
    """
    with access.writing.begin() as session:
        record(session, access, action, what=what, reason=reason, details=details)


def received(access: Access, **details: Any) -> dict[str, Any]:
    """Return details of what left the program: to whom, and what was chosen of it (T10)."""
    return {"empfaenger": f"konto {access.account_id}", **details}


def changed(**values: tuple[object, object]) -> dict[str, Any]:
    """Return details of what changed, by name: from what to what, without what stayed as it was."""
    return {name: [_plain(before), _plain(after)] for name, (before, after) in values.items() if before != after}


def _plain(value: object) -> object:
    """Return a value as JSON has it."""
    return value if value is None or isinstance(value, bool | int | str) else str(value)
