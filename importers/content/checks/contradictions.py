"""What two files say otherwise of one person and day: the later file holds (``docs/adr/0016``), and that is told."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import numpy as np

from importers.findings import warning
from rules.vocabulary import ASSESSMENT_CELLS

if TYPE_CHECKING:
    import pandas as pd

    from importers.content.table import Table

_RECORDED: Final = (*ASSESSMENT_CELLS, "continence_urine", "continence_stool")
"""Columns of an assessment; what is below 0 in them is not recorded, and so contradicts nothing."""


def check_assessments(table: Table, assessments: pd.DataFrame) -> None:
    """Warn of assessments of one resident and day that record something otherwise in several files."""
    _check(table, assessments, ("resident", "date"), _RECORDED, "eine Begutachtung mit anderen Werten", "Datum")


def check_levels(table: Table, people: pd.DataFrame) -> None:
    """Warn of levels of one employee and first day that differ in several files."""
    _check(table, people, ("staff", "start"), ("qn",), "ein anderes QN mit demselben „Gültig ab“", "QN")


def _check(
    table: Table, rows: pd.DataFrame, key: tuple[str, str], values: tuple[str, ...], other: str, column: str
) -> None:
    """Warn of rows whose key stands with other values in an earlier file; those without a day hold file by file."""
    sources = table.sources_of_good_rows
    if rows.empty or len(np.unique(sources)) < 2:
        return
    files = rows[list(key)].assign(file=sources).groupby(list(key))["file"].transform("nunique")
    repeated = np.flatnonzero((files > 1).to_numpy())
    records = np.flatnonzero(~table.faulty)
    stated = rows[list(values)].to_numpy(np.int32)[repeated]
    before: dict[tuple[object, ...], list[int]] = defaultdict(list)
    contradicting: dict[tuple[str, str], list[int]] = defaultdict(list)
    for position, row in enumerate(repeated.tolist()):
        earlier = before[tuple(rows.loc[row, list(key)])]
        for there in earlier:
            both = (stated[there] >= 0) & (stated[position] >= 0)
            first, record = records[repeated[there]], records[row]
            if sources[repeated[there]] != sources[row] and (both & (stated[there] != stated[position])).any():
                names = table.files[table.file_of[first]], table.files[table.file_of[record]]
                contradicting[names].append(int(record))
                break
        earlier.append(position)
    for (first_file, last_file), found in contradicting.items():
        table.report(
            warning(
                "dateien-widersprechen-sich",
                f"In „{first_file}“ steht für diese Person und diesen Tag {other}; es gilt „{last_file}“, die spätere "
                f"Datei. Das betrifft {len(found)} Zeilen.",
                "Lassen Sie die überholte Datei weg, oder nennen Sie die Datei zuletzt, die gelten soll.",
            ),
            [found[0]],
            column,
            count=len(found),
        )
