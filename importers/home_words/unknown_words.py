"""Words of a home that are unknown or only read with a warning, and how much depends on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from importers.content.intervention_names import find_entry, is_settled
from importers.content.people import is_level, is_plain_role, settled_levels
from importers.home_words.kinds import DUTY, INTERVENTION, KINDS, QUALIFICATION, ROLE, SHIFT, SHIFT_START
from importers.values import cell_values, word_meanings
from importers.values.intervention_ids import is_spoilt
from importers.values.shift_starts import CODES
from importers.values.spelling import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    import pandas as pd

    from importers.content.interventions import ReadInterventions
    from importers.content.table import Table
    from importers.conventions import HomeConventions
    from rules.model import RuleBook

Words: TypeAlias = dict[str, tuple[int, int]]
"""Word as it stands first -> rows where it stands, and seconds."""


class WordDay(NamedTuple):
    """The performed rows of an unknown intervention on a day and ward; None = the day, or the ward, is not known."""

    text: str
    day: date | None
    ward: str | None
    rows: int
    seconds: int


def unknown_words(
    tables: Mapping[str, Table],
    work: ReadInterventions,
    codes: Mapping[str, int],
    book: RuleBook,
    conventions: HomeConventions,
) -> dict[str, Words]:
    """Return kind -> word -> rows where it stands and seconds of the interventions that depend on it.

    Of a qualification or a role these are the interventions of the people who have it, of a code of a roster none.
    Kinds without such words are left out.

    Parameters
    ----------
    tables
        Sheets, read already.
    codes
        Unknown codes of rosters -> how often they occur.
    """
    unknown: dict[str, Words] = {}
    if table := tables.get("Interventionen"):
        seconds = np.maximum(work.seconds, 0)
        unknown[INTERVENTION] = _counted(table, "Intervention", seconds, _no_entry(conventions, book))
        unknown[SHIFT] = _counted(table, "Schicht", seconds, _not_among(SHIFT, conventions.shifts, book))
    if table := tables.get("Mitarbeitende"):
        seconds = _seconds_of_people(table, work.table)
        levels = settled_levels(conventions.qualifications)
        new_role = _not_among(ROLE, conventions.roles, book)
        unknown[QUALIFICATION] = _counted(
            table, "QN", seconds, lambda word: fold(word) not in levels and _is_doubtful(word)
        )
        unknown[ROLE] = _counted(table, "Rolle", seconds, lambda word: not is_plain_role(word) and new_role(word))
    if work.without_shift[0]:
        said = {fold(shift) for shift in conventions.shift_starts}
        unknown[SHIFT_START] = {shift: work.without_shift for shift in CODES if fold(shift) not in said}
    unknown[DUTY] = {code: (count, 0) for code, count in codes.items()}
    return {kind: unknown[kind] for kind in KINDS if unknown.get(kind)}


def unknown_days(
    table: Table | None, work: ReadInterventions, book: RuleBook, conventions: HomeConventions
) -> tuple[WordDay, ...]:
    """Return on which days and wards the unknown interventions were performed.

    Parameters
    ----------
    table
        ``Interventionen``, read already.
    """
    if not table:
        return ()
    written = _written(table, "Intervention", _no_entry(conventions, book))
    codes, places = table.raw("Intervention").codes, work.places
    rows = np.flatnonzero(np.isin(codes, [*written]) & places.performed & ~table.misplaced)
    if not len(rows):
        return ()
    words = list(dict.fromkeys(written.values()))
    number = {code: words.index(word) for code, word in written.items()}
    days = places.days[rows].astype("datetime64[D]")
    keys = np.stack([[number[code] for code in codes[rows].tolist()], days.astype(np.int64), places.wards.codes[rows]])
    found, inverse, counts = np.unique(keys, axis=1, return_inverse=True, return_counts=True)
    seconds = np.bincount(inverse.ravel(), np.maximum(work.seconds[rows], 0)).astype(np.int64)
    dates = found[1].astype("datetime64[D]").astype(object).tolist()  # NaT becomes None
    return tuple(
        WordDay(words[word], day, places.wards.categories[ward] if ward >= 0 else None, *sums)
        for (word, _, ward), day, *sums in zip(found.T.tolist(), dates, counts.tolist(), seconds.tolist(), strict=True)
    )


def _no_entry(conventions: HomeConventions, book: RuleBook) -> Callable[[str], bool]:
    """Return a test whether a word is no intervention, by the catalogue or by what the home has said."""
    own = {fold(name) for name, target in conventions.interventions.items() if is_settled(target, book)}
    return lambda word: fold(word) not in own and find_entry(book, word) is None and not is_spoilt(word)


def _counted(table: Table, column: str, seconds: np.ndarray, is_unknown: Callable[[str], bool]) -> Words:
    """Return the words of a column that are unknown."""
    codes, cells = table.raw(column)
    codes, seconds = codes[~table.misplaced], seconds[~table.misplaced]
    rows = np.bincount(codes, minlength=len(cells))
    time = np.bincount(codes, seconds, minlength=len(cells)).astype(np.int64)
    counted: Words = {}
    for code, word in _written(table, column, is_unknown).items():
        number, total = counted.get(word, (0, 0))
        counted[word] = (number + int(rows[code]), total + int(time[code]))
    return counted


def _written(table: Table, column: str, is_unknown: Callable[[str], bool]) -> dict[int, str]:
    """Return the codes of a column whose words are unknown, each spelling of one with its first."""
    codes, cells = table.raw(column)
    rows = np.bincount(codes[~table.misplaced], minlength=len(cells))
    written: dict[int, str] = {}
    first: dict[str, str] = {}
    for code, cell in enumerate(cells):
        word = cell_values.text(cell) if isinstance(cell, str) else ""
        if rows[code] and word and is_unknown(word):
            written[code] = first.setdefault(fold(word), word)
    return written


def _not_among(kind: str, own: Mapping[str, str], book: RuleBook) -> Callable[[str], bool]:
    """Return a test whether a word is neither the home's own nor one of those that may be chosen."""
    choices = KINDS[kind].choices(book)
    known = {fold(word) for word in (*own, *own.values(), *choices, *choices.values())}
    return lambda word: fold(word) not in known


def _is_doubtful(word: str) -> bool:
    if is_level(word) or not any(letter.isalpha() for letter in word):
        return False  # a level, or a mistake that no list of words can mend
    meaning = word_meanings.qualification(word)
    return meaning is None or bool(meaning.doubt)


def _seconds_of_people(table: Table, work: pd.DataFrame) -> np.ndarray:
    """Return for each row of ``Mitarbeitende`` the seconds of all interventions of its person."""
    staff = work["staff"].cat
    time = np.bincount(staff.codes + 1, np.maximum(work["seconds"], 0), minlength=len(staff.categories) + 1)
    known = dict(zip(staff.categories, time[1:].tolist(), strict=True))
    codes, cells = table.raw("Personal-Nr")
    seconds: np.ndarray = np.array(
        [known.get(cell_values.identifier_or_blank(cell), 0) for cell in cells], dtype=np.int64
    )[codes]
    return seconds
