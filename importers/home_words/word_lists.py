"""A list of a home's own words as a text file: one word a line, or a table with a column of them."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from importers.files import delimited, limits
from importers.findings import UnreadableError
from importers.sheets import synonyms, template_columns
from importers.values.spelling import clean, fold

if TYPE_CHECKING:
    from pathlib import Path

_SEPARATORS: Final = (";", "\t", ",")
_HEADINGS: Final = frozenset(
    map(fold, ("Wort", "Wörter", "Bezeichnung", "Bezeichnungen", "Interventionen", "Maßnahmen"))
)
"""Headings of such a list that are none of the sheet ``Interventionen``."""


def words_of(path: Path) -> list[str]:
    """Return the words of a file as they stand, blank ones left out.

    Of a table it is the column whose heading means an intervention, otherwise the first. A comma separates columns only
    where the first line has such a heading: names of interventions have commas of their own.

    Raises
    ------
    UnreadableError
        Where the file is no text, or has no word.
    """
    ((name, data),) = limits.contents([path])
    text = delimited.decode(name, data)[0]
    if "\0" in text:
        raise UnreadableError(f"„{name}“ ist keine Textdatei. Bitte speichern Sie die Liste als CSV.")
    records = [
        record for record in csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text)) if any(record)
    ]
    head = [_is_heading(cell) for cell in records[0]] if records else []
    place = head.index(True) if True in head else 0
    words = [clean(record[place]) for record in records[any(head) :] if len(record) > place]
    if not any(words):
        raise UnreadableError(f"In „{name}“ steht kein Wort. Bitte schreiben Sie eines je Zeile.")
    return [word for word in words if word]


def _separator(text: str) -> str:
    first = text.partition("\n")[0]
    for separator in _SEPARATORS:
        cells = first.split(separator)
        if len(cells) > 1 and (separator != "," or any(map(_is_heading, cells))):
            return separator
    return "\t"


def _is_heading(cell: str) -> bool:
    heading = cell.strip().strip('"')
    matches = template_columns.matches("Interventionen", heading, synonyms.usual())
    return fold(heading) in _HEADINGS or any(
        match.column == "Intervention" and match.confidence >= synonyms.LIKELY and not match.shape for match in matches
    )
