"""Whether the person of a number is known, and was there on the day."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import pandas as pd

from importers.findings import Problem, error, warning

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from importers.content.table import Table
    from importers.files.coded_column import CodedColumn

Period: TypeAlias = "tuple[np.datetime64, np.datetime64]"
_ZEROS: Final = re.compile(r"(?<!\d)0+(?=\d)")
_OPEN: Final = np.datetime64("1677-01-01", "s"), np.datetime64("2262-01-01", "s")
"""The period that covers every day."""


def check_numbers(table: Table, resident: np.ndarray, residents: frozenset[str], *, listed: bool) -> None:
    """Leave out rows about residents who are not in the list; without a list, only warn of them.

    Parameters
    ----------
    resident
        Number in each row, "" = none.
    residents
        Numbers in the list.
    listed
        Whether there is one.
    """
    stranger = np.flatnonzero([bool(number) and number not in residents for number in resident]).tolist()
    if listed:
        problem = error(
            "bewohner-unbekannt",
            "Diese Bewohner-Nr steht nicht im Blatt „Bewohner“.",
            "Ergänzen Sie die Person im Blatt „Bewohner“ oder berichtigen Sie die Nummer.",
        )
    else:
        problem = warning(
            "bewohner-unbekannt",
            "Zu dieser Bewohner-Nr ist keine Person bekannt: Ein Blatt „Bewohner“ ist nicht dabei.",
            "Laden Sie die Liste der Bewohner:innen dazu oder berichtigen Sie die Nummer.",
        )
    for alike, rows in _by_lookalike(stranger, [resident[row] for row in stranger], residents):
        table.report(_with_hint(problem, alike, "Bewohner"), rows, "Bewohner-Nr", costs_row=listed)


def check_residents(
    table: Table,
    numbers: CodedColumn,
    needs_resident: np.ndarray,
    days: np.ndarray,
    residents: pd.DataFrame,
    left_out: frozenset[str] = frozenset(),
) -> None:
    """Warn of interventions without a known resident, or outside the resident's stay.

    Parameters
    ----------
    numbers
        Resident number of each row, "" = none.
    needs_resident, days
        Of each row: whether its kind needs a resident, and its day.
    left_out
        Numbers that are in the list, but only in rows with an error.
    """
    codes, names = numbers
    position = {name: i for i, name in enumerate(dict.fromkeys(residents["resident"]))}
    known = np.array([position.get(name, -1) for name in names], dtype=np.int64)
    blank = np.array([not name for name in names], dtype=bool)
    table.report(
        warning(
            "bewohner-fehlt",
            "Diese Intervention braucht eine Bewohner-Nr; ohne sie ist die Zeile nicht bewertbar.",
            "Tragen Sie die Bewohner-Nr ein.",
        ),
        np.flatnonzero(blank[codes] & needs_resident & ~table.faulty).tolist(),
        "Bewohner-Nr",
    )
    faulty = np.array([name in left_out for name in names], dtype=bool)
    for unknown, problem in (
        (
            ~faulty,
            warning(
                "bewohner-unbekannt",
                "Diese Bewohner-Nr steht nicht im Blatt „Bewohner“; es gilt keine Begutachtung.",
                "Ergänzen Sie die Person im Blatt „Bewohner“ oder berichtigen Sie die Nummer.",
            ),
        ),
        (
            faulty,
            warning(
                "bewohner-fehlerhaft",
                "Die Zeile dieser Person im Blatt „Bewohner“ hat einen Fehler und fehlt deshalb; es gilt keine "
                "Begutachtung.",
                "Berichtigen Sie dort die Zeile der Person.",
            ),
        ),
    ):
        rows = np.flatnonzero(((known < 0) & ~blank & unknown)[codes] & ~table.faulty).tolist()
        for alike, those in _by_lookalike(rows, [names[codes[row]] for row in rows], position):
            table.report(_with_hint(problem, alike, "Bewohner"), those, "Bewohner-Nr")
    if not residents.empty:
        _check_stays(table, known[codes], days, residents)


def _by_lookalike(rows: Sequence[int], numbers: Sequence[str], known: Iterable[str]) -> list[tuple[str, list[int]]]:
    """Return the rows by the one known number that theirs differs from in leading zeros alone, "" = there is none."""
    if not rows:
        return []
    zeroless: dict[str, set[str]] = {}
    for number in known:
        zeroless.setdefault(_without_zeros(number), set()).add(number)
    alike: dict[str, list[int]] = {}
    for row, number in zip(rows, numbers, strict=True):
        others = zeroless.get(_without_zeros(number), set()) - {number} if number else set()
        alike.setdefault(others.pop() if len(others) == 1 else "", []).append(row)
    return list(alike.items())


def _without_zeros(number: str) -> str:
    return _ZEROS.sub("", number.casefold())


def _with_hint(problem: Problem, alike: str, sheet: str) -> Problem:
    if not alike:
        return problem
    hint = (
        f"Im Blatt „{sheet}“ steht „{alike}“: Vermutlich gingen führende Nullen verloren. Schreiben Sie die Nummer "
        "überall gleich, in Zellen, die als Text formatiert sind."
    )
    return Problem(problem.severity, problem.code, problem.message, hint, problem.taken)


def _check_stays(table: Table, resident: np.ndarray, days: np.ndarray, residents: pd.DataFrame) -> None:
    """Warn of interventions before a resident moved in or after the resident moved out.

    Parameters
    ----------
    resident
        Position of each row's resident among the different residents, -1 = unknown.
    """
    known = (resident >= 0) & ~table.faulty
    begins, ends = _stays(residents)
    # Somebody who moved in again is there from the stay that began last, of those begun on the day.
    gone = days > ends[0][resident]
    for begin, end in zip(begins[1:], ends[1:], strict=True):
        gone = np.where(days >= begin[resident], days > end[resident], gone)
    for code, outside, what in (
        ("vor-einzug", days < begins[0][resident], "vor dem Einzug"),
        ("nach-auszug", gone, "nach dem Auszug"),
    ):
        table.report(
            warning(
                code,
                f"Die Intervention liegt {what} der Person; sie wird trotzdem übernommen.",
                "Prüfen Sie das Datum sowie Einzug und Auszug im Blatt „Bewohner“.",
            ),
            np.flatnonzero(known & outside).tolist(),
            "Datum",
        )


def _stays(residents: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return first and last day of the first, second ... stay of each resident, shape (most stays, residents).

    A missing day is NaT, which no day is before or after; so are both of a stay somebody does not have. Rows of several
    files with one first day are one stay, as the last of them says; a row without any day says nothing beside others.
    """
    people = pd.factorize(residents["resident"])[0]
    begin, end = (residents[column].to_numpy("datetime64[s]") for column in ("moved_in", "moved_out"))
    said = pd.DataFrame({"person": people, "begin": begin, "end": end})[~(np.isnat(begin) & np.isnat(end))]
    said = said.drop_duplicates(["person", "begin"], keep="last").sort_values(
        "begin", na_position="first", kind="stable"
    )
    turn = said.groupby("person").cumcount().to_numpy()
    shape = int(turn.max(initial=0)) + 1, int(people.max(initial=0)) + 1
    begins, ends = (np.full(shape, np.datetime64("NaT", "s")) for _ in range(2))
    begins[turn, said["person"]], ends[turn, said["person"]] = said["begin"], said["end"]
    return begins, ends


def check_staff(
    table: Table,
    numbers: CodedColumn,
    days: CodedColumn,
    staff: pd.DataFrame,
    left_out: frozenset[str] = frozenset(),
) -> None:
    """Warn of interventions without a known member of staff, or on a day none of the person's rows covers.

    Parameters
    ----------
    numbers, days
        Staff number ("" = none) and day (datetime64[s]) of each row.
    staff
        Frame of :mod:`pebem.contracts`.
    left_out
        Numbers that are in the list, but only in rows with an error.
    """
    codes, names = numbers
    blank = np.array([not name for name in names], dtype=bool)
    known_names = set(staff["staff"])
    known = np.array([name in known_names for name in names], dtype=bool)
    faulty = np.array([name in left_out for name in names], dtype=bool) & ~known
    for which, problem in (
        (
            blank,
            warning(
                "personal-fehlt",
                "Die Personal-Nr fehlt; das QN-Ist ist unbekannt.",
                "Tragen Sie ein, wer die Intervention durchgeführt hat.",
            ),
        ),
        (
            ~known & ~blank & ~faulty,
            warning(
                "personal-unbekannt",
                "Diese Personal-Nr steht nicht im Blatt „Mitarbeitende“; das QN-Ist ist unbekannt.",
                "Ergänzen Sie die Person im Blatt „Mitarbeitende“ oder berichtigen Sie die Nummer.",
            ),
        ),
        (
            faulty,
            warning(
                "personal-fehlerhaft",
                "Die Zeile dieser Person im Blatt „Mitarbeitende“ hat einen Fehler und fehlt deshalb; das QN-Ist ist "
                "unbekannt.",
                "Berichtigen Sie dort die Zeile der Person.",
            ),
        ),
    ):
        rows = np.flatnonzero(which[codes] & ~table.faulty).tolist()
        for alike, those in _by_lookalike(rows, [names[codes[row]] for row in rows], known_names):
            table.report(_with_hint(problem, alike, "Mitarbeitende"), those, "Personal-Nr")
    covered = _covered(names, np.asarray(days.values), _periods(staff))
    table.report(
        warning(
            "personal-nicht-gueltig",
            "An diesem Tag gilt keine Zeile dieser Person im Blatt „Mitarbeitende“; das QN-Ist ist unbekannt.",
            "Prüfen Sie das Datum sowie „Gültig ab“ und „Gültig bis“ der Person.",
        ),
        np.flatnonzero(~covered[codes, days.codes] & ~table.faulty).tolist(),
        "Personal-Nr",
    )


def _periods(staff: pd.DataFrame) -> dict[str, list[Period]]:
    """Return the periods of each member of staff; an open end is far away."""
    starts = staff["start"].fillna(pd.Timestamp(_OPEN[0])).to_numpy("datetime64[s]")
    ends = staff["end"].fillna(pd.Timestamp(_OPEN[1])).to_numpy("datetime64[s]")
    periods: dict[str, list[Period]] = {}
    for name, start, end in zip(staff["staff"], starts, ends, strict=True):
        periods.setdefault(name, []).append((start, end))
    return periods


def _covered(names: list[str], days: np.ndarray, periods: Mapping[str, list[Period]]) -> np.ndarray:
    """Return person x day: whether one of the person's periods covers the day; of unknown people always."""
    covered = np.ones((len(names), len(days)), dtype=bool)
    for code, name in enumerate(names):
        # Only people with a limit somewhere can be out of range; for all others no day is looked at.
        if name in periods and _OPEN not in periods[name]:
            covered[code] = np.logical_or.reduce([(start <= days) & (days <= end) for start, end in periods[name]])
    return covered
