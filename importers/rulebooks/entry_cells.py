"""Cells of a rulebook workbook into the values of its files."""

from __future__ import annotations

import difflib
import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from importers.content.shared_columns import DAY_FORMATS
from importers.files.cell import Odd, shown
from importers.findings import error
from importers.rulebooks.columns import ALL_KINDS, BASE, YES, Form
from importers.sheets.template_columns import clean, fold
from importers.values import cell_values, days_and_times
from rules.language.condition import ConditionError, parse
from rules.vocabulary import HIGHEST_LEVEL, KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from importers.findings import Problem
    from importers.rulebooks.columns import Column

_AS_TEXT: Final = (
    "Formatieren Sie die Zelle als Text und schreiben Sie den Wert neu, so wie er im Katalog steht; 4.10 ist nicht 4.1."
)
_SEPARATORS: Final = re.compile(r"[,;\n]+")
_ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_PER_CENT: Final = 100


def value_of(cell: Any, column: Column) -> Any:
    """Return the value of a cell, None where it is blank.

    Raises
    ------
    importers.content.table.Problem
        Where the cell has no value of the column's form, or is blank and must not be.
    """
    if isinstance(cell, Odd):
        raise error(
            "zelle-ohne-wert",
            f"Diese Zelle enthält keinen Wert, sondern „{cell.shown}“.",
            "Ersetzen Sie die Formel oder den Fehler durch den Wert.",
        )
    if isinstance(cell, str) and not clean(cell):
        if column.required:
            raise error("angabe-fehlt", f"„{column.heading}“ fehlt.", column.meaning)
        return None
    return _READERS[column.form](cell, column)


def _text(cell: Any, _: Column) -> str:
    """Return a text exactly as it stands; only line ends are made one kind."""
    return shown(cell).replace("\r\n", "\n").replace("\r", "\n")


def _id(cell: Any, column: Column) -> str:
    if isinstance(cell, str):
        return clean(cell)
    if isinstance(cell, int | float) and not isinstance(cell, bool) and cell == int(cell):
        return str(int(cell))  # no zero at the end can be lost
    raise _ambiguous(cell, column)


def _ambiguous(cell: Any, column: Column) -> Problem:
    what = "ein Datum" if isinstance(cell, date) else "eine Zahl"
    return error(
        "nummer-mehrdeutig",
        f"In der Spalte „{column.heading}“ steht {what} ({shown(cell)}) statt eines Textes; "
        "Nullen am Ende sind dann verloren.",
        _AS_TEXT,
    )


def _list(cell: Any, column: Column) -> list[str]:
    if not isinstance(cell, str):
        raise _ambiguous(cell, column)
    return [part for raw in _SEPARATORS.split(cell) if (part := clean(raw))]


def _kinds(cell: Any, column: Column) -> str | list[str]:
    names = [_one_of(name, (ALL_KINDS, *KINDS), column) for name in _list(cell, column)]
    return ALL_KINDS if names == [ALL_KINDS] else names


def _one_of(name: str, choices: Sequence[str], column: Column) -> str:
    """Return the choice a text means; case and the spelling of umlauts are ignored."""
    match = {fold(choice): choice for choice in choices}.get(fold(name))
    if match is None:
        close = difflib.get_close_matches(name.casefold(), choices, 1)
        meant = f" Meinten Sie „{close[0]}“?" if close else ""
        raise error(
            "wert-unbekannt",
            f"„{name}“ ist in der Spalte „{column.heading}“ nicht möglich.{meant}",
            f"Möglich sind: {', '.join(choices)}.",
        )
    return match


def _choice(cell: Any, column: Column) -> str | None:
    if column.choices == (YES,):
        answer = YES if cell is True else "nein" if cell is False else _one_of(shown(cell), (YES, "nein"), column)
        return YES if answer == YES else None
    return _one_of(shown(cell), column.choices, column)


def _whole(cell: Any, column: Column, lowest: int, highest: int) -> int:
    try:
        number = cell_values.whole(cell)
    except ValueError:
        number = None
    if number is None or not lowest <= number <= highest:
        raise error(
            "zahl-unmoeglich",
            f"„{shown(cell)}“ ist in der Spalte „{column.heading}“ nicht möglich.",
            f"Tragen Sie eine ganze Zahl von {lowest} bis {highest} ein.",
        )
    return number


def _level(cell: Any, column: Column) -> int:
    written = re.sub(r"(?i)^qn\s*", "", clean(cell)) if isinstance(cell, str) else cell
    return _whole(written, column, 1, HIGHEST_LEVEL)


def _level_or_base(cell: Any, column: Column) -> int | str:
    return BASE if isinstance(cell, str) and fold(cell) == BASE else _level(cell, column)


def _per_cent(cell: Any, column: Column) -> int:
    if isinstance(cell, str):
        cell = clean(cell).removesuffix("%").strip()
    return _whole(cell, column, 1, _PER_CENT)


def _day(cell: Any, column: Column) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    try:
        if isinstance(cell, str) and _ISO_DAY.fullmatch(clean(cell)):
            return date.fromisoformat(clean(cell)).isoformat()
        moment = days_and_times.sure_moment(cell)
    except ValueError:
        moment = None
    if moment is None:
        raise error(
            "datum-unlesbar", f"„{shown(cell)}“ ist in der Spalte „{column.heading}“ kein lesbares Datum.", DAY_FORMATS
        )
    return moment.date().isoformat()


def _condition(cell: Any, column: Column) -> str:
    written = _text(cell, column)
    try:
        parse(written)
    except ConditionError as problem:
        raise error(
            "bedingung-unlesbar",
            f"Die Bedingung ist ab Zeichen {problem.position + 1} nicht lesbar: {problem}",
            "Berichtigen Sie die Bedingung; das Blatt „Anleitung“ zeigt die Sprache mit Beispielen.",
        ) from None
    return written


_READERS: Final = {
    Form.TEXT: _text,
    Form.ID: _id,
    Form.IDS: _list,
    Form.KINDS: _kinds,
    Form.DAY: _day,
    Form.LEVEL: _level,
    Form.LEVEL_OR_BASE: _level_or_base,
    Form.PERCENT: _per_cent,
    Form.CHOICE: _choice,
    Form.CONDITION: _condition,
}
