"""Work on a cluster of dask.distributed, an extra."""

from __future__ import annotations

from concurrent.futures import CancelledError
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from distributed import Client, KilledWorker, as_completed

from pebem.distribute.task import PartitionError, TaskFailure, TaskOutcome, lost_outcome, pack_outcome, unpack_outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from distributed import Future

Key = TypeVar("Key")
Result = TypeVar("Result")

PATIENCE: Final = 60.0
"""How many seconds to wait for the scheduler and the first worker."""

_AHEAD: Final = 2
"""Keys under way for each thread of the cluster: one at work, one next."""


class _Run(Generic[Key, Result]):
    """What is under way on a cluster."""

    def __init__(self, client: Client, keys: Sequence[Key], work: Callable[[Key], Result], tries: int) -> None:
        self.client, self.keys, self.work, self.tries = client, keys, work, tries
        self.todo = iter(range(len(keys)))
        self.underway: dict[Any, tuple[int, int]] = {}  # future -> position of its key, how often begun
        self.finished = as_completed(loop=client.loop)

    def fill(self) -> None:
        """Begin as many keys as the cluster, which may grow and shrink, has room for."""
        room = _AHEAD * max(1, sum(self.client.nthreads().values())) - len(self.underway)
        for position in islice(self.todo, max(0, room)):
            self._begin(position, 1)

    def _begin(self, position: int, begun: int) -> None:
        # Not pure: a home that is asked for again is to be read again.
        future = self.client.submit(pack_outcome, self.work, self.keys[position], pure=False)
        self.underway[future] = position, begun
        self.finished.add(future)

    def collect(self, future: Future[bytes]) -> Iterator[TaskOutcome[Key, Result]]:
        """Yield the outcome of a finished future, or begin its key again if its workers died."""
        position, begun = self.underway.pop(future)
        key = self.keys[position]
        try:
            yield unpack_outcome(future.result())
        except KilledWorker:
            if begun < self.tries:
                self._begin(position, begun + 1)
            else:
                yield lost_outcome(key, self.tries)
        except CancelledError as problem:
            raise PartitionError("the scheduler is gone") from problem
        except Exception as problem:  # noqa: BLE001  # the worker could not even begin
            yield TaskOutcome(key, None, TaskFailure(type(problem).__name__, str(problem)))


def outcomes(
    keys: Sequence[Key], work: Callable[[Key], Result], address: str, tries: int
) -> Generator[TaskOutcome[Key, Result]]:
    """Yield the outcome of each key as it is finished; see :func:`pebem.distribute.run.run`.

    Raises
    ------
    PartitionError
        Where scheduler or workers do not answer, or the scheduler goes away.
    """
    try:
        client = Client(address, set_as_default=False, timeout=PATIENCE)
    except (OSError, ValueError) as problem:
        raise PartitionError(f"no scheduler answers at {address}") from problem
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError as problem:
            raise PartitionError(f"the scheduler at {address} has no workers") from problem
        run = _Run(client, keys, work, tries)
        try:
            run.fill()
            for future in run.finished:
                yield from run.collect(future)
                run.fill()
        finally:
            client.cancel(list(run.underway))
