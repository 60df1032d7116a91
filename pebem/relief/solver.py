"""The most work that can change hands at once, exactly: a flow in a network, part by part.

Every arc moves work from one place to another. Solved as a linear programme by HiGHS, and then proven in integers:
the solver's prices have to show that no plan is worth more. So no figure rests on floating point.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_HIGHEST_GAIN: Final = 3
"""Levels between the highest and the lowest."""


class UnprovenError(ArithmeticError):
    """The solver's answer is not proven to be the best one."""


@dataclass(frozen=True)
class Network:
    """n arcs and the m limits they meet, both ordered by part; parts share nothing.

    Attributes
    ----------
    part_of_arc : (n,) int64
    part_of_limit : (m,) int64
        Part of each, ascending.
    uses : (n, u) int64
        Limits of which a unit on the arc takes one.
    frees : (n, f) int64
        Limits to which it gives one back, -1 = none.
    limit : (m,) int64
        At least 0.
    gain : (n,) int64
        0 to 3: among plans that move the most, the one of the highest total gain is taken.
    """

    part_of_arc: NDArray[np.int64]
    part_of_limit: NDArray[np.int64]
    uses: NDArray[np.int64]
    frees: NDArray[np.int64]
    limit: NDArray[np.int64]
    gain: NDArray[np.int64]

    @property
    def value(self) -> NDArray[np.int64]:
        """Return what a unit on each arc is worth: no exchange of arcs along a path outweighs one unit more."""
        first, last = (np.searchsorted(self.part_of_limit, self.part_of_arc, side) for side in ("left", "right"))
        return _HIGHEST_GAIN * (last - first) + 1 + self.gain


def assign(network: Network) -> NDArray[np.int64]:
    """Return the units on each arc, shape (n,).

    The same network always gives the same plan, and a part's plan depends on that part alone.

    Raises
    ------
    UnprovenError
        Where the answer of the solver is not proven.
    """
    plan = np.zeros(len(network.gain), np.int64)
    if not len(plan):
        return plan
    price = np.zeros(len(network.limit), np.int64)
    value = network.value
    entries = np.concatenate([network.uses, network.frees], axis=1)
    signs = np.repeat([1.0, -1.0], [network.uses.shape[1], network.frees.shape[1]])
    solver = _solver()
    for arcs, limits in _parts(network):
        rows = entries[arcs]
        met = rows >= 0
        index = rows[met] - limits.start
        matrix = (np.concatenate([[0], np.cumsum(met.sum(axis=1))]), index, np.broadcast_to(signs, rows.shape)[met])
        plan[arcs], price[limits] = _solve(solver, value[arcs], network.limit[limits], matrix)
    _prove(network, value, plan, price)
    return plan


def _parts(network: Network) -> Iterator[tuple[slice, slice]]:
    """Yield arcs and limits of each part."""
    parts, first = np.unique(network.part_of_arc, return_index=True)
    last = np.append(first[1:], len(network.part_of_arc))
    begin, end = (np.searchsorted(network.part_of_limit, parts, side) for side in ("left", "right"))
    for bounds in zip(first.tolist(), last.tolist(), begin.tolist(), end.tolist(), strict=True):
        yield slice(*bounds[:2]), slice(*bounds[2:])


def _solver() -> Any:
    import highspy  # noqa: PLC0415  # loaded where it is needed: most work of the engine needs no solver

    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    # One thread, the simplex method and no presolve: the same vertex every time, with whole-number prices.
    for name, setting in (("output_flag", False), ("parallel", "off"), ("threads", 1), ("solver", "simplex")):
        solver.setOptionValue(name, setting)
    solver.setOptionValue("presolve", "off")
    return solver


def _solve(
    solver: Any,
    value: NDArray[np.int64],
    limit: NDArray[np.int64],
    matrix: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return plan and prices of one part, rounded to whole numbers; the matrix is compressed by arcs."""
    import highspy  # noqa: PLC0415

    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(value), len(limit)
    model.col_cost_ = -value.astype(np.float64)
    model.col_lower_, model.col_upper_ = np.zeros(len(value)), np.full(len(value), highspy.kHighsInf)
    model.row_lower_, model.row_upper_ = np.full(len(limit), -highspy.kHighsInf), limit.astype(np.float64)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = (half.astype(np.int32) for half in matrix[:2])
    model.a_matrix_.value_ = matrix[2]
    solver.clearSolver()
    solver.passModel(model)
    solver.run()
    solution = solver.getSolution()
    plan, price = np.array(solution.col_value), -np.array(solution.row_dual)
    return np.rint(plan).astype(np.int64), np.rint(price).astype(np.int64)


def _prove(network: Network, value: NDArray[np.int64], plan: NDArray[np.int64], price: NDArray[np.int64]) -> None:
    """Raise unless the plan respects all limits and the prices prove that none is worth more (weak duality)."""
    used = np.zeros(len(price), np.int64)
    cost = np.zeros(len(plan), np.int64)
    for columns, sign in ((network.uses, 1), (network.frees, -1)):
        for row in columns.T:
            met = row >= 0
            np.add.at(used, row[met], sign * plan[met])
            cost[met] += sign * price[row[met]]
    feasible = (plan >= 0).all() and (used <= network.limit).all()
    dear = (price >= 0).all() and (cost >= value).all()
    if not (feasible and dear and int(price @ network.limit) == int(value @ plan)):
        raise UnprovenError("the plan of the solver is not proven to be the best one; this is a fault of the program")
