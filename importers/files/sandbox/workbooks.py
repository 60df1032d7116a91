"""Workbooks of the formats xls, xlsb and ods as pages; runs in the confined process."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from importers.files.limits import check_size
from importers.files.sandbox import binary_package, binary_workbook, old_workbook, open_document
from importers.files.sandbox.page import Oddities, SandboxPage, coded
from importers.findings import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable

_SCANS: Final[dict[str, Callable[[str, bytes], list[Oddities]]]] = {
    "xls": old_workbook.scan,
    "xlsb": binary_workbook.scan,
    "ods": open_document.scan,
}
_USUAL: Final[dict[str, Callable[[str, bytes], bytes]]] = {"xlsb": binary_package.usual, "ods": open_document.usual}
"""What makes of a file one that its reader knows."""
_LOCKED: Final = {"xls": old_workbook.is_locked, "ods": open_document.is_locked}
_DURATION: Final = re.compile(r"(-?)PT(\d{1,6})H(\d{1,2})M(\d{1,2})(?:[.,]\d+)?S")


def prepare(data: bytes, kind: str, **_: Any) -> None:
    """Load what opens an encrypted file, while files can still be opened."""
    if kind in _LOCKED and _LOCKED[kind](data):
        # Its libraries take longer to load than most files.
        from importers.files.sandbox import decrypt  # noqa: F401, PLC0415


def read(name: str, data: bytes, kind: str, *, hidden: bool, password: str | None) -> list[SandboxPage]:
    """Return all sheets in their order; hidden ones are empty unless ``hidden``.

    Raises
    ------
    PasswordNeededError
        If the file is encrypted and the password is missing or another one.
    UnreadableError
        If a sheet is beyond the limits, or the scan of the file finds it damaged.
    """
    if kind in _LOCKED and _LOCKED[kind](data):
        from importers.files.sandbox import decrypt  # noqa: PLC0415 - loaded already

        data = (decrypt.unlocked_old if kind == "xls" else decrypt.unlocked_document)(name, data, password)
    data = _USUAL[kind](name, data) if kind in _USUAL else data
    oddities = _SCANS[kind](name, data)
    pages: list[SandboxPage] = []
    with CalamineWorkbook.from_filelike(BytesIO(data)) as book:
        for number, sheet in enumerate(book.sheets_metadata):
            of_sheet = oddities[number] if number < len(oddities) else Oddities()
            visible = sheet.visible == SheetVisibleEnum.Visible
            if sheet.typ != SheetTypeEnum.WorkSheet:
                continue
            pages.append(_page(name, book, sheet.name, of_sheet) if visible or hidden else SandboxPage(sheet.name))
            pages[-1].visible = visible
    return pages


def _page(file: str, book: CalamineWorkbook, name: str, odd: Oddities) -> SandboxPage:
    sheet = book.get_sheet_by_name(name)
    check_size(file, name, sheet.total_height, sheet.total_width)
    rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    if odd.filled > sum(cell != "" for row in rows for cell in row):
        raise UnreadableError(
            f"Im Blatt „{name}“ der Datei „{file}“ gehen beim Lesen Zellen verloren: Das Programm, das sie geschrieben "
            "hat, schreibt sie auf eine ungewohnte Art. Bitte speichern Sie sie in Excel neu als „.xlsx“."
        )
    for (row, column), value in odd.values.items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = value
    if not odd.merged:
        odd.merged.extend((top, left, bottom, right) for (top, left), (bottom, right) in _merged(sheet))
    return SandboxPage(name, height=len(rows), columns=coded(rows, _plain), oddities=odd)


def _merged(sheet: Any) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    return sheet.merged_cell_ranges or []


def _plain(cell: Any) -> Any:
    """Return the cell as the reader of xlsx gives it: whole numbers as floats, long durations as such."""
    if type(cell) is int:
        return float(cell)
    if type(cell) is str and (match := _DURATION.fullmatch(cell)):
        length = timedelta(hours=int(match[2]), minutes=int(match[3]), seconds=int(match[4]))
        return -length if match[1] else length
    return cell
