"""Words of a home that are unknown or only read with a warning, and how much depends on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from importers.content.intervention_names import find_entry, is_settled
from importers.content.people import is_level, is_plain_role, settled_levels
from importers.files.cell import Odd
from importers.home_words.kinds import DUTY, INTERVENTION, KINDS, QUALIFICATION, ROLE, SHIFT, SHIFT_START
from importers.values import cell_values, word_meanings
from importers.values.intervention_ids import is_spoilt
from importers.values.shift_starts import CODES
from importers.values.spelling import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from importers.content.interventions import ReadInterventions
    from importers.content.table import Table
    from importers.conventions import HomeConventions
    from rules.model import RuleBook

Words: TypeAlias = dict[str, tuple[int, int]]
"""Word as it stands first -> rows where it stands, and seconds."""


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
        settled = conventions.interventions.items()
        own = {fold(name) for name, target in settled if is_settled(target, book)}
        unknown[INTERVENTION] = _counted(
            table,
            "Intervention",
            seconds,
            lambda word: fold(word) not in own and find_entry(book, word) is None and not is_spoilt(word),
        )
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


def _counted(table: Table, column: str, seconds: np.ndarray, is_unknown: Callable[[str], bool]) -> Words:
    """Return the words of a column that are unknown, each spelling of one under its first."""
    codes, cells = table.raw(column)
    codes, seconds = codes[~table.misplaced], seconds[~table.misplaced]
    rows = np.bincount(codes, minlength=len(cells))
    time = np.bincount(codes, seconds, minlength=len(cells)).astype(np.int64)
    counted: dict[str, tuple[str, int, int]] = {}
    for code, cell in enumerate(cells):
        word = cell_values.text(cell) if isinstance(cell, str) else ""
        if rows[code] and word and is_unknown(word):
            written, number, total = counted.get(fold(word), (word, 0, 0))
            counted[fold(word)] = (written, number + int(rows[code]), total + int(time[code]))
    return {written: (number, total) for written, number, total in counted.values()}


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
    seconds: np.ndarray = np.array([known.get(_number(cell), 0) for cell in cells], dtype=np.int64)[codes]
    return seconds


def _number(cell: Any) -> str:
    try:
        return "" if isinstance(cell, Odd) else str(cell_values.identifier(cell))
    except ValueError:
        return ""
