"""Findings about the layout of a sheet: lines left out, columns assigned, columns left open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from importers.findings import Problem, notice, warning
from importers.sheets.layout import is_blank, row_numbers
from importers.sheets.lines import report_lines as kinds
from importers.sheets.lines.sections import PERFORMED
from importers.sheets.repair_file import OWN_COLUMNS
from importers.sheets.synonyms import LIKELY
from importers.sheets.template_columns import SHEETS
from importers.sheets.unread_columns import unread_notes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from importers.files.grid import Grid
    from importers.sheets.heading_rows import HeadingPlace
    from importers.sheets.lines.report_lines import ReportLine
    from importers.sheets.synonyms import Vocabulary

_NOTHING: Final = "Nichts zu tun."
_SAID: Final = {
    kinds.SUM: "Summenzeilen werden nicht als Daten gelesen",
    kinds.PAGE: "Kopf- und Fußzeilen von Seiten werden nicht als Daten gelesen",
    kinds.RULE: "Trennlinien werden nicht als Daten gelesen",
    kinds.REPEATED: "Wiederholte Überschriften werden nicht als Daten gelesen",
    kinds.TITLE: "Wiederholte Titelzeilen werden nicht als Daten gelesen",
    kinds.NUMBERING: "Zeilen, die nur die Spalten zählen, werden nicht als Daten gelesen",
    kinds.LEGEND: "Legenden werden nicht als Daten gelesen",
    kinds.NOTE: "Anmerkungen unter der Tabelle werden nicht als Daten gelesen",
    kinds.APART: "Zeilen, in denen nur nicht gelesene Spalten gefüllt sind, werden nicht gelesen",
}


def layout_notes(
    grid: Grid, place: HeadingPlace, sheet: str, vocabulary: Vocabulary | None
) -> Iterator[tuple[Problem, str, int]]:
    """Yield problem, value and number of rows or columns for what is worth saying about the headings."""
    if first := place.row - place.depth + 1:
        yield _rows_above(grid, place, first, sheet)
    if place.guessed:
        yield _assigned(place)
    for position, columns in place.undecided.items():
        yield _undecided(place, position, columns), place.texts[position], 1
    read = {*place.columns.values(), *place.undecided}
    unread = {at: text for at, text in enumerate(place.texts) if text and at not in read and text not in OWN_COLUMNS}
    yield from unread_notes(grid, place, sheet, vocabulary, unread)


def _rows_above(grid: Grid, place: HeadingPlace, first: int, sheet: str) -> tuple[Problem, str, int]:
    read = {line.row for line in kinds.sections_above(grid, first, place, SHEETS[sheet].required)}
    filled = [row + 1 for row in range(first) if row not in read and not all(map(is_blank, grid.cells[row]))]
    titles = f" Text steht in Zeile {row_numbers(filled)}." if filled else ""
    but = f" bis auf Zeile {row_numbers([row + 1 for row in read])}" if read else ""
    where = f"Zeile {first + 1}" if place.depth == 1 else f"den Zeilen {first + 1} und {first + 2}"
    return (
        notice(
            "zeilen-ueber-ueberschrift",
            f"Die Überschriften stehen in {where}; die Zeilen darüber (1–{first}) bleiben unbeachtet{but}.{titles}",
            "Nichts zu tun, wenn dort nur Titel oder leere Zeilen stehen.",
        ),
        row_numbers(filled),
        first,
    )


def _undecided(place: HeadingPlace, position: int, columns: tuple[str, ...]) -> Problem:
    heading = place.texts[position]
    if columns[0] in place.columns:
        return warning(
            "spalte-doppelt",
            f"Als „{columns[0]}“ gilt die Spalte „{place.headings[columns[0]]}“; auch „{heading}“ kann es sein, "
            "und dort steht anderes.",
            "Benennen Sie die Spalte, die gelten soll, wie in der Vorlage, und die andere anders.",
        )
    choice = " oder ".join(f"„{column}“" for column in columns)
    return warning(
        "spalte-mehrdeutig",
        f"Die Spalte „{heading}“ wird nicht gelesen: Ob sie {choice} ist, lässt sich nicht sicher erkennen.",
        "Benennen Sie die Spalte, die gelesen werden soll, wie in der Vorlage.",
    )


def _assigned(place: HeadingPlace) -> tuple[Problem, str, int]:
    """Return the notices on columns found by another name than ours."""
    pairs = [f"„{place.headings[column]}“ als „{column}“" for column in place.guessed]
    least = min(place.guessed.values())
    return (
        notice("spalten-zugeordnet", f"Gelesen wird {', '.join(pairs)}.", "Prüfen Sie, ob das stimmt.")
        if least >= LIKELY
        else warning(
            "spalten-zugeordnet",
            f"Gelesen wird {', '.join(pairs)}; eine davon ist nur vermutet.",
            "Prüfen Sie die Zuordnung und benennen Sie die Spalten sonst wie in der Vorlage.",
        ),
        "; ".join(f"{place.headings[c]} = {c} ({share:.0%})" for c, share in place.guessed.items()),
        len(place.guessed),
    )


def line_notes(lines: Sequence[ReportLine]) -> Iterator[tuple[Problem, str, int]]:
    """Yield problem, value and number of rows for the lines that were left out, one for each kind."""
    for kind, message in _SAID.items():
        if rows := [line.row + 1 for line in lines if line.kind == kind]:
            numbers = row_numbers(rows)
            yield notice("zeilen-uebersprungen", f"{message}: Zeile {numbers}.", _NOTHING), numbers, len(rows)
    for column, sections in kinds.sections_of(lines).items():
        rows = [line.row + 1 for line in sections if line.kind == kinds.SECTION]
        by_status = sections if column == "Status" else []
        yield (
            (warning if any(line.value not in {"", PERFORMED} for line in by_status) else notice)(
                "abschnitt-gelesen",
                f"Eigene Zeilen nennen „{column}“ für die Zeilen darunter: Zeile {row_numbers(rows)}.",
                "Prüfen Sie, ob das stimmt.",
            ),
            row_numbers(rows),
            len(rows),
        )
    if rows := [line.row + 1 for line in lines if line.kind in {kinds.ALONE, kinds.REMARK}]:
        yield (
            warning(
                "abschnitt-unklar",
                "Diese Zeilen bleiben aus, da unklar ist, was sie für die Zeilen darunter heißen: "
                f"Zeile {row_numbers(rows)}.",
                "Ist es der Wohnbereich der Zeilen darunter, ergänzen Sie eine Spalte „Wohnbereich“.",
            ),
            row_numbers(rows),
            len(rows),
        )
