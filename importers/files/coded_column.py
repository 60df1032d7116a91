"""A column as codes: it has few different values, however many rows it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np


class CodedColumn(NamedTuple):
    """A column with its distinct values determined once.

    Attributes
    ----------
    codes : int, one per row
        Position of the row's value among the values.
    values
        Different cells, or what they mean; some may occur in no row.
    """

    codes: np.ndarray
    values: list[Any]
