"""The twin of :func:`pebem.engine.kernel.tally` in compiled loops (extra ``compiled``): same signature, same sums.

One loop, a row at a time: while it waits for one row's places it is at the next rows already. Its tables are narrow, so
that they stay in the first cache beside the sums.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numba
import numpy as np

from pebem.engine import kernel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from pebem.engine.kernel import Buffers, LookupTables, Rows
    from pebem.engine.sums import Sums

_compiled: Final[Callable[..., Any]] = numba.njit(cache=True, nogil=True)


def tally(rows: Rows, tables: LookupTables, sums: Sequence[Sums], buffers: Buffers) -> None:
    """Add the rows of a chunk to some sums, in place; as :func:`pebem.engine.kernel.tally`."""
    if any(total.packed is None or len(total.names) > 2 for total in sums):
        kernel.tally(rows, tables, sums, buffers)
        return
    weight = _add(
        (rows.resident_day, rows.staff_day, rows.intervention, rows.weight),
        tables.narrow,
        (tables.demand.shape[1], tables.end.shape[1], tables.ends),
        tuple(_keyed(rows, total) for total in sums),
    )
    number = kernel.rows_of(weight)
    for total in sums:
        total.count(number)


def _keyed(rows: Rows, total: Sums) -> tuple[object, ...]:
    """Return slow column, number of codes of the fast one, fast column (one column is its own), and the sums."""
    size = total.sizes[-1] if len(total.names) > 1 else 0
    return getattr(rows, total.names[0]), size, getattr(rows, total.names[-1]), total.packed


@_compiled
def _add(
    codes: tuple[NDArray[np.int64], ...],
    tables: tuple[NDArray[np.integer], ...],
    sizes: tuple[int, int, int],
    sums: tuple[Any, ...],
) -> int:  # pragma: no cover  # runs compiled
    """Return the sum of the weights."""
    resident_day, staff_day, intervention, weight = codes
    state, demand, supply, end = tables
    interventions, supplies, ends = sizes
    whole = 0
    for i in range(len(weight)):
        need = demand[np.uint64(state[np.uint64(resident_day[i])] * interventions + intervention[i])]
        outcome = end[np.uint64(need * supplies + supply[np.uint64(staff_day[i])])]
        whole += weight[i]
        for slow, size, fast, packed in numba.literal_unroll(sums):
            packed[np.uint64((slow[i] * size + fast[i]) * ends + outcome)] += weight[i]
    return whole
