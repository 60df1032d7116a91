"""A sheet as it stands in a file, before anybody knows what its columns mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class Odd:
    """A cell without a value to read: a formula never calculated, or an error such as #NV."""

    shown: str


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet of one file.

    Attributes
    ----------
    file
        Name of the file, without folder.
    name
        Name of the sheet as it stands; for text files the name of the file without ending.
    cells
        Object array, rows x columns, from row 1 and column A on; "" = blank.
    from_text
        True if a file name, not a sheet name, has to tell which sheet this is.
    """

    file: str
    name: str
    cells: np.ndarray
    from_text: bool = False
