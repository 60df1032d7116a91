"""The work for one key: its outcome, its failure, and both as bytes sent back by a worker."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Key = TypeVar("Key")
Result = TypeVar("Result")

LOST: Final = "WorkerLost"
"""Kind of failure where every worker that began the work died: killed from outside, or for want of memory."""


class PartitionError(RuntimeError):
    """No worker can be had, or the cluster is gone: the run as a whole cannot go on."""


@dataclass(frozen=True)
class TaskFailure:
    """Why there is no result.

    Attributes
    ----------
    kind
        Name of the exception's class, or :data:`LOST`.
    message
        Its text.
    """

    kind: str
    message: str


@dataclass(frozen=True)
class TaskOutcome(Generic[Key, Result]):
    """The outcome of one key: a result, or a failure with the reason why there is none."""

    key: Key
    result: Result | None
    failure: TaskFailure | None = None


def attempt(work: Callable[[Key], Result], key: Key) -> TaskOutcome[Key, Result]:
    """Do the work for one key; an exception becomes its failure."""
    try:
        return TaskOutcome(key, work(key))
    except Exception as problem:  # noqa: BLE001  # any error in one home must not stop the others
        return TaskOutcome(key, None, TaskFailure(type(problem).__name__, str(problem)))


def pack_outcome(work: Callable[[Key], Result], key: Key) -> bytes:
    """Do the work for one key in a worker, for :func:`unpacked` elsewhere; what cannot be sent is a failure too."""
    outcome = attempt(work, key)
    try:
        return pickle.dumps(outcome)
    except Exception as problem:  # noqa: BLE001  # pickle raises any exception of the result
        return pickle.dumps(TaskOutcome(key, None, TaskFailure(type(problem).__name__, str(problem))))


def unpack_outcome(message: bytes) -> TaskOutcome[Any, Any]:
    """Return the outcome a worker has packed."""
    outcome: TaskOutcome[Any, Any] = pickle.loads(message)  # noqa: S301  # our own worker's
    return outcome


def lost_outcome(key: Key, tries: int) -> TaskOutcome[Key, Result]:
    """Return the outcome of a key over which every worker died."""
    return TaskOutcome(key, None, TaskFailure(LOST, f"{tries} workers died over {key!r}"))
