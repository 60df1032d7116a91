"""Residents without any assessment, and the share of the work that cannot be rated because of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from importers.findings import Finding, Severity
from pebem.contracts import STATUSES
from rules.vocabulary import KINDS_WITHOUT_RESIDENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from pebem.contracts import Tables
    from rules.model import RuleBook

_NAMED: Final = 5
"""Residents that the finding names."""


def note_unassessed(tables: Tables, book: RuleBook) -> Iterator[Finding]:
    """Yield a warning about residents whom no row of the sheet of assessments is about."""
    there = _there(tables)
    missing = [number for number in dict.fromkeys(there) if number not in set(tables.assessments["resident"])]
    if not missing:
        return
    work = tables.interventions
    counted = work["status"].isna().to_numpy() | (work["status"] == STATUSES[0]).to_numpy()
    needs = work["intervention"].map(
        {entry.id: entry.kind not in KINDS_WITHOUT_RESIDENT for entry in book.interventions}
    )
    unrated = int(
        (work["resident"].isin(missing).to_numpy() & needs.fillna(value=False).to_numpy(bool) & counted).sum()
    )
    named = ", ".join(missing[:_NAMED]) + (f" und {len(missing) - _NAMED} weitere" if len(missing) > _NAMED else "")
    total = int(counted.sum())
    share = f" ({100 * unrated / total:.1f} %)".replace(".", ",") if total else ""
    yield Finding(
        Severity.WARNING,
        "begutachtung-fehlt",
        f"{len(missing)} von {there.nunique()} Bewohner:innen haben keine Begutachtung; deshalb sind {unrated} von "
        f"{total} durchgeführten Interventionen{share} nicht bewertbar.",
        "Ergänzen Sie ihre Begutachtungen, oder prüfen Sie, ob ihre Nummern überall gleich geschrieben sind.",
        sheet="Begutachtungen",
        column="Bewohner-Nr",
        value=named,
        count=len(missing),
    )


def _there(tables: Tables) -> pd.Series:
    """Return the residents of the list who lived there at a time of the work; all, where there is none."""
    residents, days = tables.residents, tables.interventions["date"]
    if days.empty:
        return residents["resident"]
    first, last = days.min(), days.max()
    before = (residents["moved_out"] < first).to_numpy()
    after = (residents["moved_in"] > last).to_numpy()
    there: pd.Series = residents.loc[np.logical_not(before | after), "resident"]
    return there
