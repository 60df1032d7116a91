"""Sheet `Begutachtungen`: item points, continence findings, and who they belong to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from importers.content.assessment_items import read_items
from importers.content.checks.contradictions import check_assessments
from importers.content.checks.cross_checks import check_numbers
from importers.content.checks.plausibility import check_future
from importers.content.shared_columns import days, frame, numbers, text_series
from importers.findings import error, notice, warning
from importers.sheets.template_columns import SPECIAL, STOOL, URINE, fold
from importers.values import cell_values
from rules.vocabulary import ASSESSMENT_CELLS, CONTINENCE, MISSING, NO_FINDING, UNREADABLE_FINDING

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from importers.content.table import Table

_YES: Final = frozenset({"ja", "j", "x", "wahr", "true", "1"})
_NO: Final = frozenset({"nein", "n", "falsch", "false", "0", ""})
_NAMED: Final = 12
"""Headings that a finding names."""

_LIKE_ITEM: Final = re.compile(r"\d[.,]\d")
"""What a heading of an item looks like, read or not."""

_CONTINENCE: Final = {fold(name): position for position, name in enumerate(CONTINENCE)} | {
    "staendig kontinent": 0,
    "vollstaendig inkontinent": 3,
    "dauerkatheter": 4,
    "urostoma": 4,
    "dauerkatheter / urostoma": 4,
    "colo /ileostoma": 5,
    "colostoma": 5,
    "ileostoma": 5,
}
_URINE_ONLY: Final = {"dk": 4, "spk": 4, "blasenkatheter": 4, "katheter": 4, "suprapubischer katheter": 4}
_CONTINENCE_ITEM: Final = {URINE: "4.11", STOOL: "4.12"}


def read_assessments(table: Table, residents: frozenset[str] | None, *, listed: bool = True) -> pd.DataFrame:
    """Return one row per assessment, in the order of the file.

    Parameters
    ----------
    residents
        Known resident numbers; rows of others are left out. None: not checked.
    listed
        Whether the files hold a list of residents; without one, others are only reported.
    """
    resident = numbers(table, "Bewohner-Nr")
    if residents is not None:
        check_numbers(table, resident, residents, listed=listed)
    columns: dict[str, Any] = {"resident": text_series(resident), "date": days(table, "Datum")}
    columns |= read_items(table)
    _note_absent_columns(table)
    columns["continence_urine"] = _continence(table, URINE, columns)
    columns["continence_stool"] = _continence(table, STOOL, columns)
    codes, values = table.read(SPECIAL, _parse_special, MISSING)
    columns["special"] = np.array(values, dtype=np.int8)[codes]
    assessments = frame(table, columns)
    check_future(table, "Datum", assessments["date"].to_numpy().astype("datetime64[D]"))
    again = assessments[["resident", "date"]].assign(file=table.sources_of_good_rows).duplicated().to_numpy()
    table.report(
        warning(
            "begutachtung-doppelt",
            "Für diese Person gibt es weiter oben schon eine Begutachtung von diesem Tag; es gilt die spätere Zeile.",
            "Löschen Sie die überholte Zeile oder berichtigen Sie das Datum.",
        ),
        np.flatnonzero(~table.faulty)[again].tolist(),
        "Datum",
    )
    check_assessments(table, assessments)
    return assessments


def _note_absent_columns(table: Table) -> None:
    absent = [cell for cell in ASSESSMENT_CELLS if not table.has(cell)]
    others = [text for place in table.places for text in place.unknown]
    readable = any(map(table.has, (URINE, STOOL, SPECIAL))) and not any(map(_LIKE_ITEM.search, others))
    if len(absent) == len(ASSESSMENT_CELLS) and len(table.rows) and not readable:
        seen = f" Nicht gelesen: {', '.join(f'„{text}“' for text in dict.fromkeys(others[:_NAMED]))}." if others else ""
        table.report_sheet(
            error(
                "merkmale-fehlen",
                f"Keine Spalte dieses Blatts ist ein Merkmal der Begutachtung; alle gelten als unbekannt.{seen}",
                "Nennen Sie die Spalten wie in der Vorlage 1.1, 1.2 … 6.6, mit einer Zeile je Begutachtung.",
            ),
            value="; ".join(others[:_NAMED]),
            count=len(table.rows),
        )
    elif absent:
        table.report_sheet(
            notice(
                "merkmale-fehlen",
                f"{len(absent)} von {len(ASSESSMENT_CELLS)} Spalten der Begutachtung fehlen; sie gelten als unbekannt.",
                "Ergänzen Sie die Spalten, wenn die Angaben vorliegen.",
            ),
            value="; ".join(absent),
            count=len(absent),
        )


def _continence(table: Table, column: str, columns: dict[str, Any]) -> np.ndarray:
    codes, values = table.read(column, _parse_continence(column), UNREADABLE_FINDING)
    findings: np.ndarray = np.array(values, dtype=np.int32)[codes]
    item = _CONTINENCE_ITEM[column]
    table.report(
        warning(
            "kontinenz-fehlt",
            f"Das Merkmal {item} hat Punkte, aber der Befund fehlt; die Person gilt als kontinent.",
            f"Tragen Sie in „{column}“ den Befund ein.",
        ),
        np.flatnonzero((findings == NO_FINDING) & (columns[item] > 0)).tolist(),
        column,
    )
    return findings


def _parse_continence(column: str) -> Callable[[Any], int]:
    known = _CONTINENCE | (_URINE_ONLY if column == URINE else {})

    def parse(value: Any) -> int:
        written = cell_values.text(value)
        if not written:
            return NO_FINDING
        position = known.get(fold(written))
        if position is None:
            raise error(
                "kontinenz-unbekannt",
                f"Diesen Befund gibt es nicht; ob Punkte bei {_CONTINENCE_ITEM[column]} zählen, gilt als unbekannt.",
                "Wählen Sie: " + ", ".join(CONTINENCE) + ".",
            )
        return position

    return parse


def _parse_special(value: Any) -> int:
    written = fold(cell_values.text(value))
    if written not in {*_YES, *_NO}:
        raise error(
            "ja-nein-unbekannt",
            "Hier steht weder ja noch nein; die Bedarfskonstellation und damit der Pflegegrad gelten als unbekannt.",
            "Tragen Sie ja oder nein ein.",
        )
    return int(written in _YES)
