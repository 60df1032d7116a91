"""The sheets and columns we know, and which of them a name or a heading stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from importers.files.cell import Formatted
from importers.sheets.heading_additions import first_words, other_meant, without_additions, without_other_words
from importers.sheets.synonyms import EXACT, PART, SEPARATOR, SURE, Match, usual
from importers.values.spelling import clean, fold, spellings, squash
from rules.vocabulary import ASSESSMENT_CELLS, COUNTED_ITEMS, FREQUENCIES, ITEMS

if TYPE_CHECKING:
    from collections.abc import Collection

    from importers.sheets.synonyms import Vocabulary

_LONGEST: Final = 300
"""Characters of the longest heading; more is a note."""

HEADING_ROWS: Final = 20
"""Headings are looked for in this many rows."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one sheet of the workbook."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    aids: tuple[str, ...] = ()
    """Columns of other programs that help to read and are not stored; the template has none."""

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, required ones first."""
        return self.required + self.optional


INSTRUCTIONS: Final = "Anleitung"
"""The sheet of our template that is for people only."""

GRADES: Final = "Pflegegrade"
"""The sheet of granted grades: homes give the same name to other lists."""

URINE, STOOL, SPECIAL = "Harnkontinenz", "Stuhlkontinenz", "Besondere Bedarfskonstellation"

SHEETS: Final = {
    "Bewohner": Layout(
        ("Bewohner-Nr",), ("Name", "Vorname", "Wohnbereich", "Einzug", "Auszug", "Pflegegrad", "Pflegegrad seit")
    ),
    GRADES: Layout(("Bewohner-Nr", "Pflegegrad"), ("Seit",)),
    "Begutachtungen": Layout(("Bewohner-Nr",), ("Datum", *ASSESSMENT_CELLS, URINE, STOOL, SPECIAL)),
    "Instabilität": Layout(("Bewohner-Nr", "Kriterium", "Von"), ("Bis", "Beurteilt von")),
    "Mitarbeitende": Layout(
        ("Personal-Nr", "QN"),
        ("Name", "Vorname", "Rolle", "Zertifikate", "Gültig ab", "Gültig bis", "Wochenstunden"),
        ("Handzeichen",),
    ),
    "Interventionen": Layout(
        ("Intervention", "Datum"),
        (
            "Bewohner-Nr",
            "Personal-Nr",
            "Uhrzeit",
            "Minuten",
            "Minuten-Quelle",
            "Schicht",
            "Wohnbereich",
            "Status",
        ),
        ("Ende",),
    ),
    "Dienste": Layout(
        ("Personal-Nr", "Beginn", "Ende"), ("Wohnbereich",), ("Name", "Vorname", "Datum", "Dienst", "Pause")
    ),
    "Dienstzeiten": Layout(("Kürzel",), ("Beginn", "Ende", "Pause", "Bedeutung")),
}
"""Sheets of the workbook and their columns, as the contract names them."""

WANTED: Final = {
    "Interventionen": ("Status", "Personal-Nr", "Minuten"),
    "Mitarbeitende": ("Personal-Nr", "QN", "Wochenstunden"),
}
"""Sheet -> columns that are looked for by their cells; of `Mitarbeitende` the first two are required."""

_ITEM: Final = re.compile(r"(?:(?:K?F ?)?4\.(?=[1-6]\.\d))?([1-6]\.\d{1,2})(?:\s+(.+))?")
"""An item, as in the annex of § 15 SGB XI or as in the form of the assessment: "F 4.1.1" is 1.1."""

_SPECIAL_OF_FORM: Final = "1.6"
"""What the form of the assessment calls 4.1.6 is no item."""

_SHEET_BY_NAME: Final = {spelling: sheet for sheet in SHEETS for spelling in spellings(sheet)}
_COLUMN_BY_NAME: Final = {
    sheet: {spelling: column for column in layout.columns for spelling in spellings(column)}
    for sheet, layout in SHEETS.items()
}


_COLUMN_BY_LETTERS: Final = {
    sheet: {squash(column): column for column in layout.columns if column not in ASSESSMENT_CELLS}
    for sheet, layout in SHEETS.items()
}


def sheet_of(name: str) -> str | None:
    """Return the sheet a sheet name stands for, or None."""
    return _SHEET_BY_NAME.get(fold(name))


def suggested_sheet(name: str) -> str | None:
    """Return the sheet that homes often give such a name, or None: a guess to be asked about, see ``sheets.yaml``."""
    return _suggested().get(squash(name))


@cache
def _suggested() -> dict[str, str]:
    import yaml  # noqa: PLC0415 - needed only where headings say nothing

    names: dict[str, list[str]] = yaml.safe_load((Path(__file__).parent / "words" / "sheets.yaml").read_text("utf-8"))
    return {squash(name): sheet for sheet, some in names.items() for name in some}


def sheet_of_file(stem: str) -> str | None:
    """Return the sheet a file name without ending stands for ("02_Instabilitaet-Haus-A"), or None."""
    words = re.split(r"[^a-z]+", fold(stem))
    sheets = {_SHEET_BY_NAME[word] for word in words if word in _SHEET_BY_NAME}
    sheets = sheets - {GRADES} or sheets  # "Bewohner mit Pflegegrade" are residents
    return sheets.pop() if len(sheets) == 1 else None


def column_of(sheet: str, heading: object) -> str | None:
    """Return the column of ``sheet`` a heading stands for, or None."""
    if isinstance(heading, Formatted) and (shown := heading.shown.replace(",", ".")) in ITEMS:
        heading = shown  # 4,10 is 4.10
    if isinstance(heading, (int, float)):
        heading = f"{heading:.15g}"
    if not isinstance(heading, str) or not (text := clean(heading)):
        return None
    if column := _COLUMN_BY_NAME[sheet].get(fold(text)):
        return column
    if sheet == "Begutachtungen" and (match := _ITEM.fullmatch(text)):
        special = match[1] == _SPECIAL_OF_FORM and match.start(1) > 0
        return SPECIAL if special else _cell_of(match[1], match[2] or "")
    return None


def _cell_of(item: str, words: str) -> str | None:
    """Return the cell for a heading such as "4.10 Benutzen einer Toilette" or "5.1 Medikation täglich"."""
    if item not in ITEMS:
        return None
    if item not in COUNTED_ITEMS:
        return item
    last = fold(words.rpartition(" ")[2])
    return next((f"{item} {word}" for word in FREQUENCIES if last in spellings(word)), None)


def missing(sheet: str, columns: Collection[str]) -> tuple[str, ...]:
    """Return the required columns of a sheet that are not among those given.

    A roster may name people instead of numbers, and give the times of a duty by a code.
    """
    lacking = set(SHEETS[sheet].required) - set(columns)
    if sheet == "Dienste" and "Name" in columns:
        lacking -= {"Personal-Nr"}
    if sheet == "Dienste" and "Dienst" in columns:
        lacking -= {"Beginn", "Ende"}
    return tuple(column for column in SHEETS[sheet].required if column in lacking)


def matches(sheet: str, heading: object, vocabulary: Vocabulary | None = None) -> tuple[Match, ...]:
    """Return the columns of ``sheet`` a heading may stand for, each with a confidence, the surest first.

    Parameters
    ----------
    heading
        A cell, or two cells one above the other joined by :data:`importers.sheets.synonyms.SEPARATOR`.
    vocabulary
        Headings of other programs; None: those we ship.
    """
    if isinstance(heading, str) and len(heading) > _LONGEST:
        return ()
    if column := column_of(sheet, heading):
        return (Match(column, EXACT),)
    if not isinstance(heading, str):
        return ()
    vocabulary = vocabulary or usual()
    if named := _named(sheet, heading, vocabulary):
        return named
    for shorter, most in without_additions(sheet, heading):
        if named := _named(sheet, shorter, vocabulary):
            return _at_most(most, named)
    if both := _in_two_languages(sheet, heading, vocabulary):
        return both
    last = heading.rpartition(SEPARATOR)[2]
    return _at_most(PART, _named(sheet, last, vocabulary)) if last != heading and not other_meant(heading) else ()


def _named(sheet: str, heading: str, vocabulary: Vocabulary) -> tuple[Match, ...]:
    """Return the columns that are called so."""
    column = column_of(sheet, heading) or _COLUMN_BY_LETTERS[sheet].get(squash(heading))
    matching = vocabulary.matches(sheet, heading)
    return (Match(column, SURE),) if column and (not matching or matching[0].confidence < SURE) else matching


def _in_two_languages(sheet: str, heading: str, vocabulary: Vocabulary) -> tuple[Match, ...]:
    """Return the column that all parts of a heading such as "Datum / Date" are called."""
    parts = [_named(sheet, part, vocabulary)[:1] for part in re.split(r"\s*[/|]\s*", clean(heading)) if part]
    same = {match.column for part in parts for match in part}
    if len(parts) < 2 or len(same) > 1 or not all(parts):
        return ()
    return min(parts, key=lambda part: part[0].confidence)


def _at_most(most: float, named: tuple[Match, ...]) -> tuple[Match, ...]:
    return tuple(replace(match, confidence=min(match.confidence, most)) for match in named)


def begins_with(sheet: str, heading: str) -> str:
    """Return the column whose name a longer heading begins with, "" if none: "Datum der Eingabe"."""
    for words in first_words(heading):
        column = column_of(sheet, words) or _COLUMN_BY_LETTERS[sheet].get(squash(words))
        if column:
            return column
        if sheet == "Begutachtungen" and words in ITEMS:
            return next(cell for cell in ASSESSMENT_CELLS if cell.split()[0] == words)
    return ""


def alike_column(sheet: str, heading: str) -> str:
    """Return the column a heading is alike without being it, "" if none: "Datum der Eingabe", "Soll-Minuten"."""
    if column := column_of(sheet, heading) or begins_with(sheet, heading):
        return column
    words = without_other_words(heading)
    if squash(words) == squash(heading):
        return ""
    return next((match.column for match in _named(sheet, words, usual()) if not match.shape), "")


def count_known(record: list[str]) -> int:
    """Return how many headings a record holds, for the sheet where it holds most."""
    return max(len({_likeliest(sheet, cell) for cell in record} - {""}) for sheet in SHEETS)


@lru_cache(maxsize=8192)
def _likeliest(sheet: str, heading: str) -> str:
    """Return the column a heading stands for most likely, "" for none; the same cells are asked for many times."""
    matching = matches(sheet, heading[: _LONGEST + 1])
    return matching[0].column if matching else ""


__all__ = [
    "GRADES",
    "HEADING_ROWS",
    "INSTRUCTIONS",
    "SHEETS",
    "WANTED",
    "Layout",
    "alike_column",
    "begins_with",
    "clean",
    "column_of",
    "count_known",
    "fold",
    "matches",
    "missing",
    "sheet_of",
    "sheet_of_file",
    "suggested_sheet",
]
