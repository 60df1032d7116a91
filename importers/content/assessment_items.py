"""The items of assessments: points of modules 1 to 4 and 6, and the counts of module 5 with what a blank one means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from importers.findings import error, notice, warning
from importers.sheets.heading_rows import BLANK_IS_NONE
from importers.values import assessment_words, cell_values
from pebem.contracts import ITEM_MISSING
from rules.vocabulary import ASSESSMENT_CELLS, COUNTED_ITEMS, FREQUENCIES, ITEMS_WITHOUT_DAILY, allowed_points

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from importers.content.table import Table

MOST_COUNTS: Final = 9999
_UNREADABLE: Final = -2
"""A cell that cannot be read: unknown like a blank one, but nothing is concluded from it."""


def read_items(table: Table) -> dict[str, NDArray[np.int32]]:
    """Return the points or counts of each cell of the instrument, -1 = unknown; each of shape (rows,).

    Of the three counts of a criterion of module 5 the form allows one. So where one is given, the others are 0. Where
    all three are blank although the module was worked on, they mean what the home has said of this source; until it has
    said so, they are unknown.
    """
    items: dict[str, NDArray[np.int32]] = {}
    for cell in ASSESSMENT_CELLS:
        codes, values = table.read(cell, _parser(cell), _UNREADABLE)
        items[cell] = np.array(values, dtype=np.int32)[codes]
    counted = [cell for cell in items if cell.partition(" ")[0] in COUNTED_ITEMS]
    worked_on = np.logical_or.reduce([items[cell] != ITEM_MISSING for cell in (*counted, "5.16")])
    means_none = np.array([place.blank_counts == BLANK_IS_NONE for place in table.places], dtype=bool)[table.file_of]
    open_criteria = np.zeros((2, len(table.rows)), dtype=np.int64)
    for item in COUNTED_ITEMS:
        cells = [f"{item} {frequency}" for frequency in FREQUENCIES]
        blank = np.array([items[cell] == ITEM_MISSING for cell in cells])
        given = np.array([items[cell] >= 0 for cell in cells]).any(axis=0)
        unanswered = blank.all(axis=0) & worked_on & any(map(table.has, cells))
        open_criteria += np.array([unanswered & ~means_none, unanswered & means_none])
        none = given | (unanswered & means_none)
        for cell, is_blank in zip(cells, blank, strict=True):
            items[cell][is_blank & none] = 0
        if item in ITEMS_WITHOUT_DAILY:  # what stands there was meant for one of the other two
            for cell in cells[1:]:
                items[cell][items[cells[0]] == _UNREADABLE] = ITEM_MISSING
    for points in items.values():
        points[points == _UNREADABLE] = ITEM_MISSING
    _note_blank_counts(table, *open_criteria)
    return items


def _note_blank_counts(table: Table, unknown: NDArray[np.int64], none: NDArray[np.int64]) -> None:
    """Say in how many assessments all counts of a criterion are blank, and what they were read as."""
    if rows := int((unknown > 0).sum()):
        table.report_sheet(
            warning(
                "anzahl-leer",
                f"In {rows} Begutachtungen sind bei {int(unknown.sum())} Kriterien des Moduls 5 alle drei Häufigkeiten "
                "leer, obwohl das Modul bearbeitet ist; sie gelten als unbekannt, und damit Modul 5 und Pflegegrad.",
                "Vermutlich heißt leer „entfällt“: Beantworten Sie das beim Einlesen einmal für diese Quelle, nehmen "
                f"Sie ein Profil mit „blank_counts“: „{BLANK_IS_NONE}“, oder tragen Sie 0 oder „entfällt“ ein.",
            ),
            column="5.1 bis 5.15",
            count=rows,
        )
    if rows := int((none > 0).sum()):
        table.report_sheet(
            notice(
                "anzahl-leer-entfaellt",
                f"In {rows} Begutachtungen gelten {int(none.sum())} Kriterien des Moduls 5 ohne Angabe als „entfällt“, "
                "wie für diese Quelle festgelegt.",
                "Nichts zu tun.",
            ),
            column="5.1 bis 5.15",
            count=rows,
        )


def _parser(cell: str) -> Callable[[Any], int]:
    item, _, frequency = cell.partition(" ")
    return _counts_parser(cell, item, frequency) if item in COUNTED_ITEMS else _points_parser(cell)


def _points_parser(item: str) -> Callable[[Any], int]:
    allowed = allowed_points(item)
    choice = ", ".join(map(str, allowed[:-1])) + f" oder {allowed[-1]}"

    def points(value: Any) -> int:
        written = _value(value, lambda text: assessment_words.points(item, text))
        if written is None:
            return ITEM_MISSING
        if written not in allowed:
            raise error(
                "punktwert-ungueltig",
                f"Diesen Punktwert gibt es bei {item} nicht; der Wert gilt als unbekannt.",
                f"Tragen Sie {choice} ein oder lassen Sie die Zelle leer.",
            )
        return written

    return points


def _counts_parser(cell: str, item: str, frequency: str) -> Callable[[Any], int]:
    def counts(value: Any) -> int:
        count = _value(value, lambda text: assessment_words.count(cell, text))
        if count is None:
            return ITEM_MISSING
        if not 0 <= count <= MOST_COUNTS:
            raise error(
                "anzahl-ungueltig",
                "Die Anzahl ist keine ganze Zahl von 0 bis 9.999; der Wert gilt als unbekannt.",
                "Tragen Sie ein, wie oft die Maßnahme anfällt, oder „entfällt“.",
            )
        if count and frequency == "täglich" and item in ITEMS_WITHOUT_DAILY:
            raise error(
                "taeglich-nicht-vorgesehen",
                f"Bei {item} ist keine tägliche Häufigkeit vorgesehen; das Kriterium gilt als unbekannt.",
                "Tragen Sie die Häufigkeit wöchentlich oder monatlich ein.",
            )
        return count

    return counts


def _value(value: Any, read_words: Callable[[str], int | None]) -> int | None:
    """Return a whole number or what words stand for, None if blank, -2 (allowed nowhere) for anything else."""
    try:
        return cell_values.whole(value)
    except ValueError:
        known = read_words(value if isinstance(value, str) else "")
        return _UNREADABLE if known is None else known
