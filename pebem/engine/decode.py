"""From numbers to words: from summed cells to coded tables, and from these to the frames of an aggregate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pandas as pd

from pebem.engine.coded_table import CodedTable, labelled, together
from pebem.engine.day_numbers import dates, days
from pebem.fit_classes import FIT_CLASSES, OUTCOME_COLUMNS, OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from pebem.engine.coded_table import Label
    from pebem.engine.lookup_tables import CompiledHome, RowOutcomes

COVERAGE: Final = ("bewohner", "begutachtung", "mitarbeitende", "intervention", "minuten")
"""For what share of the counted rows each thing is known."""

COVERAGE_COUNTS: Final = ("counted", *COVERAGE, "ueberschrieben")
"""Counts by day and ward; the last one is the number of rows whose level a person has set."""

Columns: TypeAlias = "Mapping[str, NDArray[np.int64]]"
"""Integer columns of equal length by name: codes of dimensions, ``end``, ``count``, ``seconds``."""


class Codebook:
    """Texts by number, in the order in which they came; 0 = not given."""

    def __init__(self) -> None:
        self.names: list[str | None] = [None]
        self._place: dict[object, int] = {None: 0}

    def learn(self, names: Iterable[object]) -> None:
        """Assign numbers to new texts; anything that is not text counts as not given."""
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
    array = np.empty(len(labels), np.object_)
    array[:] = labels
    return array


OUTCOME_LABELS: Final = tuple((one.qn_soll, one.qn_ist, FIT_CLASSES[one.fit], one.certificate) for one in OUTCOMES)
"""What the codes of outcomes stand for, as ``OUTCOME_COLUMNS``."""

_KINDS: Final = {"fit": object, "certificate": bool}


class Decoder:
    """What the codes of each dimension stand for.

    Parameters
    ----------
    wards, shifts
        Labels by code.
    """

    def __init__(self, home: CompiledHome, wards: Codebook, shifts: Codebook) -> None:
        self._ends: RowOutcomes = home.ends
        self._first = home.first
        self._labels: dict[str, tuple[Label, ...]] = {
            "ward": tuple(wards.names),
            "shift": tuple(shifts.names),
            "intervention": tuple(entry.id for entry in home.book.interventions),
            "outcome": OUTCOME_LABELS,
        }

    def table(self, dims: Sequence[str], cells: Columns) -> CodedTable:
        """Sum cells by some dimensions and the outcome."""
        outcome = {"outcome": self._ends.outcome[cells["end"]]}
        return self._labelled({**cells, **outcome}).summed(*dims, "outcome")

    def coverage(self, cells: Columns, gaps: Columns) -> CodedTable:
        """Count by day and ward what is known of the rows.

        Parameters
        ----------
        cells
            With ``day``, ``ward``, ``end`` and ``count``.
        gaps
            Rows without minutes: ``day``, ``ward`` and ``count``.
        """
        flags_of_end = {
            "bewohner": self._ends.resident,
            "begutachtung": self._ends.assessed,
            "mitarbeitende": self._ends.staff,
            "ueberschrieben": self._ends.overridden,
        }
        end, count = cells["end"], cells["count"]
        columns = {"day": cells["day"], "ward": cells["ward"], "counted": count}
        columns |= {name: count * flag.take(end) for name, flag in flags_of_end.items()}
        found = self._labelled(columns).summed("day", "ward", sums=("counted", *flags_of_end))
        sums = dict(found.columns)
        counted = sums["counted"]
        minutes, wards = counted.copy(), len(found.labels["ward"])
        place = np.searchsorted((sums["day"] - self._first) * wards + sums["ward"], gaps["day"] * wards + gaps["ward"])
        np.subtract.at(minutes, place, gaps["count"])  # a row without minutes is in one of the cells
        sums |= {"intervention": counted, "minuten": minutes}
        order = ("day", "ward", *COVERAGE_COUNTS)
        return CodedTable({name: sums[name] for name in order}, found.labels)

    def _labelled(self, columns: Columns) -> CodedTable:
        labels = {name: labels for name, labels in self._labels.items() if name in columns}
        return CodedTable({**columns, "day": columns["day"] + self._first} if "day" in columns else columns, labels)


def frame_of(table: CodedTable, *, categorical: bool = False) -> pd.DataFrame:
    """Return sums in words, in the order of their rows: a frame as of :meth:`pebem.aggregate.Aggregate.by`.

    Parameters
    ----------
    categorical
        Whether text comes as categoricals, their categories in order, and not as objects.
    """
    columns: dict[str, Any] = {}
    for name, codes in table.columns.items():
        if name == "day":
            columns[name] = dates(codes)
        elif name == "outcome":
            parts = list(zip(*table.labels[name], strict=True)) or [()] * len(OUTCOME_COLUMNS)
            for part, values in zip(OUTCOME_COLUMNS, parts, strict=True):
                columns[part] = np.array(values, _KINDS.get(part, np.int64))[codes]
            if categorical:
                columns["fit"] = pd.Categorical(columns["fit"], categories=sorted(FIT_CLASSES))
        elif name in table.labels:
            columns[name] = table.series(name) if categorical else objects(table.labels[name])[codes]
        else:
            columns[name] = codes
    return _frame(columns, len(table))


def table_of(frame: pd.DataFrame) -> CodedTable:
    """Return the codes and labels of sums in words: what :func:`frame_of` undoes."""
    columns: dict[str, NDArray[np.int64]] = {}
    labels: dict[str, tuple[Label, ...]] = {}
    for name in frame.columns:
        if name == "day":
            columns[name] = days(frame[name], 0)
        elif name == OUTCOME_COLUMNS[0]:
            parts = zip(*(labelled(frame[part]) for part in OUTCOME_COLUMNS), strict=True)
            columns["outcome"], labels["outcome"] = together(*parts)
        elif name in OUTCOME_COLUMNS:
            continue
        elif pd.api.types.is_integer_dtype(frame[name].dtype):
            columns[name] = frame[name].to_numpy(np.int64)
        else:
            columns[name], labels[name] = labelled(frame[name])
    return CodedTable(columns, labels)


def _frame(columns: Mapping[str, Any], rows: int) -> pd.DataFrame:
    """Return a frame whose labels stay what they are: pandas would turn text into another kind, one by one.

    One index for all: pandas would compare the index of each column with those of all others.
    """
    index = pd.RangeIndex(rows)
    series = {
        name: pd.Series(values, index, object, copy=False) if values.dtype == object else values
        for name, values in columns.items()
    }
    return pd.DataFrame(series, index, copy=False)
