"""Names of people: titles, order, and one column for both."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from importers.findings import notice
from importers.values import cell_values
from importers.values.spelling import squash

if TYPE_CHECKING:
    from collections.abc import Iterable

    from importers.content.table import Table

_TITLES: Final = re.compile(
    r"^(?:(?:frau|herrn?|dr|prof)\s+|(?:hr|fr|dr|prof|med|rer|nat|phil|dipl)\.(?:-[\w-]+\.?)?\s*)+(?=\S)", re.IGNORECASE
)
_GIVEN_FIRST: Final = re.compile("vorname(?:n)?(?:name|nachname|zuname|familienname)")


def without_titles(value: Any) -> str:
    """Return a name as text without "Frau", "Dr." and the like before it."""
    return _TITLES.sub("", cell_values.text(value))


def split_names(table: Table, names: np.ndarray, given_names: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return surnames and given names, where one column holds both: by its comma, or as its heading indicates."""
    given_first = bool(_GIVEN_FIRST.match(squash(table.heading("Name"))))
    names, given_names = names.copy(), given_names.copy()
    count = 0
    for index in np.flatnonzero(pd.isna(given_names) & ~pd.isna(names)):
        name = names[index]
        if "," in name:
            last, _, first = name.partition(",")
        elif given_first:
            first, _, last = name.rpartition(" ")
        else:
            continue
        if last.strip() and first.strip():
            names[index], given_names[index] = last.strip(), without_titles(first.strip())
            count += 1
    if count:
        table.report_sheet(
            notice(
                "namen-geteilt",
                f"{count} Namen stehen mit Vornamen in einer Spalte; sie wurden in Name und Vorname geteilt.",
                "Nichts zu tun.",
            ),
            column="Name",
            count=count,
        )
    return names, given_names


def names_in(tables: Iterable[Table]) -> frozenset[str]:
    """Return what sheets call people, also in rows with errors: no stored word may contain these names (T1)."""
    return frozenset(
        without_titles(cell)
        for table in tables
        for column in ("Name", "Vorname", "Bewohner-Nr", "Personal-Nr")
        for cell in table.raw(column)[1]
        if isinstance(cell, str) and not any(sign.isdigit() for sign in cell)
    )
