"""Which entry of the catalogue a cell names: by id, by title, or by both."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from importers.findings import Problem, error
from importers.values.spelling import squash

if TYPE_CHECKING:
    from rules.catalogue import CatalogueEntry
    from rules.model import RuleBook

_MARKS: Final = " -–—:.,;()[]"
_ID_FIRST: Final = re.compile(r"[(\[]?([\dA-Z.]+?)[)\]]?(?: ?[-–—:;,)] ?| )(.+)", re.ASCII)
_ID_LAST: Final = re.compile(r"(.+?)(?: ?[-–—:;,(\[] ?| )(?:Nr\.? ?)?([\dA-Z.]+)[)\]]?", re.ASCII)


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
