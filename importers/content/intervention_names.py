"""Which entry of the catalogue a cell names: by id, by title, by both, or by what the home has said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from importers.findings import Problem, error, notice
from importers.sheets.template_columns import fold
from importers.values import cell_values
from importers.values.spelling import squash

if TYPE_CHECKING:
    from collections.abc import Mapping

    from importers.content.table import Table
    from rules.catalogue import CatalogueEntry
    from rules.model import RuleBook

_MARKS: Final = " -–—:.,;()[]"
_ID_FIRST: Final = re.compile(r"[(\[]?([\dA-Z.]+?)[)\]]?(?: ?[-–—:;,)] ?| )(.+)", re.ASCII)
_ID_LAST: Final = re.compile(r"(.+?)(?: ?[-–—:;,(\[] ?| )(?:Nr\.? ?)?([\dA-Z.]+)[)\]]?", re.ASCII)

IGNORE: Final = "ignorieren"
LATER: Final = "später"
"""What a home can map a name to instead of a catalogue id: it is no intervention; not decided yet."""

SPLIT: Final = "aufteilen"
NO_ENTRY: Final = "passt nicht"
"""The same: it is several interventions at once; it is one that the catalogue does not have. Its rows stay out."""

UNCOUNTED: Final = {
    SPLIT: (
        "bezeichnung-aufteilen",
        "Diese Bezeichnung meint nach Ihrer Zuordnung mehrere Interventionen; ihre Minuten gehören keiner allein.",
        "Erfassen Sie sie künftig getrennt, jede mit ihren Minuten. Bis dahin zählen diese Zeilen nicht.",
    ),
    NO_ENTRY: (
        "bezeichnung-ohne-eintrag",
        "Für diese Bezeichnung gibt es nach Ihrer Zuordnung keinen Eintrag im Katalog.",
        "Nichts zu tun; diese Zeilen zählen nicht. Passt doch ein Eintrag, ändern Sie die Zuordnung.",
    ),
}
"""Why rows of such a name stay out: code, message and repair of the finding."""


def find_entry(book: RuleBook, written: str) -> CatalogueEntry | None:
    """Return the entry with this id or title, or with both: "4.10 Intimpflege", "Intimpflege (4.10)"."""
    if entry := book.find_intervention(written):
        return entry
    stated = _id_and_title(book, written)
    return stated[0] if stated and squash(stated[0].title) == squash(stated[1]) else None


def _id_and_title(book: RuleBook, written: str) -> tuple[CatalogueEntry, str] | None:
    """Return the entry whose id a text begins or ends with, and the rest of the text; None without one."""
    first, last = _ID_FIRST.fullmatch(written), _ID_LAST.fullmatch(written)
    for number, rest in ((first[1], first[2]) if first else ("", ""), (last[2], last[1]) if last else ("", "")):
        if number in book.index:
            return book.interventions[book.index[number]], rest.strip(_MARKS)
    return None


def contradiction(book: RuleBook, written: str) -> Problem | None:
    """Return the problem of an id beside the title of another entry."""
    stated = _id_and_title(book, written)
    other = book.find_intervention(stated[1]) if stated else None
    if not stated or not other:
        return None
    return error(
        "intervention-widerspruch",
        f"Nummer und Bezeichnung widersprechen sich: {stated[0].id} heißt „{stated[0].title}“, „{other.title}“ ist "
        f"{other.id}.",
        "Tragen Sie die zutreffende Nummer oder Bezeichnung ein.",
    )


def is_settled(target: str, book: RuleBook) -> bool:
    """Return whether a home's answer for a name holds with this rulebook."""
    return target in book.index or target == IGNORE or target in UNCOUNTED


def _own_name(cell: Any, book: RuleBook, own: Mapping[str, str]) -> str:
    """Return what a cell the catalogue does not know is mapped to, "" = nothing."""
    if not own or not isinstance(cell, str) or find_entry(book, cell_values.text(cell)):
        return ""
    return own.get(fold(cell), "")


def leave_out(table: Table, book: RuleBook, own: Mapping[str, str]) -> int:
    """Drop the rows whose name the home has decided to ignore, with a notice of how many they are."""
    codes, cells = table.raw("Intervention")
    dropped = np.array([_own_name(cell, book, own) == IGNORE for cell in cells], dtype=bool)[codes]
    count = int(dropped.sum())
    if count:
        table.report_sheet(
            notice(
                "zeilen-ignoriert",
                f"{count} Zeilen haben eine Bezeichnung, die Ihre Zuordnung nicht als Intervention zählt.",
                "Nichts zu tun. Soll eine davon zählen, ändern Sie ihre Zuordnung und laden Sie die Datei noch einmal.",
            ),
            column="Intervention",
            count=count,
        )
        table.drop(dropped)
    return count


def note_mapped(table: Table, book: RuleBook, own: Mapping[str, str]) -> None:
    """Add a notice of how many rows have a name the home has mapped to an entry."""
    codes, cells = table.raw("Intervention")
    count = int(np.array([_own_name(cell, book, own) in book.index for cell in cells], dtype=bool)[codes].sum())
    if count:
        table.report_sheet(
            notice(
                "bezeichnung-zugeordnet",
                f"{count} Zeilen haben eine eigene Bezeichnung Ihres Hauses, die einer Intervention zugeordnet ist.",
                "Nichts zu tun.",
            ),
            column="Intervention",
            count=count,
        )
