"""What of the stored cells a page asks for: rows by their labels, and the labels to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pebem.fit_classes import FIT_CLASSES, VORBEHALT_VERLETZT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pebem.engine.coded_table import CodedTable
    from rules.catalogue import CatalogueEntry as Entry
    from web.services.rulebook_calendar import RulebookPeriod

NOT_GIVEN: Final = "-"
"""Stands for the work without a ward, a shift or a group where one of them is chosen."""


def only(table: CodedTable, name: str, label: str | None) -> CodedTable:
    """Return the rows with one label; None = all rows, ``NOT_GIVEN`` = those without one."""
    if label is None:
        return table
    return table[table.columns[name] == table.code(name, None if label == NOT_GIVEN else label)]


def having(table: CodedTable, name: str, label: str | None) -> NDArray[np.bool_]:
    """Return which rows have a label; None = all, ``NOT_GIVEN`` = those without one."""
    if label is None:
        return np.ones(len(table), bool)
    return np.asarray(table.columns[name] == table.code(name, None if label == NOT_GIVEN else label), bool)


def at_level(cells: CodedTable, soll: int | None, ist: int | None) -> NDArray[np.bool_]:
    """Return which cells have a level called for and a level of the person; None = all."""
    outcomes: Any = cells.labels["outcome"]
    fitting = [soll in {None, one[0]} and ist in {None, one[1]} for one in outcomes]
    return np.asarray(np.array(fitting, bool)[cells.columns["outcome"]])


def violated(cells: CodedTable) -> NDArray[np.bool_]:
    """Return which cells are reserved tasks that somebody did who must not."""
    outcomes: Any = cells.labels["outcome"]
    fitting = [one[2] == FIT_CLASSES[VORBEHALT_VERLETZT] for one in outcomes]
    return np.asarray(np.array(fitting, bool)[cells.columns["outcome"]])


def names_of(table: CodedTable, name: str) -> list[str]:
    """Return the labels of a column that occur, in order; ``NOT_GIVEN`` last where some rows have none."""
    labels = [table.labels[name][code] for code in np.unique(table.columns[name])]
    return [*sorted(str(label) for label in labels if label), *([NOT_GIVEN] if None in labels else [])]


def entry_of(stretches: tuple[RulebookPeriod, ...], name: str) -> Entry | None:
    """Return the catalogue entry of an intervention, from the latest rulebook that has it."""
    entries = (stretch.book.find_intervention(name) for stretch in reversed(stretches))
    return next((entry for entry in entries if entry is not None), None)


def _group(stretches: tuple[RulebookPeriod, ...], name: str) -> str:
    entry = entry_of(stretches, name)
    return entry.group if entry else NOT_GIVEN


def groups_of(stretches: tuple[RulebookPeriod, ...], cells: CodedTable) -> list[str]:
    """Return the groups of all books, in the order of the latest; ``NOT_GIVEN`` where work belongs to none."""
    found = {entry.group: None for stretch in reversed(stretches) for entry in stretch.book.interventions}
    strangers = any(entry_of(stretches, name) is None for name in names_of(cells, "intervention"))
    return [*found, *([NOT_GIVEN] if strangers else [])]


def of_group(cells: CodedTable, stretches: tuple[RulebookPeriod, ...], group: str | None) -> NDArray[np.bool_]:
    """Return which cells belong to a group; None = all."""
    if group is None:
        return np.ones(len(cells), bool)
    inside = [_group(stretches, str(name)) == group for name in cells.labels["intervention"]]
    return np.asarray(np.array(inside, bool)[cells.columns["intervention"]])
