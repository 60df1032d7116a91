"""The interventions of a home from Parquet, a batch at a time: memory does not grow with the number of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from importers.content.intervention_cells import MOST_MINUTES, YEARS, parse_source, parse_status
from importers.content.interventions import intervention_parser
from importers.content.shared_columns import categories, parse_number
from importers.files.coded_column import CodedColumn
from importers.findings import Finding, Problem, Severity, error, notice, warning
from importers.parquet.columns import coded, days, integers, opened
from importers.values import cell_values
from importers.values.shift_starts import DERIVED, fill, starts
from pebem.contracts import INTERVENTIONS, SECONDS_MISSING, STATUSES
from rules.vocabulary import KINDS_WITHOUT_RESIDENT

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    import pyarrow as pa

    from pebem.contracts import Tables
    from rules.model import RuleBook

BATCH: Final = 2**18
"""Rows in hand at once: about 20 MB."""

MAX_ROWS: Final = 1_000_000_000
"""Rows of a file."""

MOST_VALUES: Final = 50
"""Different values a kind of finding names; what is beyond is counted in one more finding."""

_REQUIRED: Final = ("intervention", "date")
_TEXTS: Final = tuple(name for name, kind in INTERVENTIONS.items() if kind == "category")
_SOURCES: Final = ("gemessen", "geplant", "norm")
_MOST_SECONDS: Final = 60 * MOST_MINUTES
_LAST_MINUTE: Final = 24 * 60 - 1
_PARSED: Final = 100_000
"""Distinct texts of a column to remember."""

_DATE_MISSING: Final = error("datum-fehlt", "Das Datum fehlt.", "Tragen Sie das Datum ein.")
_DATE_IMPOSSIBLE: Final = error(
    "datum-unmoeglich",
    "An einem Tag dieses Jahres kann diese Intervention nicht durchgeführt worden sein.",
    "Prüfen Sie das Jahr.",
)
_SECONDS_WRONG: Final = error(
    "minuten-ungueltig",
    "Die Sekunden sind keine Zahl von 0 bis 86.400.",
    "Tragen Sie die Dauer in Sekunden ein oder lassen Sie sie leer.",
)
_MINUTE_WRONG: Final = warning(
    "uhrzeit-unlesbar",
    "Die Minute des Tages ist keine Zahl von 0 bis 1.439; die Zeile wird ohne Uhrzeit übernommen.",
    "Tragen Sie die Minuten seit Mitternacht ein oder lassen Sie sie leer.",
)
_RESIDENT_MISSING: Final = warning(
    "bewohner-fehlt",
    "Diese Intervention braucht eine Bewohner-Nr; ohne sie ist die Zeile nicht bewertbar.",
    "Tragen Sie die Bewohner-Nr ein.",
)
_RESIDENT_UNKNOWN: Final = warning(
    "bewohner-unbekannt",
    "Diese Bewohner-Nr steht nicht in „residents.parquet“; es gilt keine Begutachtung.",
    "Ergänzen Sie die Person oder berichtigen Sie die Nummer.",
)
_STAFF_MISSING: Final = warning(
    "personal-fehlt",
    "Die Personal-Nr fehlt; das QN-Ist ist unbekannt.",
    "Tragen Sie ein, wer die Intervention durchgeführt hat.",
)
_STAFF_UNKNOWN: Final = warning(
    "personal-unbekannt",
    "Diese Personal-Nr steht nicht in „staff.parquet“; das QN-Ist ist unbekannt.",
    "Ergänzen Sie die Person oder berichtigen Sie die Nummer.",
)
_SECONDS_MISSING: Final = notice(
    "minuten-fehlen",
    "Diese Zeilen haben keine Dauer; sie zählen in der Anzahl, aber nicht in der Zeit.",
    "Ergänzen Sie die Dauer, wenn sie vorliegt.",
)
_SHIFT_DERIVED: Final = notice(
    "schicht-abgeleitet",
    "Diese Zeilen haben keine Schicht; sie folgt aus der Uhrzeit.",
    "Nichts zu tun, wenn die Schichten so beginnen.",
)
_COLUMN_MISSING: Final = notice(
    "spalte-fehlt", "Diese Spalte fehlt; sie gilt als nicht angegeben.", "Ergänzen Sie sie, wenn die Angaben vorliegen."
)


def span(paths: Sequence[Path]) -> tuple[date, date] | None:
    """Return the first and the last possible day of the rows, None where there is none.

    Raises
    ------
    UnreadableError
        Where a file is refused as a whole.
    """
    bounds: list[date] = []
    for path in paths:
        with opened(path, {"date": "day"}, ("date",), MAX_ROWS) as file:
            for batch in file.iter_batches(BATCH, columns=["date"], use_threads=False):
                moments = days(batch.column(0))
                possible = moments[_possible(moments)]
                if len(possible):
                    bounds += [possible.min().item(), possible.max().item()]
    return (min(bounds), max(bounds)) if bounds else None


def _possible(moments: np.ndarray) -> np.ndarray:
    first, beyond = (np.datetime64(f"{year}-01-01", "D") for year in (YEARS.start, YEARS.stop))
    inside: np.ndarray = (moments >= first) & (moments < beyond)
    return inside


class InterventionBatches:
    """The interventions of a home as frames of :mod:`pebem.contracts`.

    Iterate once; what was found is complete when the last batch has been taken.

    Parameters
    ----------
    shift_starts
        When the shifts of the homes begin: rows without a shift get it from their time of day.

    Attributes
    ----------
    rows, faulty
        Rows so far, and those of them left out because of errors.
    """

    def __init__(
        self, paths: Sequence[Path], book: RuleBook, people: Tables, shift_starts: Mapping[str, str] | None = None
    ) -> None:
        self.rows = self.faulty = 0
        self._paths, self._book, self._begins = paths, book, starts(shift_starts or {})
        self._residents = frozenset(people.residents["resident"])
        self._staff = frozenset(people.staff["staff"])
        self._found: dict[tuple[str, str, str], dict[str, tuple[Problem, int]]] = {}
        self._parsers: dict[str, Callable[[Any], str]] = {
            "resident": parse_number,
            "staff": parse_number,
            "intervention": intervention_parser(book, {}),
            "minutes_source": parse_source,
            "shift": cell_values.text,
            "ward": cell_values.text,
            "status": parse_status,
        }
        self._parsed: dict[str, dict[str, str | Problem]] = {name: {} for name in self._parsers}

    @property
    def findings(self) -> list[Finding]:
        """One finding for each kind, file, column and value, with the number of rows it covers."""
        return [
            p.at(file=file, column=column, value=value, count=count)
            for (file, column, _), values in self._found.items()
            for value, (p, count) in values.items()
        ]

    def __iter__(self) -> Iterator[pd.DataFrame]:
        """Read the files one after the other."""
        for path in self._paths:
            with opened(path, INTERVENTIONS, _REQUIRED, MAX_ROWS, _TEXTS) as file:
                there = [name for name in INTERVENTIONS if name in file.schema_arrow.names]
                for name in INTERVENTIONS:
                    if name not in there:
                        self._report(_COLUMN_MISSING, path.name, name, "", file.metadata.num_rows)
                for batch in file.iter_batches(BATCH, columns=there, use_threads=False):
                    if batch.num_rows:
                        yield self._frame(batch, path.name)

    def _frame(self, batch: pa.RecordBatch, file: str) -> pd.DataFrame:
        size = batch.num_rows
        faulty = np.zeros(size, dtype=bool)
        texts = {name: self._text(batch, name, file, faulty) for name in _TEXTS}
        moments = days(batch.column("date"))
        possible = _possible(moments)
        if not possible.all():
            missing = np.isnat(moments)
            self._cost(_DATE_MISSING, file, "date", missing, faulty)
            self._cost(_DATE_IMPOSSIBLE, file, "date", ~possible & ~missing, faulty)
        seconds = _numbers(batch, "seconds", SECONDS_MISSING)
        self._cost(_SECONDS_WRONG, file, "seconds", (seconds < SECONDS_MISSING) | (seconds > _MOST_SECONDS), faulty)
        minute = _numbers(batch, "minute_of_day", -1)
        wrong = (minute < -1) | (minute > _LAST_MINUTE)
        self._warn(_MINUTE_WRONG, file, "minute_of_day", wrong)
        minute[wrong] = -1
        self._who(texts, file, faulty)
        self._fill_shifts(texts, minute, file)
        self._warn(_SECONDS_MISSING, file, "seconds", (seconds == SECONDS_MISSING) & ~faulty)
        self.rows += size
        self.faulty += int(faulty.sum())
        fixed = {"minutes_source": _SOURCES, "status": STATUSES}
        frame = pd.DataFrame(
            {name: categories(texts[name], fixed.get(name, ())) for name in _TEXTS}
            | {
                "date": moments.astype("datetime64[s]"),
                "minute_of_day": minute.astype(np.int32),
                "seconds": np.where(faulty, 0, seconds).astype(np.int32),
            }
        )
        return frame[~faulty].reset_index(drop=True) if faulty.any() else frame

    def _text(self, batch: pa.RecordBatch, name: str, file: str, faulty: np.ndarray) -> CodedColumn:
        """Return the values of a column, the last one for rows that have none."""
        if name in batch.schema.names:
            codes, cells = coded(batch.column(name))
        else:
            codes, cells = np.full(batch.num_rows, -1), []
        cells = [*cells, ""]
        codes = np.where(codes < 0, len(cells) - 1, codes)
        known = self._parsed[name]
        if len(known) > _PARSED:
            known.clear()
        values: list[str] = []
        wrong: dict[int, Problem] = {}
        for code, cell in enumerate(cells):
            if cell not in known:
                try:
                    known[cell] = self._parsers[name](cell)
                except Problem as problem:
                    known[cell] = problem
            value = known[cell]
            values.append((value.taken or "") if isinstance(value, Problem) else value)
            if isinstance(value, Problem):
                wrong[code] = value
        if wrong:
            for code, count in _occurring(codes, wrong):
                self._report(wrong[code], file, name, cells[code], count)
            costly = [code for code, problem in wrong.items() if problem.severity is Severity.ERROR]
            faulty |= np.isin(codes, costly)
        return CodedColumn(codes, values)

    def _fill_shifts(self, texts: dict[str, CodedColumn], minute: np.ndarray, file: str) -> None:
        """Derive the shift of rows that have a time of day and none, once the home has said when shifts begin."""
        texts["shift"], counts = fill(texts["shift"], minute, self._begins)
        for shift, count in counts.items():
            if count:
                self._report(_SHIFT_DERIVED, file, "shift", DERIVED.format(shift), count)

    def _who(self, texts: Mapping[str, CodedColumn], file: str, faulty: np.ndarray) -> None:
        """Report missing and unknown people."""
        codes, ids = texts["intervention"]
        alone = np.array(
            [not i or self._book.interventions[self._book.index[i]].kind in KINDS_WITHOUT_RESIDENT for i in ids]
        )
        needed = ~alone[codes] & ~faulty
        people = (
            ("resident", self._residents, _RESIDENT_MISSING, _RESIDENT_UNKNOWN, needed),
            ("staff", self._staff, _STAFF_MISSING, _STAFF_UNKNOWN, ~faulty),
        )
        for column, known, missing, unknown, needs_one in people:
            rows, names = texts[column]
            blank = [code for code, name in enumerate(names) if not name]
            unknown_codes = [code for code, name in enumerate(names) if name and name not in known]
            for _, count in _occurring(rows[needs_one], blank):
                self._report(missing, file, column, "", count)
            for code, count in _occurring(rows[~faulty], unknown_codes):
                self._report(unknown, file, column, names[code], count)

    def _cost(self, problem: Problem, file: str, column: str, rows: np.ndarray, faulty: np.ndarray) -> None:
        self._warn(problem, file, column, rows)
        faulty |= rows

    def _warn(self, problem: Problem, file: str, column: str, rows: np.ndarray, value: str = "") -> None:
        if count := int(rows.sum()):
            self._report(problem, file, column, value, count)

    def _report(self, problem: Problem, file: str, column: str, value: str, count: int) -> None:
        values = self._found.setdefault((file, column, problem.code), {})
        shown = value[:100]
        if shown not in values and len(values) >= MOST_VALUES:
            shown = "weitere"
        first, before = values.get(shown, (problem, 0))
        values[shown] = first, before + count


def _occurring(codes: np.ndarray, wanted: Collection[int]) -> list[tuple[int, int]]:
    """Return those of the wanted codes that occur, and how often."""
    if not wanted:
        return []
    counts = np.bincount(codes, minlength=max(wanted) + 1)
    return [(code, int(counts[code])) for code in wanted if counts[code]]


def _numbers(batch: pa.RecordBatch, name: str, missing: int) -> np.ndarray:
    if name not in batch.schema.names:
        return np.full(batch.num_rows, missing, np.int64)
    return integers(batch.column(name), missing).copy()
