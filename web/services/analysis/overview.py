"""What the pages say about a home, computed from its aggregate: shares, the square, comparisons, gaps.

Every function takes the aggregate as a frame with the columns ``qn_soll``, ``qn_ist``, ``fit``, ``count``,
``seconds`` and those of ``day``, ``ward``, ``shift``, ``intervention`` it is about. Shares are shares of the
seconds; where a frame has none, of the number of interventions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from pebem import measures
from web.wording import order
from web.wording.figures import FIT_WORDS

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping
    from datetime import date

TOO_LOW: Final = ("unterqualifiziert", "vorbehalt_verletzt")
"""Done below the level called for: a risk. Never added to what was done above it, which is relief."""

TELLING_FROM: Final = 0.5
"""Share of the minutes that has to be rated; below, what could not be rated is the first thing a page says."""

LEVELS: Final = (1, 2, 3, 4, 0)
"""Levels in the order of columns and (reversed) rows of the square; 0 = unknown, always last."""

HEAT_FROM: Final = (0.02, 0.05, 0.10, 0.20)
"""Share of all minutes from which a cell of the square takes the second to fifth step of its colour.

Fixed, so that the same colour means the same share in every home, ward and month.
"""


@dataclass(frozen=True, slots=True)
class Part:
    """One fit class in a whole: its share, where it starts in a bar, and what it stands for."""

    fit: str
    share: float
    start: float
    count: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Whole:
    """All interventions of a selection, split by fit class in the order of FIT_WORDS."""

    parts: tuple[Part, ...]
    count: int
    seconds: int

    def __getitem__(self, fit: str) -> Part:
        """Return the part of one fit class."""
        return next(part for part in self.parts if part.fit == fit)

    @property
    def in_minutes(self) -> bool:
        """Whether the shares are those of minutes; otherwise of interventions."""
        return self.seconds > 0

    @property
    def rated(self) -> float | None:
        """Share that could be rated: what every other share rests on. None = there is nothing."""
        return 1 - self["nicht_bewertbar"].share if self.count else None

    @property
    def telling(self) -> bool:
        """Whether enough could be rated for the shares to say something of the whole."""
        return self.rated is not None and self.rated >= TELLING_FROM

    @property
    def too_low(self) -> Part:
        """Everything done below the level called for."""
        parts = [self[fit] for fit in TOO_LOW]
        return Part("", sum(p.share for p in parts), 0.0, sum(p.count for p in parts), sum(p.seconds for p in parts))

    @property
    def too_high(self) -> Part:
        """Everything done above the level called for."""
        return self["ueberqualifiziert"]


def whole(frame: pd.DataFrame) -> Whole:
    """Return the five fit classes of ``frame``."""
    return whole_of({str(fit): amount for (fit,), amount in _sums(frame, "fit")})


def whole_of(by_fit: Mapping[str, measures.Amount]) -> Whole:
    """Return the five fit classes from their amounts; a class without one is empty."""
    amounts = [by_fit.get(fit, measures.Amount(0, 0)) for fit in FIT_WORDS]
    count, seconds = sum(a.count for a in amounts), sum(a.seconds for a in amounts)
    basis = [a.seconds if seconds else a.count for a in amounts]
    of = sum(basis) or 1
    parts = (
        Part(fit, basis[i] / of, sum(basis[:i]) / of, amounts[i].count, amounts[i].seconds)
        for i, fit in enumerate(FIT_WORDS)
    )
    return Whole(tuple(parts), count, seconds)


def out_of_100(of: Whole) -> dict[str, int]:
    """Return the shares as whole numbers that add up to 100 (largest remainders), for a sentence."""
    floors = {part.fit: int(100 * part.share) for part in of.parts}
    left = 100 - sum(floors.values()) if of.count else 0
    for part in sorted(of.parts, key=lambda part: int(100 * part.share) - 100 * part.share)[:left]:
        floors[part.fit] += 1
    return floors


@dataclass(frozen=True, slots=True)
class Group:
    """One line of a comparison: a ward, a shift, an intervention. ``key`` None = not given."""

    key: Hashable | None
    whole: Whole


def groups(frame: pd.DataFrame, by: str) -> list[Group]:
    """Return one group per value of column ``by``, most seconds below the level first, missing values last."""

    def key(group: Group) -> tuple[object, ...]:
        low, high = group.whole.too_low, group.whole.too_high
        return (group.key is None, -low.seconds, -low.count, -high.seconds, -high.count, str(group.key))

    return sorted(_groups(frame, by), key=key)


def places(frame: pd.DataFrame, by: str) -> list[Group]:
    """Return one group per ward or shift, in the order in which they stand on every page."""
    key = {"ward": order.ward_key, "shift": order.shift_key}[by]
    return sorted(_groups(frame, by), key=lambda group: key(group.key))


def _groups(frame: pd.DataFrame, by: str) -> list[Group]:
    by_key: dict[Hashable | None, dict[str, measures.Amount]] = {}
    for (key, fit), amount in _sums(frame, by, "fit"):
        by_key.setdefault(key, {})[str(fit)] = amount
    return [Group(key, whole_of(by_fit)) for key, by_fit in by_key.items()]


def days(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row per day, in order: ``day``, ``count`` and the seconds of every fit class."""
    table: dict[Hashable | None, dict[str, int]] = {}
    for (day, fit), amount in _sums(frame, "day", "fit"):
        row = table.setdefault(day, dict.fromkeys((*FIT_WORDS, "count"), 0))
        row[str(fit)] += amount.seconds
        row["count"] += amount.count
    return pd.DataFrame([{"day": day, **row} for day, row in table.items()]).sort_values("day", ignore_index=True)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the square, or a sum (``soll`` or ``ist`` None).

    ``share`` is of the whole square; ``css`` the meaning (f, o, u, n) with the step of its heat, "" for sums and empty
    cells.
    """

    soll: int | None
    ist: int | None
    count: int
    seconds: int
    share: float
    css: str
    reserved: int = 0

    @property
    def diagonal(self) -> bool:
        """Whether level called for and level of the person are the same."""
        return self.soll == self.ist and bool(self.soll)


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One row of the square: a level called for (0 = unknown, None = the sums)."""

    soll: int | None
    cells: tuple[Cell, ...]


def square(frame: pd.DataFrame, *, by_count: bool = False) -> list[MatrixRow]:
    """Return the square of levels: rows QN-Soll 4 to 1, unknown, sums; columns QN-Ist 1 to 4, unknown, sum.

    ``Cell.reserved`` counts the interventions of a cell that were reserved to registered nurses.

    Parameters
    ----------
    by_count
        Whether shares are of the number of interventions in place of the seconds.
    """
    matrix, total = _matrix(frame), measures.amount(frame)
    reserved = _matrix(frame[frame["fit"] == "vorbehalt_verletzt"])

    def cell(soll: int | None, ist: int | None) -> Cell:
        at = _at(matrix, soll, ist)
        in_count = by_count or not total.seconds
        share = at.count / (total.count or 1) if in_count else at.seconds / total.seconds
        inner = soll is not None and ist is not None and at.count > 0
        css = heat(soll, ist, share) if inner else ""
        return Cell(soll, ist, at.count, at.seconds, share, css, _at(reserved, soll, ist).count if inner else 0)

    rows = (*LEVELS[3::-1], 0, None)
    return [MatrixRow(soll, tuple(cell(soll, ist) for ist in (*LEVELS, None))) for soll in rows]


def _matrix(frame: pd.DataFrame) -> list[tuple[int, int, int, int]]:
    sums = _sums(frame, "qn_soll", "qn_ist")
    return [(int(str(soll)), int(str(ist)), amount.count, amount.seconds) for (soll, ist), amount in sums]


def _at(matrix: list[tuple[int, int, int, int]], soll: int | None, ist: int | None) -> measures.Amount:
    chosen = [row[2:] for row in matrix if soll in {None, row[0]} and ist in {None, row[1]}]
    return measures.Amount(sum(count for count, _ in chosen), sum(seconds for _, seconds in chosen))


def heat(soll: int | None, ist: int | None, share: float) -> str:
    """Return meaning and step of a cell's colour, such as "u3": f fits, u under, o over, n unknown; 1 to 5."""
    meaning = "n" if not (soll and ist) else "f" if soll == ist else "u" if ist < soll else "o"
    return f"{meaning}{1 + sum(share >= limit for limit in HEAT_FROM)}"


def remarkable(rows: list[MatrixRow]) -> list[Cell]:
    """Return the largest cell below and the largest above what was called for, in this order, where there are such."""
    found = []
    for meaning in "uo":
        cells = [cell for row in rows for cell in row.cells if cell.css.startswith(meaning)]
        found.extend(sorted(cells, key=lambda cell: (-cell.seconds, -cell.count))[:1])
    return found


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing: how many interventions and seconds it concerns; ``share`` of the whole."""

    kind: str
    count: int
    seconds: int
    share: float


def gaps(frame: pd.DataFrame, coverage: Mapping[str, float]) -> list[Gap]:
    """Return what keeps interventions from being rated, largest first; what is complete is left out.

    Kinds: ``soll`` (level called for unknown), ``ist`` (level of the person unknown), ``minuten`` (no minutes;
    its share is one of interventions).
    """
    total = measures.amount(frame)
    count, seconds = total.count, total.seconds
    found = []
    for kind, column in (("soll", "qn_soll"), ("ist", "qn_ist")):
        unknown = measures.amount(frame[frame[column] == 0])
        found.append(
            Gap(
                kind,
                unknown.count,
                unknown.seconds,
                unknown.seconds / seconds if seconds else unknown.count / (count or 1),
            )
        )
    without = round((1 - coverage.get("minuten", 1.0)) * count)
    found.append(Gap("minuten", without, 0, without / (count or 1)))
    return sorted((gap for gap in found if gap.count), key=lambda gap: -gap.share)


def select(frame: pd.DataFrame, *, soll: int | None = None, ist: int | None = None) -> pd.DataFrame:
    """Return the rows of one level called for or level of the person; None = all."""
    for column, wanted in (("qn_soll", soll), ("qn_ist", ist)):
        if wanted is not None:
            frame = frame[frame[column] == wanted]
    return frame


def months(first: date, last: date) -> list[date]:
    """Return the first day of every month between two days, both included."""
    return [stamp.date() for stamp in pd.period_range(first, last, freq="M").to_timestamp()]


def _sums(frame: pd.DataFrame, *columns: str) -> Iterator[tuple[tuple[Hashable | None, ...], measures.Amount]]:
    """Yield the labels of some columns that occur together, None = not given, with count and seconds.

    Pages ask this a dozen times: it takes a tenth of the time of a ``groupby`` on a few thousand rows.
    """
    coded = [pd.factorize(frame[name]) for name in columns]
    together = np.zeros(len(frame), np.int64)
    for codes, labels in coded:
        together = together * (len(labels) + 1) + codes + 1  # a missing label has the code -1
    _, first, place = np.unique(together, return_index=True, return_inverse=True)
    totals = [np.zeros(len(first), np.int64) for _ in range(2)]
    for name, total in zip(("count", "seconds"), totals, strict=True):
        np.add.at(total, place, frame[name].to_numpy(np.int64))
    found = [[labels[code] if code >= 0 else None for code in codes[first].tolist()] for codes, labels in coded]
    for *labels, count, seconds in zip(*found, *(total.tolist() for total in totals), strict=True):
        yield tuple(labels), measures.Amount(count, seconds)
