"""Measuring as ratios within one run: the works take turns, and the shortest turn of each counts."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

Name = TypeVar("Name", bound="Hashable")


class BenchError(Exception):
    """Nothing can be measured. The message is one German sentence that says what to do."""


class Turn(NamedTuple):
    """What a work took, in seconds: on the clock, and of the processors together."""

    wall: float
    processor: float


def shortest(works: Mapping[Name, Callable[[], object]], rounds: int) -> dict[Name, float]:
    """Return the shortest time of each work in seconds, as of :func:`turns`."""
    return {name: turn.wall for name, turn in turns(works, rounds).items()}


def turns(works: Mapping[Name, Callable[[], object]], rounds: int) -> dict[Name, Turn]:
    """Return the shortest times of each work, either of them by itself.

    What slows the machine down for a while slows down all of them: each round does every work once.
    """
    taken: dict[Name, list[Turn]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            wall, processor = time.perf_counter(), time.process_time()
            work()
            taken[name].append(Turn(time.perf_counter() - wall, time.process_time() - processor))
    return {name: Turn(*map(min, zip(*of_work, strict=True))) for name, of_work in taken.items()}


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def missing(problem: ImportError) -> BenchError:
    """Return the error to raise where an extra is not installed."""
    return BenchError(f"Zum Messen fehlt {problem.name}. Bitte installieren: pip install 'pebem-analyse[bench]'")


def disagreement(name: str) -> BenchError:
    """Return the error to raise where a library has another answer."""
    return BenchError(f"{name} kommt zu einem anderen Ergebnis als PeBeM-Analyse. Bitte melden Sie den Fehler.")
