"""Findings about columns that are not read: which of them change what a row means, and which nobody misses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from importers.findings import Problem, notice, warning
from importers.sheets.layout import coded_down, is_blank
from importers.sheets.synonyms import usual
from importers.sheets.template_columns import alike_column
from importers.values.cell_values import text
from importers.values.spelling import fold, squash

if TYPE_CHECKING:
    from collections.abc import Iterator

    from importers.files.grid import Grid
    from importers.sheets.heading_rows import HeadingPlace
    from importers.sheets.synonyms import Vocabulary


def unread_notes(
    grid: Grid, place: HeadingPlace, sheet: str, vocabulary: Vocabulary | None, unread: dict[int, str]
) -> Iterator[tuple[Problem, str, int]]:
    """Yield problem, value and number of columns for those that are not read.

    Parameters
    ----------
    unread
        Position -> heading.
    """
    vocabulary = vocabulary or usual()
    weighty = vocabulary.weighty.get(sheet, {})
    left = dict(unread)
    for position, heading in unread.items():
        if (word := squash(heading)) not in weighty and word not in vocabulary.homes:
            continue
        cells = [cell for cell in coded_down(grid, place.row + 1, position)[1] if not is_blank(cell)]
        if word in weighty and any(text(cell).casefold() not in weighty[word] for cell in cells):
            del left[position]
            yield _weighty(heading), heading, 1
        elif word in vocabulary.homes and (count := len({fold(text(cell)) for cell in cells})) > 1:
            del left[position]
            yield _several_homes(heading, count), heading, count
    alike = {name: column for name in left.values() if (column := alike_column(sheet, name))}
    if alike:
        yield _alike(place, alike), "; ".join(alike), len(alike)
    if others := [name for name in left.values() if name not in alike]:
        yield (
            notice(
                "spalten-unbekannt",
                "Diese Spalten werden nicht gelesen: " + ", ".join(f"„{name}“" for name in others) + ".",
                "Nichts zu tun. Soll eine Spalte gelesen werden, benennen Sie sie wie in der Vorlage.",
            ),
            "; ".join(others),
            len(others),
        )


def _weighty(heading: str) -> Problem:
    return warning(
        "spalte-aendert-bedeutung",
        f"Die Spalte „{heading}“ wird nicht gelesen; jede Zeile zählt einmal, nach ihrem Status.",
        "Steht eine Zeile für mehrere Interventionen oder gilt sie nicht, schreiben Sie eine Zeile je "
        "Intervention und tragen Sie den Status ein.",
    )


def _several_homes(heading: str, count: int) -> Problem:
    return warning(
        "mehrere-einrichtungen",
        f"In der Spalte „{heading}“ stehen {count} verschiedene Angaben; alle Zeilen gelten für dieselbe Einrichtung.",
        "Stehen mehrere Einrichtungen in der Datei, teilen Sie sie und laden Sie jede für sich hoch. Sind es Häuser "
        "oder Gebäude einer Einrichtung, ist nichts zu tun.",
    )


def _alike(place: HeadingPlace, alike: dict[str, str]) -> Problem:
    pairs = [
        f"„{name}“ (als „{column}“ gilt „{place.headings[column]}“)"
        if column in place.columns
        else f"„{name}“ (die Spalte „{column}“ fehlt)"
        for name, column in alike.items()
    ]
    message = f"Diese Spalten werden nicht gelesen, obwohl sie ähnlich heißen wie in der Vorlage: {', '.join(pairs)}."
    repair = "Prüfen Sie, ob das stimmt. Soll eine von ihnen gelesen werden, benennen Sie sie wie in der Vorlage."
    read = all(column in place.columns for column in alike.values())
    return (notice if read else warning)("spalten-aehnlich", message, repair)
