"""The column `Intervention`: ids and titles of the catalogue, and what a spreadsheet made of ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from importers.files.cell import Formatted
from importers.findings import Problem, error
from importers.values.spoilt_numbers import is_day_of_year, is_decimal, is_whole_day

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rules.model import RuleBook

_AS_TEXT: Final = (
    "Formatieren Sie die Spalte als Text und tragen Sie Nummer oder Bezeichnung neu ein, oder exportieren Sie die "
    "Datei noch einmal, ohne sie in Excel zu öffnen. Zuordnen hilft nicht: Der Wert kann mehrere Nummern meinen."
)


def check_spoilt(written: str) -> None:
    """Refuse what a spreadsheet made of an id.

    Raises
    ------
    Problem
        With advice that helps: the word cannot be mapped, as it may stand for several ids.
    """
    if is_decimal(written) or is_day_of_year(written):
        raise ambiguous()
    if is_whole_day(written):
        raise error(
            "intervention-ist-datum",
            "Hier steht ein Datum statt einer Intervention; womöglich hat Excel es aus einer Nummer gemacht.",
            _AS_TEXT,
        )


def is_spoilt(text: str) -> bool:
    """Return whether a cell is no word of a home but what a spreadsheet made of an id."""
    return is_decimal(text) or is_day_of_year(text) or is_whole_day(text)


def shows_ids(book: RuleBook, cells: Iterable[Any]) -> bool:
    """Return whether the numbers among the cells of a column show ids of the catalogue, digit by digit.

    Where one shows what is none, as 4,20 would, the format is that of the whole column and says nothing of a zero.
    """
    shown = [shown_id(cell) for cell in cells if isinstance(cell, Formatted)]
    return bool(shown) and all(one in book.index for one in shown)


def shown_id(cell: Formatted) -> str:
    """Return the id that a number shows."""
    return cell.shown.replace(",", ".")


def ambiguous() -> Problem:
    """Return what is the matter with an id that became a number or a day."""
    return error(
        "intervention-mehrdeutig",
        "Excel hat die Nummer in Zahl oder Datum verwandelt; 4.1 und 4.10 sind so nicht zu unterscheiden.",
        _AS_TEXT,
    )
