"""Sheet `Interventionen`: the performed interventions, the one sheet with very many rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from importers.content.cross_checks import check_residents, check_staff
from importers.content.dates import read_dates
from importers.content.intervention_cells import (
    SOURCES,
    after_midnight,
    minutes_of_day,
    note_status,
    parse_day_of_work,
    parse_source,
    parse_status,
    seconds_of,
)
from importers.content.repeats import row_keys
from importers.content.shared_columns import as_days, categories, first_days, frame, parse_number
from importers.files.coded_column import CodedColumn
from importers.findings import error, notice
from importers.sheets.template_columns import fold
from importers.values import cell_values
from pebem.contracts import INTERVENTIONS, SECONDS_MISSING, STATUSES, empty
from rules.vocabulary import KINDS_WITHOUT_RESIDENT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from numpy.typing import NDArray

    from importers.content.person_index import KnownPeople
    from importers.content.table import Table
    from importers.conventions import HomeConventions
    from rules.model import RuleBook

IGNORE: Final = "ignorieren"
LATER: Final = "später"
"""What a home can map a name to instead of a catalogue id: it is no intervention; not decided yet."""

MOST_SUGGESTIONS: Final = 200
"""Similar titles are searched for this often per file; the search is slow."""


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
    own = {fold(name): target for name, target in names if target in book.index or target == IGNORE}
    ignored = _leave_out(table, book, own)
    resident, carer = (table.read(name, parse_number, "", costs_row=True) for name in ("Bewohner-Nr", "Personal-Nr"))
    if people:
        resident = people.residents.resolve(table, "Bewohner-Nr", resident)
        carer = people.staff.resolve(table, "Personal-Nr", carer)
    intervention = table.read("Intervention", intervention_parser(book, own), "", costs_row=True)
    _note_mapped(table, book, own)
    date_codes, moments = read_dates(table, "Datum", parse_day_of_work)
    minute_of_day = minutes_of_day(table, date_codes, moments)
    date_codes, days = after_midnight(table, minute_of_day, date_codes, as_days(moments))
    seconds = seconds_of(table, minute_of_day)
    words = _read_words(table, conventions)
    check_residents(table, resident, _needs_resident(intervention, book), days[date_codes], residents)
    check_staff(table, carer, CodedColumn(date_codes, list(days)), staff)
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
        | words,
    )
    starts = first_days(work["date"], table.sources_of_good_rows)
    work, records, repeated = _without_repeats(table, work)
    _note_missing_minutes(table, work)
    faulty = np.flatnonzero(table.faulty)
    faulty = faulty[~table.repeats_of_other_files(table.cell_keys()[faulty], faulty)] if len(faulty) else faulty
    left_out = days[date_codes[faulty]]
    sources = (table.source_of[records], table.source_of[repeated[1]])
    return ReadInterventions(work, len(faulty), ignored, seconds, sources[0], left_out, starts, repeated[0], sources[1])


def _read_words(table: Table, conventions: HomeConventions) -> dict[str, pd.Categorical]:
    """Return source of the minutes, shift, ward and status, in the words the engine knows."""
    source = table.read("Minuten-Quelle", parse_source, "", costs_row=True)
    own_shifts = {fold(word): meant for word, meant in conventions.shifts.items()}
    shift = table.read(
        "Schicht", lambda cell: own_shifts.get(fold(word := cell_values.text(cell)), word), "", costs_row=True
    )
    ward = table.read("Wohnbereich", cell_values.text, "", costs_row=True)
    status = table.read("Status", parse_status, "", costs_row=True)
    note_status(table, status.values)
    return {
        "minutes_source": categories(source, SOURCES),
        "shift": categories(shift),
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


def _own_name(cell: Any, book: RuleBook, own: Mapping[str, str]) -> str:
    """Return what a cell the catalogue does not know is mapped to, "" = nothing."""
    if not own or not isinstance(cell, str) or book.find_intervention(cell_values.text(cell)):
        return ""
    return own.get(fold(cell), "")


def _leave_out(table: Table, book: RuleBook, own: Mapping[str, str]) -> int:
    """Drop the rows whose name the home has decided to ignore, with a notice of how many they are."""
    codes, cells = table.raw("Intervention")
    dropped = np.array([_own_name(cell, book, own) == IGNORE for cell in cells], dtype=bool)[codes]
    count = int(dropped.sum())
    if count:
        table.report_sheet(
            notice(
                "zeilen-ignoriert",
                f"{count} Zeilen haben eine Bezeichnung, die Ihre Zuordnung nicht als Intervention zählt.",
                "Nichts zu tun. Soll eine davon zählen, ändern Sie ihre Zuordnung und laden Sie die Datei noch einmal.",
            ),
            column="Intervention",
            count=count,
        )
        table.drop(dropped)
    return count


def _note_mapped(table: Table, book: RuleBook, own: Mapping[str, str]) -> None:
    codes, cells = table.raw("Intervention")
    count = int(np.array([bool(_own_name(cell, book, own)) for cell in cells], dtype=bool)[codes].sum())
    if count:
        table.report_sheet(
            notice(
                "bezeichnung-zugeordnet",
                f"{count} Zeilen haben eine eigene Bezeichnung Ihres Hauses, die einer Intervention zugeordnet ist.",
                "Nichts zu tun.",
            ),
            column="Intervention",
            count=count,
        )


def intervention_parser(book: RuleBook, own: Mapping[str, str]) -> Callable[[Any], str]:
    """Return a function from a cell to the catalogue id it names."""
    titles = {fold(entry.title): f"{entry.id} {entry.title}" for entry in book.interventions}
    suggestions = 0

    def parse(value: Any) -> str:
        nonlocal suggestions
        if not isinstance(value, str):
            raise error(
                "intervention-mehrdeutig",
                "Excel hat die Nummer in Zahl oder Datum verwandelt; 4.1 und 4.10 sind so nicht zu unterscheiden.",
                "Formatieren Sie die Spalte als Text und tragen Sie Nummer oder Bezeichnung neu ein.",
            )
        written = cell_values.text(value)
        if not written:
            raise error(
                "intervention-fehlt",
                "Die Intervention fehlt.",
                "Tragen Sie Nummer oder Bezeichnung aus dem Katalog ein.",
            )
        if entry := book.find_intervention(written):
            return entry.id
        if target := own.get(fold(written)):
            return target if target != IGNORE else ""  # no row has it any more
        repair = "Ordnen Sie das Wort einmal zu, oder tragen Sie Nummer oder Bezeichnung aus dem Katalog ein."
        if suggestions < MOST_SUGGESTIONS:
            suggestions += 1
            from difflib import get_close_matches  # noqa: PLC0415 - needed for faulty files only

            if near := get_close_matches(fold(written)[:200], titles, n=1):
                repair += f" Am ähnlichsten ist „{titles[near[0]]}“."
        raise error("intervention-unbekannt", "Diese Intervention steht nicht im Katalog.", repair)

    return parse


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


def _without_repeats(
    table: Table, work: pd.DataFrame
) -> tuple[pd.DataFrame, np.ndarray, tuple[pd.DataFrame, np.ndarray]]:
    """Set rows apart that an earlier file has already; add a notice for rows repeated within one file.

    Returns
    -------
    The rows left, their positions among the records, and the same of those set apart.
    """
    records = np.flatnonzero(~table.faulty)
    keys = _content_keys(work)
    repeated = table.repeats_of_other_files(keys, records)
    apart = work[repeated].reset_index(drop=True), records[repeated]
    if repeated.any():
        work, records, keys = work[~repeated].reset_index(drop=True), records[~repeated], keys[~repeated]
    if table.repaired.any():  # a repaired row is a further one beside its like elsewhere
        keys = row_keys([keys, np.where(table.repaired, table.source_of + 1, 0)[records]])
    several = _standing_several_times(keys)
    groups = pd.Series(several).groupby(keys[several])
    counts = groups.transform("size").to_numpy()
    second = groups.cumcount().to_numpy() == 1
    for index, count in zip(several[second].tolist(), counts[second].tolist(), strict=True):
        table.report(
            notice(
                "zeile-mehrfach",
                f"Diese Zeile steht {count}-mal gleich in der Datei; alle zählen.",
                "Prüfen Sie, ob die Intervention wirklich so oft durchgeführt wurde.",
            ),
            [int(records[index])],
            count=count,
        )
    return work, records, apart


def _standing_several_times(keys: np.ndarray) -> np.ndarray:
    """Return the positions of the keys that are not the only ones of their kind."""
    ordered = np.sort(keys)  # there is seldom one at all, and nothing finds that out faster
    several = ordered[1:][ordered[1:] == ordered[:-1]]
    return np.flatnonzero(np.isin(keys, several)) if len(several) else np.zeros(0, dtype=np.int64)


def _content_keys(work: pd.DataFrame) -> np.ndarray:
    """Return one integer per row, equal exactly where all values are."""
    parts = [
        column.cat.codes.to_numpy()
        if isinstance(column.dtype, pd.CategoricalDtype)
        else column.to_numpy().view(np.int64)
        if column.dtype.kind == "M"
        else column.to_numpy()
        for _, column in work.items()
    ]
    return row_keys(parts)
