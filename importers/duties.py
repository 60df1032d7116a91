"""Sheet `Dienste`: who was on duty from when to when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from importers.cells import as_seconds, error, frame, numbers, parse_moment, text_series, texts, warning

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from importers.table import Table


def read_duties(table: Table, staff: frozenset[str]) -> pd.DataFrame:
    """Return one row per duty with start and end as local times."""
    number = numbers(table, "Personal-Nr")
    stranger = [bool(name) and name not in staff for name in number]
    table.report(
        warning(
            "personal-unbekannt",
            "Diese Personal-Nr steht nicht im Blatt „Mitarbeitende“.",
            "Ergänzen Sie die Person im Blatt „Mitarbeitende“ oder berichtigen Sie die Nummer.",
        ),
        np.flatnonzero(stranger).tolist(),
        "Personal-Nr",
    )
    start, end = _moments(table, "Beginn"), _moments(table, "Ende")
    table.report(
        error("ende-vor-beginn", "Das Ende liegt nicht nach dem Beginn.", "Berichtigen Sie Beginn oder Ende."),
        np.flatnonzero(end <= start).tolist(),
        "Ende",
        costs_row=True,
    )
    return frame(
        table,
        {
            "staff": text_series(number),
            "ward": text_series(texts(table, "Wohnbereich")),
            "start": start,
            "end": end,
        },
    )


def _moments(table: Table, column: str) -> np.ndarray:
    def parse(value: Any) -> datetime:
        found = parse_moment(value)
        if found is None:
            raise error("zeitpunkt-fehlt", f"„{column}“ fehlt.", "Tragen Sie Datum und Uhrzeit ein.")
        return found

    codes, values = table.read(column, parse, None, costs_row=True)
    moments: np.ndarray = as_seconds(values)[codes]
    return moments
