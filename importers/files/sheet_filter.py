"""Which sheets of a workbook are worth opening: the others are only named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from importers.files.limits import MAX_CELLS

if TYPE_CHECKING:
    from collections.abc import Callable


def _any(_name: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class SheetFilter:
    """Which sheets of a workbook are opened.

    Attributes
    ----------
    by_name
        Says of the name of a sheet whether to open it.
    hidden
        Whether hidden sheets are opened like all others.
    always
        Names of sheets that are opened in any case, also hidden ones.
    most_cells
        Rows times columns of the largest sheet of an xlsx file that is opened.
    """

    by_name: Callable[[str], bool] = _any
    hidden: bool = False
    always: frozenset[str] = frozenset()
    most_cells: int = MAX_CELLS

    @property
    def may_open_hidden(self) -> bool:
        """Whether any hidden sheet may be opened."""
        return self.hidden or bool(self.always)

    def opens(self, name: str, *, hidden: bool) -> bool:
        """Return whether to open a sheet."""
        return name in self.always or ((self.hidden or not hidden) and self.by_name(name))
