"""The twin of :func:`pebem.kernel.tally` in compiled loops (extra ``compiled``): same signature, same sums."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numba
import numpy as np

from pebem import kernel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from pebem.kernel import Buffers, Lookup, Rows, Sums

_compiled: Final[Callable[..., Any]] = numba.njit(cache=True, nogil=True)


def tally(rows: Rows, tables: Lookup, sums: Sequence[Sums], buffers: Buffers) -> None:
    """Add the rows of a chunk to some sums, in place; as :func:`pebem.kernel.tally`."""
    if any(total.packed is None or len(total.names) > 2 for total in sums):
        kernel.tally(rows, tables, sums, buffers)
        return
    end = buffers.end[: len(rows)]
    _ends(
        (rows.resident_day, rows.staff_day, rows.intervention),
        (tables.state.ravel(), tables.demand.ravel(), tables.supply.ravel(), tables.end.ravel()),
        tables.demand.shape[1],
        tables.end.shape[1],
        end,
    )
    number = rows.number
    for total in sums:
        total.expect(number)
        slow, fast = getattr(rows, total.names[0]), getattr(rows, total.names[-1])
        size = total.sizes[-1] if len(total.names) > 1 else 0
        _add(slow, size, fast, total.ends, end, rows.weight, total.packed)


@_compiled
def _ends(
    codes: tuple[NDArray[np.int64], ...],
    tables: tuple[NDArray[np.int64], ...],
    interventions: int,
    supplies: int,
    out: NDArray[np.int64],
) -> None:  # pragma: no cover  # runs compiled
    resident_day, staff_day, intervention = codes
    state, demand, supply, end = tables
    for i in range(len(out)):
        need = demand[np.uint64(state[np.uint64(resident_day[i])] * interventions + intervention[i])]
        out[i] = end[np.uint64(need * supplies + supply[np.uint64(staff_day[i])])]


@_compiled
def _add(
    slow: NDArray[np.int64],
    size: int,
    fast: NDArray[np.int64],
    ends: int,
    end: NDArray[np.int64],
    weight: NDArray[np.int64],
    packed: NDArray[np.int64],
) -> None:  # pragma: no cover  # runs compiled
    """Add four rows at once: a processor that does not read past a write of unknown place would wait for each."""
    rows = len(weight)
    for i in range(0, rows - 3, 4):
        first = np.uint64((slow[i] * size + fast[i]) * ends + end[i])
        second = np.uint64((slow[i + 1] * size + fast[i + 1]) * ends + end[i + 1])
        third = np.uint64((slow[i + 2] * size + fast[i + 2]) * ends + end[i + 2])
        fourth = np.uint64((slow[i + 3] * size + fast[i + 3]) * ends + end[i + 3])
        one, two, three, four = weight[i], weight[i + 1], weight[i + 2], weight[i + 3]
        packed[first] += one
        packed[second] += two
        packed[third] += three
        packed[fourth] += four
    for i in range(rows - rows % 4, rows):
        packed[np.uint64((slow[i] * size + fast[i]) * ends + end[i])] += weight[i]
