"""Cells of the sheet `Interventionen`: day, time of day, minutes, source, shift, state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from importers.content.day_times import day_times, note_contradictions
from importers.content.inferred.end_of_work import fill_minutes
from importers.content.shared_columns import parse_required_day
from importers.files.cell import Odd
from importers.files.coded_column import CodedColumn
from importers.findings import error, notice, warning
from importers.values import cell_values, days_and_times, durations, shift_starts, word_meanings
from importers.values.spelling import fold
from pebem.contracts import SECONDS_MISSING, STATUSES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from numpy.typing import NDArray

    from importers.content.table import Table
    from importers.sheets.heading_rows import HeadingPlace

MOST_MINUTES: Final = 1440
YEARS: Final = range(2000, 2100)
SOURCES: Final = ("gemessen", "geplant", "norm")

_STATUSES: Final = {fold(name): name for name in STATUSES}


def parse_day_of_work(value: Any) -> datetime | None:
    """Read the day; a mistyped century would stretch the period of the whole analysis."""
    moment = parse_required_day(value)
    if moment and moment.year not in YEARS:
        raise error(
            "datum-unmoeglich",
            f"An einem Tag des Jahres {moment.year} kann diese Intervention nicht durchgeführt worden sein.",
            "Prüfen Sie das Jahr.",
        )
    return moment


def minutes_of_day(table: Table, date_codes: np.ndarray, moments: list[datetime | None]) -> np.ndarray:
    """Return the minute of the day; where ``Uhrzeit`` is blank that of ``Datum``, unless it is midnight or none."""
    codes, clocks = table.read("Uhrzeit", _parse_clock, None, costs_row=True)
    minutes: np.ndarray = np.array([-1 if minute is None else minute for minute in clocks], dtype=np.int32)[codes]
    blank = np.array([minute == -1 for minute in clocks], dtype=bool)
    in_date = np.array(
        [
            -1 if minute is None or not (minute.hour or minute.minute) else minute.hour * 60 + minute.minute
            for minute in moments
        ],
        dtype=np.int32,
    )
    if not (in_date >= 0).any():
        return minutes
    common = day_times("Datum", date_codes, moments)
    if not common.shifted:
        note_contradictions(table, in_date[date_codes], minutes)
    # One time of day that all days have is none at which anything was done.
    return minutes if common.minutes else np.where(blank[codes], in_date[date_codes], minutes)


def _parse_clock(value: Any) -> int:
    try:
        return days_and_times.clock(value)
    except ValueError:
        raise warning(
            "uhrzeit-unlesbar",
            "Diese Uhrzeit ist nicht lesbar; die Zeile wird ohne Uhrzeit übernommen.",
            "Schreiben Sie Stunde und Minute, zum Beispiel 08:05.",
        ) from None


def after_midnight(
    table: Table, minute_of_day: np.ndarray, date_codes: np.ndarray, days: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Turn 24:00 into 0:00 of the next day, in place and in the days returned."""
    late = np.flatnonzero(minute_of_day == days_and_times.END_OF_DAY)
    if not len(late):
        return date_codes, days
    minute_of_day[late] = 0
    date_codes = date_codes.copy()
    date_codes[late] += len(days)
    table.report(
        notice(
            "uhrzeit-24",
            f"24:00 Uhr gilt als 0:00 Uhr des folgenden Tages; das betrifft {len(late)} Zeilen.",
            "Nichts zu tun.",
        ),
        [int(late[0])],
        "Uhrzeit",
        count=len(late),
    )
    return date_codes, np.concatenate([days, days + np.timedelta64(1, "D")])


def seconds_of(table: Table, minute_of_day: np.ndarray) -> np.ndarray:
    """Return the seconds of each row; how numbers are read is decided for the column as a whole.

    Where a row has none, they follow from ``minute_of_day``, its beginning, and its end.
    """
    cells = table.raw("Minuten")[1]
    mark = durations.decimal_mark(cells)
    codes = table.raw("Minuten")[0]
    units = np.array([_unit(place) for place in table.places], dtype=np.int64)[table.file_of]
    seconds: np.ndarray = np.full(len(codes), SECONDS_MISSING, dtype=np.int32)
    for unit in np.unique(units).tolist():
        own = units == unit
        parse = _minutes_parser(mark, unit)
        values = table.read("Minuten", parse, SECONDS_MISSING, costs_row=True, only=own)[1]
        seconds[own] = np.array(values, dtype=np.int32)[codes[own]]
    if mark is durations.Mark.MIXED:
        table.report_sheet(
            warning(
                "zahlen-gemischt",
                "In dieser Spalte steht vor den Nachkommastellen manchmal ein Komma und manchmal ein Punkt.",
                "Prüfen Sie die Werte und exportieren Sie die Spalte einheitlich.",
            ),
            column="Minuten",
        )
    clocks = np.array([durations.has_colon(cell) for cell in cells], dtype=bool)
    if count := int(clocks[codes].sum()):
        example = cell_values.text(cells[int(np.flatnonzero(clocks)[0])])
        table.report_sheet(
            notice(
                "minuten-mit-doppelpunkt",
                f"{count} Zellen haben Doppelpunkte; sie gelten als Stunden:Minuten oder Stunden:Minuten:Sekunden "
                f"(zum Beispiel „{example}“).",
                "Prüfen Sie, ob das stimmt.",
            ),
            column="Minuten",
            count=count,
        )
    return fill_minutes(table, minute_of_day, seconds)


def _unit(place: HeadingPlace) -> int:
    """Return the seconds of a number: as answered for the file, else by its heading."""
    return durations.UNITS[place.unit] if place.unit else durations.unit_of(place.headings.get("Minuten", ""))


def _minutes_parser(mark: durations.Mark, unit: int) -> Callable[[Any], int]:
    def parse(value: Any) -> int:
        try:
            return durations.seconds(value, MOST_MINUTES, mark, unit)
        except durations.AmbiguousError:
            raise error(
                "minuten-mehrdeutig",
                "Ob der Punkt hier Tausender oder Nachkommastellen trennt, ist nicht zu erkennen.",
                "Schreiben Sie die Minuten ohne Tausenderpunkt und mit Komma, zum Beispiel 1,5.",
            ) from None
        except ValueError:
            raise error(
                "minuten-ungueltig",
                "Die Minuten sind keine Dauer von 0 bis 24 Stunden.",
                "Tragen Sie die Minuten als Zahl ein, zum Beispiel 12,5, oder als Stunden:Minuten, zum Beispiel 0:15.",
            ) from None

    return parse


def note_translated(table: Table, column: str, values: list[Any], only: np.ndarray | None) -> None:
    """Add a notice of the words of other programs and how they were read; ``only``: in which records, None = all."""
    codes, cells = table.raw(column)
    codes = codes if only is None else codes[only]
    pairs = {
        code: (cell_values.text(cell), value)
        for code, (cell, value) in enumerate(zip(cells, values, strict=True))
        if value and not isinstance(cell, Odd) and fold(cell_values.text(cell)) != fold(value)
    }
    count = int(np.isin(codes, list(pairs)).sum()) if pairs else 0
    if count:
        translations = ", ".join(f"„{word}“ = {value}" for word, value in dict.fromkeys(pairs.values()))
        table.report_sheet(
            notice("werte-uebersetzt", f"Wörter wurden übersetzt: {translations}.", "Prüfen Sie, ob das stimmt."),
            column=column,
            count=count,
        )


def note_status(table: Table, values: list[Any], only: np.ndarray | None) -> None:
    """Note words that were translated, and warn where cells are marks or blank: the blank may not have been done."""
    note_translated(table, "Status", values, only)
    codes, cells = table.raw("Status")
    words = {cell_values.text(cell) for cell in cells if not isinstance(cell, Odd)} - {""}
    blank = np.isin(codes, [code for code, value in enumerate(values) if not value])
    blank = blank if only is None else blank & only
    done = {value for value in values if value} == {STATUSES[0]} and not any(fold(word) in _STATUSES for word in words)
    if done and blank.any():
        marks = ", ".join(f"„{word}“" for word in sorted(words))
        table.report(
            warning(
                "status-leer",
                f"In dieser Spalte steht nur {marks} oder nichts; auch die {blank.sum()} leeren Zeilen zählen als "
                "durchgeführt.",
                "Sind sie nicht durchgeführt, tragen Sie das ein.",
            ),
            [int(np.flatnonzero(blank)[0])],
            "Status",
            count=int(blank.sum()),
        )


def parse_source(value: Any) -> str:
    """Return where the minutes come from, "" if blank."""
    written = fold(cell_values.text(value))
    if written and written not in SOURCES:
        raise warning(
            "minuten-quelle-unbekannt",
            "Diese Minuten-Quelle gibt es nicht; sie gilt als nicht angegeben.",
            "Tragen Sie gemessen, geplant oder Norm ein.",
        )
    return written


def read_statuses(table: Table) -> CodedColumn:
    """Return the status of each row; where a person has said what the words of a file mean, they mean that."""
    answered = [number for number, place in enumerate(table.places) if place.statuses]
    plain = ~np.isin(table.file_of, answered) if answered else None
    usual = table.read("Status", parse_status, "", costs_row=True, only=plain)
    note_status(table, usual.values, plain)
    if not answered:
        return usual
    codes, values = usual.codes.copy(), [*usual.values]
    for number in answered:
        own = table.file_of == number
        read = table.read("Status", _answered(table.places[number].statuses), "", costs_row=True, only=own)
        codes[own] = read.codes[own] + len(values)
        values.extend(read.values)
    return CodedColumn(codes, values)


def _answered(statuses: Mapping[str, str]) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        return statuses.get(cell_values.text(value).casefold()) or parse_status(value)

    return parse


def parse_status(value: Any) -> str:
    """Return the status of an intervention, "" if blank."""
    written = cell_values.text(value)
    if not written:
        return ""
    if own := _STATUSES.get(fold(written)):
        return own
    meaning = word_meanings.status(written)
    if meaning is None:
        raise error("status-unbekannt", "Diesen Status gibt es nicht.", "Tragen Sie ein: " + ", ".join(STATUSES) + ".")
    if meaning.doubt:
        repair = "Prüfen Sie diese Zeilen und tragen Sie ein: " + ", ".join(STATUSES) + "."
        raise warning("status-mehrdeutig", meaning.doubt, repair, taken=meaning.value)
    return str(meaning.value)


def read_shifts(
    table: Table, own: Mapping[str, str], minutes: NDArray[np.int32], starts: Mapping[str, str]
) -> CodedColumn:
    """Return the shift of each row, "" = not known.

    Parameters
    ----------
    own
        The home's own words for shifts.
    minutes
        Minute of the day of each row, -1 = not given.
    starts
        What the home says of when its shifts begin; where it leaves one open, nothing is derived.
    """
    begins = shift_starts.starts(starts)
    words = {fold(word): meant for word, meant in own.items()}
    written = table.read(
        "Schicht", lambda cell: words.get(fold(word := cell_values.text(cell)), word), "", costs_row=True
    )
    shifts, counts = shift_starts.fill(written, minutes, begins)
    if counts:
        told = ", ".join(f"{shift} ab {shift_starts.as_time(at)}: {counts[shift]}" for shift, at in begins.items())
        rows = sum(counts.values())
        table.report_sheet(
            notice(
                "schicht-abgeleitet",
                f"Schicht aus der Uhrzeit abgeleitet: {rows} Zeilen ({told}).",
                "Nichts zu tun, wenn die Schichten so beginnen.",
            ),
            column="Schicht",
            count=rows,
        )
    return shifts


def without_shift(shift: CodedColumn, minutes: NDArray[np.int32], seconds: NDArray[np.int32]) -> tuple[int, int]:
    """Return rows and seconds with a time of day, of a sheet in which no row has a shift; else nothing."""
    blank, timed = _blank(shift), minutes >= 0
    if not blank.all():
        return 0, 0
    return int(timed.sum()), int(np.maximum(seconds[timed], 0).sum(dtype=np.int64))


def _blank(shift: CodedColumn) -> NDArray[np.bool_]:
    blank: NDArray[np.bool_] = np.array([not word for word in shift.values], dtype=bool)[shift.codes]
    return blank
