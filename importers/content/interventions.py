"""Sheet `Interventionen`: the performed interventions, the one sheet with very many rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from importers.content.checks.cross_checks import check_residents, check_staff
from importers.content.checks.plausibility import check_plausibility
from importers.content.checks.repeated_interventions import without_repeats
from importers.content.dates import read_dates
from importers.content.inferred.group_rows import fill_groups
from importers.content.inferred.time_spans import split_spans
from importers.content.intervention_cells import (
    SOURCES,
    after_midnight,
    minutes_of_day,
    parse_day_of_work,
    parse_source,
    read_shifts,
    read_statuses,
    seconds_of,
    without_shift,
)
from importers.content.intervention_names import (
    IGNORE,
    UNCOUNTED,
    contradiction,
    find_entry,
    is_settled,
    leave_out,
    note_mapped,
)
from importers.content.shared_columns import as_days, categories, first_days, frame, parse_number
from importers.files.cell import Formatted
from importers.files.coded_column import CodedColumn
from importers.findings import error, notice
from importers.sheets.template_columns import fold
from importers.values import cell_values
from importers.values.intervention_ids import ambiguous, check_spoilt, shown_id, shows_ids
from pebem.contracts import DONE, INTERVENTIONS, SECONDS_MISSING, STATUSES, empty
from rules.vocabulary import KINDS_WITHOUT_RESIDENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

    from numpy.typing import NDArray

    from importers.content.persons.person_index import KnownPeople
    from importers.content.table import Table
    from importers.conventions import HomeConventions
    from rules.model import RuleBook

UNKNOWN: Final = "intervention-unbekannt"
"""Code of the finding of a name that nobody knows."""


@dataclass(frozen=True)
class RowPlaces:
    """When and where each record of the sheet was done, those with errors included.

    Attributes
    ----------
    days
        NaT = not readable, datetime64[s].
    wards
        The ward, where the row names none that of its resident; missing = not known.
    performed
        Whether it was done, as far as the row says, and no earlier file has the same row.
    """

    days: np.ndarray
    wards: pd.Categorical
    performed: NDArray[np.bool_]

    @classmethod
    def nothing(cls) -> RowPlaces:
        """Return what is known of no rows."""
        return cls(np.zeros(0, "datetime64[s]"), pd.Categorical([]), np.zeros(0, bool))


@dataclass(frozen=True)
class ReadInterventions:
    """The interventions of a file.

    Attributes
    ----------
    table
        Frame as in :mod:`pebem.contracts`.
    faulty
        Rows left out because of errors.
    ignored
        Rows left out because the home has decided that their name is no intervention.
    seconds
        Of each record of the sheet, those with errors and repeats included; -1 = not given.
    files
        Position of the file each row of the table is from, shape (rows,).
    left_out
        Day of each row left out because of errors, NaT = not readable, datetime64[s].
    first_days
        Position of a file -> its first day, rows included that an earlier file has already.
    repeated, repeated_files
        Rows that an earlier file has already, and the file each is from.
    without_shift
        Rows and seconds of a sheet that names no shift at all, with a time of day that could say it.
    repeated_faulty
        Rows with errors that an earlier file has already; they are not among ``faulty``.
    places
        Of each record, as ``seconds``.
    """

    table: pd.DataFrame
    faulty: int
    ignored: int
    seconds: np.ndarray
    files: NDArray[np.int32]
    left_out: np.ndarray
    first_days: Mapping[int, date]
    repeated: pd.DataFrame
    repeated_files: NDArray[np.int32]
    without_shift: tuple[int, int] = (0, 0)
    repeated_faulty: int = 0
    places: RowPlaces = field(default_factory=RowPlaces.nothing)

    @classmethod
    def nothing(cls) -> ReadInterventions:
        """Return what is read where there is no such sheet."""
        none = np.zeros(0, dtype=np.int32)
        return cls(
            empty(INTERVENTIONS), 0, 0, none, none, np.zeros(0, dtype="datetime64[s]"), {}, empty(INTERVENTIONS), none
        )


def read_interventions(
    table: Table,
    book: RuleBook,
    residents: pd.DataFrame,
    staff: pd.DataFrame,
    conventions: HomeConventions,
    people: KnownPeople | None = None,
) -> ReadInterventions:
    """Return the interventions.

    Parameters
    ----------
    residents, staff
        Frames of :mod:`pebem.contracts`, to find unknown numbers and days out of range.
    conventions
        The home's own words; what the catalogue knows itself goes first.
    people
        Residents and employees by name, for files that have no numbers.
    """
    names = conventions.interventions.items()
    own = {fold(name): target for name, target in names if is_settled(target, book)}
    ignored = leave_out(table, book, own)
    fill_groups(table)
    split_spans(table)
    resident, carer = (table.read(name, parse_number, "", costs_row=True) for name in ("Bewohner-Nr", "Personal-Nr"))
    if people:
        resident = people.residents.resolve(table, "Bewohner-Nr", resident)
        carer = people.staff.resolve(table, "Personal-Nr", carer)
    parse_id = intervention_parser(book, own, table.raw("Intervention").values)
    intervention = table.read("Intervention", parse_id, "", costs_row=True)
    _note_shown(table, book)
    note_mapped(table, book, own)
    date_codes, moments = read_dates(table, "Datum", parse_day_of_work)
    minute_of_day = minutes_of_day(table, date_codes, moments)
    date_codes, days = after_midnight(table, minute_of_day, date_codes, as_days(moments))
    seconds = seconds_of(table, minute_of_day)
    words = _read_words(table)
    shift = read_shifts(table, conventions.shifts, minute_of_day, conventions.shift_starts)
    needs = _needs_resident(intervention, book)
    left_out = (people.residents_left_out, people.staff_left_out) if people else (frozenset(), frozenset())
    check_residents(table, resident, needs, days[date_codes], residents, left_out[0])
    check_staff(table, carer, CodedColumn(date_codes, list(days)), staff, left_out[1])
    work = frame(
        table,
        {
            "resident": categories(resident),
            "staff": categories(carer),
            "intervention": categories(intervention),
            "date": days[date_codes],
            "minute_of_day": minute_of_day,
            "seconds": seconds,
        }
        | words
        | {"shift": categories(shift)},
    )
    starts = first_days(work["date"], table.sources_of_good_rows)
    work, records, repeated = without_repeats(table, work)
    _note_missing_minutes(table, work)
    check_plausibility(table, work)
    faulty = np.flatnonzero(table.faulty)
    once = faulty[~table.repeats_of_other_files(table.cell_keys()[faulty], faulty)] if len(faulty) else faulty
    left_out = days[date_codes[once]]
    sources = (table.source_of[records], table.source_of[repeated[1]])
    told = len(once), ignored, seconds, sources[0], left_out, starts, repeated[0], sources[1]
    again = np.zeros(len(table.rows), bool)
    again[np.setdiff1d(faulty, once)] = True
    done = np.isin(words["status"].codes, [-1, STATUSES.index(DONE)])
    places = RowPlaces(days[date_codes], _wards(words["ward"], resident, residents), done & ~again)
    return ReadInterventions(work, *told, without_shift(shift, minute_of_day, seconds), len(faulty) - len(once), places)


def _wards(named: pd.Categorical, resident: CodedColumn, residents: pd.DataFrame) -> pd.Categorical:
    """Return the ward of each row; where it names none, that of its resident, if the files know one alone."""
    of_resident = residents.dropna(subset="ward").groupby("resident", observed=True)["ward"].unique()
    lives_in = {person: wards[0] for person, wards in of_resident.items() if len(wards) == 1}
    wards = list(dict.fromkeys([*named.categories, *lives_in.values()]))
    codes, people = resident
    places = np.array([wards.index(lives_in[one]) if one in lives_in else -1 for one in people], np.int64)
    return pd.Categorical.from_codes(
        np.where(named.codes < 0, places[codes], named.codes), categories=pd.Index(wards, dtype="object")
    )


def _read_words(table: Table) -> dict[str, pd.Categorical]:
    """Return source of the minutes, ward and status, in the words the engine knows."""
    source = table.read("Minuten-Quelle", parse_source, "", costs_row=True)
    ward = table.read("Wohnbereich", cell_values.text, "", costs_row=True)
    status = read_statuses(table)
    return {
        "minutes_source": categories(source, SOURCES),
        "ward": categories(ward),
        "status": categories(status, STATUSES),
    }


def _needs_resident(intervention: CodedColumn, book: RuleBook) -> np.ndarray:
    """Return which rows are of a kind that is done for a resident."""
    codes, ids = intervention
    needs: np.ndarray = np.array(
        [bool(i) and book.interventions[book.index[i]].kind not in KINDS_WITHOUT_RESIDENT for i in ids], dtype=bool
    )[codes]
    return needs


def intervention_parser(book: RuleBook, own: Mapping[str, str], cells: Iterable[Any] = ()) -> Callable[[Any], str]:
    """Return a function from a cell to the catalogue id it names.

    Parameters
    ----------
    cells
        All of the column: where each number shows an id, as 4,10 does, they are read as shown.
    """
    as_shown = shows_ids(book, cells)

    def parse(value: Any) -> str:
        if as_shown and isinstance(value, Formatted) and shown_id(value) in book.index:
            return shown_id(value)
        if not isinstance(value, str):
            raise ambiguous()
        written = cell_values.text(value)
        if not written:
            raise error(
                "intervention-fehlt",
                "Die Intervention fehlt.",
                "Tragen Sie Nummer oder Bezeichnung aus dem Katalog ein.",
            )
        if entry := find_entry(book, written):
            return entry.id
        if target := own.get(fold(written)):
            if target in UNCOUNTED:
                raise error(*UNCOUNTED[target])
            return target if target != IGNORE else ""  # no row has it any more
        check_spoilt(written)
        raise contradiction(book, written) or error(
            UNKNOWN,
            "Diese Intervention steht nicht im Katalog.",
            "Ordnen Sie das Wort einmal zu, oder tragen Sie Nummer oder Bezeichnung aus dem Katalog ein.",
        )

    return parse


def _note_shown(table: Table, book: RuleBook) -> None:
    """Add a notice of the numbers that were read as their cells show them."""
    codes, cells = table.raw("Intervention")
    if shows_ids(book, cells):
        read = [(code, cell.shown, shown_id(cell)) for code, cell in enumerate(cells) if isinstance(cell, Formatted)]
        count = int(np.isin(codes, [code for code, _, _ in read]).sum())
        named = ", ".join(f"„{shown}“ = {one}" for shown, one in dict.fromkeys((shown, one) for _, shown, one in read))
        table.report_sheet(
            notice(
                "intervention-wie-angezeigt",
                f"Zahlen wurden als Nummern gelesen, wie die Zellen sie zeigen: {named}.",
                "Prüfen Sie, ob das stimmt. Sonst formatieren Sie die Spalte als Text und tragen die Nummern neu ein.",
            ),
            column="Intervention",
            count=count,
        )


def _note_missing_minutes(table: Table, work: pd.DataFrame) -> None:
    missing = int((work["seconds"] == SECONDS_MISSING).sum())
    if missing:
        table.report_sheet(
            notice(
                "minuten-fehlen",
                f"{missing} Zeilen haben keine Minuten; sie zählen in der Anzahl, aber nicht in der Zeit.",
                "Ergänzen Sie die Minuten, wenn sie vorliegen.",
            ),
            column="Minuten",
            count=missing,
        )
