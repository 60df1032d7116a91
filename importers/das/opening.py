"""Opens files of any kind, exports for the DAS as the sheets they are read as."""

from __future__ import annotations

from typing import TYPE_CHECKING

from importers.das import xml
from importers.files import opening
from importers.files.kind import FileKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from importers.files.opening import OpenedFile
    from importers.sheets.das_sheets import DasSheets


def contents(
    files: Sequence[Path | str | tuple[str, bytes]], passwords: Mapping[str, str] | None = None
) -> Iterator[OpenedFile | DasSheets]:
    """Yield all files, those in archives too, as :func:`importers.files.opening.contents` does.

    Raises
    ------
    PasswordNeededError
        If a file is encrypted and its password is missing or another one.
    UnreadableError
        If a file is refused as a whole.
    """
    for file in opening.contents(files, passwords):
        yield xml.read(file.name, file.data) if file.kind is FileKind.XML else file
