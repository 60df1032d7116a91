"""Sheet „Entlastung“ of ``fit.xlsx``: what could have been done by whom, and why the rest could not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from web.reports.sheets import row_height, table
from web.wording import figures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsxwriter.worksheet import Worksheet

    from rules.model import RuleBook
    from web.reports.sheets import Styles

TITLE: Final = "Machbare Entlastung: was zur selben Stunde jemand mit passendem Niveau hätte tun können"
LAST_COLUMN: Final = 7

_WIDTHS: Final = (9, 46, 10, 14, 10, 34, 12, 12)
_HOURS, _SHARE, _LEVEL = "#,##0.0", "0.0%", '"QN "0'


def fill(sheet: Worksheet, styles: Styles, row: int, relief: Mapping[str, Any], book: RuleBook) -> None:
    """Write sums, reasons and the list of what moves to whom.

    Parameters
    ----------
    row
        Where to begin.
    relief
        The part ``entlastung`` of a document of :mod:`web.reports.fit_json`.
    """
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    above = relief["ueberqualifiziert"]["seconds"]
    sums = [
        ("Über dem nötigen Niveau erbracht", above),
        ("davon prüfbar (Uhrzeit, Wohnbereich und Dienst bekannt)", relief["pruefbar"]["seconds"]),
        ("davon machbar", relief["machbar"]["seconds"]),
        *((figures.OBSTACLE_WORDS[name], part["seconds"]) for name, part in relief["nicht_machbar"].items()),
    ]
    body = [[None, label, seconds / 3600, seconds / above if above else None] for label, seconds in sums]
    formats = [styles(), styles(bold=True, text_wrap=True), styles(num_format=_HOURS), styles(num_format=_SHARE)]
    row = table(sheet, row, ["", "Arbeit über dem nötigen Niveau", "Stunden", "Anteil"], body, formats, styles)
    sheet.merge_range(row, 0, row, LAST_COLUMN, figures.RELIEF_METHOD, styles.note)
    sheet.set_row(row, row_height([(figures.RELIEF_METHOD, sum(_WIDTHS))]))
    _moves(sheet, styles, row + 2, relief, {role.id: role.title for role in book.roles})


def _moves(sheet: Worksheet, styles: Styles, row: int, relief: Mapping[str, Any], titles: Mapping[str, str]) -> None:
    body = [
        [
            move["intervention"],
            move["titel"],
            move["qn_soll"],
            move["qn_ist"],
            move["qn_neu"],
            titles.get(move["rolle"], move["rolle"]),
            "ja" if move["zertifikat"] else None,
            move["seconds"] / 3600,
        ]
        for move in relief["was_an_wen"]
    ]
    headings = ["Nr.", "Intervention", "QN-Soll", "getan von", "möglich mit", "Rolle", "durch Zertifikat", "Stunden"]
    level = styles(num_format=_LEVEL)
    formats = [styles(), styles(bold=True), level, level, level, styles(), styles(), styles(num_format=_HOURS)]
    end = table(sheet, row, headings, body, formats, styles)
    sheet.autofilter(row, 0, max(end - 1, row), LAST_COLUMN)
