"""German words and figures: how numbers, times and the five fit classes are written on every page and report."""

from __future__ import annotations

import calendar
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from datetime import date

NO_BREAK: Final = "\N{NO-BREAK SPACE}"
UNKNOWN: Final = "unbekannt"
NO_LABEL: Final = "ohne Angabe"
"""What a ward, shift or group is called where none is given."""

_MONTHS: Final = (
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()  # noqa: SIM905
)


class FitWord(NamedTuple):
    """How one fit class is written: a word, a sign that works without colour, CSS suffix, colour on paper."""

    word: str
    sign: str
    css: str
    colour: str


FIT_WORDS: Final = {
    "passend": FitWord("Passend", "●", "fit", "#0f766e"),
    "ueberqualifiziert": FitWord("Überqualifiziert", "▲", "over", "#1d4ed8"),
    "unterqualifiziert": FitWord("Unterqualifiziert", "▼", "under", "#c2410c"),
    "vorbehalt_verletzt": FitWord("Vorbehaltsaufgabe verletzt", "◆", "reserved", "#9d174d"),
    "nicht_bewertbar": FitWord("Nicht bewertbar", "○", "unknown", "#6b7280"),
}
"""The one table of words, signs and colours; its order is the order of bars, legends and columns."""

MERGED: Final = "zusammengefasst"
"""Stands for classes that are told together because too few people are behind one of them."""

PART_WORDS: Final = FIT_WORDS | {MERGED: FitWord("Zusammengefasst (zu wenige Personen)", "•", "merged", "#6b7280")}
"""The words of the parts of a bar."""

OBSTACLE_WORDS: Final = {
    "ohne_uhrzeit": "Nicht prüfbar: keine Uhrzeit",
    "ohne_wohnbereich": "Nicht prüfbar: kein Wohnbereich",
    "ohne_dienst": "Nicht prüfbar: kein Dienst im Wohnbereich zu dieser Stunde",
    "niemand_passend": "Nicht machbar: niemand sonst mit passendem Niveau im Dienst",
    "keine_zeit": "Nicht machbar: keine Zeit mehr frei",
}
"""Why work above level could not move; the keys are ``pebem.relief.feasible.OBSTACLES``."""

RELIEF_METHOD: Final = (
    "Stunde für Stunde und je Wohnbereich: Wer im Dienst war und für wen die Arbeit passend gewesen wäre (auch durch "
    "Zertifikat), hätte sie übernehmen können, soweit nach der eigenen dokumentierten Arbeit Zeit blieb. Jede Minute "
    "Dienst zählt einmal; abgegebene Arbeit macht Zeit frei. Gerechnet wird die größtmögliche Summe. Arbeit zählt zu "
    "der Stunde, in der sie beginnt, und ist teilbar. Ein Dienst ohne Wohnbereich gilt für das ganze Haus. Ob eine "
    "Übergabe für die Bewohner:innen gut gewesen wäre, sagt diese Rechnung nicht."
)

COVERAGE_WORDS: Final = {
    "bewohner": "Bewohner:in bekannt oder nicht nötig",
    "begutachtung": "Begutachtung in Kraft oder nicht nötig",
    "mitarbeitende": "Niveau der Person bekannt",
    "intervention": "Intervention im Katalog",
    "minuten": "Minuten angegeben",
}
"""What each share of coverage counts, in the order of the contract."""

KIND_WORDS: Final = {
    "koerper": "Körperbezogene Pflege",
    "behandlung": "Behandlungspflege",
    "verhalten": "Verhalten und Krise",
    "alltag": "Alltag und Betreuung",
    "organisation": "Organisation",
    "hauswirtschaft": "Hauswirtschaft",
    "vorbehalt": "Vorbehaltsaufgabe",
}


def number(value: float | Decimal, digits: int = 0) -> str:
    """Return ``value`` as 1.234,5; an exact decimal is rounded half up, as in commerce and law."""
    if isinstance(value, Decimal):
        value = value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = f"{value:,.{digits}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("-")
    return text.translate(str.maketrans(",.", ".,"))


def plain_decimal(value: Decimal) -> str:
    """Return an exact decimal with all its digits and no others, as one would type it: 38,5."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def percent(share: float | Decimal | None, digits: int = 1) -> str:
    """Return a share (0..1) as 12,3 %; None, a share of nothing, as a dash.

    Little is not nothing, and nearly all is not all: < 0,1 %, > 99,9 %.
    """
    if share is None:
        return "–"
    step, hundred = 10.0**-digits, number(100, digits)
    text = number(share * 100, digits)
    if share > 0 and text == number(0, digits):
        text = f"<{NO_BREAK}{number(step, digits)}"
    elif share < 1 and text == hundred:
        text = f">{NO_BREAK}{number(100 - step, digits)}"
    return f"{text}{NO_BREAK}%"


def points(difference: float) -> str:
    """Return a difference of two shares (0..1) in percentage points with its sign: +2,3, −0,4, 0,0."""
    return signed(difference * 100, 1)


def signed(value: float | Decimal, digits: int = 2) -> str:
    """Return a difference with its sign: +2,30, −0,40, 0,00."""
    text = number(value if value > 0 else -value, digits)
    return text if not float(text.replace(".", "").replace(",", ".")) else f"{'+' if value > 0 else '−'}{text}"


def hours(seconds: int) -> str:
    """Return seconds as hours: 1.234 Std., below ten hours 4,3 Std., below one hour 12 Min."""
    if 0 < seconds < 3570:
        return duration(seconds)
    return f"{hour_figure(seconds)}{NO_BREAK}Std."


def hour_figure(seconds: int) -> str:
    """Return seconds as hours without the word: 1.124, below ten hours 4,3, above nothing at least < 0,1."""
    if 0 < seconds < 180:
        return f"<{NO_BREAK}0,1"
    return number(seconds / 3600, 0 if seconds >= 35_820 or not seconds else 1)


def duration(seconds: int) -> str:
    """Return seconds as 4 Std. 20 Min., rounded to the minute; below half a minute < 1 Min."""
    if 0 < seconds < 30:
        return f"<{NO_BREAK}1{NO_BREAK}Min."
    whole, minutes = divmod((seconds + 30) // 60, 60)
    parts = [f"{number(whole)}{NO_BREAK}Std."] if whole else []
    if minutes or not whole:
        parts.append(f"{minutes}{NO_BREAK}Min.")
    return NO_BREAK.join(parts)


def day(value: date | None) -> str:
    """Return a day as 01.03.2026; None as a dash."""
    return "–" if value is None else f"{value:%d.%m.%Y}"


def month(value: date) -> str:
    """Return the month of a day as März 2026."""
    return f"{_MONTHS[value.month - 1]} {value.year}"


def period(start: date, end: date) -> str:
    """Return a period of days, both included: März 2026, Januar – März 2026 or 05.03.2026 – 18.03.2026."""
    if start == end:
        return day(start)
    whole = start.day == 1 and end.day == calendar.monthrange(end.year, end.month)[1]
    if not whole:
        return f"{day(start)} – {day(end)}"
    if (start.year, start.month) == (end.year, end.month):
        return month(start)
    if start.year == end.year:
        return f"{_MONTHS[start.month - 1]} – {month(end)}"
    return f"{month(start)} – {month(end)}"


def days(start: date, end: date) -> str:
    """Return a period of days in the least room: 05.03.2026, 01.–31.01.2026, 28.01.–03.02.2026."""
    if start == end:
        return day(start)
    if start.year != end.year:
        return f"{day(start)}–{day(end)}"
    return f"{start:%d.}–{day(end)}" if start.month == end.month else f"{start:%d.%m.}–{day(end)}"


def qn(level: int | None) -> str:
    """Return a qualification level as QN 3; 0 and None as unbekannt."""
    return f"QN{NO_BREAK}{level}" if level else UNKNOWN


def level_range(qn_soll: int | None, low: int, high: int) -> str:
    """Return a level, or its bounds where it is not certain: QN 4 or QN 2 bis 4; no bounds as unbekannt."""
    if qn_soll:
        return qn(qn_soll)
    return f"QN{NO_BREAK}{low} bis {high}" if 0 < low < high else UNKNOWN


def problems(errors: int, warnings: int, notices: int) -> str:
    """Return how many errors, warnings and notices there are, as a sentence."""
    several = [
        counted(count, *words)
        for count, words in (
            (errors, ("Fehler", "Fehler")),
            (warnings, ("Warnung", "Warnungen")),
            (notices, ("Hinweis", "Hinweise")),
        )
        if count
    ]
    if not several:
        return "Es ist nichts aufgefallen."
    listed = " und ".join([", ".join(several[:-1]), several[-1]] if len(several) > 1 else several)
    return f"Aufgefallen: {listed}." if errors else f"Kein Fehler, aber {listed}."


def counted(count: int, singular: str, plural: str) -> str:
    """Return a number with its noun: 1 Intervention, 1.204 Interventionen."""
    return f"{number(count)}{NO_BREAK}{singular if count == 1 else plural}"
