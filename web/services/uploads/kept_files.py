"""Uploads between arriving and being stored: files sealed with the key of their operator.

What was read, asked and found faulty is stored there as plain data (X1). Where it does not open any more, because
another version of the program wrote it or the file is damaged, the files themselves are still there to be read again.
"""

from __future__ import annotations

import hmac
import shutil
from itertools import chain, count
from typing import TYPE_CHECKING, Any, Final

import structlog

from importers import ReadFiles
from importers.content.faulty_rows import FaultyRow, FaultySheet
from importers.content.weekly_hours import HOURS
from importers.findings import Finding, Severity
from importers.sheets.sheet_decision import SheetAnswer
from importers.sheets.sheet_guesses import ColumnGuess, SheetGuess
from pebem import contracts
from pebem.contracts import Tables
from rules.vocabulary import ASSESSMENT_CELLS
from web.security import setting_keys
from web.security.crypto import TamperedError
from web.services.uploads import sealed_folder
from web.services.uploads.conversation import Conversation
from web.services.uploads.encodings import EncodingSample
from web.store.envelope import Envelope, EnvelopeError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from web.settings import Settings
    from web.store.access import Access

_FRAMES: Final = (
    contracts.RESIDENTS,
    contracts.ASSESSMENTS,
    contracts.INSTABILITY,
    contracts.GRADES,
    contracts.STAFF,
    contracts.INTERVENTIONS,
    contracts.OVERRIDES,
    contracts.DUTIES,
    contracts.STATUSES,
    HOURS,
    ASSESSMENT_CELLS,
)
_ENVELOPES: Final = {
    "result": Envelope({"import": ReadFiles, "tables": Tables, "finding": Finding, "severity": Severity}, _FRAMES),
    "asked": Envelope(
        {
            "asked": Conversation,
            "sheet-guess": SheetGuess,
            "column-guess": ColumnGuess,
            "sheet-answer": SheetAnswer,
            "reading": EncodingSample,
        }
    ),
    "faulty": Envelope({"faulty-sheet": FaultySheet, "faulty-row": FaultyRow}),
    "passwords": Envelope({}),
}
"""What is stored -> its envelope; one each, so that a change of one does not invalidate the others."""

_LONGEST_NUMBER: Final = 18

_log = structlog.get_logger(__name__)


class OutdatedError(Exception):
    """Something stored of an upload does not open any more; its files have to be read again.

    Attributes
    ----------
    upload_id
        The upload.
    """

    def __init__(self, upload_id: int, part: str) -> None:
        super().__init__(f"upload {upload_id}: {part} does not open")
        self.upload_id = upload_id


def keep_files(access: Access, settings: Settings, upload_id: int, files: Sequence[tuple[str, bytes]]) -> None:
    """Keep the files of an upload until it is decided about. Their names are generated; theirs are in the vault."""
    folder = sealed_folder.path_of(settings, upload_id)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    for number, (_, content) in enumerate(files):
        sealed_folder.write(access, settings, upload_id, f"file-{number}", content)


def distinct_names(names: Sequence[str]) -> list[str]:
    """Return names made unique: questions about a file are stored under its name."""
    distinct: dict[str, None] = {}
    for name in names:
        stem, dot, ending = name.rpartition(".")
        tries = (f"{stem or ending} ({n}){dot}{ending if stem else ''}" for n in count(2))
        distinct[next(one for one in chain([name], tries) if one not in distinct)] = None
    return list(distinct)


def files(access: Access, settings: Settings, upload_id: int, names: Sequence[str]) -> list[tuple[str, bytes]]:
    """Return the stored files under their own names."""
    return [
        (name, sealed_folder.read(access, settings, upload_id, f"file-{number}")) for number, name in enumerate(names)
    ]


def keep_result(access: Access, settings: Settings, upload_id: int, result: ReadFiles) -> None:
    """Keep what was read."""
    _seal_part(access, settings, upload_id, "result", result)


def result(access: Access, settings: Settings, upload_id: int) -> ReadFiles:
    """Return what was read, exactly as its findings and figures were shown.

    Raises
    ------
    FileNotFoundError
        Where nothing was read, or it is deleted.
    OutdatedError
        Where it does not open any more.
    """
    stored: ReadFiles = _open_part(access, settings, upload_id, "result", ReadFiles)
    return stored


def has_result(settings: Settings, upload_id: int) -> bool:
    """Return whether the files of an upload were read and the result is still there."""
    return (sealed_folder.path_of(settings, upload_id) / "result").is_file()


def has_conversation(settings: Settings, upload_id: int) -> bool:
    """Return whether the questions about an upload are still there."""
    return (sealed_folder.path_of(settings, upload_id) / "asked").is_file()


def has_files(settings: Settings, upload_id: int, count: int) -> bool:
    """Return whether the files of an upload are all there."""
    return all((sealed_folder.path_of(settings, upload_id) / f"file-{number}").is_file() for number in range(count))


def keep_conversation(access: Access, settings: Settings, upload_id: int, conversation: Conversation) -> None:
    """Keep what the sheets seem to be and what a person has said of them: both quote cells."""
    _seal_part(access, settings, upload_id, "asked", conversation)


def conversation(access: Access, settings: Settings, upload_id: int) -> Conversation | None:
    """Return what :func:`keep_conversation` stored; None before the first question, or where it is deleted.

    Raises
    ------
    OutdatedError
        Where it does not open any more.
    """
    try:
        conversation: Conversation = _open_part(access, settings, upload_id, "asked", Conversation)
    except FileNotFoundError:
        return None
    return conversation


def keep_passwords(access: Access, settings: Settings, upload_id: int, passwords: Mapping[str, str]) -> None:
    """Keep the passwords of files until they are read; none removes those there are."""
    if passwords:
        _seal_part(access, settings, upload_id, "passwords", dict(passwords))
    else:
        sealed_folder.remove(settings, upload_id, ("passwords",))


def passwords(access: Access, settings: Settings, upload_id: int) -> dict[str, str]:
    """Return name of a file -> password, for those not read yet; who gave one that does not open is asked again."""
    try:
        by_file: dict[str, str] = _open_part(access, settings, upload_id, "passwords", dict)
    except (FileNotFoundError, OutdatedError):
        return {}
    return by_file


def keep_faulty(access: Access, settings: Settings, upload_id: int, sheets: tuple[FaultySheet, ...]) -> None:
    """Keep the rows with errors as they stood; they outlast the storing, so that they can be repaired after it."""
    if sheets:
        _seal_part(access, settings, upload_id, "faulty", sheets)
    else:  # the files were read before, with another outcome
        sealed_folder.remove(settings, upload_id, ("faulty",))


def has_faulty(settings: Settings, upload_id: int) -> bool:
    """Return whether rows with errors are stored."""
    return (sealed_folder.path_of(settings, upload_id) / "faulty").is_file()


def faulty(access: Access, settings: Settings, upload_id: int) -> tuple[FaultySheet, ...]:
    """Return the rows with errors; none where they were deleted in the meantime.

    Raises
    ------
    OutdatedError
        Where they do not open any more.
    """
    try:
        sheets: tuple[FaultySheet, ...] = _open_part(access, settings, upload_id, "faulty", tuple)
    except FileNotFoundError:
        return ()
    return sheets


def reference(settings: Settings, upload_id: int, key: str = "") -> str:
    """Return what the workbook of faulty rows calls its upload: its number, and four digits that show a typo.

    Parameters
    ----------
    key
        A former key of the vault, for workbooks of that time; "" = the one in use.
    """
    secret, text = key or settings.vault_key, f"faulty rows of upload {upload_id}"
    digits = hmac.digest(secret.encode(), text.encode(), "sha256").hex()
    return f"{upload_id}-{digits[:4]}"


def upload_of_reference(settings: Settings, text: str) -> int | None:
    """Return the upload a reference names; None where it is none of this installation, or mistyped."""
    number = text.partition("-")[0]
    if not (number.isascii() and number.isdecimal() and len(number) <= _LONGEST_NUMBER):
        return None
    keys = setting_keys.of_vault(settings).old_form
    return int(number) if any(reference(settings, int(number), key) == text for key in keys) else None


def drop_read(settings: Settings, upload_id: int) -> None:
    """Remove files, answers and what was read once it is stored; rows to repair stay."""
    files = [path.name for path in sealed_folder.path_of(settings, upload_id).glob("file-*")]
    sealed_folder.remove(settings, upload_id, [*files, "asked", "passwords", "result"])


def storage_times(settings: Settings) -> dict[int, float]:
    """Return the uploads of which anything is stored, with the time (seconds) it was last changed."""
    folders = settings.uploads.iterdir() if settings.uploads.is_dir() else ()
    return {int(folder.name): folder.stat().st_mtime for folder in folders if folder.name.isdecimal()}


def drop(settings: Settings, upload_id: int) -> None:
    """Remove everything stored of an upload."""
    sealed_folder.remove(settings, upload_id)


def _seal_part(access: Access, settings: Settings, upload_id: int, part: str, value: object) -> None:
    sealed_folder.write(access, settings, upload_id, part, _ENVELOPES[part].close(value))


def _open_part(access: Access, settings: Settings, upload_id: int, part: str, kind: type) -> Any:
    try:
        return _ENVELOPES[part].open(sealed_folder.read(access, settings, upload_id, part), kind)
    except (TamperedError, EnvelopeError) as error:
        _log.warning("kept part of an upload does not open", batch=upload_id, part=part, error=str(error))
        raise OutdatedError(upload_id, part) from error
