"""Cells that say "nothing" in words: they are read as blank, and a notice says so for each column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from importers.files.cell import shown
from importers.files.coded_column import CodedColumn
from importers.findings import Problem, notice, warning
from importers.values.placeholders import placeholders

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NAMED: Final = 5
"""Different words that a notice names."""


def without_placeholders(
    columns: Mapping[str, CodedColumn],
) -> tuple[dict[str, CodedColumn], dict[str, list[Any]]]:
    """Return the columns with blanks for such cells; and, of each column that has any, its cells as they stood."""
    read, stood = dict(columns), {}
    for name, (codes, cells) in columns.items():
        meant = placeholders(name)
        blanked = ["" if meant.nothing(cell) or meant.open_end(cell) else cell for cell in cells]
        if any(after != before for after, before in zip(blanked, cells, strict=True)):
            read[name], stood[name] = CodedColumn(codes, blanked), cells
    return read, stood


def placeholder_notes(
    columns: Mapping[str, CodedColumn], stood: Mapping[str, list[Any]]
) -> Iterator[tuple[Problem, str, int]]:
    """Yield for each column with such cells what to know, the column, and how many cells it is about."""
    for name, before in stood.items():
        codes, cells = columns[name]
        counts = np.bincount(codes, minlength=len(cells))
        meant = placeholders(name)
        for is_end in (True, False):
            words: dict[str, int] = {}
            for code, cell in enumerate(before):
                if counts[code] and cell != cells[code] and meant.open_end(cell) is is_end:
                    words[shown(cell)] = words.get(shown(cell), 0) + int(counts[code])
            if words:
                yield _note(name, words, is_end=is_end), name, sum(words.values())


def _note(column: str, words: Mapping[str, int], *, is_end: bool) -> Problem:
    named = ", ".join(f"„{word}“" for word in list(words)[:_NAMED])
    more = f" und {len(words) - _NAMED} weitere Wörter" if len(words) > _NAMED else ""
    cells = f"{count} Zellen gelten" if (count := sum(words.values())) > 1 else "Eine Zelle gilt"
    if is_end:
        return notice("ende-offen", f"{cells} als offenes Ende: {named}{more}.", "Nichts zu tun, wenn das stimmt.")
    message = f"{cells} als leer: {named}{more}."
    if column == "Status":  # nothing else would say that such rows count
        return warning(
            "platzhalter-leer",
            f"{message} Zeilen ohne Status zählen als durchgeführt.",
            "Tragen Sie den Status ein, wenn diese Interventionen nicht durchgeführt wurden.",
        )
    return notice("platzhalter-leer", message, "Nichts zu tun, wenn das stimmt.")
