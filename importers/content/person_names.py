"""Names of people: titles, order, and one column for both."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from importers.problems import notice, warning
from importers.rosters.staff_names import StaffNames
from importers.values import cell_values
from importers.values.spelling import LOST, MOST_LOST, fold, squash

if TYPE_CHECKING:
    from collections.abc import Iterable

    from importers.content.table import Table

_TITLES: Final = re.compile(
    r"^(?:(?:frau|herrn?|dr|prof)\s+|(?:hr|fr|dr|prof|med|rer|nat|phil|dipl)\.(?:-[\w-]+\.?)?\s*)+(?=\S)", re.IGNORECASE
)
_GIVEN_FIRST: Final = re.compile("vorname(?:n)?(?:name|nachname|zuname|familienname)")
_LONGEST: Final = 200
"""Characters of the longest name."""

_MARKS: Final = "Handzeichen"
_IN_BRACKETS: Final = re.compile(
    r"(.+?) ?[(\[](?:nr\.? ?)?([^()\[\]]*\d[^()\[\]]*)[)\]]|([^\s,]*\d[^\s,]*)[ ,:\-–]+(\D+)", re.IGNORECASE
)


def without_titles(value: Any) -> str:
    """Return a name as text without "Frau", "Dr." and the like before it."""
    return _TITLES.sub("", cell_values.text(value))


def split_names(table: Table, names: np.ndarray, given: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return surnames and given names, where one column holds both: by its comma, or as its heading says."""
    given_first = bool(_GIVEN_FIRST.match(squash(table.heading("Name"))))
    names, given = names.copy(), given.copy()
    count = 0
    for index in np.flatnonzero(pd.isna(given) & ~pd.isna(names)):
        name = names[index]
        if "," in name:
            last, _, first = name.partition(",")
        elif given_first:
            first, _, last = name.rpartition(" ")
        else:
            continue
        if last.strip() and first.strip():
            names[index], given[index] = last.strip(), without_titles(first.strip())
            count += 1
    if count:
        table.report_sheet(
            notice(
                "namen-geteilt",
                f"{count} Namen stehen mit Vornamen in einer Spalte; sie wurden in Name und Vorname geteilt.",
                "Nichts zu tun.",
            ),
            column="Name",
            count=count,
        )
    return names, given


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
        self._names = StaffNames(numbers, people.set_axis(["staff", "name", "given"], axis=1))
        self._marks: dict[str, set[str]] = {}
        if sheet is not None and sheet.has(_MARKS):
            codes, marks = sheet.raw(_MARKS)
            number_codes, number_cells = sheet.raw("Personal-Nr")
            for code, number_code in set(zip(codes.tolist(), number_codes.tolist(), strict=True)):
                mark = fold(cell_values.text(marks[code]))
                try:
                    number = cell_values.identifier(number_cells[number_code])
                except ValueError:
                    continue
                if mark and number in numbers:
                    self._marks.setdefault(mark, set()).add(number)

    def resolve(self, table: Table, column: str, codes: np.ndarray, written: list[str]) -> list[str]:
        """Return the number each text stands for; the text itself where it is a number, or stands for nobody.

        Parameters
        ----------
        codes
            Code of each row into ``written``.
        """
        found = list(written)
        counts = np.bincount(codes[codes >= 0], minlength=len(written))
        resolved = 0
        for code, text in enumerate(written):
            if not text or text in self._numbers or not counts[code]:
                continue
            people, sure = self._find(text)
            if len(people) == 1 and (sure or any(mark in text for mark in LOST)):
                found[code] = people[0]
                resolved += int(counts[code])
            if people and not (len(people) == 1 and sure):
                self._doubt(table, column, int(np.flatnonzero(codes == code)[0]), int(counts[code]), people)
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
        return found

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

    def _doubt(self, table: Table, column: str, row: int, count: int, people: list[str]) -> None:
        message = (
            "Dieser Name passt zu mehreren Personen; die Person gilt als unbekannt."
            if len(people) > 1
            else "Dieser Name ist nicht vollständig; vermutet wird eine Person, geprüft ist das nicht."
        )
        table.report(
            warning("person-mehrdeutig", message, "Tragen Sie die Nummer der Person ein."), [row], column, count=count
        )


def names_in(tables: Iterable[Table]) -> frozenset[str]:
    """Return what sheets call people, also in rows with errors: what must not get into any word that is kept (T1)."""
    return frozenset(
        without_titles(cell)
        for table in tables
        for column in ("Name", "Vorname", "Bewohner-Nr", "Personal-Nr")
        for cell in table.raw(column)[1]
        if isinstance(cell, str) and not any(sign.isdigit() for sign in cell)
    )
