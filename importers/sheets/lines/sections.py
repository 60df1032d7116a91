"""Lines of a report that say something about all rows below them: "Wohnbereich: Rosenhof", "Bewohner: | Nr. | 0042"."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from importers.files.cell import shown
from importers.sheets.synonyms import LIKELY, SURE
from importers.sheets.template_columns import matches
from importers.values import days_and_times
from importers.values.roster_times import month_and_year, only_day
from importers.values.spelling import clean, squash
from importers.values.word_meanings import is_status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

WARD, RESIDENT, STAFF, SHIFT, STATUS, DAY = "Wohnbereich", "Bewohner-Nr", "Personal-Nr", "Schicht", "Status", "Datum"
_COLUMNS: Final = (WARD, RESIDENT, STAFF, SHIFT, STATUS)
"""Columns that a line may fill for the rows below it."""

WITHIN_OTHERS: Final = frozenset({RESIDENT, STAFF, STATUS, DAY})
"""Columns whose lines hold within the block of another line: the next resident has no employee yet."""

PERFORMED: Final = "durchgeführt"
"""What a row without a status is anyway."""

_NUMBER: Final = frozenset({"nr", "nummer", "id"})
_LABELS_OF: Final = "Interventionen"
"""The sheet that has all these columns; what homes call them is known of it."""


def statements(cells: Sequence[tuple[int, Any]], *, alone: bool) -> dict[str, str]:
    """Return what a line says about the rows below it, by column; "" where that is not one value.

    Parameters
    ----------
    cells
        Position and content of the cells that are not blank.
    alone
        Whether the line stands between the rows of a table: there it says nothing else.
    """
    texts = [clean(shown(cell)) for _, cell in cells]
    if alone and len(texts) == 1 and (day := _day(texts[0])):
        return {DAY: f"{day:%d.%m.%Y}"}
    if len(texts) == 1 and (single := _without_colon(texts[0], alone=alone)):
        return single
    said: dict[str, str] = {}
    position = 0
    while position < len(texts):
        label, colon, value = map(str.strip, texts[position].partition(":"))
        column = _column(label, LIKELY) if colon else _column(label, SURE) if len(texts) == 2 else ""
        if column == WARD and not alone and not _column(label, SURE):
            column = ""  # "Bereich: Pflege" over a report names no ward
        if not column and said.get(RESIDENT) and squash(label) in _NUMBER:
            column = RESIDENT
        if not value and (column or colon) and position + 1 < len(texts):
            position += 1
            value = texts[position]
        position += 1
        if column and value and (colon or not matches(_LABELS_OF, value)) and (column != STATUS or is_status(value)):
            said[column] = value
        elif alone and not (column or colon):
            return {}
    return {column: _one(column, value) for column, value in said.items() if not _words()["alle"].fullmatch(value)}


def _day(text: str) -> date | None:
    try:
        moment = days_and_times.sure_moment(text)
    except ValueError:
        return only_day(text)
    return moment.date() if moment else None


def _column(label: str, least: float) -> str:
    named = matches(_LABELS_OF, label)[:1]
    return next((one.column for one in named if one.column in _COLUMNS and one.confidence >= least), "")


def _without_colon(text: str, *, alone: bool = True) -> dict[str, str]:
    """Return what a single cell says without a colon: "WB 2", "Bewohnerin Groß, Jörg (B2)", "Frühdienst"."""
    words = _words()
    if status := _titled(text):
        return {STATUS: "" if words["mehrere"].search(text) else status}
    if ":" in text:
        return {}
    if (match := words["wohnbereich"].fullmatch(text)) and match["wert"]:
        is_ward = alone or (words["titel"].fullmatch(text) and not month_and_year(text)[0])
        return {WARD: _one(WARD, text)} if is_ward else {}
    if match := words["bewohner"].fullmatch(text):
        return {RESIDENT: match["wert"]}
    return {SHIFT: text} if words["schicht"].fullmatch(text) else {}


def _one(column: str, value: str) -> str:
    """Return a value, "" where it names several wards or shifts."""
    return "" if column in {WARD, SHIFT} and _words()["mehrere"].search(value) else value


def looks_like_section(text: str) -> bool:
    """Return whether a text may begin a line that says something about the rows below it."""
    label, colon, _ = text.partition(":")
    return bool((colon and _column(clean(label), LIKELY)) or _without_colon(text))


def may_be_others(name: str) -> bool:
    """Return whether a sheet of interventions is called as if they were planned or refused, not performed."""
    return bool(_words()["andere"].fullmatch(clean(name)) or _titled(name) not in {"", PERFORMED})


def _titled(text: str) -> str:
    return next((status for status, pattern in _titles().items() if pattern.fullmatch(clean(text))), "")


@cache
def _words() -> dict[str, re.Pattern[str]]:
    return {kind: re.compile(text, re.IGNORECASE) for kind, text in _read().items() if isinstance(text, str)}


@cache
def _titles() -> dict[str, re.Pattern[str]]:
    return {status: re.compile(text, re.IGNORECASE) for status, text in _read()["status"].items()}


@cache
def _read() -> dict[str, Any]:
    import yaml  # noqa: PLC0415  # needed only where a line is no record

    words: dict[str, Any] = yaml.safe_load(
        (Path(__file__).parent.parent / "words" / "sections.yaml").read_text("utf-8")
    )
    return words


__all__ = ["DAY", "PERFORMED", "WITHIN_OTHERS", "looks_like_section", "may_be_others", "statements"]
