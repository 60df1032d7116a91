"""Sheet `Begutachtungen`: item points, continence findings, and who they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from importers.content.cross_checks import check_numbers
from importers.content.shared_columns import days, frame, numbers, text_series
from importers.findings import error, notice, warning
from importers.sheets.template_columns import SPECIAL, STOOL, URINE, fold
from importers.values import cell_values
from pebem.contracts import ITEM_MISSING
from rules.vocabulary import (
    ASSESSMENT_CELLS,
    CONTINENCE,
    COUNTED_ITEMS,
    ITEMS_WITHOUT_DAILY,
    NO_FINDING,
    allowed_points,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from importers.content.table import Table

MOST_COUNTS: Final = 9999

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
    for cell in ASSESSMENT_CELLS:
        codes, values = table.read(cell, _parser(cell), ITEM_MISSING)
        columns[cell] = np.array(values, dtype=np.int32)[codes]
    absent = [cell for cell in ASSESSMENT_CELLS if not table.has(cell)]
    if absent:
        table.report_sheet(
            notice(
                "merkmale-fehlen",
                f"{len(absent)} von {len(ASSESSMENT_CELLS)} Spalten der Begutachtung fehlen; sie gelten als unbekannt.",
                "Ergänzen Sie die Spalten, wenn die Angaben vorliegen.",
            ),
            value="; ".join(absent),
            count=len(absent),
        )
    columns["continence_urine"] = _continence(table, URINE, columns)
    columns["continence_stool"] = _continence(table, STOOL, columns)
    codes, values = table.read(SPECIAL, _parse_special, default=False)
    columns["special"] = np.array(values, dtype=bool)[codes]
    assessments = frame(table, columns)
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
    return assessments


def _continence(table: Table, column: str, columns: dict[str, Any]) -> np.ndarray:
    codes, values = table.read(column, _parse_continence, NO_FINDING)
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


def _parser(cell: str) -> Callable[[Any], int]:
    item, _, frequency = cell.partition(" ")
    if item not in COUNTED_ITEMS:
        allowed = allowed_points(item)
        choice = ", ".join(map(str, allowed[:-1])) + f" oder {allowed[-1]}"

        def points(value: Any) -> int:
            points = _whole(value)
            if points is None:
                return ITEM_MISSING
            if points not in allowed:
                raise error(
                    "punktwert-ungueltig",
                    f"Diesen Punktwert gibt es bei {item} nicht; der Wert gilt als unbekannt.",
                    f"Tragen Sie {choice} ein oder lassen Sie die Zelle leer.",
                )
            return points

        return points

    def counts(value: Any) -> int:
        count = _whole(value)
        if count is None:
            return ITEM_MISSING
        if not 0 <= count <= MOST_COUNTS:
            raise error(
                "anzahl-ungueltig",
                "Die Anzahl ist keine ganze Zahl von 0 bis 9.999; der Wert gilt als unbekannt.",
                "Tragen Sie ein, wie oft die Maßnahme anfällt, oder lassen Sie die Zelle leer.",
            )
        if count and frequency == "täglich" and item in ITEMS_WITHOUT_DAILY:
            raise error(
                "taeglich-nicht-vorgesehen",
                f"Bei {item} ist keine tägliche Häufigkeit vorgesehen; der Wert gilt als unbekannt.",
                "Tragen Sie die Häufigkeit wöchentlich oder monatlich ein.",
            )
        return count

    return counts


def _whole(value: Any) -> int | None:
    """Return a whole number, None if blank, -2 (allowed nowhere) for anything else."""
    try:
        return cell_values.whole(value)
    except ValueError:
        return -2


def _parse_continence(value: Any) -> int:
    written = cell_values.text(value)
    if not written:
        return NO_FINDING
    position = _CONTINENCE.get(fold(written))
    if position is None:
        raise error(
            "kontinenz-unbekannt",
            "Diesen Befund gibt es nicht; er gilt als nicht angegeben.",
            "Wählen Sie: " + ", ".join(CONTINENCE) + ".",
        )
    return position


def _parse_special(value: Any) -> bool:
    written = fold(cell_values.text(value))
    if written not in {"ja", "x", "nein", ""}:
        raise error("ja-nein-unbekannt", "Hier steht weder ja noch nein; es gilt nein.", "Tragen Sie ja oder nein ein.")
    return written in {"ja", "x"}
