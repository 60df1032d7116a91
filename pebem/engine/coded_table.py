"""Rows of integers, with labels as codes: what aggregates, relief by day and the stored result are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pebem.engine.keys import fuse, split, sum_by

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

Label = str | int | bool | tuple[Any, ...] | None


@dataclass(frozen=True)
class CodedTable:
    """Rows by columns.

    Attributes
    ----------
    columns
        Name -> integers, shape (n,). Of a labelled column, positions in its labels.
    labels
        Name of a labelled column -> what its codes stand for: text, None (not given) or a tuple of such.
    """

    columns: Mapping[str, NDArray[np.integer[Any]]]
    labels: Mapping[str, tuple[Label, ...]]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(next(iter(self.columns.values()), ()))

    def __getitem__(self, chosen: NDArray[Any] | slice) -> CodedTable:
        """Return some rows: a mask, positions or a slice."""
        return CodedTable({name: column[chosen] for name, column in self.columns.items()}, self.labels)

    def without(self, *names: str) -> CodedTable:
        """Return the cells without some columns."""
        return CodedTable(
            {name: column for name, column in self.columns.items() if name not in names},
            {name: labels for name, labels in self.labels.items() if name not in names},
        )

    def code(self, name: str, label: Label) -> int:
        """Return the code of a label, -1 where it does not occur."""
        labels = self.labels.get(name, ())
        return labels.index(label) if label in labels else -1

    def between(self, first: int, last: int) -> CodedTable:
        """Return the rows of some days, both included, as numbers."""
        day = self.columns["day"]
        return self[(day >= first) & (day <= last)]

    def summed(self, *keys: str, sums: Sequence[str] = ("count", "seconds")) -> CodedTable:
        """Return the sums by some columns, in the order of their codes."""
        columns, sizes, lows = [], [], []
        for name in keys:
            column = self.columns[name].astype(np.int64, copy=False)
            low, high = (int(column.min()), int(column.max())) if len(column) else (0, 0)
            low = 0 if name in self.labels else low
            lows.append(low)
            columns.append(column - low if low else column)
            sizes.append(len(self.labels[name]) if name in self.labels else high - low + 1)
        none = np.zeros(len(self), np.int64)
        codes, totals = sum_by(columns or [none], sizes or [1], {name: self.columns[name] for name in sums})
        summed = {name: code + low if low else code for name, code, low in zip(keys, codes, lows, strict=False)}
        return CodedTable(summed | totals, {k: v for k, v in self.labels.items() if k in keys})

    def in_order(self) -> CodedTable:
        """Return the same rows with codes in the order of their labels, None last; equal labels become one."""
        columns, labels = dict(self.columns), dict(self.labels)
        for name, of_codes in self.labels.items():
            ordered = sorted(set(of_codes), key=lambda label: (label is None, label))
            rank = {label: place for place, label in enumerate(ordered)}
            ranks = np.fromiter(map(rank.__getitem__, of_codes), np.int64, len(of_codes))
            columns[name], labels[name] = ranks[self.columns[name]], tuple(ordered)
        return CodedTable(columns, labels)

    def series(self, name: str) -> pd.Categorical[Any]:
        """Return a labelled column as a categorical, its categories in order, None as missing."""
        labels = self.labels[name]
        order = sorted((i for i, label in enumerate(labels) if label is not None), key=lambda i: labels[i])  # type: ignore[arg-type,return-value]
        place = np.full(len(labels) + 1, -1, np.int32)
        place[order] = np.arange(len(order), dtype=np.int32)
        categories = pd.Index([labels[i] for i in order], dtype=object, tupleize_cols=False)
        return pd.Categorical.from_codes(place[self.columns[name]], categories=categories)


def concat(parts: Sequence[CodedTable]) -> CodedTable:
    """Concatenate tables with the same columns; equal labels become one."""
    names = list(parts[0].columns) if parts else []
    labels: dict[str, tuple[Label, ...]] = {}
    columns: dict[str, NDArray[Any]] = {}
    for name in names:
        if name not in parts[0].labels:
            columns[name] = np.concatenate([part.columns[name] for part in parts])
            continue
        position: dict[Label, int] = {}
        translated = []
        for part in parts:
            for label in part.labels[name]:
                position.setdefault(label, len(position))
            code = np.fromiter(map(position.__getitem__, part.labels[name]), np.int32, len(part.labels[name]))
            translated.append(code[part.columns[name]])
        columns[name], labels[name] = np.concatenate(translated), tuple(position)
    return CodedTable(columns, labels)


def labelled(values: pd.Series) -> tuple[NDArray[np.int64], tuple[Label, ...]]:
    """Return the codes and labels of a column; what is missing gets the label None."""
    codes, distinct = pd.factorize(values)
    labels: list[Label] = distinct.tolist()
    missing = codes < 0
    if missing.any():
        codes = np.where(missing, len(labels), codes)
        labels.append(None)
    return codes.astype(np.int64), tuple(labels)


def together(
    columns: Sequence[NDArray[np.integer[Any]]], labels: Sequence[Sequence[Label]]
) -> tuple[NDArray[np.int64], tuple[Label, ...]]:
    """Return the codes and labels of several labelled columns as one: a label is the tuple of theirs that occurs."""
    sizes = [len(of_column) for of_column in labels]
    distinct, code = np.unique(fuse(columns, sizes), return_inverse=True)
    values = ([of_column[i] for i in codes] for of_column, codes in zip(labels, split(distinct, sizes), strict=True))
    return code.astype(np.int64), tuple(zip(*values, strict=True))
