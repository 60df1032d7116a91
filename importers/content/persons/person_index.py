"""Who is meant by a name, a Handzeichen or a number: for files that do not give the number of a person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from importers.content.persons.name_index import NameIndex
from importers.content.persons.person_names import without_titles
from importers.files.coded_column import CodedColumn
from importers.findings import notice, warning
from importers.values import cell_values
from importers.values.spelling import LOST, MOST_LOST, fold

if TYPE_CHECKING:
    import pandas as pd

    from importers.content.table import Table

_LONGEST: Final = 200
"""Characters of the longest name."""

_MARKS: Final = "Handzeichen"
_IN_BRACKETS: Final = re.compile(
    r"(.+?) ?[(\[](?:nr\.? ?)?([^()\[\]]*\d[^()\[\]]*)[)\]]|([^\s,]*\d[^\s,]*)[ ,:\-–]+(\D+)", re.IGNORECASE
)


class PersonIndex:
    """People of a file by number, name or Handzeichen.

    Parameters
    ----------
    numbers
        Every known number.
    people
        Three columns: number, name, given.
    sheet
        The sheet they are from, if it may have a column of Handzeichen.
    """

    def __init__(self, numbers: frozenset[str], people: pd.DataFrame, sheet: Table | None = None) -> None:
        self._numbers = numbers
        self._names = NameIndex(numbers, people.set_axis(["staff", "name", "given"], axis=1))
        self._marks = _marks(sheet, numbers) if sheet is not None and sheet.has(_MARKS) else {}

    def resolve(self, table: Table, column: str, written: CodedColumn) -> CodedColumn:
        """Return the number each text stands for; the text itself where it is a number or unknown."""
        codes, texts = written
        numbers = list(texts)
        counts = np.bincount(codes[codes >= 0], minlength=len(texts))
        resolved = 0
        for code, text in enumerate(texts):
            if not text or text in self._numbers or not counts[code]:
                continue
            people, sure = self._find(text)
            if len(people) == 1 and (sure or any(mark in text for mark in LOST)):
                numbers[code] = people[0]
                resolved += int(counts[code])
            if people and not (len(people) == 1 and sure):
                _doubt(table, column, int(np.flatnonzero(codes == code)[0]), int(counts[code]), people)
        if resolved:
            table.report_sheet(
                notice(
                    "personen-nach-namen",
                    f"In {resolved} Zeilen steht ein Name oder Handzeichen statt einer Nummer; die Person wurde danach "
                    "gefunden.",
                    "Nichts zu tun.",
                ),
                column=column,
                count=resolved,
            )
        return CodedColumn(codes, numbers)

    def _find(self, text: str) -> tuple[list[str], bool]:
        if len(text) > _LONGEST or sum(map(text.count, LOST)) > MOST_LOST:
            return [], False
        if marked := self._marks.get(fold(text)):
            return sorted(marked), True
        if match := _IN_BRACKETS.fullmatch(text):
            number = (match[2] or match[3]).strip()
            if number in self._numbers:
                return [number], True
        return self._names.find(without_titles(text))


@dataclass(frozen=True, slots=True)
class KnownPeople:
    """The people whom a file may call by name, and the numbers whose rows were all left out as faulty."""

    residents: PersonIndex
    staff: PersonIndex
    residents_left_out: frozenset[str] = frozenset()
    staff_left_out: frozenset[str] = frozenset()


def numbers_left_out(table: Table | None, column: str) -> frozenset[str]:
    """Return the numbers of people in rows with an error that costs the row."""
    if table is None or not table.faulty.any():
        return frozenset()
    codes, cells = table.raw(column)
    written = (cells[code] for code in np.unique(codes[table.faulty]).tolist())
    return frozenset(number for cell in written if (number := cell_values.identifier_or_blank(cell)))


def _marks(sheet: Table, numbers: frozenset[str]) -> dict[str, set[str]]:
    """Return Handzeichen -> the known numbers beside it."""
    marks: dict[str, set[str]] = {}
    mark_codes, mark_cells = sheet.raw(_MARKS)
    number_codes, number_cells = sheet.raw("Personal-Nr")
    for mark_code, number_code in set(zip(mark_codes.tolist(), number_codes.tolist(), strict=True)):
        mark = fold(cell_values.text(mark_cells[mark_code]))
        number = cell_values.identifier_or_blank(number_cells[number_code])
        if mark and number in numbers:
            marks.setdefault(mark, set()).add(number)
    return marks


def _doubt(table: Table, column: str, row: int, count: int, people: list[str]) -> None:
    message = (
        "Dieser Name passt zu mehreren Personen; die Person gilt als unbekannt."
        if len(people) > 1
        else "Dieser Name ist nicht vollständig; vermutet wird eine Person, geprüft ist das nicht."
    )
    table.report(
        warning("person-mehrdeutig", message, "Tragen Sie die Nummer der Person ein."), [row], column, count=count
    )
