"""Warnings about columns that are not read though their cells say what a row means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from importers.files.grid import letter_of
from importers.findings import Finding, Severity
from importers.sheets.column_contents import contents, unassigned
from importers.sheets.template_columns import WANTED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from importers.sheets.sheet_decision import SheetDecision

_MEANS: Final = {
    "Status": ("ob die Intervention durchgeführt wurde", "Jede Zeile zählt als durchgeführt."),
    "Personal-Nr": ("wer es getan hat", "Von keiner Zeile ist bekannt, wer es getan hat und mit welchem Niveau."),
    "Minuten": ("wie lange es gedauert hat", "Jede Zeile zählt in der Anzahl, aber nicht in der Zeit."),
    "QN": ("welche Qualifikation die Person hat", "Von niemandem ist das Niveau bekannt."),
    "Wochenstunden": ("wie viele Stunden die Woche hat", "Von niemandem ist die Arbeitszeit bekannt."),
}
"""Column -> what it says, and what follows where it is not read."""


def unread_contents(decision: SheetDecision, staff: Collection[str]) -> Iterator[Finding]:
    """Yield a warning for each column of the template that nothing is read as though a column looks like it."""
    place, sheet, grid = decision.place, decision.sheet, decision.grid
    if place.trouble or decision.das or not set(WANTED.get(sheet, ())) - place.columns.keys() - {*place.declined}:
        return
    left = [at for at in range(len(place.texts)) if at not in place.columns.values()]
    found = contents(grid, place, sheet, staff, left)
    may_be = {position: one.may_be for position, one in found.items()}
    for column, positions in unassigned(may_be, sheet, place.columns, place.declined).items():
        means, follows = _MEANS[column]
        for position in positions:
            heading, rows = place.texts[position] or letter_of(position), len(grid.cells) - place.row - 1
            told = ", ".join(
                f"„{word}“ ({count}-mal)" if word else f"{count} leere Zellen" for word, count in found[position].values
            )
            yield Finding(
                Severity.WARNING,
                "spalte-sieht-aus-wie",
                f"Die Spalte „{heading}“ wird nicht gelesen; ihrem Inhalt nach könnte sie sagen, {means}"
                f"{f': {told}' if told else ''}. {follows}",
                f"Ist es so, nennen Sie die Spalte „{column}“.",
                file=grid.file,
                sheet=sheet,
                column=heading,
                count=rows,
                letter=letter_of(position),
            )
