"""Two processes under supervision: whichever dies is started anew, and the other goes on (X4)."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Final

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from multiprocessing.process import BaseProcess
    from types import FrameType

LONGEST_PAUSE: Final = 30.0
CALM_SECONDS: Final = 60.0
"""A process that lived so long has started well: the next one is started at once."""
PATIENCE: Final = 15.0
"""Seconds a process has to end in when asked to."""
WATCH_SECONDS: Final = 0.5

_log = structlog.get_logger(__name__)


@dataclass
class _Child:
    name: str
    target: Callable[..., None]
    arguments: tuple[Any, ...]
    process: BaseProcess | None = None
    began: float = 0.0
    quick_ends: int = 0
    due: float = field(default_factory=time.monotonic)

    def start(self) -> None:
        self.process = multiprocessing.get_context("spawn").Process(
            target=_run, args=(self.target, self.arguments, os.getpid()), name=self.name
        )
        self.began = time.monotonic()
        self.process.start()

    def bury(self) -> None:
        """Note that the process has ended, and when the next one starts."""
        assert self.process
        self.process.join()
        lived = time.monotonic() - self.began
        self.quick_ends = 0 if lived > CALM_SECONDS else self.quick_ends + 1
        pause = min(LONGEST_PAUSE, 2.0 ** (self.quick_ends - 2)) if self.quick_ends > 1 else 0.0
        self.due = time.monotonic() + pause
        _log.error("process ended", process=self.name, code=self.process.exitcode, lived=round(lived), pause=pause)
        self.process = None


def supervise(targets: Mapping[str, tuple[Callable[..., None], tuple[Any, ...]]]) -> None:
    """Run each target in a process of its own until this one receives a signal to stop.

    Parameters
    ----------
    targets
        Name -> a function of a module, and its arguments; both are sent to a fresh Python.
    """
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    children = [_Child(name, target, arguments) for name, (target, arguments) in targets.items()]
    try:
        while not stop.is_set():
            for child in children:
                if child.process is None and time.monotonic() >= child.due:
                    child.start()
            running = {child.process.sentinel: child for child in children if child.process}
            if not running:  # some systems would not wait for nothing
                stop.wait(WATCH_SECONDS)
            for sentinel in wait(list(running), timeout=WATCH_SECONDS if running else 0):
                if not stop.is_set():
                    running[sentinel].bury()  # type: ignore[index]
    finally:
        _end([child.process for child in children if child.process])
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(processes: list[BaseProcess]) -> None:
    for process in processes:
        process.terminate()
    until = time.monotonic() + PATIENCE
    for process in processes:
        process.join(max(0.1, until - time.monotonic()))
        if process.is_alive():
            process.kill()
            process.join()


def _run(target: Callable[..., None], arguments: tuple[Any, ...], parent: int) -> None:
    """Be a child: out of reach of Ctrl-C, which is for the supervisor, and gone when that was killed."""
    if hasattr(os, "setpgrp"):
        os.setpgrp()
    with suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    target(*arguments)


def _leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    raise SystemExit(0)


def _end_with(parent: int) -> None:
    """End when the supervisor was killed: it would come back, and find the port or the queue in use."""
    while os.getppid() == parent:
        time.sleep(WATCH_SECONDS)
    os._exit(1)
