"""Numbers back to words: from summed cells to the frames of an aggregate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import pandas as pd

from pebem.aggregate import COVERAGE_COUNTS, OUTCOME_COLUMNS
from pebem.engine.day_numbers import day_of
from pebem.engine.keys import sum_by
from pebem.fit import FIT_CLASSES, OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from pebem.engine.lookup_tables import CompiledHome, RowOutcomes

SUMS: Final = ("count", "seconds")

Columns: TypeAlias = "Mapping[str, NDArray[np.int64]]"
"""Integer columns of equal length by name: codes of dimensions, ``end``, ``count``, ``seconds``."""


class Codebook:
    """Texts by number, in the order in which they came; 0 = not given."""

    def __init__(self) -> None:
        self.names: list[str | None] = [None]
        self._place: dict[object, int] = {None: 0}

    def learn(self, names: Iterable[object]) -> None:
        """Give new texts a number; what is no text is not given."""
        for name in names:
            if isinstance(name, str) and name not in self._place:
                self._place[name] = len(self.names)
                self.names.append(name)

    def __len__(self) -> int:
        return len(self.names)

    def numbers(self, names: Iterable[object]) -> NDArray[np.int64]:
        """Return the number of each text."""
        return np.array([self._place.get(name, 0) for name in names], np.int64)


def objects(values: Iterable[object]) -> NDArray[np.object_]:
    """Return an object array, shape (n,)."""
    labels = list(values)
    found = np.empty(len(labels), np.object_)
    found[:] = labels
    return found


_OUTCOME: Final = {
    "qn_soll": np.array([o.qn_soll for o in OUTCOMES], np.int64),
    "qn_ist": np.array([o.qn_ist for o in OUTCOMES], np.int64),
    "fit": objects(FIT_CLASSES[o.fit] for o in OUTCOMES),
    "certificate": np.array([o.certificate for o in OUTCOMES]),
}


class Decoder:
    """What the codes of each dimension stand for.

    Parameters
    ----------
    wards, shifts
        Labels by code.
    """

    def __init__(self, home: CompiledHome, wards: Codebook, shifts: Codebook) -> None:
        self._ends: RowOutcomes = home.ends
        self._labels = {
            "day": objects(day_of(number) for number in range(home.first, home.last + 1)),
            "ward": objects(wards.names),
            "shift": objects(shifts.names),
            "intervention": objects(entry.id for entry in home.book.interventions),
        }

    def table(self, dims: Sequence[str], cells: Columns) -> pd.DataFrame:
        """Sum cells by some dimensions and the outcome: a frame as in :class:`pebem.aggregate.Aggregate`."""
        columns = [*(cells[name] for name in dims), self._ends.outcome[cells["end"]]]
        sizes = [*(len(self._labels[name]) for name in dims), len(OUTCOMES)]
        (*codes, outcome), sums = sum_by(columns, sizes, {name: cells[name] for name in SUMS})
        return _frame(self._named(dims, codes) | {name: _OUTCOME[name][outcome] for name in OUTCOME_COLUMNS} | sums)

    def _named(self, dims: Sequence[str], codes: Sequence[NDArray[np.int64]]) -> dict[str, NDArray[np.generic]]:
        return {name: self._labels[name][code] for name, code in zip(dims, codes, strict=True)}

    def coverage(self, cells: Columns, gaps: Columns) -> pd.DataFrame:
        """Count by day and ward what is known of the rows.

        Parameters
        ----------
        cells
            With ``day``, ``ward``, ``end`` and ``count``.
        gaps
            Rows without minutes: ``day``, ``ward`` and ``count``.
        """
        known = {
            "bewohner": self._ends.resident,
            "begutachtung": self._ends.assessed,
            "mitarbeitende": self._ends.staff,
            "ueberschrieben": self._ends.overridden,
        }
        end, count = cells["end"], cells["count"]
        none = np.zeros_like(gaps["count"])
        values = {
            name: np.concatenate(
                [
                    count * known[name][end] if name in known else count,
                    -gaps["count"] if name == "minuten" else none,
                ]
            )
            for name in COVERAGE_COUNTS
        }
        dims = ("day", "ward")
        columns = [np.concatenate([cells[name], gaps[name]]) for name in dims]
        codes, sums = sum_by(columns, [len(self._labels[name]) for name in dims], values)
        return _frame(self._named(dims, codes) | sums)


def _frame(columns: Mapping[str, NDArray[np.generic]]) -> pd.DataFrame:
    """Return a frame whose labels stay what they are: pandas would turn text into another kind, one by one.

    One index for all: pandas would hold the index of each column against those of all others.
    """
    index = pd.RangeIndex(len(next(iter(columns.values()))))
    found = {
        name: pd.Series(values, index, object, copy=False) if values.dtype == object else values
        for name, values in columns.items()
    }
    return pd.DataFrame(found, index, copy=False)
