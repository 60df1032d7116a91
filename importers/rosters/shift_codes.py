"""Shift codes of a home: what a cell such as F1, "F/S", K or "06:00-14:00" of a roster stands for.

Only the home says what its codes mean, in the sheet ``Dienstzeiten`` or through the caller. What other homes mean by
them is a suggestion. Known without a table are the usual marks for no duty, which are counted and reported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from importers.files.cell import Odd
from importers.findings import error, warning
from importers.values import cell_values, days_and_times
from importers.values.roster_times import DAY_MINUTES, point, span
from importers.values.spelling import clean, fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from importers.content.table import Table
    from importers.findings import Problem

ABSENCES: Final = {fold(word): word for word in ("frei", "krank", "Urlaub")}
"""Meanings of a code that is no duty."""

_PARTS: Final = re.compile(r"\s*[/+;,&\n]\s*|\s+u(?:nd|\.)\s+")
_PAUSE: Final = re.compile(r",?\s*(?:Pause)\s*(\d{1,3})\s*$", re.IGNORECASE)
_MOST_PAUSE: Final = 240
MOST_SUGGESTIONS: Final = 200
"""Unknown codes of one file that a suggestion is looked up for."""
_TABLE: Final = "Ergänzen Sie es im Blatt „Dienstzeiten“ mit Beginn und Ende oder als frei, krank oder Urlaub."


@dataclass(frozen=True, slots=True)
class Shift:
    """What a cell stands for: times on duty, or an absence.

    Attributes
    ----------
    spans
        First and last minute of each time on duty, counted from midnight; beyond 1440 = the next day.
    pause
        Minutes of pause in them.
    absence
        "frei", "krank" or "Urlaub"; "" = a duty.
    """

    spans: tuple[tuple[int, int], ...] = ()
    pause: int = 0
    absence: str = ""

    def __str__(self) -> str:
        return self.absence or "/".join(f"{_written(start)}-{_written(end)}" for start, end in self.spans)


def shift(text: str) -> Shift:
    """Return the shift of "06:00-14:00", "07:00-11:00/16:00-20:00, Pause 30" or "krank".

    Raises
    ------
    ValueError
        If the text is none of these.
    """
    if absence := ABSENCES.get(fold(text)):
        return Shift(absence=absence)
    pause = _PAUSE.search(text)
    spans = tuple(span(part) for part in _PARTS.split(_PAUSE.sub("", text)))
    known = tuple(one for one in spans if one)
    if len(known) != len(spans):
        raise ValueError(f"no times, and none of frei, krank, Urlaub: {text!r}")
    return Shift(known, int(pause[1]) if pause else 0)


@dataclass(frozen=True, slots=True)
class Unread:
    """A cell without a known meaning: the unreadable part of it, and the problem."""

    what: str
    problem: Problem


class ShiftCodes:
    """The codes of one home.

    Parameters
    ----------
    table
        Code -> its shift.
    """

    def __init__(self, table: Mapping[str, Shift]) -> None:
        self.table = {clean(code): meaning for code, meaning in table.items()}
        self._suggested = 0
        by_folded: dict[str, list[Shift]] = {}
        for code, meaning in self.table.items():
            by_folded.setdefault(fold(code), []).append(meaning)
        self._folded = {code: found[0] for code, found in by_folded.items() if len(found) == 1}

    def resolve(self, cell: Any) -> Shift | Unread:
        """Return the meaning of a cell that is not blank, or why it has none.

        The home's table takes precedence, then times in the cell, then the usual marks of absence. Several codes in one
        cell are several duties, if all of them are.
        """
        if isinstance(cell, Odd):
            return Unread(
                cell.shown,
                error(
                    "zelle-ohne-wert",
                    "Diese Zelle hat keinen Wert (Formel ohne Ergebnis oder Excel-Fehler).",
                    "Öffnen und speichern Sie die Datei in Excel oder ersetzen Sie die Formel durch ihren Wert.",
                ),
            )
        written = cell_values.text(cell)
        if meant := self._one(written):
            return meant
        if not isinstance(cell, str) or _is_number(written):
            return Unread(
                written,
                error(
                    "stunden-statt-zeiten",
                    "Hier steht eine Zahl, eine einzelne Uhrzeit oder ein Datum; Beginn und Ende des Dienstes sind so "
                    "nicht bekannt.",
                    "Tragen Sie ein Dienstkürzel ein oder Zeiten wie 06:00-14:00.",
                ),
            )
        parts = [part for part in _PARTS.split(cell.strip()) if part.strip()]
        several = [self._one(clean(part)) for part in parts]
        if len(parts) > 1 and all(one and one.spans for one in several):
            return Shift(
                tuple(times for one in several if one for times in one.spans),
                sum(one.pause for one in several if one),
            )
        unknown = [part for part, one in zip(parts, several, strict=True) if not one]
        return self._unknown(clean(unknown[0]) if len(unknown) == 1 else written)

    def _one(self, code: str) -> Shift | None:
        if meant := self.table.get(code) or self._folded.get(fold(code)):
            return meant
        if times := span(code):
            return Shift((times,))
        return Shift(absence=absence) if (absence := _usual_absences().get(code.casefold())) else None

    def _unknown(self, code: str) -> Unread:
        return Unread(
            code,
            error(
                "dienstkuerzel-unbekannt",
                "Was dieses Dienstkürzel bedeutet, ist nicht bekannt; die Einträge sind ausgelassen.",
                f"{_TABLE}{self._suggestion(code)}",
            ),
        )

    def _suggestion(self, code: str) -> str:
        """Return a sentence on what an unknown code may be, "" if there is none."""
        self._suggested += 1
        if self._suggested > MOST_SUGGESTIONS:
            return ""
        if near := get_close_matches(fold(code)[:50], list(self._folded), n=1, cutoff=0.5):
            own = next(name for name in self.table if fold(name) == near[0])
            return f" Am ähnlichsten ist „{own}“ ({self.table[own]})."
        usual = usual_codes()
        meaning = usual.get(code.upper()) or usual.get(re.sub(r"[\W\d_]+$", "", code.upper()))
        return f" Häufig heißt es: {meaning}. Bitte prüfen Sie das." if meaning else ""


def read_shift_codes(table: Table) -> dict[str, Shift]:
    """Return the codes of the sheet ``Dienstzeiten``. Several rows of one code are the parts of a divided shift."""
    codes, names = table.read("Kürzel", _parse_code, "", costs_row=True)
    start_codes, starts = table.read("Beginn", _parse_minute, -1, costs_row=True)
    end_codes, ends = table.read("Ende", _parse_minute, -1, costs_row=True)
    pause_codes, pauses = table.read("Pause", parse_pause, 0)
    meaning_codes, meanings = table.read("Bedeutung", _parse_meaning, "", costs_row=True)
    start, end = np.array(starts)[start_codes], np.array(ends)[end_codes]
    absent = np.array([meaning in ABSENCES.values() for meaning in meanings], dtype=bool)[meaning_codes]
    table.report(
        error("dienstzeit-fehlt", "Beginn oder Ende fehlt.", "Tragen Sie beides ein oder als Bedeutung frei."),
        np.flatnonzero(((start < 0) | (end < 0)) & ~absent & ~table.faulty).tolist(),
        "Kürzel",
        costs_row=True,
    )
    shifts: dict[str, Shift] = {}
    for row in np.flatnonzero(~table.faulty).tolist():
        name, absence = names[codes[row]], meanings[meaning_codes[row]] if absent[row] else ""
        first, last = int(start[row]), int(end[row])
        times = () if absence else ((first, last if last > first else last + DAY_MINUTES),)
        before = shifts.get(name, Shift(absence=absence))
        if before.absence != absence or any(a < d and c < b for a, b in before.spans for c, d in times):
            table.report(
                error(
                    "dienstkuerzel-doppelt",
                    "Dieses Kürzel steht weiter oben mit anderer Bedeutung oder sich überschneidenden Zeiten.",
                    "Lassen Sie jedes Kürzel einmal stehen, bei geteiltem Dienst mit einer Zeile je Teil.",
                ),
                [row],
                "Kürzel",
                costs_row=True,
            )
            continue
        shifts[name] = Shift(before.spans + times, before.pause + pauses[pause_codes[row]], absence)
    return shifts


def parse_pause(value: Any) -> int:
    """Return minutes of pause: a number of minutes, or a time such as 0:30; 0 if blank."""
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < 0.5:
            return round(value * DAY_MINUTES)  # a time of day without its format
        if isinstance(value, (int, float, str)) and ":" not in str(value):
            text = re.sub(r"\s*min\.?(?:uten)?$", "", value, flags=re.IGNORECASE) if isinstance(value, str) else value
            return cell_values.seconds(text, _MOST_PAUSE) // 60 if cell_values.number(text) is not None else 0
        minute = point(value)
    except ValueError:
        minute = -1
    if not isinstance(minute, int) or not 0 <= minute <= _MOST_PAUSE:
        raise warning(
            "pause-unlesbar", "Diese Pause ist nicht lesbar; sie gilt als nicht angegeben.", "Tragen Sie Minuten ein."
        )
    return minute


def _parse_code(value: Any) -> str:
    written = cell_values.text(value)
    if not written:
        raise error("dienstkuerzel-fehlt", "Das Kürzel fehlt.", "Tragen Sie es ein oder löschen Sie die Zeile.")
    return written


def _parse_minute(value: Any) -> int:
    try:
        moment = point(value)
    except ValueError:
        moment = days_and_times.moment("01.01.2000")
    if moment is None:
        return -1
    if not isinstance(moment, int):
        raise error("uhrzeit-unlesbar", "Das ist keine Uhrzeit.", "Schreiben Sie Stunde und Minute, etwa 06:30.")
    return moment


def _parse_meaning(value: Any) -> str:
    written = fold(cell_values.text(value))
    if not written or "dienst" in written or written in {"nachtwache", "arbeit"}:
        return ""
    if written not in ABSENCES:
        raise error(
            "bedeutung-unbekannt", "Diese Bedeutung gibt es nicht.", "Tragen Sie ein: Dienst, frei, krank, Urlaub."
        )
    return ABSENCES[written]


def _written(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def _is_number(written: str) -> bool:
    try:
        return cell_values.number(written) is not None
    except ValueError:
        return False


@cache
def _usual() -> dict[str, Any]:
    import yaml  # noqa: PLC0415 - needed only where there is a roster

    content: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8"))
    return content


@cache
def _usual_absences() -> dict[str, str]:
    """Return mark -> absence."""
    return {str(mark).casefold(): absence for absence, marks in _usual()["absences"].items() for mark in marks}


@cache
def usual_codes() -> dict[str, str]:
    """Return code -> what many homes mean by it, times or absence last: "Frühdienst, 06:00-14:00"."""
    return dict(_usual()["suggestions"])
