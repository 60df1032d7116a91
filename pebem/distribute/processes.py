"""Work on the processes of this machine, each with its own pipe.

A worker that is killed closes its pipe: exactly the key it had is known and begun again by another, and no other
worker is touched. (``concurrent.futures.ProcessPoolExecutor`` gives up the whole pool and all its work.) A worker
whose parent has ended ends too, for the same reason.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from pebem.distribute.task import PartitionError, TaskOutcome, lost_outcome, pack_outcome, unpack_outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

Key = TypeVar("Key")
Result = TypeVar("Result")

_READY: Final = b"ready"


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection
    ready: bool = False
    position: int | None = None
    """Position of the key it works on."""


class _Run(Generic[Key, Result]):
    """What is to do, who does it, and how often it was begun."""

    def __init__(self, keys: Sequence[Key], work: Callable[[Key], Result], tries: int) -> None:
        self.keys, self.work, self.tries = keys, work, tries
        self.todo = deque(range(len(keys)))
        self.begun = [0] * len(keys)
        self.left = len(keys)
        self.crew: list[_Worker] = []
        self.failed_starts = 0
        """Workers in a row that ended before they were ready."""

    def staff_up(self, workers: int) -> None:
        """Have as many workers as there is use for, each with something to do."""
        while len(self.crew) < min(workers, self.left):
            self.crew.append(_start(self.work))
        for worker in self.crew:
            if worker.ready and worker.position is None and self.todo:
                worker.position = self.todo.popleft()
                self.begun[worker.position] += 1
                with suppress(OSError):  # it has just died; its pipe will say so
                    worker.pipe.send(self.keys[worker.position])

    def receive(self) -> Iterator[TaskOutcome[Key, Result]]:
        """Wait for messages of workers, and yield the outcomes among them."""
        readable = set(wait([worker.pipe for worker in self.crew]))
        for worker in [one for one in self.crew if one.pipe in readable]:
            try:
                message = worker.pipe.recv_bytes()
            except (EOFError, OSError):
                yield from self._replace_dead(worker)
                continue
            if message == _READY:
                worker.ready, self.failed_starts = True, 0
            elif worker.position is not None:
                self.left -= 1
                worker.position = None
                yield unpack_outcome(message)

    def _replace_dead(self, worker: _Worker) -> Iterator[TaskOutcome[Key, Result]]:
        """Queue the key of a dead worker again, or abandon it."""
        self.crew.remove(worker)
        _end(worker)
        if not worker.ready:
            self.failed_starts += 1
            if self.failed_starts >= self.tries:
                raise PartitionError("workers end before they have begun")
        if worker.position is None:
            return
        if self.begun[worker.position] < self.tries:
            self.todo.appendleft(worker.position)
        else:
            self.left -= 1
            yield lost_outcome(self.keys[worker.position], self.tries)


def outcomes(
    keys: Sequence[Key], work: Callable[[Key], Result], workers: int, tries: int
) -> Generator[TaskOutcome[Key, Result]]:
    """Yield the outcome of each key as it is finished; see :func:`pebem.distribute.run.run`.

    Raises
    ------
    PartitionError
        Where workers end before they have begun anything, ``tries`` times in a row.
    """
    run = _Run(keys, work, tries)
    try:
        while run.left:
            run.staff_up(workers)
            yield from run.receive()
    finally:
        for worker in run.crew:
            _end(worker)


def _start(work: Callable[[Key], Result]) -> _Worker:
    """Start a worker as a fresh program: a fork would copy the locks of threads that do not live on in it."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, work), daemon=True)
    process.start()
    theirs.close()  # so that the pipe ends with the worker
    return _Worker(process, ours)


def _end(worker: _Worker) -> None:
    worker.process.kill()  # nothing is lost by it: what a worker leaves half done is done again
    worker.process.join()
    worker.process.close()
    worker.pipe.close()


def _serve(pipe: Connection, work: Callable[[Key], Result]) -> None:
    """Work on keys until the pipe ends. Ctrl-C is handled by the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):
        pipe.send_bytes(_READY)
        while True:
            pipe.send_bytes(pack_outcome(work, pipe.recv()))
