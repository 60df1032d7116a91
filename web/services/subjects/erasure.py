"""Deleting a resident or an employee everywhere: uploads, statements, figures, vault, findings, files (H4).

What stays of their work is said in ``docs/adr/0042``.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from web.services import accesses, audit, deletion_ledger
from web.services.deletion_ledger import LedgerKind
from web.services.errors import ServiceError
from web.services.history import redaction
from web.services.people import aliases
from web.services.subjects import traces
from web.services.uploads.removal import discarded
from web.store.models import Home, Resident, Staff, Upload
from web.store.models.upload import DISCARDED, EFFECTIVE, STORED, UNDONE
from web.store.vault import RESIDENT, STAFF

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.orm import Session

    from web.backup.ledger import LedgerEntry
    from web.services.deletion_ledger import DueDeletion
    from web.settings import Settings
    from web.store.access import Access, SystemAccess

ORDERED: Final = "auf Anordnung"
"""Rule of a deletion that a person asked for."""

_DONE: Final = (STORED, DISCARDED, UNDONE)


class ErasureError(ServiceError):
    """A person cannot be deleted now."""


def kind_of(pseudonym: str) -> str:
    """Return whether a pseudonym is that of a resident or of an employee."""
    return RESIDENT if pseudonym.startswith("B-") else STAFF


def erase(access: Access, settings: Settings, home_id: int, pseudonym: str, *, rule: str = ORDERED) -> None:
    """Delete a person of a home.

    Raises
    ------
    ErasureError
        Where there is no such person, or an upload that may name it waits for a decision or is being worked on.
    """
    access.check_home(home_id)
    entries: list[LedgerEntry] = []
    everything: set[str] = set()
    deletion = deletion_ledger.deletion(
        access, settings, entries, outside=lambda: traces.forget(access, settings, home_id, everything, session)
    )
    with deletion as session:
        redaction.locked(session, home_id)
        everything |= _present(access, settings, session, home_id, pseudonym)
        if not everything:
            raise ErasureError("Diese Person gibt es in diesem Haus nicht.")
        waiting = select(Upload.id).where(Upload.home_id == home_id, Upload.state.not_in(_DONE)).limit(1)
        if session.scalar(waiting) is not None:
            raise ErasureError(
                "Eine Datenlieferung dieses Hauses ist noch nicht übernommen oder verworfen; sie kann die Person "
                "nennen. Bitte entscheiden Sie zuerst über sie."
            )
        redaction.drop_person(session, home_id, kind_of(pseudonym), everything)
        audit.record(session, access, "person.loeschen", what=f"haus {home_id}", reason=rule)
        entries.extend(
            deletion_ledger.entry(session, settings, LedgerKind.PERSON, home_id=home_id, subject=one, rule=rule)
            for one in sorted(everything)
        )


def replay(system: SystemAccess, settings: Settings, deletions: Sequence[DueDeletion]) -> int:
    """Delete again the persons a restored database still has; return how many pseudonyms were there.

    Uploads that were not decided about and may name them are discarded: since they were deleted, each was.
    """
    of_home: dict[str, set[str]] = defaultdict(set)
    for one in deletions:
        of_home[one.entry.home].add(one.entry.subject)
    found = 0
    for reference, subjects in of_home.items():
        with system.reading() as session:
            home_id = session.scalar(select(Home.id).where(Home.reference == reference))
        if home_id is None:
            continue
        access = accesses.of_home(system, home_id)
        with system.reading() as session:
            stored = {one for subject in subjects for one in _present(access, settings, session, home_id, subject)}
            present = stored & subjects
            waiting = Upload.home_id == home_id, Upload.state.not_in((DISCARDED, UNDONE, *EFFECTIVE))
            undecided = session.scalars(select(Upload).where(*waiting)).all() if present else ()
        discarded.discard_again(system, settings, undecided, discarded.AGAIN)
        if present:
            with access.writing.begin() as session:
                redaction.locked(session, home_id)
                for kind in (RESIDENT, STAFF):
                    own = {one for one in present if kind_of(one) == kind}
                    if own:
                        redaction.drop_person(session, home_id, kind, own)
                audit.record(session, access, "person.loeschen", what=f"haus {home_id}", reason=discarded.AGAIN)
                traces.forget(access, settings, home_id, present, session)
        found += len(present)
    return found


def _present(access: Access, settings: Settings, session: Session, home_id: int, pseudonym: str) -> set[str]:
    """Return all pseudonyms of a person, if anything is stored of it."""
    everything = aliases.all_of(session, home_id, pseudonym)
    stored: Collection[str] = {
        one
        for model in (Resident, Staff)
        for one in session.scalars(select(model.pseudonym).where(model.home_id == home_id))
    }
    named = traces.named(access, settings, home_id, everything)
    return set(everything) if named or not everything.isdisjoint(stored) else set()
