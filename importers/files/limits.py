"""The limits an input must keep before anything opens it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from importers.findings import UnreadableError

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Sequence

_NOTHING: Final = b"\0 \t\r\n"
_HEAD: Final = 4096
MAX_BYTES: Final = 100 * 2**20
MAX_UNPACKED: Final = 2**30
MAX_RATIO: Final = 250
"""Unpacked to packed. Sheets full of equal rows reach about 100; deflate ends near 1,000."""
MAX_PARTS: Final = 10_000
MAX_SHEETS: Final = 1_000
MAX_ROWS: Final = 1_048_576
MAX_COLUMNS: Final = 500
MAX_CELLS: Final = 30_000_000
"""Rows times columns of one sheet. The Excel reader keeps 32 bytes for every cell of the rectangle,
filled or not, and ends the whole process where that memory is not to be had."""
MAX_ARCHIVE: Final = 300 * 2**20
"""Unpacked files of an archive together: their cells are in memory at once."""
MAX_DIFFERENT: Final = 3_000_000
"""Different cells of one sheet, column by column: each takes some 150 bytes, whatever the file takes."""
MAX_TEXTS: Final = 64 * 2**20
"""Characters in them, and bytes of all shared texts of a workbook."""
MAX_TEXT: Final = 2**18
"""Bytes of one shared text in a workbook; Excel ends at 32,767 characters."""
SMALL: Final = 2**20
"""Below this unpacked size the ratio means nothing."""


def contents(files: Sequence[Path | str | tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Return name (without folder) and bytes of each file.

    Raises
    ------
    UnreadableError
        If there is no file, or one is missing, empty or too large.
    """
    if not files:
        raise UnreadableError("Es wurde keine Datei angegeben. Bitte geben Sie eine Arbeitsmappe oder CSV-Dateien an.")
    return [_content(file) for file in files]


def _content(file: Path | str | tuple[str, bytes]) -> tuple[str, bytes]:
    if isinstance(file, tuple):
        name, data = Path(file[0].replace("\\", "/")).name, file[1]
        size = len(data)
    else:
        path = Path(file)
        name = path.name
        try:
            size = path.stat().st_size
            data = path.read_bytes() if size <= MAX_BYTES else b""
        except OSError as error:
            raise UnreadableError(
                f"Die Datei „{name}“ lässt sich nicht öffnen. Bitte prüfen Sie Pfad und Leserecht."
            ) from error
    if size > MAX_BYTES:
        raise UnreadableError(
            f"Die Datei „{name}“ ist größer als {MAX_BYTES // 2**20} MB. Bitte teilen Sie sie, etwa nach Monaten."
        )
    if not (data[:_HEAD].strip(_NOTHING) or data.strip(_NOTHING)):
        raise UnreadableError(f"Die Datei „{name}“ ist leer. Bitte speichern oder exportieren Sie sie noch einmal.")
    return name, data


def check_parts(name: str, parts: Sequence[zipfile.ZipInfo], most: int = MAX_UNPACKED) -> None:
    """Refuse a packed file whose own directory announces too large a size.

    Parameters
    ----------
    most
        Bytes of all parts, unpacked.

    Raises
    ------
    UnreadableError
        If number, sum or ratio of the parts is beyond the limits, or a part is encrypted.
    """
    unpacked = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    if len(parts) > MAX_PARTS or unpacked > most or (unpacked > SMALL and unpacked > MAX_RATIO * packed):
        raise UnreadableError(
            f"Die Datei „{name}“ wird beim Entpacken unerwartet groß. "
            "Bitte kopieren Sie die Tabellen in eine neue Arbeitsmappe und speichern Sie diese."
        )
    ends = 0
    for part in sorted(parts, key=lambda part: part.header_offset):
        if part.header_offset < ends:
            raise UnreadableError(
                f"Die Datei „{name}“ ist beschädigt: Ihre Teile liegen übereinander. "
                "Bitte speichern Sie sie noch einmal."
            )
        ends = part.header_offset + part.compress_size
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableError(
            f"Die Datei „{name}“ ist mit einem Kennwort geschützt. Bitte entfernen Sie es und laden Sie sie erneut."
        )


def check_entities(name: str, part: bytes) -> None:
    """Refuse XML that declares entities: no spreadsheet program writes them, and they can unfold without end.

    Raises
    ------
    UnreadableError
        Naming the file.
    """
    if b"<!ENTITY" in part or "<!ENTITY".encode("utf-16-le") in part or "<!ENTITY".encode("utf-16-be") in part:
        raise UnreadableError(
            f"Die Datei „{name}“ enthält Anweisungen (XML-Entitäten), die in keine Tabelle gehören. "
            "Bitte kopieren Sie die Tabellen in eine neue Arbeitsmappe und speichern Sie diese."
        )


def check_sheets(name: str, count: int) -> None:
    """Refuse a file with more sheets or tables than anyone fills; readers take long to list them.

    Raises
    ------
    UnreadableError
        Naming the limit.
    """
    if count > MAX_SHEETS:
        raise UnreadableError(
            f"Die Datei „{name}“ hat mehr als {MAX_SHEETS} Blätter oder Tabellen. "
            "Bitte kopieren Sie die nötigen in eine neue Arbeitsmappe und speichern Sie diese."
        )


def check_different(name: str, sheet: str, different: int, texts: int = 0) -> None:
    """Refuse a sheet with so many different cells, or characters in them, that they would fill the memory.

    Raises
    ------
    UnreadableError
        Naming the sheet.
    """
    if different > MAX_DIFFERENT or texts > MAX_TEXTS:
        raise UnreadableError(
            f"Das Blatt „{sheet}“ in „{name}“ hat zu viele verschiedene Werte. "
            "Bitte teilen Sie die Datei, etwa nach Monaten."
        )


def check_size(name: str, sheet: str, rows: int, columns: int, most_cells: int = MAX_CELLS) -> None:
    """Refuse a sheet beyond the limits for rows, columns or the rectangle of both.

    Raises
    ------
    UnreadableError
        Naming the sheet and the limit.
    """
    where = f"Das Blatt „{sheet}“ in „{name}“" if sheet else f"Ein Blatt in „{name}“"
    if columns > MAX_COLUMNS:
        raise UnreadableError(f"{where} hat mehr als {MAX_COLUMNS} Spalten. Bitte löschen Sie überzählige Spalten.")
    if rows > MAX_ROWS:
        raise UnreadableError(f"{where} hat mehr als 1.048.576 Zeilen. Bitte teilen Sie die Datei, etwa nach Monaten.")
    if rows * columns > most_cells:
        raise UnreadableError(
            f"{where} reicht bis Zeile {rows} und Spalte {columns}: zu groß. "
            "Bitte löschen Sie leere Zeilen und Spalten oder teilen Sie die Datei."
        )
