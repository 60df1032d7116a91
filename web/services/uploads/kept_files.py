"""Uploads between arriving and being stored: encrypted files, opened by the server's vault key only."""

from __future__ import annotations

import pickle
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from web.security.crypto import Box

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from importers import ReadFiles
    from importers.content.faulty_rows import FaultySheet
    from web.services.uploads.conversation import Conversation
    from web.settings import Settings


def keep_files(settings: Settings, batch_id: int, files: Sequence[tuple[str, bytes]]) -> None:
    """Keep the files of an upload until it is decided about. Their names are generated; theirs are in the vault."""
    folder = _folder(settings, batch_id)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    for number, (_, content) in enumerate(files):
        _write(folder / f"file-{number}", _box(settings).seal(content, f"{batch_id}/file-{number}"))


def files(settings: Settings, batch_id: int, names: Sequence[str]) -> list[tuple[str, bytes]]:
    """Return the kept files under their own names."""
    folder = _folder(settings, batch_id)
    return [
        (name, _box(settings).open((folder / f"file-{number}").read_bytes(), f"{batch_id}/file-{number}"))
        for number, name in enumerate(names)
    ]


def keep_result(settings: Settings, batch_id: int, result: ReadFiles) -> None:
    """Keep what was read."""
    _keep(settings, batch_id, "result", result)


def result(settings: Settings, batch_id: int) -> ReadFiles:
    """Return what was read, exactly as its findings and figures were shown.

    Raises
    ------
    FileNotFoundError
        Where nothing was read, or it is deleted.
    """
    read: ReadFiles = _kept(settings, batch_id, "result")
    return read


def has_result(settings: Settings, batch_id: int) -> bool:
    """Return whether the files of an upload were read and the result is still there."""
    return (_folder(settings, batch_id) / "result").is_file()


def keep_asked(settings: Settings, batch_id: int, asked: Conversation) -> None:
    """Keep what the sheets seem to be and what a person has said of them: both quote cells."""
    _keep(settings, batch_id, "asked", asked)


def asked(settings: Settings, batch_id: int) -> Conversation | None:
    """Return what :func:`keep_asked` kept; None where nobody was asked yet, or it is deleted."""
    try:
        found: Conversation = _kept(settings, batch_id, "asked")
    except FileNotFoundError:
        return None
    return found


def keep_passwords(settings: Settings, batch_id: int, passwords: Mapping[str, str]) -> None:
    """Keep the passwords of files until they are read; none removes those there are."""
    if passwords:
        _keep(settings, batch_id, "passwords", dict(passwords))
    else:
        (_folder(settings, batch_id) / "passwords").unlink(missing_ok=True)


def passwords(settings: Settings, batch_id: int) -> dict[str, str]:
    """Return name of a file -> password, for those not read yet."""
    try:
        found: dict[str, str] = _kept(settings, batch_id, "passwords")
    except FileNotFoundError:
        return {}
    return found


def keep_faulty(settings: Settings, batch_id: int, sheets: tuple[FaultySheet, ...]) -> None:
    """Keep the rows with errors as they stood; they outlast the storing, so that they can be repaired after it."""
    if sheets:
        _keep(settings, batch_id, "faulty", sheets)
    else:  # the files were read before, with another outcome
        (_folder(settings, batch_id) / "faulty").unlink(missing_ok=True)


def has_faulty(settings: Settings, batch_id: int) -> bool:
    """Return whether rows with errors are kept."""
    return (_folder(settings, batch_id) / "faulty").is_file()


def faulty(settings: Settings, batch_id: int) -> tuple[FaultySheet, ...]:
    """Return the rows with errors; none where they were deleted in the meantime."""
    try:
        sheets: tuple[FaultySheet, ...] = _kept(settings, batch_id, "faulty")
    except FileNotFoundError:
        return ()
    return sheets


def drop_read(settings: Settings, batch_id: int) -> None:
    """Remove files, answers and what was read once it is stored; rows to repair stay."""
    folder = _folder(settings, batch_id)
    for path in [*folder.glob("file-*"), *(folder / part for part in ("asked", "passwords", "result"))]:
        path.unlink(missing_ok=True)
    with suppress(OSError):  # there are rows to repair, or the folder is gone
        folder.rmdir()


def kept(settings: Settings) -> dict[int, float]:
    """Return the uploads of which anything is kept, with the time (seconds) it was last changed."""
    folders = settings.uploads.iterdir() if settings.uploads.is_dir() else ()
    return {int(folder.name): folder.stat().st_mtime for folder in folders if folder.name.isdecimal()}


def drop(settings: Settings, batch_id: int) -> None:
    """Remove everything kept of an upload."""
    shutil.rmtree(_folder(settings, batch_id), ignore_errors=True)


def _keep(settings: Settings, batch_id: int, part: str, value: object) -> None:
    _write(_folder(settings, batch_id) / part, _box(settings).seal(pickle.dumps(value), f"{batch_id}/{part}"))


def _kept(settings: Settings, batch_id: int, part: str) -> Any:
    sealed = (_folder(settings, batch_id) / part).read_bytes()
    # Opening it proves that this program wrote it: the box is authenticated by a key only we hold.
    return pickle.loads(_box(settings).open(sealed, f"{batch_id}/{part}"))  # noqa: S301


def _write(path: Path, content: bytes) -> None:
    half = path.with_name(path.name + ".half")
    half.write_bytes(content)
    half.replace(path)


def _folder(settings: Settings, batch_id: int) -> Path:
    return settings.uploads / str(batch_id)


def _box(settings: Settings) -> Box:
    return Box(settings.vault_key, "uploads")
