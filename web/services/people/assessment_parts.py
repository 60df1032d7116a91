"""An assessment that comes in parts: modules of an export for the DAS first, modules 3 and 5 with a later upload."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from pebem.contracts import ITEM_MISSING
from rules.vocabulary import ASSESSMENT_CELLS, NO_FINDING

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CELLS: Final = list(ASSESSMENT_CELLS)
_FINDINGS: Final = ["continence_urine", "continence_stool"]


def supplemented(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Return assessments, filled from older ones of the same person and day they do not contradict.

    An assessment takes over what an older one recorded where the two record nothing in common: then it is another part
    of the same. Where they share as much as one cell it is a correction, and holds alone. One without a day is of the
    day of the person's only older one.

    Parameters
    ----------
    before, now
        Frames as in :mod:`pebem.contracts`; what of ``before`` is not needed stays out.
    """
    if before.empty or now.empty:
        return now
    older = before.drop_duplicates(["resident", "date"], keep="last", ignore_index=True)
    at = _older(older, now)
    values, recorded = _recorded(now)
    old_values, old_recorded = _recorded(older)
    # Of what has no older one the last is looked at and not taken.
    parts = (at >= 0) & ~(recorded & old_recorded[at]).any(axis=1)
    filled = np.where(parts[:, None] & ~recorded, old_values[at], values)
    made = {name: filled[:, i].astype(np.int32) for i, name in enumerate([*_CELLS, *_FINDINGS])}
    undated = parts & now["date"].isna().to_numpy()
    return now.assign(
        **made,
        special=now["special"].to_numpy(bool) | (parts & older["special"].to_numpy(bool)[at]),
        date=pd.Series(np.where(undated, older["date"].to_numpy()[at], now["date"].to_numpy()), index=now.index),
    )


def _older(older: pd.DataFrame, now: pd.DataFrame) -> NDArray[np.intp]:
    """Return for each assessment the position of the older one it may belong to, -1 = none."""
    person, day = older["resident"].tolist(), _days(older)
    known = {key: i for i, key in enumerate(zip(person, day, strict=True))}
    alone = {one: i for i, one in enumerate(person) if person.count(one) == 1}
    undated = now["date"].isna().tolist()
    keys = zip(now["resident"], _days(now), undated, strict=True)
    return np.array([known.get((who, on), alone.get(who, -1) if blank else -1) for who, on, blank in keys], np.intp)


def _days(frame: pd.DataFrame) -> list[int]:
    days: list[int] = frame["date"].to_numpy(dtype="datetime64[D]").astype(np.int64).tolist()
    return days


def _recorded(frame: pd.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return cells and findings of continence, and which of them were recorded, shape (assessments, columns)."""
    cells = frame.reindex(columns=_CELLS, fill_value=ITEM_MISSING).to_numpy(np.int64)
    findings = frame[_FINDINGS].to_numpy(np.int64)
    recorded = [cells != ITEM_MISSING, findings != NO_FINDING]
    return np.concatenate([cells, findings], axis=1), np.concatenate(recorded, axis=1)
