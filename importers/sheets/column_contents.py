"""What a column is by its cells, where no heading says so: the state of an intervention, who did it, how long it took.

A sheet without one of these columns can be read, but says something else: without a state every row counts as done.
So a column whose cells look like it is asked about, and named in a warning where nobody can be asked.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from importers.files.cell import Odd, shown
from importers.sheets.columns.column_shapes import SAMPLE, fits
from importers.sheets.layout import is_blank
from importers.sheets.template_columns import WANTED
from importers.values.cell_values import number
from importers.values.placeholders import placeholders
from importers.values.spelling import clean, fold, squash
from importers.values.word_meanings import is_qualification, status

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from importers.files.grid import Grid
    from importers.sheets.heading_rows import HeadingPlace
    from importers.sheets.sheet_decision import SheetDecision

MOST_VALUES: Final = 8
"""A column with more different words is no state."""

_MOST_LETTERS: Final = 24
_PROBED: Final = 2_000
"""Rows looked at first: sorting a column of very many rows takes long."""

_MOST_DIFFERENT: Final = 2_000
"""A column with more different cells is free text, or different in every row."""
_FEW: Final = 0.5
_CLEAR: Final = 0.9
_LEAST_REPEATED: Final = 2
"""Initials of whoever did something come again and again."""

_MOST_MINUTES: Final = 240
_MOST_HOURS, _LEAST_MOST_HOURS = 60, 15


@dataclass(frozen=True, slots=True)
class ColumnContents:
    """The cells of a column.

    Attributes
    ----------
    values
        Different cells as shown, with how many rows have them, the most frequent first; "" = blank. None where there
        are too many to be told apart one by one.
    may_be
        Columns of the template its cells look like.
    """

    values: tuple[tuple[str, int], ...] = ()
    may_be: tuple[str, ...] = ()


def contents(
    grid: Grid, place: HeadingPlace, sheet: str, staff: Collection[str], positions: Iterable[int]
) -> dict[int, ColumnContents]:
    """Return position -> what its cells look like, of a sheet with columns that are :data:`WANTED`.

    Parameters
    ----------
    staff
        Numbers and initials of employees the files know, squashed; see :func:`known_staff`.
    positions
        Columns to look at.
    """
    found: dict[int, ColumnContents] = {}
    if sheet not in WANTED or place.row < 0:
        return found
    first = place.row + 1
    for position in positions:
        heading = place.texts[position] if position < len(place.texts) else ""
        if _surely_nothing(_Column(heading, _counted(grid.cells[first : first + _PROBED, position]), staff), sheet):
            continue
        codes, cells = grid.cells.coded(position)
        counts = np.bincount(codes[first:], minlength=len(cells))
        occurring = np.flatnonzero(counts)
        if len(occurring) > _MOST_DIFFERENT:
            continue
        there = [(cells[code], int(counts[code])) for code in occurring.tolist()]
        column = _Column(heading, there, staff)
        if column.filled:
            may_be = tuple(name for name in WANTED[sheet] if _LOOKS[sheet, name](column))
            found[position] = ColumnContents(column.values(), may_be)
    return found


def _surely_nothing(column: _Column, sheet: str) -> bool:
    """Return whether the first rows of a column show that it has many words, and is none of those looked for."""
    return bool(
        column.filled and not column.values() and not any(_LOOKS[sheet, name](column) for name in WANTED[sheet])
    )


def _counted(cells: Iterable[Any]) -> list[tuple[Any, int]]:
    counts: dict[Any, int] = {}
    for cell in cells:
        key = (cell,) if isinstance(cell, bool) else cell  # TRUE equals 1 for Python, but not for the reader of a sheet
        counts[key] = counts.get(key, 0) + 1
    return [(key[0] if isinstance(key, tuple) else key, count) for key, count in counts.items()]


def known_staff(decisions: Iterable[SheetDecision]) -> frozenset[str]:
    """Return numbers and initials of the employees that some sheets list, squashed."""
    return frozenset(
        squash(shown(cell))
        for one in decisions
        if one.sheet == "Mitarbeitende"
        for column in ("Personal-Nr", "Handzeichen")
        if (position := one.place.columns.get(column)) is not None
        for cell in one.grid.cells[one.place.row + 1 :, position]
        if not is_blank(cell)
    ) - {""}


def unassigned(
    may_be: Mapping[int, Collection[str]], sheet: str, columns: Mapping[str, int], declined: Collection[str]
) -> dict[str, tuple[int, ...]]:
    """Return column of the template that no column is taken for -> positions left over whose cells look like it.

    Parameters
    ----------
    may_be
        Position -> columns its cells look like.
    columns, declined
        What is taken for what, and columns of which a person said that none of these is it.
    """
    used = set(columns.values())
    open_ones = {
        column: tuple(position for position, some in may_be.items() if column in some and position not in used)
        for column in WANTED.get(sheet, ())
        if column not in columns and column not in declined
    }
    return {column: positions for column, positions in open_ones.items() if positions}


def meaning(word: str) -> str:
    """Return the state of an intervention a word is usually written for, "" = unknown."""
    if known := status(word):
        return str(known.value)
    return str(_signs().get(clean(word), ""))


class _Column:
    """The different cells of a column with how many rows have them, and its heading."""

    def __init__(self, heading: str, there: Sequence[tuple[Any, int]], staff: Collection[str]) -> None:
        self.heading, self.staff = heading, staff
        self.filled = [(cell, count) for cell, count in there if not _says_nothing(cell) and not isinstance(cell, Odd)]
        self.blank = sum(count for cell, count in there if _says_nothing(cell))
        self.rows = sum(count for _, count in self.filled)

    @property
    def sample(self) -> list[Any]:
        """The first different cells."""
        return [cell for cell, _ in self.filled[:SAMPLE]]

    def values(self) -> tuple[tuple[str, int], ...]:
        """Return the different words with their rows, none where they are many."""
        words = Counter[str]()
        for cell, count in self.filled[: 4 * MOST_VALUES]:
            words[clean(shown(cell))] += count
        if len(self.filled) > 4 * MOST_VALUES or len(words) > MOST_VALUES:
            return ()
        return (*words.most_common(), *([("", self.blank)] if self.blank else []))

    def is_state(self) -> bool:
        """Whether the cells are words for states: yes and no, a mark or none."""
        words = [word for word, _ in self.values() if word]
        if not words or any(len(word) > _MOST_LETTERS for word in words):
            return False
        known = [meaning(word) for word in words]
        # One word in every row tells nothing apart.
        return all(known) and (len(set(known)) > 1 or (self.blank > 0 and is_mark(words)))

    def is_person(self) -> bool:
        """Whether the cells are numbers or initials of employees: known ones, or such as come again and again."""
        sample = self.sample
        known = sum(squash(shown(cell)) in self.staff for cell in sample)
        if known >= _CLEAR * len(sample) and len(sample) > 1:
            return True
        if self.is_state() or not fits("kuerzel", sample) or squash(self.heading) in _headings_of_codes():
            return False
        return len(sample) > _LEAST_REPEATED and self.rows >= _LEAST_REPEATED * len(self.filled) and _upper(sample)

    def is_key(self) -> bool:
        """Whether the cells are numbers or initials, each for one employee."""
        return (
            len(self.filled) > 1
            and self.rows == len(self.filled)
            and (fits("kuerzel", self.sample) or fits("nummer", self.sample))
        )

    def is_minutes(self) -> bool:
        """Whether the cells are durations, and look like minutes more than like any other number."""
        if not fits("dauer", self.sample) or squash(self.heading) in _headings_of_numbers():
            return False
        numbers = _numbers(self.sample)
        if len(numbers) < len(self.sample):  # "20 min"
            return True
        round_ones = sum(one % 5 == 0 for one in numbers)
        return (
            len(numbers) > _LEAST_REPEATED
            and max(numbers) <= _MOST_MINUTES
            and min(numbers) >= 0
            and round_ones >= _FEW * len(numbers)
            and self.rows > len(self.filled)
        )

    def is_qualification(self) -> bool:
        """Whether at least half of the cells name a profession we know."""
        sample = self.sample
        known = sum(isinstance(cell, str) and not cell[:1].isdigit() and is_qualification(cell) for cell in sample)
        return known > 0 and known >= _FEW * len(sample)

    def is_hours(self) -> bool:
        """Whether the cells may be hours of work a week."""
        if squash(self.heading) in _headings_of_numbers():
            return False
        numbers = _numbers(self.sample)
        return (
            len(numbers) == len(self.sample) > 0
            and _LEAST_MOST_HOURS <= max(numbers) <= _MOST_HOURS
            and min(numbers) > 0
        )


_LOOKS: Final[Mapping[tuple[str, str], Callable[[_Column], bool]]] = {
    ("Interventionen", "Status"): _Column.is_state,
    ("Interventionen", "Personal-Nr"): _Column.is_person,
    ("Interventionen", "Minuten"): _Column.is_minutes,
    ("Mitarbeitende", "Personal-Nr"): _Column.is_key,
    ("Mitarbeitende", "QN"): _Column.is_qualification,
    ("Mitarbeitende", "Wochenstunden"): _Column.is_hours,
}


def _says_nothing(cell: Any) -> bool:
    """Return whether a cell is blank, or is read as if it were: a dash, NULL."""
    return is_blank(cell) or placeholders("Status").nothing(cell)


def _numbers(cells: Sequence[Any]) -> list[float]:
    found = []
    for cell in cells:
        try:
            value = number(cell)
        except ValueError:
            continue
        if value is not None:
            found.append(float(value))
    return found


def _upper(cells: Sequence[Any]) -> bool:
    """Whether initials look like initials: at least one capital letter in each."""
    return all(isinstance(cell, str) and any(sign.isupper() for sign in cell) for cell in cells)


def is_mark(words: Collection[str]) -> bool:
    """Return whether words are all marks that something is done; a cell without one may mean that it is not."""
    return {fold(word) for word in words} <= set(map(fold, _words()["marken"]))


@cache
def _words() -> dict[str, Any]:
    import yaml  # noqa: PLC0415 - needed only where a column is open

    content: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "words" / "contents.yaml").read_text("utf-8"))
    return content


@cache
def _signs() -> dict[str, str]:
    return {str(sign): state for state, signs in _words()["zeichen"].items() for sign in signs}


@cache
def _headings_of_codes() -> frozenset[str]:
    return frozenset(map(squash, _words()["keine-handzeichen"]))


@cache
def _headings_of_numbers() -> frozenset[str]:
    return frozenset(map(squash, _words()["keine-minuten"]))
