"""Findings about the layout of a sheet: lines left out, columns assigned, columns left open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from importers.findings import Problem, notice, warning
from importers.sheets import report_lines as kinds
from importers.sheets.layout import coded_down, is_blank, row_numbers
from importers.sheets.repair_file import OWN_COLUMNS
from importers.sheets.synonyms import LIKELY, usual
from importers.sheets.template_columns import SHEETS, begins_with
from importers.values.cell_values import text
from importers.values.spelling import clean, squash

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from importers.files.grid import Grid
    from importers.sheets.heading_rows import HeadingPlace
    from importers.sheets.report_lines import ReportLine
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
        heading = place.texts[position]
        choice = " oder ".join(f"„{column}“" for column in columns)
        yield (
            warning(
                "spalte-mehrdeutig",
                f"Die Spalte „{heading}“ wird nicht gelesen: Ob sie {choice} ist, lässt sich nicht sicher erkennen.",
                "Benennen Sie die Spalte, die gelesen werden soll, wie in der Vorlage.",
            ),
            heading,
            1,
        )
    asked = {place.texts[position] for position in place.undecided}
    if unread := [name for name in place.unknown if name not in OWN_COLUMNS and name not in asked]:
        yield from _unread(grid, place, sheet, vocabulary, unread)


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


def _unread(
    grid: Grid, place: HeadingPlace, sheet: str, vocabulary: Vocabulary | None, unread: Sequence[str]
) -> Iterator[tuple[Problem, str, int]]:
    weighty = (vocabulary or usual()).weighty.get(sheet, {})
    for position, cell in enumerate(grid.cells[place.row]):
        neutral = weighty.get(squash(cell)) if isinstance(cell, str) else None
        if neutral is None or position in place.columns.values():
            continue
        if any(text(other).casefold() not in neutral for other in coded_down(grid, place.row + 1, position)[1]):
            yield (
                warning(
                    "spalte-aendert-bedeutung",
                    f"Die Spalte „{clean(cell)}“ wird nicht gelesen; jede Zeile zählt einmal, nach ihrem Status.",
                    "Steht eine Zeile für mehrere Interventionen oder gilt sie nicht, schreiben Sie eine Zeile je "
                    "Intervention und tragen Sie den Status ein.",
                ),
                clean(cell),
                1,
            )
    alike = {name: column for name in unread if (column := begins_with(sheet, name))}
    if alike:
        pairs = ", ".join(
            f"„{name}“ (als „{column}“ gilt „{place.headings.get(column, '')}“)" for name, column in alike.items()
        )
        yield (
            notice(
                "spalten-aehnlich",
                f"Diese Spalten werden nicht gelesen, obwohl sie wie eine Spalte der Vorlage beginnen: {pairs}.",
                "Prüfen Sie, ob das stimmt. Soll eine von ihnen gelesen werden, benennen Sie sie wie in der Vorlage.",
            ),
            "; ".join(alike),
            len(alike),
        )
    if others := [name for name in unread if name not in alike]:
        yield (
            notice(
                "spalten-unbekannt",
                "Diese Spalten werden nicht gelesen: " + ", ".join(f"„{name}“" for name in others) + ".",
                "Nichts zu tun. Soll eine Spalte gelesen werden, benennen Sie sie wie in der Vorlage.",
            ),
            "; ".join(others),
            len(others),
        )


def line_notes(lines: Sequence[ReportLine]) -> Iterator[tuple[Problem, str, int]]:
    """Yield problem, value and number of rows for the lines that were left out, one for each kind."""
    for kind, message in _SAID.items():
        if rows := [line.row + 1 for line in lines if line.kind == kind]:
            numbers = row_numbers(rows)
            yield notice("zeilen-uebersprungen", f"{message}: Zeile {numbers}.", _NOTHING), numbers, len(rows)
    for column, sections in kinds.sections_of(lines).items():
        rows = [line.row + 1 for line in sections if line.kind == kinds.SECTION]
        yield (
            notice(
                "abschnitt-gelesen",
                f"Eigene Zeilen nennen „{column}“ für die Zeilen darunter: Zeile {row_numbers(rows)}.",
                "Prüfen Sie, ob das stimmt.",
            ),
            row_numbers(rows),
            len(rows),
        )
    if rows := [line.row + 1 for line in lines if line.kind == kinds.ALONE]:
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
