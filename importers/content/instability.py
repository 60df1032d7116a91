"""Sheet `Instabilität`: which criteria of an unstable health situation applied from when to when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from importers.content.checks.cross_checks import check_numbers
from importers.content.checks.plausibility import check_future
from importers.content.shared_columns import days, frame, numbers, text_series
from importers.findings import error
from importers.values import cell_values

if TYPE_CHECKING:
    import pandas as pd

    from importers.content.table import Table
    from rules.model import RuleBook


def read_instability(table: Table, book: RuleBook, residents: frozenset[str], *, listed: bool = True) -> pd.DataFrame:
    """Return one row per period of a criterion; an open end is NaT.

    Parameters
    ----------
    residents, listed
        As :func:`importers.content.assessments.read_assessments` takes them.
    """
    resident = numbers(table, "Bewohner-Nr")
    check_numbers(table, resident, residents, listed=listed)

    def parse(value: Any) -> str:
        written = cell_values.text(value)
        if not written:
            raise error("kriterium-fehlt", "Das Kriterium fehlt.", "Tragen Sie Kurzname oder Bezeichnung ein.")
        criterion = book.find_criterion(written)
        if criterion is None:
            raise error(
                "kriterium-unbekannt",
                "Dieses Kriterium steht nicht im Regelwerk.",
                "Tragen Sie Kurzname oder Bezeichnung aus dem Blatt „Anleitung“ der Vorlage ein.",
            )
        return criterion.id

    codes, values = table.read("Kriterium", parse, "", costs_row=True)
    criterion = np.array(values, dtype=object)[codes]
    start, end = days(table, "Von", required=True), days(table, "Bis")
    table.report(
        error("bis-vor-von", "„Bis“ liegt vor „Von“.", "Berichtigen Sie eines der beiden Daten."),
        np.flatnonzero(end < start).tolist(),
        "Bis",
        costs_row=True,
    )
    columns = {"resident": text_series(resident), "criterion": text_series(criterion), "start": start, "end": end}
    instability = frame(table, columns)
    check_future(table, "Von", instability["start"].to_numpy().astype("datetime64[D]"))
    return instability
