"""Faults as real files have them, put into the sheets on purpose. ``README.md`` lists them."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

UNKNOWN_STAFF: Final = "P9999"
UNKNOWN_INTERVENTION: Final = "Fußbad mit Lavendel"
AMBIGUOUS_ID: Final = 4.1
"""What Excel makes of the catalogue id 4.1, and of 4.10: indistinguishable."""

MISSING_MINUTES: Final = 0.02
_ASSESSMENTS_WITH_BLANKS: Final = 0.04
_BLANK_CELLS: Final = ("3.3", "3.5", "3.8", "3.12")
_ROWS_WITHOUT_STAFF: Final = 5
_HEADING: Final = 2
"""Position 0 of a frame is row 2 of its sheet."""


def plant(rng: np.random.Generator, sheets: dict[str, pd.DataFrame]) -> dict[str, list[int]]:
    """Put the faults into ``sheets`` and return kind -> rows as the spreadsheet program counts them."""
    return _assessments(rng, sheets) | _interventions(rng, sheets)


def _assessments(rng: np.random.Generator, sheets: dict[str, pd.DataFrame]) -> dict[str, list[int]]:
    frame = sheets["Begutachtungen"]
    rows = np.sort(rng.choice(len(frame), size=ceil(_ASSESSMENTS_WITH_BLANKS * len(frame)), replace=False))
    for cell in _BLANK_CELLS:
        frame.loc[rows, cell] = None
    return {"blank_items": _as_sheet_rows(rows)}


def _interventions(rng: np.random.Generator, sheets: dict[str, pd.DataFrame]) -> dict[str, list[int]]:
    frame = sheets["Interventionen"]
    done = np.flatnonzero(frame["Status"] == "durchgeführt")
    twin, *others = (int(row) for row in rng.choice(done, size=3 + _ROWS_WITHOUT_STAFF, replace=False))
    # The copy stands right below its original; everything after it moves down by one.
    frame = frame.iloc[np.insert(np.arange(len(frame)), twin + 1, twin)].reset_index(drop=True)
    others = [row + (row > twin) for row in others]
    unknown_person, unknown_text, *without_staff = others
    number = _row_of(frame, "An- und Auskleiden", {twin, twin + 1, *others})
    frame.loc[unknown_person, "Personal-Nr"] = UNKNOWN_STAFF
    frame.loc[unknown_text, "Intervention"] = UNKNOWN_INTERVENTION
    frame.loc[number, "Intervention"] = AMBIGUOUS_ID
    frame.loc[without_staff, "Personal-Nr"] = None
    blank = rng.random(len(frame)) < MISSING_MINUTES
    blank[[twin, twin + 1, number, *others]] = False  # one fault per row
    frame.loc[blank, ["Minuten", "Minuten-Quelle"]] = None
    sheets["Interventionen"] = frame
    planted: Mapping[str, list[int]] = {
        "duplicate": [twin, twin + 1],
        "unknown_staff": [unknown_person],
        "unknown_intervention": [unknown_text],
        "number_for_id": [number],
        "without_staff": sorted(without_staff),
        "without_minutes": np.flatnonzero(blank).tolist(),
    }
    return {kind: _as_sheet_rows(rows) for kind, rows in planted.items()}


def _row_of(frame: pd.DataFrame, intervention: str, taken: set[int]) -> int:
    """Return the first row with this intervention that is free, or the first free row at all."""
    rows = [int(row) for row in np.flatnonzero(frame["Intervention"] == intervention) if row not in taken]
    return rows[0] if rows else next(row for row in range(len(frame)) if row not in taken)


def _as_sheet_rows(positions: list[int] | np.ndarray) -> list[int]:
    return [int(position) + _HEADING for position in positions]
