"""Rows of one person as rows of another: a row's content says whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from web.store.work.row_bytes import NUMBERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def renumbered(
    contents: NDArray[np.bytes_], field: str, old: int, new: int, names: Sequence[str] = NUMBERS
) -> NDArray[np.bytes_]:
    """Return contents with one resident or employee ("resident_id", "staff_id") in place of another, not in order."""
    numbers = np.frombuffer(contents.tobytes(), ">u4").reshape(-1, len(names)).copy()
    column = numbers[:, names.index(field)]
    column[column == old] = new
    return numbers.view(contents.dtype).reshape(-1)
