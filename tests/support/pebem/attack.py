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


def told_about_one(figures: NDArray[np.float64], of_person: NDArray[np.float64]) -> int | None:
    """Return somebody who did more than half of what some combination of figures counts, or None.

    Of all combinations in which no cell counts negatively the one most about each person is found by linear
    programming: exactly the question, not the argument by which it is ruled out.

    Parameters
    ----------
    figures
        Each figure as the sum of cells it is, shape (figures, cells).
    of_person
        What each person did of each cell, shape (people, cells).
    """
    there = of_person.sum(axis=0) > 0
    # Cells that are in the same figures count alike.
    kinds, kind = np.unique(figures[:, there], axis=1, return_inverse=True)
    of_kind = np.zeros((len(of_person), kinds.shape[1]))
    np.add.at(of_kind.T, kind.ravel(), of_person[:, there].T)
    whole = of_kind.sum(axis=0)
    for person, own in enumerate(of_kind):
        if _most(kinds, 2 * own - whole) > 1e-6 * whole.sum():
            return person
    return None


def _most(kinds: NDArray[np.float64], gain: NDArray[np.float64]) -> float:
    """Return the most that weights of 0 to 1, sums of what the figures count with, can gain."""
    import highspy  # noqa: PLC0415

    solver = highspy.Highs()
    for name, setting in (("output_flag", False), ("threads", 1)):
        solver.setOptionValue(name, setting)
    figures, cells = kinds.shape
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = figures, cells
    model.col_cost_ = -(kinds @ gain)
    model.col_lower_, model.col_upper_ = np.full(figures, -highspy.kHighsInf), np.full(figures, highspy.kHighsInf)
    model.row_lower_, model.row_upper_ = np.zeros(cells), np.ones(cells)
    of, cell = np.nonzero(kinds)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.concatenate([[0], np.cumsum(np.bincount(of, minlength=figures))]).astype(np.int32)
    model.a_matrix_.index_, model.a_matrix_.value_ = cell.astype(np.int32), kinds[of, cell]
    solver.passModel(model)
    solver.run()
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return float(-solver.getInfo().objective_function_value)
