"""Zip archives with several files: each one read into memory on its own, never written to disk.

Paths inside are names to show and nothing else.
"""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO
from typing import TYPE_CHECKING, Final

from importers.files.limits import MAX_ARCHIVE, MAX_BYTES, check_parts
from importers.findings import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FILES: Final = 200
_MAC: Final = "__MACOSX"
_WINDOWS: Final = ("thumbs.db", "desktop.ini")


def unpack(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name (without folder) and bytes of each file; folders, hidden files and notes of the Mac are left out.

    Raises
    ------
    UnreadableError
        If the archive is damaged, encrypted, empty or beyond the limits.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            check_parts(name, archive.infolist(), MAX_ARCHIVE)
            wanted = [part for part in archive.infolist() if not part.is_dir() and not _hidden(_steps(part))]
            if not wanted:
                raise UnreadableError(f"Das Archiv „{name}“ enthält keine Datei. Bitte packen Sie es noch einmal.")
            if len(wanted) > MAX_FILES:
                raise UnreadableError(
                    f"Das Archiv „{name}“ enthält mehr als {MAX_FILES} Dateien. Bitte teilen Sie es auf."
                )
            for part in wanted:
                if part.file_size > MAX_BYTES:
                    raise UnreadableError(
                        f"Die Datei „{_steps(part)[-1]}“ im Archiv „{name}“ ist größer als {MAX_BYTES // 2**20} MB. "
                        "Bitte teilen Sie sie, etwa nach Monaten."
                    )
                yield _steps(part)[-1], archive.read(part)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
        raise UnreadableError(
            f"Das Archiv „{name}“ ist beschädigt oder unvollständig. Bitte packen Sie es noch einmal."
        ) from error


def _steps(part: zipfile.ZipInfo) -> list[str]:
    return [step for step in part.filename.replace("\\", "/").split("/") if step] or [""]


def _hidden(steps: list[str]) -> bool:
    return (
        any(step.startswith(".") or step == _MAC for step in steps if step != "..") or steps[-1].casefold() in _WINDOWS
    )
