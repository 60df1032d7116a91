"""Work for the tests of many homes: functions a fresh process can import, and quickly."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import rules
from pebem import Aggregate, score
from tests.support.pebem.homes import DAYS, FIRST, day, random_home


def scored(seed: int) -> Aggregate:
    book = rules.load(FIRST)
    return score(random_home(book, seed), book, (FIRST, day(DAYS).date()))


def scored_after_a_death(folder: Path, seed: int) -> Aggregate:
    """Die at the first try of home 3, in the middle of it, as after a SIGKILL."""
    result = scored(seed)
    try:
        if seed == 3:
            (folder / "died").touch(exist_ok=False)
            os.kill(os.getpid(), signal.SIGKILL)
    except FileExistsError:
        pass
    return result


DEADLY, UNREADABLE, UNSENDABLE = 3, 4, 5


def troubled(folder: Path, key: int) -> object:
    """Leave a mark of being begun; some keys kill their worker, raise, or give what cannot be pickled."""
    (folder / f"{key}-{time.monotonic_ns()}").touch()
    if key == DEADLY:
        os.kill(os.getpid(), signal.SIGKILL)
    if key == UNREADABLE:
        raise ValueError(f"Haus {key} ist unlesbar.")
    return threading.Lock() if key == UNSENDABLE else key


def of_process(_: int) -> int:
    return os.getpid()


class Unloadable:
    """Comes out of its pickle by ending the process: a worker that cannot start."""

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (1,)

    def __call__(self, key: int) -> int:
        return key
