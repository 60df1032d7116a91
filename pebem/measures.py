"""Figures people read, taken last from the exact aggregate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from pebem.engine.day_numbers import dates
from pebem.engine.decode import COVERAGE, objects
from pebem.fit_classes import FIT_CLASSES, OUTCOME_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pebem.aggregate import Aggregate


@dataclass(frozen=True, slots=True)
class Amount:
    """How many interventions, and how many seconds they took."""

    count: int
    seconds: int

    @property
    def minutes(self) -> float:
        """Minutes."""
        return self.seconds / 60


def condense(frame: pd.DataFrame, keys: Sequence[str], sums: Sequence[str]) -> pd.DataFrame:
    """Sum integer columns of a frame by keys; rows in the order of the keys, missing labels last."""
    if frame.empty or not keys:
        totals = {name: [int(frame[name].sum())] for name in sums}
        return frame[[*keys, *sums]] if keys else pd.DataFrame(totals)
    grouped = frame.groupby(list(keys), dropna=False, sort=True, observed=True)[list(sums)].sum().reset_index()
    for key in ("ward", "shift"):
        if key in keys:
            grouped[key] = grouped[key].astype(object).where(grouped[key].notna(), None)
    return grouped.astype(dict.fromkeys(sums, "int64"))


def amount(frame: pd.DataFrame) -> Amount:
    """Return count and seconds of all rows of a frame of cells."""
    return Amount(int(frame["count"].sum()), int(frame["seconds"].sum()))


def fit(frame: pd.DataFrame) -> dict[str, Amount]:
    """Return the amount of each fit class, all five present, of a frame of cells."""
    by_class = condense(frame, ("fit",), ("count", "seconds"))
    columns = (by_class[name].tolist() for name in ("fit", "count", "seconds"))
    amounts = {name: Amount(count, seconds) for name, count, seconds in zip(*columns, strict=True)}
    return {name: amounts.get(name, Amount(0, 0)) for name in FIT_CLASSES}


def fit_by(aggregate: Aggregate, dimension: str) -> list[tuple[object, dict[str, Amount]]]:
    """Return the fit of each label of a dimension, in the order of the labels, not given (None) last."""
    cells = aggregate.cells(dimension)
    outcomes: Any = cells.labels["outcome"]
    codes, fits = cells.columns[dimension], [outcome[_FIT] for outcome in outcomes]
    labels = dates(codes) if dimension == "day" else objects(cells.labels[dimension])[codes]
    sums = {name: cells.columns[name].tolist() for name in ("outcome", "count", "seconds")}
    by_label: dict[object, dict[str, Amount]] = {}
    for label, outcome, count, seconds in zip(labels.tolist(), *sums.values(), strict=True):
        amounts = by_label.setdefault(label, dict.fromkeys(FIT_CLASSES, Amount(0, 0)))
        before = amounts[fits[outcome]]
        amounts[fits[outcome]] = Amount(before.count + count, before.seconds + seconds)
    return list(by_label.items())


_FIT: Final = OUTCOME_COLUMNS.index("fit")


def by_certificate(frame: pd.DataFrame) -> Amount:
    """Return what fits only because a certificate is accepted (part of ``passend``)."""
    return amount(frame[frame["certificate"].astype(bool)])


def matrix(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the square: ``qn_soll``, ``qn_ist`` (0 = unknown), ``count``, ``seconds``, only filled cells."""
    return condense(frame, ("qn_soll", "qn_ist"), ("count", "seconds"))


def coverage(aggregate: Aggregate) -> dict[str, float]:
    """Return for what share of the counted rows each thing is known, 0 to 1 (0 where nothing counts)."""
    totals = aggregate.covered().iloc[0]
    counted = int(totals["counted"])
    return {name: int(totals[name]) / counted if counted else 0.0 for name in COVERAGE}
