"""Many homes: the same work for each, in this process, in processes of this machine, or on a cluster.

Only keys go out and only small results come back, so memory does not grow with the number of homes. A result does
not depend on where, in which order or at which try it was found; results that are aggregates add up to the same bits.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final, TypeVar

from pebem.distribute.task import attempt

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from pebem.distribute.task import TaskOutcome

Key = TypeVar("Key")
Result = TypeVar("Result")

TRIES: Final = 3
"""How often a home is begun whose worker dies over it."""


def run(
    keys: Sequence[Key],
    work: Callable[[Key], Result],
    *,
    workers: int = 1,
    scheduler: str | None = None,
    tries: int = TRIES,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[TaskOutcome[Key, Result]]:
    """Do the work for every key.

    Parameters
    ----------
    keys
        What to work on, each small and picklable, such as the names of homes.
    work
        Takes a key and gives a small picklable result. Picklable itself (a function of a module, or an object with
        settings and ``__call__``), and safe to be done again: it may be, after a worker died over it.
    workers
        1 = in this process, one after the other; more = that many processes of this machine.
    scheduler
        Address of a dask scheduler, such as "tcp://10.0.0.1:8786"; takes the place of ``workers``.
    tries
        How often a key is begun whose worker dies, before it fails as :data:`pebem.distribute.task.LOST`. (On a
        cluster the scheduler first tries again, as often as its ``allowed-failures`` allows; each time counts
        as one here.)
    progress
        Called with the numbers of finished and of all keys after each of them.

    Yields
    ------
    TaskOutcome
        One for each key, as they are finished. An exception of ``work`` is the failure of its key alone.

    Raises
    ------
    PartitionError
        Where no worker can be started or the cluster is gone.
    ImportError
        With a scheduler, where dask.distributed is not installed.
    """
    with closing(_outcomes(keys, work, workers, scheduler, tries)) as outcomes:
        for done, outcome in enumerate(outcomes, start=1):
            if progress:
                progress(done, len(keys))
            yield outcome


def _outcomes(
    keys: Sequence[Key], work: Callable[[Key], Result], workers: int, scheduler: str | None, tries: int
) -> Generator[TaskOutcome[Key, Result]]:
    if scheduler:
        from pebem.distribute import dask_cluster  # noqa: PLC0415  # needs dask.distributed, an extra

        return dask_cluster.outcomes(keys, work, scheduler, tries)
    if workers > 1:
        from pebem.distribute import processes  # noqa: PLC0415  # only where there are workers

        return processes.outcomes(keys, work, workers, tries)
    return (attempt(work, key) for key in keys)
