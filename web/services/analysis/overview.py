"""What the pages say about a home, computed from its tables of shown figures: shares, the square, comparisons, gaps.

Shares are shares of the seconds; where there are none, of the number of interventions. What is hidden (security row
D3) is in no figure but the one of what is told together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from web.services.analysis.shown import NOTHING, added, less
from web.wording.figures import FIT_WORDS, MERGED

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from pebem import measures
    from web.services.analysis.shown import ShownTable

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
    """All interventions of a selection by fit class, in the order of FIT_WORDS; last the rest, where it is known.

    Attributes
    ----------
    count, seconds
        Of everything; where that is hidden, of the classes shown.
    hidden
        Classes with work that are not shown: they are in the part ``MERGED``, or in nothing.
    """

    parts: tuple[Part, ...]
    count: int
    seconds: int
    hidden: frozenset[str] = frozenset()

    def __getitem__(self, fit: str) -> Part:
        """Return the part of one fit class."""
        return next(part for part in self.parts if part.fit == fit)

    @property
    def in_minutes(self) -> bool:
        """Whether the shares are those of minutes; otherwise of interventions."""
        return self.seconds > 0

    @property
    def merged(self) -> Part | None:
        """What classes that are not shown come to together."""
        return next((part for part in self.parts if part.fit == MERGED), None)

    @property
    def rated(self) -> float | None:
        """Share that could be rated: what every other share rests on. None = there is nothing, or it is hidden."""
        known = self.count and not self.hidden & {"nicht_bewertbar"} and (self.merged or not self.hidden)
        return 1 - self["nicht_bewertbar"].share if known else None

    @property
    def telling(self) -> bool:
        """Whether enough could be rated for the shares to say something of the whole."""
        return (self.rated is not None and self.rated >= TELLING_FROM) or "nicht_bewertbar" in self.hidden

    @property
    def too_low(self) -> Part:
        """Everything done below the level called for, as far as it is shown."""
        parts = [self[fit] for fit in TOO_LOW]
        return Part("", sum(p.share for p in parts), 0.0, sum(p.count for p in parts), sum(p.seconds for p in parts))

    @property
    def too_high(self) -> Part:
        """Everything done above the level called for."""
        return self["ueberqualifiziert"]

    @property
    def too_low_hidden(self) -> bool:
        """Whether something was done below the level called for that is not shown."""
        return not self.hidden.isdisjoint(TOO_LOW)


def whole(table: ShownTable) -> Whole:
    """Return the fit classes of everything in a table by fit class."""
    return whole_of(table.columns, table.total, {fit for _, fit in table.hidden} - table.columns.keys())


def whole_of(
    by_fit: Mapping[Any, measures.Amount], total: measures.Amount | None = None, hidden: Iterable[Any] = ()
) -> Whole:
    """Return the fit classes from their amounts; a class without one is empty, or among the ``hidden``.

    Parameters
    ----------
    total
        Of all classes; None = hidden.
    """
    amounts = {fit: by_fit.get(fit, NOTHING) for fit in FIT_WORDS}
    concealed = frozenset(map(str, hidden))
    if total is not None and concealed:
        amounts[MERGED] = less(total, added(amounts.values()))
    count, seconds = sum(a.count for a in amounts.values()), sum(a.seconds for a in amounts.values())
    parts, start = [], 0.0
    for fit, amount in amounts.items():
        share = (amount.seconds if seconds else amount.count) / (seconds or count or 1)
        parts.append(Part(fit, share, start, amount.count, amount.seconds))
        start += share
    return Whole(tuple(parts), count, seconds, concealed)


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


def groups(table: ShownTable) -> list[Group]:
    """Return one group per row of which anything is shown, most seconds below the level first, missing values last."""

    def key(group: Group) -> tuple[object, ...]:
        low, high = group.whole.too_low, group.whole.too_high
        return (group.key is None, -low.seconds, -low.count, -high.seconds, -high.count, str(group.key))

    of_labels = [
        Group(label, whole_of(table.row(label), table.rows.get(label), table.hidden_in(label)))
        for label in table.labels()
    ]
    return sorted(of_labels, key=key)


def days(table: ShownTable) -> list[dict[str, Any]]:
    """Return one row per day, in order: ``day``, the seconds of every class, ``count``, and which are ``hidden``.

    A count of None is hidden.
    """
    labels = sorted({row for row, _ in (*table.cells, *table.hidden)}, key=str)
    found = []
    for day in labels:
        by_fit, hidden = table.row(day), table.hidden_in(day)
        seconds = {fit: by_fit.get(fit, NOTHING).seconds for fit in FIT_WORDS}
        total = table.rows.get(day)
        found.append({"day": day, **seconds, "count": total.count if total else None, "hidden": hidden})
    return found


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the square, or a sum (``soll`` or ``ist`` None).

    ``share`` is of the whole square; ``css`` the meaning (f, o, u, n) with the step of its heat, "" for sums, empty
    cells and ``hidden`` ones, which have work that is not shown.
    """

    soll: int | None
    ist: int | None
    count: int
    seconds: int
    share: float
    css: str
    reserved: int | None = 0
    hidden: bool = False

    @property
    def diagonal(self) -> bool:
        """Whether level called for and level of the person are the same."""
        return self.soll == self.ist and bool(self.soll)


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One row of the square: a level called for (0 = unknown, None = the sums)."""

    soll: int | None
    cells: tuple[Cell, ...]


def square(table: ShownTable, reserved: ShownTable | None = None, *, by_count: bool = False) -> list[MatrixRow]:
    """Return the square of levels: rows QN-Soll 4 to 1, unknown, sums; columns QN-Ist 1 to 4, unknown, sum.

    Parameters
    ----------
    reserved
        The same of tasks that were reserved to registered nurses; ``Cell.reserved`` is their number, None = hidden.
    by_count
        Whether shares are of the number of interventions in place of the seconds.
    """
    total = table.total or added(table.cells.values())
    violated, unsaid = (reserved.cells, reserved.hidden) if reserved else ({}, frozenset())

    def cell(soll: int | None, ist: int | None) -> Cell:
        at, hidden = _at(table, soll, ist)
        in_count = by_count or not total.seconds
        share = at.count / (total.count or 1) if in_count else at.seconds / total.seconds
        inner = soll is not None and ist is not None and at.count > 0
        css = heat(soll, ist, share) if inner else ""
        marked = None if (soll, ist) in unsaid else violated.get((soll, ist), NOTHING).count if inner else 0
        return Cell(soll, ist, at.count, at.seconds, share, css, marked, hidden)

    rows = (*LEVELS[3::-1], 0, None)
    return [MatrixRow(soll, tuple(cell(soll, ist) for ist in (*LEVELS, None))) for soll in rows]


def _at(table: ShownTable, soll: int | None, ist: int | None) -> tuple[measures.Amount, bool]:
    """Return the amount of a cell or sum of the square, and whether it is hidden."""
    if soll is None and ist is None:
        return table.total or NOTHING, table.total is None
    if soll is None or ist is None:
        sums, level, side = (table.columns, ist, 1) if soll is None else (table.rows, soll, 0)
        return sums.get(level, NOTHING), level not in sums and any(cell[side] == level for cell in table.hidden)
    return table.cells.get((soll, ist), NOTHING), (soll, ist) in table.hidden


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


def gaps(table: ShownTable, coverage: Mapping[str, float | None] | None) -> list[Gap]:
    """Return what keeps interventions from being rated, largest first; what is complete, or hidden, is left out.

    Kinds: ``soll`` (level called for unknown), ``ist`` (level of the person unknown), ``minuten`` (no minutes;
    its share is one of interventions).

    Parameters
    ----------
    table
        The square.
    """
    total = table.total or added(table.cells.values())
    count, seconds = total.count, total.seconds
    found = []
    for kind, sums in (("soll", table.rows), ("ist", table.columns)):
        unknown = sums.get(0, NOTHING)
        found.append(
            Gap(
                kind,
                unknown.count,
                unknown.seconds,
                unknown.seconds / seconds if seconds else unknown.count / (count or 1),
            )
        )
    with_minutes = (coverage or {}).get("minuten")
    without = 0 if with_minutes is None else round((1 - with_minutes) * count)
    found.append(Gap("minuten", without, 0, without / (count or 1)))
    return sorted((gap for gap in found if gap.count), key=lambda gap: -gap.share)


def months(first: date, last: date) -> list[date]:
    """Return the first day of every month between two days, both included."""
    numbers = range(12 * first.year + first.month - 1, 12 * last.year + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]
