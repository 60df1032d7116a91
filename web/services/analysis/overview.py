"""What the pages say about a home, computed from its aggregate: shares, the square, comparisons, gaps.

Every function takes the aggregate as a frame with the columns ``qn_soll``, ``qn_ist``, ``fit``, ``count``,
``seconds`` and those of ``day``, ``ward``, ``shift``, ``intervention`` it is about. Shares are shares of the
seconds; where a frame has none, of the number of interventions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from pebem import measures
from web.wording import order
from web.wording.figures import FIT_WORDS

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from datetime import date

MISPLACED: Final = ("unterqualifiziert", "ueberqualifiziert", "vorbehalt_verletzt")
"""Done, but not at the level called for: risk or relief."""

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
    def misplaced(self) -> Part:
        """Everything done outside the level called for."""
        parts = [self[fit] for fit in MISPLACED]
        return Part("", sum(p.share for p in parts), 0.0, sum(p.count for p in parts), sum(p.seconds for p in parts))


def whole(frame: pd.DataFrame) -> Whole:
    """Return the five fit classes of ``frame``."""
    return whole_of(measures.fit(frame))


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
    """Return one group per value of column ``by``, most seconds outside the level first, missing values last."""
    made = _groups(frame, by)
    return sorted(made, key=lambda g: (g.key is None, -g.whole.misplaced.seconds, -g.whole.misplaced.count, str(g.key)))


def places(frame: pd.DataFrame, by: str) -> list[Group]:
    """Return one group per ward or shift, in the order in which they stand on every page."""
    key = {"ward": order.ward_key, "shift": order.shift_key}[by]
    return sorted(_groups(frame, by), key=lambda group: key(group.key))


def _groups(frame: pd.DataFrame, by: str) -> list[Group]:
    by_key: dict[Hashable | None, dict[str, measures.Amount]] = {}
    for row in measures.condense(frame, (by, "fit"), ("count", "seconds")).itertuples(index=False):
        key = None if pd.isna(row[0]) else row[0]
        by_key.setdefault(key, {})[row[1]] = measures.Amount(int(row[2]), int(row[3]))
    return [Group(key, whole_of(by_fit)) for key, by_fit in by_key.items()]


def days(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row per day, in order: ``day``, ``count`` and the seconds of every fit class."""
    counts = frame.groupby("day", observed=True)["count"].sum()
    table = frame.pivot_table(
        index="day", columns="fit", values="seconds", aggfunc="sum", fill_value=0, observed=True
    ).reindex(columns=list(FIT_WORDS), fill_value=0)
    return table.assign(count=counts).sort_index().reset_index().rename_axis(columns=None)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the square, or a sum (``soll`` or ``ist`` None).

    ``css`` is the meaning (f, o, u, n) with the step of its heat; "" for sums and empty cells.
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


def square(frame: pd.DataFrame) -> list[MatrixRow]:
    """Return the square of levels: rows QN-Soll 4 to 1, unknown, sums; columns QN-Ist 1 to 4, unknown, sum.

    ``Cell.reserved`` counts the interventions of a cell that were reserved to registered nurses.
    """
    matrix, total = _matrix(frame), measures.amount(frame)
    reserved = _matrix(frame[frame["fit"] == "vorbehalt_verletzt"])

    def cell(soll: int | None, ist: int | None) -> Cell:
        at = _at(matrix, soll, ist)
        share = at.seconds / total.seconds if total.seconds else at.count / (total.count or 1)
        inner = soll is not None and ist is not None and at.count > 0
        css = heat(soll, ist, share) if inner else ""
        return Cell(soll, ist, at.count, at.seconds, share, css, _at(reserved, soll, ist).count if inner else 0)

    rows = (*LEVELS[3::-1], 0, None)
    return [MatrixRow(soll, tuple(cell(soll, ist) for ist in (*LEVELS, None))) for soll in rows]


def _matrix(frame: pd.DataFrame) -> list[tuple[int, int, int, int]]:
    matrix = measures.matrix(frame)
    columns = (matrix[name].tolist() for name in ("qn_soll", "qn_ist", "count", "seconds"))
    return list(zip(*columns, strict=True))


def _at(matrix: list[tuple[int, int, int, int]], soll: int | None, ist: int | None) -> measures.Amount:
    chosen = [row[2:] for row in matrix if soll in {None, row[0]} and ist in {None, row[1]}]
    return measures.Amount(sum(count for count, _ in chosen), sum(seconds for _, seconds in chosen))


def heat(soll: int | None, ist: int | None, share: float) -> str:
    """Return meaning and step of a cell's colour, such as "u3": f fits, u under, o over, n unknown; 1 to 5."""
    meaning = "n" if not (soll and ist) else "f" if soll == ist else "u" if ist < soll else "o"
    return f"{meaning}{1 + sum(share >= limit for limit in HEAT_FROM)}"


def remarkable(rows: list[MatrixRow]) -> list[Cell]:
    """Return the largest cell above and the largest below what was called for, the larger of them first."""
    found = []
    for meaning in "ou":
        cells = [cell for row in rows for cell in row.cells if cell.css.startswith(meaning)]
        found.extend(sorted(cells, key=lambda cell: (-cell.seconds, -cell.count))[:1])
    return sorted(found, key=lambda cell: (-cell.seconds, -cell.count))


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
