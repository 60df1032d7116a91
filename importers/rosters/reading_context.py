"""What all sheets of a roster share: people, the meaning of codes and wards, and the findings."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from importers.files.cell import shown
from importers.findings import notice, warning
from importers.sheets.roster_headings import is_ward
from importers.sheets.template_columns import sheet_of
from importers.values.spelling import clean, fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from importers.content.persons.name_index import NameIndex
    from importers.content.table import Table
    from importers.files.grid import Grid
    from importers.findings import Finding, Problem
    from importers.rosters.shift_codes import ShiftCodes, Unread

SHEET: Final = "Dienste"

UNKNOWN_CODE: Final = "dienstkuerzel-unbekannt"

_WARD_LABEL: Final = re.compile(r"^(?:wohnbereich|wohngruppe|station|bereich|etage|wb|wg)\b[\s:.]*")
_LIKE_NUMBER: Final = re.compile(r"[^\s,]*\d[^\s,]*")

_NUMBER_UNKNOWN: Final = warning(
    "personal-unbekannt",
    "Diese Personal-Nr steht nicht im Blatt „Mitarbeitende“.",
    "Ergänzen Sie die Person im Blatt „Mitarbeitende“ oder berichtigen Sie die Nummer.",
)
_NAME_SHORTENED: Final = notice(
    "name-gekuerzt",
    "Der Name ist nicht vollständig; er passt zu genau einer Person im Blatt „Mitarbeitende“.",
    "Prüfen Sie, ob sie gemeint ist.",
)
_NAME_UNKNOWN: Final = warning(
    "name-unbekannt",
    "Niemand im Blatt „Mitarbeitende“ heißt so; der Dienst gehört zu keiner bekannten Person.",
    "Ergänzen Sie im Dienstplan die Personal-Nr oder die Person im Blatt „Mitarbeitende“.",
)


@dataclass(frozen=True)
class RosterEntries:
    """Duties of one sheet as written; one array element each.

    Attributes
    ----------
    staff, ward
        Number of the person and ward, None = unknown or not given.
    start, end : datetime64[s]
        Local times, end exclusive.
    row, column, value
        Row and heading of the cell, and the cell.
    """

    grid: Grid
    staff: np.ndarray
    ward: np.ndarray
    start: np.ndarray
    end: np.ndarray
    row: np.ndarray
    column: np.ndarray
    value: np.ndarray


def sheet_name(grid: Grid) -> str:
    """Return the name of a sheet in findings: ours, or the one in the workbook."""
    return SHEET if grid.from_text or sheet_of(grid.name) else grid.name


class Wards:
    """The wards of a home, and which of them a line of a roster names."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = {key: ward for ward in known for key in (fold(ward), _short(ward))}

    def named(self, text: str, *, by_itself: bool = False) -> str | None:
        """Return the ward a text names, as the home spells it; None if it names none.

        Where the home has no wards at all, every text does, unless it is not ``by_itself``.
        """
        key = fold(text)
        for spelling in (key, _short(text), _WARD_LABEL.sub("", key)):
            if spelling in self._known:
                return self._known[spelling]
        if is_ward(key) or (by_itself and not self._known):
            return clean(text)
        return None


def _short(ward: str) -> str:
    return re.sub(r"^(?:wohnbereich|wb)[\s:.]*(?=\S)", "wb ", fold(ward))


class RosterContext:
    """What is known before a roster is read, and what turns up meanwhile.

    Attributes
    ----------
    findings
        Everything found so far.
    people
        Names in the sheet.
    tables
        Lists of which every row is complete in itself.
    left_out
        Days (datetime64[s]) of entries that cannot be read, NaT = no day; array after array.
    """

    def __init__(self, names: NameIndex, codes: ShiftCodes, wards: Wards) -> None:
        self.names, self.codes, self.wards = names, codes, wards
        self.findings: list[Finding] = []
        self.people: set[str] = set()
        self.tables: list[Table] = []
        self.left_out: list[np.ndarray] = []
        self._absences: Counter[str] = Counter()
        self._unread: dict[tuple[str, str], tuple[Problem, tuple[Grid, int, str], int]] = {}
        self._paused: Counter[int] = Counter()
        self._first: Grid | None = None

    def report(
        self, problem: Problem, grid: Grid, row: int = 0, column: str = "", value: Any = "", count: int = 1
    ) -> None:
        """Add a finding."""
        self.findings.append(
            problem.at(
                file=grid.file,
                sheet=sheet_name(grid),
                row=row,
                column=column,
                value=shown(value),
                count=count,
            )
        )

    def note_unread(self, unread: Unread, place: tuple[Grid, int, str], count: int = 1) -> None:
        """Remember unreadable cells: one finding for all that are alike, at the first place."""
        key = unread.problem.code, unread.what
        problem, first, before = self._unread.get(key, (unread.problem, place, 0))
        self._unread[key] = problem, first, before + count

    def leave_out(self, days: np.ndarray) -> None:
        """Remember the days (datetime64[s]) of entries that cannot be read, NaT where there is none."""
        self.left_out.append(days.astype("datetime64[D]").astype("datetime64[s]"))

    def leave_out_undated(self, count: int) -> None:
        """Remember entries that cannot be read, nor their day."""
        self.left_out.append(np.full(count, np.datetime64("NaT", "s")))

    def unknown_codes(self) -> dict[str, int]:
        """Return unknown codes and how often they occur."""
        return {what: count for (code, what), (_, _, count) in self._unread.items() if code == UNKNOWN_CODE}

    def note_absent(self, grid: Grid, absence: str, count: int = 1) -> None:
        """Remember entries that are no duty."""
        self._first = self._first or grid
        self._absences[absence] += count

    def note_pauses(self, grid: Grid, minutes: int, count: int = 1) -> None:
        """Remember duties with a pause."""
        if minutes:
            self._first = self._first or grid
            self._paused[minutes] += count

    def line_of_ward(self, text: str, grid: Grid, row: int) -> str | None:
        """Return the ward that a line between duties names; one that names none changes nothing and is reported."""
        if named := self.wards.named(text, by_itself=True):
            return named
        self.report(
            warning(
                "zwischenzeile-unbekannt",
                "Diese Zeile ist weder ein Dienst noch ein bekannter Wohnbereich; sie ändert nichts.",
                "Ist sie ein Wohnbereich, schreiben Sie ihn wie im Blatt „Bewohner“.",
            ),
            grid,
            row,
            "",
            text,
        )
        return None

    def person(self, who: tuple[str, str], grid: Grid, place: tuple[int, str], count: int) -> str | None:
        """Return the ``Personal-Nr`` of the person meant; None, with a finding, if it is unknown.

        Parameters
        ----------
        who
            Number and name as they are in the file; a number takes precedence.
        place, count
            Row and heading, and how many duties are meant.
        """
        number, name = who
        self.people.update(text for text in who if not any(map(str.isdigit, text)))
        if number and not self.names.knows(number) and re.search(r"[\s,]", number):
            number, name = "", name or number  # a name in the wrong column must not get any further
        if not number and not self.names.knows(name) and not _LIKE_NUMBER.fullmatch(name):
            return self._by_name(name, grid, place, count)
        number = number or name
        if not self.names.knows(number):
            self.report(_NUMBER_UNKNOWN, grid, *place, number, count)
        return number

    def _by_name(self, name: str, grid: Grid, place: tuple[int, str], count: int) -> str | None:
        people, whole = self.names.find(name)
        if len(people) == 1:
            if not whole:
                self.report(_NAME_SHORTENED, grid, *place, name, count)
            return people[0]
        if people:
            problem = warning(
                "name-mehrdeutig",
                "Mehrere Personen im Blatt „Mitarbeitende“ heißen so; der Dienst gehört zu keiner bekannten Person.",
                f"Ergänzen Sie im Dienstplan die Personal-Nr: {' oder '.join(people[:3])}.",
            )
        else:
            problem = _NAME_UNKNOWN
        self.report(problem, grid, *place, name, count)
        return None

    def close(self) -> None:
        """Add the findings that cover many cells each."""
        for (_, what), (problem, (grid, row, column), count) in self._unread.items():
            self.report(problem, grid, row, column, what, count)
        if self._first is None:
            return
        if self._absences:
            total = self._absences.total()
            parts = ", ".join(f"{count} × {name}" for name, count in self._absences.most_common())
            self.report(
                notice("dienst-abwesend", f"{total} Einträge sind kein Dienst ({parts}).", "Nichts zu tun."),
                self._first,
                value=parts,
                count=total,
            )
        if self._paused:
            minutes = sum(length * count for length, count in self._paused.items())
            total = self._paused.total()
            self.report(
                notice(
                    "pausen-nicht-abgezogen",
                    f"{total} Dienste enthalten zusammen {minutes // 60}:{minutes % 60:02d} Stunden Pause. Sie zählen "
                    "von Beginn bis Ende, da nicht bekannt ist, wann Pause war.",
                    "Nichts zu tun.",
                ),
                self._first,
                column="Pause",
                count=total,
            )
