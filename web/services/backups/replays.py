"""Carrying out again what the ledger of deletions says and a database does not know yet: after a restore, above all.

Each kind of deletion has a function of its own (:data:`REPLAYS`). It gets all entries of its kind, finds what of them
is there, deletes it as the original service did, and returns how many things it found. It may be called again after
being interrupted, so it must not mind what is gone already; and it writes nothing into the ledger.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import structlog

from web.backup.keys import keys_of
from web.backup.ledger import LedgerError, open_ledger
from web.services.contract_end import ending
from web.services.deletion_ledger import DueDeletion, LedgerKind
from web.services.keys import key_copies
from web.services.retention import run as retention
from web.services.subjects import account_data, erasure
from web.services.uploads.removal import discarded
from web.settings import Settings
from web.store import installation
from web.store.access import SystemAccess

if TYPE_CHECKING:
    from web.backup.ledger import LedgerSegment

Replay = Callable[[SystemAccess, Settings, Sequence[DueDeletion]], int]

REPLAYS: Final[dict[LedgerKind, Replay]] = {
    LedgerKind.TENANT: ending.replay,
    LedgerKind.UPLOAD: discarded.replay,
    LedgerKind.UNDONE: discarded.replay_undone,
    LedgerKind.PERSON: erasure.replay,
    LedgerKind.MONTH: retention.replay_months,
    LedgerKind.ACCOUNT: account_data.replay,
    LedgerKind.KEYS: key_copies.replay,
}
"""In the order in which they are carried out."""

_log = structlog.get_logger(__name__)


def due(system: SystemAccess, settings: Settings, *, after: int | None = None) -> list[LedgerSegment]:
    """Return what the ledger of this installation has and its database does not know yet.

    Parameters
    ----------
    after
        Number of a segment from which on everything is due, where that is less than what the database knows.

    Raises
    ------
    BackupError
        Where the ledger is damaged, or shorter than the database knows it to be.
    """
    with system.reading() as session:
        row = installation.find(session)
    if row is None:
        return []
    ledger = open_ledger(settings, keys_of(settings), row.reference)
    head, _ = ledger.head()
    if head < row.ledger:
        raise LedgerError(SHORTER)
    return ledger.segments(row.ledger if after is None else min(after, row.ledger))


def carry_out(system: SystemAccess, settings: Settings, segments: Sequence[LedgerSegment]) -> dict[str, int]:
    """Repeat deletions, and note how far; return how many things of each kind were there.

    Raises
    ------
    LedgerError
        Where a kind is unknown to this program: nothing has been done then.
    """
    withdrawn = {segment.withdraws for segment in segments}
    keys = keys_of(settings)
    of_kind: dict[str, list[DueDeletion]] = defaultdict(list)
    for segment in segments:
        if segment.number not in withdrawn:
            for entry in segment.entries:
                of_kind[entry.kind].append(DueDeletion(entry, keys, segment.key))
    if unknown := sorted(set(of_kind) - set(REPLAYS)):
        raise LedgerError(
            f"Im Löschverzeichnis steht „{unknown[0]}“, was diese Version des Programms nicht löschen kann; bitte "
            "nehmen Sie die neuere.",
        )
    done = {kind.value: replay(system, settings, of_kind[kind]) for kind, replay in REPLAYS.items() if kind in of_kind}
    if segments:
        with system.writing.begin() as session:
            row = installation.locked(session)
            row.ledger = max(row.ledger, segments[-1].number)
        system.databases.flush_deleted()
        _log.info("deletions repeated", segments=len(segments), **done)
    return done


SHORTER: Final = (
    "Das Löschverzeichnis ist kürzer, als die Datenbank es kennt. Es liegt im Ordner „ledger“ der Installation; bitte "
    "holen Sie es zurück, zum Beispiel mit pebem backup ledger von einem Sicherungsziel."
)
