"""Interventions that stand several times: within one file all count, those an earlier file has are set apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from importers.content.repeats import row_keys
from importers.findings import notice

if TYPE_CHECKING:
    from importers.content.table import Table


def without_repeats(
    table: Table, work: pd.DataFrame
) -> tuple[pd.DataFrame, np.ndarray, tuple[pd.DataFrame, np.ndarray]]:
    """Set rows apart that an earlier file has already; add a notice for rows repeated within one file.

    Returns
    -------
    The rows left, their positions among the records, and the same of those set apart.
    """
    records = np.flatnonzero(~table.faulty)
    keys = _content_keys(work)
    repeated = table.repeats_of_other_files(keys, records)
    apart = work[repeated].reset_index(drop=True), records[repeated]
    if repeated.any():
        work, records, keys = work[~repeated].reset_index(drop=True), records[~repeated], keys[~repeated]
    if table.repaired.any():  # a repaired row is a further one beside its like elsewhere
        keys = row_keys([keys, np.where(table.repaired, table.source_of + 1, 0)[records]])
    several = _standing_several_times(keys)
    groups = pd.Series(several).groupby(keys[several])
    counts = groups.transform("size").to_numpy()
    second = groups.cumcount().to_numpy() == 1
    for index, count in zip(several[second].tolist(), counts[second].tolist(), strict=True):
        table.report(
            notice(
                "zeile-mehrfach",
                f"Diese Zeile steht {count}-mal gleich in der Datei; alle zählen.",
                "Prüfen Sie, ob die Intervention wirklich so oft durchgeführt wurde.",
            ),
            [int(records[index])],
            count=count,
        )
    return work, records, apart


def _standing_several_times(keys: np.ndarray) -> np.ndarray:
    """Return the positions of the keys that are not the only ones of their kind."""
    ordered = np.sort(keys)  # there is seldom one at all, and nothing finds that out faster
    several = ordered[1:][ordered[1:] == ordered[:-1]]
    return np.flatnonzero(np.isin(keys, several)) if len(several) else np.zeros(0, dtype=np.int64)


def _content_keys(work: pd.DataFrame) -> np.ndarray:
    """Return one integer per row, equal exactly where all values are."""
    parts = [
        column.cat.codes.to_numpy()
        if isinstance(column.dtype, pd.CategoricalDtype)
        else column.to_numpy().view(np.int64)
        if column.dtype.kind == "M"
        else column.to_numpy()
        for _, column in work.items()
    ]
    return row_keys(parts)
