"""What an upload states about people, as it is stored with it: packed, each row with the file it is from."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from pebem import contracts
from pebem.history.statements import ASSESSMENT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    from pebem.contracts import Tables

PEOPLE: Final = {
    "residents": ("resident", contracts.RESIDENTS),
    "assessments": ("resident", ASSESSMENT_COLUMNS),
    "instability": ("resident", contracts.INSTABILITY),
    "grades": ("resident", contracts.GRADES),
    "staff": ("staff", contracts.STAFF),
}
"""Frames about people: who it is about, and their columns."""

FILE: Final = "file"
"""Column of an unpacked frame: position of the file each row is from."""

_LEVEL: Final = 1


def unpacked(statements: bytes) -> dict[str, pd.DataFrame]:
    """Return the frames of :data:`PEOPLE`, each row with its ``FILE``."""
    frames = json.loads(zlib.decompress(statements))
    found = {}
    for name, (_, columns) in PEOPLE.items():
        stored = frames.get(name) or {column: [] for column in columns}  # uploads from before state nothing of it
        frame = _frame(stored, columns)
        found[name] = frame.assign(**{FILE: np.array(stored.get(FILE, [0] * len(frame)), np.int64)})
    return found


def packed(tables: Tables, parts: Mapping[str, NDArray[np.integer[Any]]]) -> bytes:
    """Return the frames of :data:`PEOPLE` as bytes.

    Parameters
    ----------
    parts
        Name of a frame -> position of the file of each row; of a frame that is not there all rows are of the first.
    """
    values = {}
    for name, (_, columns) in PEOPLE.items():
        frame = getattr(tables, name)
        values[name] = {column: _plain(frame[column], kind) for column, kind in columns.items() if column in frame}
        values[name][FILE] = np.asarray(parts.get(name, np.zeros(len(frame), np.int32))).tolist()
    return zlib.compress(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode(), _LEVEL)


def without(statements: bytes, persons: Collection[str]) -> bytes:
    """Return packed statements without those about some persons; the same bytes where there are none."""
    frames: dict[str, dict[str, list[Any]]] = json.loads(zlib.decompress(statements))
    changed = False
    for name, (key, _) in PEOPLE.items():
        columns = frames.get(name) or {}
        kept = [place for place, person in enumerate(columns.get(key, [])) if person not in persons]
        if len(kept) < len(columns.get(key, [])):
            changed = True
            frames[name] = {column: [values[place] for place in kept] for column, values in columns.items() if values}
    if not changed:
        return statements
    return zlib.compress(json.dumps(frames, ensure_ascii=False, separators=(",", ":")).encode(), _LEVEL)


def _plain(column: pd.Series, kind: str) -> list[Any]:
    values = column.dt.strftime("%Y-%m-%d") if kind == "day" else column
    return values.astype(object).where(column.notna(), None).tolist()


def _frame(values: dict[str, list[Any]], columns: Mapping[str, str]) -> pd.DataFrame:
    if not any(values.values()):
        return contracts.empty({column: kind for column, kind in columns.items() if column in values})
    # The cells of an assessment are a hundred columns of numbers: quick to build as one block, slow one by one.
    numbers = [column for column, kind in columns.items() if kind in {"int", "truth"} and column in values]
    series = {}
    for column, kind in columns.items():
        if column not in values:
            continue
        match kind:
            case "day":
                days = np.array([day or "NaT" for day in values[column]], "datetime64[D]")
                series[column] = pd.Series(days.astype("datetime64[s]"))
            case "text":
                series[column] = pd.Series(values[column], dtype="object")
    frame = pd.DataFrame(series)
    if numbers:
        rows = np.array([values[column] for column in numbers], np.int32).T
        frame = pd.concat([frame, pd.DataFrame(rows, columns=numbers)], axis=1)
    return frame[[column for column in columns if column in values]]
