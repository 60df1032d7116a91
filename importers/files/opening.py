"""Opens files of any kind: archives are unpacked, encrypted files decrypted, tables become grids."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from importers.files import archive, delimited, limits, sandbox, workbook
from importers.files.kind import WORKBOOKS, FileKind, kind
from importers.findings import Finding, NoTableError, PasswordNeededError, Severity, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from importers.files.grid import Grid
    from importers.files.sheet_filter import SheetFilter


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """One file, no longer packed.

    Attributes
    ----------
    name
        Without folder.
    kind
        Neither ``ARCHIVE`` nor ``ENCRYPTED``.
    data
        Its bytes. Old workbooks and documents may still need ``password``.
    password
        The one given for its name.
    """

    name: str
    kind: FileKind
    data: bytes
    password: str | None = None


@dataclass(frozen=True, slots=True)
class FileContents:
    """What a file holds.

    Attributes
    ----------
    grids
        Sheets that are wanted.
    others
        Names of all other sheets; hidden ones are marked.
    findings
        Doubts about the file as a whole.
    """

    grids: list[Grid]
    others: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def contents(
    files: Sequence[Path | str | tuple[str, bytes]], passwords: Mapping[str, str] | None = None
) -> Iterator[OpenedFile]:
    """Yield all files, those in archives too; the second of a name gets a number.

    Parameters
    ----------
    passwords
        Name of a file, without folder -> its password.

    Raises
    ------
    PasswordNeededError
        If a file is encrypted and its password is missing or another one.
    UnreadableError
        If a file is refused as a whole.
    """
    seen: Counter[str] = Counter()
    for name, data in limits.contents(files):
        for opened in _opened(name, data, passwords or {}, packed=False):
            seen[opened.name] += 1
            path = PurePath(opened.name)
            again = f"{path.stem} ({seen[opened.name]}){path.suffix}"
            yield opened if seen[opened.name] == 1 else replace(opened, name=again)


def sheets(
    opened: OpenedFile,
    wanted: SheetFilter,
    known: Callable[[list[str]], int],
    *,
    encoding: str = "",
) -> FileContents:
    """Return the sheets of a workbook, or the one table of a text file or a page.

    Parameters
    ----------
    known
        Returns how many headings of our template a record has; decides between separators and between tables.
    encoding
        Codec of a text file, "" = what its bytes say.

    Raises
    ------
    PasswordNeededError
        If the file is encrypted and its password is missing or another one.
    UnreadableError
        If it cannot be read or is beyond the limits.
    """
    name, data = opened.name, opened.data
    if opened.kind is FileKind.OTHER:
        return FileContents([], findings=[_passed_over(name)])
    if opened.kind in WORKBOOKS:
        return FileContents(*workbook.read(name, data, wanted, kind=opened.kind, password=opened.password))
    if opened.kind is FileKind.HTML:
        return FileContents([_best(name, workbook.from_pages(name, sandbox.tables(name, data)), known)])
    grid, findings = delimited.read(name, data, known, encoding)
    return FileContents([grid], findings=findings)


def _opened(name: str, data: bytes, passwords: Mapping[str, str], *, packed: bool) -> Iterator[OpenedFile]:
    try:
        what = kind(name, data)
    except NoTableError:
        if not packed:
            raise
        what = FileKind.OTHER
    if what is FileKind.ENCRYPTED:
        data = _unlocked(name, data, passwords.get(name))
        what = kind(name, data)
        if what not in WORKBOOKS:
            raise UnreadableError(
                f"Die Datei „{name}“ ist verschlüsselt, aber keine Arbeitsmappe. Bitte prüfen Sie sie."
            )
    if what is not FileKind.ARCHIVE:
        yield OpenedFile(name, what, data, passwords.get(name))
        return
    if packed:
        raise UnreadableError(
            f"Die Datei „{name}“ ist ein Archiv in einem Archiv. Bitte packen Sie die Tabellen in ein einziges Archiv."
        )
    for inner in archive.unpack(name, data):
        yield from _opened(*limits.contents([inner])[0], passwords, packed=True)


def _passed_over(name: str) -> Finding:
    return Finding(
        Severity.WARNING,
        "datei-ohne-tabelle",
        f"Die Datei „{name}“ aus dem Archiv ist keine Tabelle und wird nicht gelesen.",
        "Nichts zu tun, wenn sie nur beiliegt. Sonst speichern Sie die Daten darin als Excel- oder CSV-Datei.",
        file=name,
    )


def _unlocked(name: str, data: bytes, password: str | None) -> bytes:
    try:
        return sandbox.unlocked(name, data, password)
    except PasswordNeededError:
        raise
    except UnreadableError:
        if password is None:  # one question at a time
            raise PasswordNeededError(name, wrong=False) from None
        raise


def _best(name: str, grids: list[Grid], known: Callable[[list[str]], int]) -> Grid:
    """Return the table that looks most like data: most headings of our template, then most cells."""
    if not grids:
        raise UnreadableError(
            f"Die Datei „{name}“ ist eine Internetseite (HTML) ohne Tabelle. "
            "Bitte exportieren Sie die Tabelle als Excel-Arbeitsmappe (.xlsx) oder als CSV-Datei."
        )

    def worth(grid: Grid) -> tuple[int, int]:
        return max((known([str(cell) for cell in row]) for row in grid.cells[:20]), default=0), grid.cells.size

    best = max(grids, key=worth)
    return type(best)(name, PurePath(name).stem, best.cells, from_text=True, merged=best.merged)
