"""An attacker who adds and subtracts all figures shown, and knows which cells of the work are empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

FEWEST = 5
NOBODY = "-1"
"""Stands for who did the work of a cell that names nobody: it is about nobody."""


def told_about_few(figures: NDArray[np.float64], people: Sequence[frozenset[str]]) -> frozenset[str] | None:
    """Return fewer than five people about whose work alone some sum or difference of the figures tells, or None.

    Parameters
    ----------
    figures
        Each figure as the sum of cells it is, shape (figures, cells).
    people
        Who did the work of each cell.
    """
    basis = _rows(figures)
    for few in _sets(people):
        inside = np.array([one <= few for one in people])
        if inside.any() and basis.size and np.linalg.norm(basis[:, inside], 2) >= 1 - 1e-9:
            return few
    return None


def _rows(figures: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return an orthonormal basis of the rows."""
    distinct = np.unique(figures, axis=0)
    _, sizes, basis = np.linalg.svd(distinct, full_matrices=False)
    return basis[sizes > sizes.max(initial=0) * 1e-10]


def _sets(people: Iterable[frozenset[str]]) -> set[frozenset[str]]:
    cells = {one for one in people if NOBODY not in one}
    return {one for one in cells if 0 < len(one) < FEWEST} | {frozenset({one}) for cell in cells for one in cell}
