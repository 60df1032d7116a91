"""Uploads as a user sees them: their state, figures, findings, and what can be done next."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import aliased

from importers.findings import Finding, Severity
from web.services import audit, clock, open_vault
from web.services.open_vault import VaultClosedError
from web.services.uploads.row_counts import RowCounts
from web.services.uploads.summary import finding_places
from web.store.models import Account, FindingPlaces, Home, UnknownTerm, Upload
from web.store.models.upload import (
    ABORTED,
    ASKING,
    DISCARDED,
    EFFECTIVE,
    MOVING,
    READ,
    READING,
    REFUSED,
    RELEASED,
    STORED,
    STORING,
    TO_UNDO,
    UNDECIDED,
    UNDOING,
    UNDONE,
    WAITING,
)
from web.store.vault import SealedUploadTexts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from web.services.open_vault import OpenVault
    from web.services.uploads.summary.finding_places import FindingPlace
    from web.settings import Settings
    from web.store.access import Access

__all__ = [
    "ABORTED",
    "ASKING",
    "DISCARDED",
    "EFFECTIVE",
    "MOVING",
    "OTHER_STATE",
    "READ",
    "READING",
    "REFUSED",
    "RELEASED",
    "STORED",
    "STORING",
    "TAKEN_FOR_DEAD",
    "TO_UNDO",
    "UNDECIDED",
    "UNDOING",
    "UNDONE",
    "WAITING",
    "UploadRow",
    "UploadTexts",
    "delete_words",
    "find",
    "home_of",
    "identity",
    "move",
    "numbers",
    "of_home",
    "places",
    "record_action",
    "reset",
    "seal_anew",
    "store_findings",
    "store_names",
    "texts",
]
"""Pages take the states from here: they do not know the store."""

READ_ONCE: Final = (READ, ASKING, REFUSED)
"""States of an upload whose files were looked at and are still there, to be read again."""

OTHER_STATE: Final = "Diese Datenlieferung ist inzwischen in einem anderen Stand; bitte laden Sie die Seite neu."

TAKEN_FOR_DEAD: Final = "the upload was taken for dead while a job worked on it"

PURPOSE: Final = "findings"


@dataclass(frozen=True, slots=True)
class UploadRow:
    """An upload, as pages show it.

    Attributes
    ----------
    number
        The how-many-th upload of its home it is: what people call it. Addresses name its id.
    """

    id: int
    number: int
    home_id: int
    home_name: str
    state: str
    created_at: datetime
    stored_at: datetime | None
    by: str
    file_count: int
    rows: int
    counted: int
    not_done: int
    faulty: int
    ignored: int
    new_rows: int
    errors: int
    warnings: int
    notices: int
    first_day: date | None
    last_day: date | None
    coverage: dict[str, int] | None
    choice: dict[str, Any] | None
    weighed: dict[str, Any] | None

    @property
    def moving(self) -> bool:
        """Whether a worker has something to do."""
        return self.state in MOVING

    @property
    def row_counts(self) -> RowCounts | None:
        """The outcome of its rows; None where an older version of the program computed its preview."""
        return RowCounts.from_json(self.weighed)


@dataclass(frozen=True, slots=True)
class UploadTexts:
    """Texts of an upload from the vault: they may quote cells."""

    file_names: tuple[str, ...]
    message: str
    findings: tuple[Finding, ...]


def of_home(access: Access, home_id: int, limit: int = 50) -> list[UploadRow]:
    """Return the newest uploads of a home, newest first."""
    access.check_home(home_id)
    with access.reading() as session:
        return [
            _row(*row)
            for row in session.execute(
                _query().where(Upload.home_id == home_id).order_by(Upload.id.desc()).limit(limit)
            )
        ]


def find(access: Access, upload_id: int) -> UploadRow | None:
    """Return an upload of this tenant; None for another's, as for one that does not exist."""
    with access.reading() as session:
        row = session.execute(_query().where(Upload.id == upload_id, Home.tenant_id == access.tenant_id)).first()
    return _row(*row) if row else None


def texts(access: Access, settings: Settings, upload_id: int) -> UploadTexts | None:
    """Return file names and findings of an upload; None while the vault cannot be reached."""
    try:
        with open_vault.reading(access, settings) as vault:
            upload, box = vault.session.get(SealedUploadTexts, upload_id), vault.box(PURPOSE)
            if upload is None:
                return UploadTexts((), "", ())
            names = tuple(box.open_json(upload.file_names, _place(upload_id, "names")))
            words: dict[str, Any] = (
                box.open_json(upload.findings, _place(upload_id, "findings"))
                if upload.findings
                else {"message": "", "findings": []}
            )
    except VaultClosedError:
        return None
    findings = tuple(
        Finding(**{**one, "severity": Severity(one["severity"]), "rows": tuple(one.get("rows", ()))})
        for one in words["findings"]
    )
    return UploadTexts(names, words["message"], findings)


def identity(upload: Upload) -> tuple[str, str]:
    """Return what tells an upload from all others, and is the same in every copy of the database."""
    return upload.file_hash.hex(), upload.created_at.isoformat()


def home_of(access: Access, upload_id: int) -> Home:
    """Return the home of an upload."""
    with access.reading() as session:
        return session.scalars(select(Home).join(Upload, Upload.home_id == Home.id).where(Upload.id == upload_id)).one()


def store_names(access: Access, settings: Settings, upload_id: int, home_id: int, names: Sequence[str]) -> None:
    """Store the file names of an upload in the vault."""
    access.check_home(home_id)
    with open_vault.writing(access, settings) as vault:
        sealed = vault.box(PURPOSE).seal_json(list(names), _place(upload_id, "names"))
        vault.session.merge(
            SealedUploadTexts(
                upload_id=upload_id, home_id=home_id, file_names=sealed, findings=None, changed_at=clock.now()
            ),
        )


def places(access: Access, upload_id: int) -> list[FindingPlace]:
    """Return where the findings of an upload are, without anything they quote."""
    with access.reading() as session:
        return finding_places.of_upload(session, upload_id)


def store_findings(
    access: Access, settings: Settings, upload_id: int, findings: Sequence[Finding], message: str = ""
) -> None:
    """Store message and findings of an upload in the vault, because findings quote cells; their places beside it."""
    with access.writing.begin() as session:
        finding_places.store(session, upload_id, findings)
    words = {"message": message, "findings": [asdict(one) for one in findings]}
    with open_vault.writing(access, settings) as vault:
        sealed = vault.box(PURPOSE).seal_json(words, _place(upload_id, "findings"))
        vault.session.execute(
            update(SealedUploadTexts)
            .where(SealedUploadTexts.upload_id == upload_id)
            .values(findings=sealed, changed_at=clock.now()),
        )


def seal_anew(vault: OpenVault, row: SealedUploadTexts) -> None:
    """Seal the texts of an upload with the current key of its operator.

    Raises
    ------
    TamperedError
        Where something of them does not open: nothing is changed then.
    """
    box = vault.box(PURPOSE)
    contents = {
        "file_names": box.sealed_anew(row.file_names, _place(row.upload_id, "names")),
        "findings": box.sealed_anew(row.findings, _place(row.upload_id, "findings")),
    }
    vault.session.execute(
        update(SealedUploadTexts).where(SealedUploadTexts.upload_id == row.upload_id).values(**contents)
    )


def move(session: Session, upload_id: int, start: str, end: str, **values: Any) -> bool:
    """Move an upload from one state to another; False where it is not (or no longer) in the first."""
    changed: Any = session.execute(
        update(Upload).where(Upload.id == upload_id, Upload.state == start).values(state=end, **values),
    )
    return bool(changed.rowcount)


def reset(session: Session, upload_id: int, starts: Sequence[str], end: str) -> bool:
    """Reset an upload to before it was read; False where it is in none of the start states.

    What was shown of it is cleared: without a rulebook it can neither be released nor stored by a restart.
    """
    cleared: dict[str, Any] = dict.fromkeys(("first_day", "last_day", "coverage", "choice", "weighed"))
    cleared |= {"rulebook_id": "", "rulebook_edition": ""}
    cleared |= dict.fromkeys(("rows", "counted", "not_done", "faulty", "ignored", "errors", "warnings", "notices"), 0)
    delete_words(session, upload_id)
    return any(move(session, upload_id, start, end, **cleared) for start in starts)


def delete_words(session: Session, upload_id: int) -> None:
    """Delete unknown words and places of findings of an upload in the open transaction: reading finds them again."""
    for model in (UnknownTerm, FindingPlaces):
        session.execute(delete(model).where(model.upload_id == upload_id))


def record_action(session: Session, access: Access, upload_id: int, action: str, reason: str = "") -> None:
    """Add what was done to an upload to the log, in the open transaction."""
    audit.record(session, access, action, what=f"lieferung {upload_id}", reason=reason)


def numbers(access: Access, upload_ids: Iterable[int | None]) -> dict[int, int]:
    """Return what people call some uploads: id -> number within its home."""
    ids = {one for one in upload_ids if one}
    if not ids:
        return {}
    with access.reading() as session:
        rows = session.execute(select(Upload.id, _NUMBER).where(Upload.id.in_(ids))).all()
    return {row[0]: row[1] for row in rows}


_EARLIER = aliased(Upload)
_NUMBER: Final = (
    select(func.count())
    .where(_EARLIER.home_id == Upload.home_id, _EARLIER.id <= Upload.id)
    .correlate(Upload)
    .scalar_subquery()
)
"""Entries of uploads are never deleted, so counting them gives each a permanent number."""


def _place(upload_id: int, part: str) -> str:
    return f"{upload_id}/{part}"


def _query() -> Any:
    return (
        select(Upload, _NUMBER, Home.name, Account.display_name)
        .join(Home, Home.id == Upload.home_id)
        .join(Account, Account.id == Upload.account_id)
    )


def _row(upload: Upload, number: int, home_name: str, by: str) -> UploadRow:
    copied = {name: getattr(upload, name) for name in UploadRow.__dataclass_fields__ if hasattr(upload, name)}
    return UploadRow(**{**copied, "number": number, "home_name": home_name, "by": by})
