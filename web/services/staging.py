"""Uploads between arriving and being stored: encrypted files, opened by the server's vault key only."""

from __future__ import annotations

import pickle
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from web.security.crypto import Box

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from importers import Import
    from importers.faulty import FaultySheet
    from web.settings import Settings


def keep_files(settings: Settings, batch_id: int, files: Sequence[tuple[str, bytes]]) -> None:
    """Keep the files of an upload until they are read. Their names are generated; theirs are in the vault."""
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


def keep_result(settings: Settings, batch_id: int, result: Import) -> None:
    """Keep what was read."""
    sealed = _box(settings).seal(pickle.dumps(result), f"{batch_id}/result")
    _write(_folder(settings, batch_id) / "result", sealed)


def drop_files(settings: Settings, batch_id: int) -> None:
    """Remove the files of an upload once they are read: they may hold more than we are to keep."""
    for path in _folder(settings, batch_id).glob("file-*"):
        path.unlink()


def result(settings: Settings, batch_id: int) -> Import:
    """Return what was read, exactly as its findings and figures were shown."""
    sealed = (_folder(settings, batch_id) / "result").read_bytes()
    # Opening it proves that this program wrote it: the box is authenticated by a key only we hold.
    read: Import = pickle.loads(_box(settings).open(sealed, f"{batch_id}/result"))  # noqa: S301
    return read


def has_result(settings: Settings, batch_id: int) -> bool:
    """Return whether the files of an upload were read and the result is still there."""
    return (_folder(settings, batch_id) / "result").is_file()


def keep_faulty(settings: Settings, batch_id: int, sheets: tuple[FaultySheet, ...]) -> None:
    """Keep the rows with errors as they stood; they outlast the storing, so that they can be repaired after it."""
    path = _folder(settings, batch_id) / "faulty"
    if sheets:
        _write(path, _box(settings).seal(pickle.dumps(sheets), f"{batch_id}/faulty"))
    else:
        path.unlink(missing_ok=True)  # the files were read before, with another outcome


def has_faulty(settings: Settings, batch_id: int) -> bool:
    """Return whether rows with errors are kept."""
    return (_folder(settings, batch_id) / "faulty").is_file()


def faulty(settings: Settings, batch_id: int) -> tuple[FaultySheet, ...]:
    """Return the rows with errors; none where they were deleted in the meantime."""
    try:
        sealed = (_folder(settings, batch_id) / "faulty").read_bytes()
    except FileNotFoundError:
        return ()
    sheets: tuple[FaultySheet, ...] = pickle.loads(_box(settings).open(sealed, f"{batch_id}/faulty"))  # noqa: S301
    return sheets


def drop_result(settings: Settings, batch_id: int) -> None:
    """Remove what was read once it is stored, and whatever may be left of the files; rows to repair stay."""
    drop_files(settings, batch_id)
    folder = _folder(settings, batch_id)
    (folder / "result").unlink(missing_ok=True)
    with suppress(OSError):  # there are rows to repair, or the folder is gone
        folder.rmdir()


def kept(settings: Settings) -> dict[int, float]:
    """Return the uploads of which anything is kept, with the time (seconds) it was last changed."""
    folders = settings.uploads.iterdir() if settings.uploads.is_dir() else ()
    return {int(folder.name): folder.stat().st_mtime for folder in folders if folder.name.isdecimal()}


def drop(settings: Settings, batch_id: int) -> None:
    """Remove everything kept of an upload."""
    shutil.rmtree(_folder(settings, batch_id), ignore_errors=True)


def _write(path: Path, content: bytes) -> None:
    half = path.with_name(path.name + ".half")
    half.write_bytes(content)
    half.replace(path)


def _folder(settings: Settings, batch_id: int) -> Path:
    return settings.uploads / str(batch_id)


def _box(settings: Settings) -> Box:
    return Box(settings.vault_key, "uploads")
