"""Performed interventions one by one, without whoever did them: what stands behind a figure.

Rows are read and rated anew, whole months at a time, because how exactly an act may be told depends on its month
(:mod:`web.services.analysis.act_groups`). What is asked for is compared with what an act tells: one that tells no day
belongs to a period that holds all of its week or month.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

import pebem
from pebem.contributions import LACKING, grades, lacking
from pebem.disclosure.groups import Work
from pebem.engine.day_numbers import day_of, number_of
from pebem.engine.decode import OUTCOME_LABELS, Codebook
from pebem.engine.encode import encode_rows
from pebem.fit_classes import FIT_CLASSES, NICHT_BEWERTBAR
from pebem.score import ends
from web.services import rulebook_calendar
from web.services.analysis import act_groups, disclosure, home_data, scoring
from web.services.analysis.act_groups import NOT_LISTED, UNTOLD
from web.services.analysis.explanations import explained_on
from web.services.analysis.narrowing import NOT_GIVEN
from web.store.models import Home

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    import pandas as pd
    from numpy.typing import NDArray

    from pebem.contracts import Tables
    from pebem.engine.lookup_tables import CompiledHome
    from web.services.analysis.disclosure import StoredFigures
    from web.services.rulebook_calendar import RulebookPeriod
    from web.store.access import Access

_LEVELS: Final = np.array([(soll, ist) for soll, ist, _, _ in OUTCOME_LABELS], np.int64).T
_FIT: Final = np.array([FIT_CLASSES.index(fit) for _, _, fit, _ in OUTCOME_LABELS], np.int64)
_CERTIFIED: Final = np.array([by for _, _, _, by in OUTCOME_LABELS], np.int64)


@dataclass(frozen=True)
class ActFilter:
    """What acts are asked for; None = all.

    Attributes
    ----------
    period
        First and last day.
    ward, shift
        A label, or ``NOT_GIVEN``.
    of_group
        Whether an intervention belongs to the group asked for.
    intervention, soll, ist, fit
        Its id; level called for and level of the person (0 = unknown); name of the fit class.
    """

    period: tuple[date, date]
    ward: str | None = None
    shift: str | None = None
    of_group: Callable[[str], bool] = lambda _: True
    intervention: str | None = None
    soll: int | None = None
    ist: int | None = None
    fit: str | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """A performed intervention as it may be told: nobody who did it.

    Attributes
    ----------
    resident
        Pseudonym; "" for work that names no resident.
    first_day, last_day
        The day, or first and last day of the week or month it was in.
    minute
        Minute of the day it began; None = not given, or not told.
    seconds
        None = no minutes given.
    shift
        None = not given; "" = not told.
    explained_on
        A day on which the same level was called for, of those told; None = the resident is not in the master data.
    """

    intervention: str
    resident: str
    qn_soll: int
    qn_ist: int
    fit: str
    seconds: int | None
    ward: str | None
    shift: str | None
    first_day: date
    last_day: date
    minute: int | None
    explained_on: date | None


@dataclass(frozen=True)
class ActList:
    """The acts asked for that may be told, in an order that says nothing besides.

    Attributes
    ----------
    columns
        By name, arrays of shape (n,): codes of ``labels``, and numbers.
    labels
        By column, what its codes stand for.
    homes
        The compiled home of each stretch of one rulebook, by the column "stretch".
    few
        Whether the list would be about too few employees: it is empty then.
    withheld
        Whether acts that were asked for are not among them, or tell less than was asked for.
    """

    columns: dict[str, NDArray[np.int64]]
    labels: dict[str, Sequence[str | None]]
    homes: Sequence[CompiledHome]
    few: bool
    withheld: bool

    def __len__(self) -> int:
        return len(self.columns["seconds"])

    @property
    def seconds(self) -> int:
        """Sum of the seconds."""
        return int(np.maximum(self.columns["seconds"], 0).sum())

    def ordered(
        self, key: str, rank: Callable[[str | None], Any] | None = None, *, descending: bool = False
    ) -> ActList:
        """Return the list sorted by a column; ties keep their order, and what is not given stands last.

        Parameters
        ----------
        key
            ``first`` = when it was done, with the time of day as far as it is told.
        rank
            What the labels of the column are sorted by; None = the numbers of the column.
        """
        if key == "first":  # as the list is made
            places = np.arange(len(self))
            return self._at(places[::-1] if descending else places)
        column = self.columns[key]
        if rank is not None:
            labels = self.labels[key]
            places = np.empty(len(labels), np.int64)
            places[sorted(range(len(labels)), key=lambda code: rank(labels[code]))] = np.arange(len(labels))
            column = np.where(column == UNTOLD, len(labels), places[column])
        return self._at(np.lexsort([-column if descending else column, column < 0]))

    def acts(self, start: int = 0, stop: int | None = None) -> list[Act]:
        """Return some of the acts, all of them with their labels."""
        part = self._at(np.arange(len(self))[start:stop])
        return [part._act(i) for i in range(len(part))]  # noqa: SLF001

    def _at(self, chosen: NDArray[np.int64] | NDArray[np.bool_]) -> ActList:
        return replace(self, columns={name: column[chosen] for name, column in self.columns.items()})

    def _act(self, i: int) -> Act:
        row = {name: int(column[i]) for name, column in self.columns.items()}
        intervention, resident = (str(self.labels[name][row[name]] or "") for name in ("intervention", "resident"))
        return Act(
            intervention,
            resident,
            row["qn_soll"],
            row["qn_ist"],
            FIT_CLASSES[row["fit"]],
            None if row["seconds"] < 0 else row["seconds"],
            self.labels["ward"][row["ward"]],
            "" if row["shift"] == UNTOLD else self.labels["shift"][row["shift"]],
            day_of(row["first"]),
            day_of(row["last"]),
            None if row["minute"] < 0 else row["minute"],
            explained_on(
                self.homes[row["stretch"]], intervention, resident, row["qn_soll"], (row["first"], row["last"])
            ),
        )


def load(access: Access, home_id: int, asked: ActFilter, *, released: bool = False) -> ActList:
    """Return the acts of a home that are asked for and may be told (``released``: also day and time)."""
    access.check_home(home_id)
    start, end = asked.period
    months = start.replace(day=1), end.replace(day=calendar.monthrange(end.year, end.month)[1])
    with access.reading() as session:
        work = home_data.work_of(session, home_id, months)
        tables = replace(home_data.people_of(session, home_id), interventions=work)
        found = scoring.days_of(tables)
        stretches = rulebook_calendar.stretches(session, session.get_one(Home, home_id), *found) if found else []
        figures = disclosure.stored(session.connection(), home_id, months)
    return listed(tables, stretches, asked, figures, released=released)


def listed(
    tables: Tables,
    stretches: Sequence[RulebookPeriod],
    asked: ActFilter,
    figures: StoredFigures | None = None,
    *,
    released: bool = False,
) -> ActList:
    """Return the acts of some whole months that are asked for and may be told; ``figures`` are those stored of them."""
    rows, labels, homes = _rated(tables, stretches)
    work = Work(rows["staff"] - 1, (np.maximum(rows["seconds"], 0), np.ones_like(rows["seconds"])))
    told = act_groups.told(
        rows, work, lambda inside: disclosure.blocks_of_rows(act_groups.contributions(rows, labels, inside), figures)
    )
    if released:
        told = act_groups.exact(rows, told)
    wanted = _asked_for(rows | {"first": rows["day"], "last": rows["day"]}, labels, asked)
    chosen = _asked_for(told, labels, asked) & (told["rung"] != NOT_LISTED)
    withheld = bool((wanted & ~chosen).any())
    few = act_groups.too_few(work.at(chosen))
    chosen &= not few
    names = ("intervention", "resident", "qn_soll", "qn_ist", "fit", "seconds", "ward", "shift", "minute", "stretch")
    columns = {name: told[name][chosen] for name in ("first", "last", *names)}
    # Rows come in the order of their days and times: where those are not told, neither may the order tell them.
    order = np.lexsort([columns[name] for name in reversed(("first", "last", "minute", *names[:-1]))])
    shown = {name: of_codes for name, of_codes in labels.items() if name != "staff"}
    return ActList({name: column[order] for name, column in columns.items()}, shown, homes, few, withheld)


def _rated(
    tables: Tables, stretches: Sequence[RulebookPeriod]
) -> tuple[dict[str, NDArray[np.int64]], dict[str, Sequence[str | None]], list[CompiledHome]]:
    """Return the acts that count as codes, what the codes stand for, and the homes they were rated with."""
    books = {name: Codebook() for name in ("ward", "shift", "intervention", "resident", "staff")}
    parts: list[dict[str, NDArray[np.int64]]] = []
    homes: list[CompiledHome] = []
    for stretch in stretches:
        part = scoring.of_days(tables, stretch.first, stretch.last)
        if part.interventions.empty:
            continue
        unknown = scoring.unknown_to(stretch.book, part)
        book = scoring.completed(stretch.book, unknown) if unknown else stretch.book
        homes.append(pebem.compile_home(part, book, (stretch.first, stretch.last)))
        rows = _of_stretch(homes[-1], books, unknown)
        parts.append(rows | {"stretch": np.full(len(rows["day"]), len(homes) - 1)})
    names = parts[0] if parts else dict.fromkeys((*_NAMES, "stretch"))
    none = np.zeros(0, np.int64)
    rows = {name: np.concatenate([none, *(part[name] for part in parts)]) for name in names}
    return rows, {name: book.names for name, book in books.items()}, homes


_NAMES: Final = (
    *("day", "minute", "seconds", "qn_soll", "qn_ist", "fit", "certified", "known", "grade"),
    *("ward", "shift", "intervention", "resident", "staff"),
)


def _of_stretch(home: CompiledHome, books: dict[str, Codebook], unknown: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    work = home.people.interventions
    coded = encode_rows(work, home)
    outcome = home.ends.outcome[end := ends(coded.rows, home)]
    soll, ist = _LEVELS[:, outcome]
    columns = {name: _renumbered(work[name], books[name])[coded.position] for name in _BY_CATEGORY}
    foreign = np.isin(columns["intervention"], books["intervention"].numbers(unknown)) if unknown else np.False_
    for name, labels, codes in (("ward", coded.wards, coded.rows.ward), ("shift", coded.shifts, coded.rows.shift)):
        books[name].learn(labels)
        columns[name] = books[name].numbers(labels)[codes]
    return columns | {
        "day": coded.rows.day + home.first,
        "minute": work["minute_of_day"].to_numpy(np.int64)[coded.position],
        "seconds": work["seconds"].to_numpy(np.int64)[coded.position],
        "qn_soll": np.where(foreign, 0, soll),
        "qn_ist": ist,
        "fit": np.where(foreign, NICHT_BEWERTBAR, _FIT[outcome]),
        "certified": np.where(foreign, 0, _CERTIFIED[outcome]),
        "grade": grades(coded, home),
        "known": lacking(coded, home, end) + LACKING["intervention"] * foreign,
    }


_BY_CATEGORY: Final = ("intervention", "resident", "staff")


def _renumbered(column: pd.Series, book: Codebook) -> NDArray[np.int64]:
    """Return the numbers of a categorical column in a book; 0 = not given."""
    book.learn(column.cat.categories)
    numbers: NDArray[np.int64] = np.append(book.numbers(column.cat.categories), 0)
    codes: NDArray[np.int64] = column.array.codes.astype(np.int64)
    return numbers[codes]  # a missing value is coded as -1: the last one


def _asked_for(
    rows: dict[str, NDArray[np.int64]], labels: dict[str, Sequence[str | None]], asked: ActFilter
) -> NDArray[np.bool_]:
    start, end = (number_of(day) for day in asked.period)
    found = (rows["first"] >= start) & (rows["last"] <= end)
    for name, label in (("ward", asked.ward), ("shift", asked.shift), ("intervention", asked.intervention)):
        if label is not None:
            found &= rows[name] == _code(labels[name], label)
    for name, value in (("qn_soll", asked.soll), ("qn_ist", asked.ist)):
        if value is not None:
            found &= rows[name] == value
    if asked.fit is not None:
        found &= rows["fit"] == FIT_CLASSES.index(asked.fit)
    inside = np.array([name is not None and asked.of_group(name) for name in labels["intervention"]], bool)
    return np.asarray(found & inside[rows["intervention"]])


def _code(labels: Sequence[str | None], label: str) -> int:
    """Return the code of a label; of one that does not occur, one that nothing has."""
    if label == NOT_GIVEN:
        return 0
    return labels.index(label) if label in labels else len(labels)
