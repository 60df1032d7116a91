"""Serve the application: the worker in this process, the pages in a second one that granian starts."""

from __future__ import annotations

import logging
import multiprocessing
import os
import socket
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Final

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from web import logs
from web.app import create_app
from web.jobs import start_worker
from web.store import migrate

if TYPE_CHECKING:
    from flask import Flask

    from web.settings import Settings

BLOCKING_THREADS: Final = 4
WATCH_SECONDS: Final = 0.5


def serve(settings: Settings, host: str = "127.0.0.1", port: int = 8000, log_level: int = logging.INFO) -> None:
    """Migrate, start the worker, and serve until the process receives a signal to stop.

    Parameters
    ----------
    log_level
        From which level on events are logged.
    """
    logs.configure(log_level)
    # A forked process would inherit open SQLite connections, and with them locks that are never released.
    multiprocessing.set_start_method("spawn", force=True)
    migrate.upgrade(settings)
    worker = start_worker(settings)
    server = Granian(
        "web.serve",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=BLOCKING_THREADS,
        websockets=False,
        log_level=LogLevels.warning,
    )
    try:
        server.serve(target_loader=partial(_loaded, settings, os.getpid(), log_level), wrap_loader=False)
    finally:
        worker.stop()
        worker.close()


def is_free(host: str, port: int) -> bool:
    """Return whether this port is free."""
    with socket.socket() as probe:
        if os.name != "nt":  # there it would let us bind a port that another program listens on
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _loaded(settings: Settings, parent: int, log_level: int) -> Flask:
    logs.configure(log_level)
    if hasattr(os, "setpgrp"):
        # Ctrl-C goes to a whole process group, and the main process ends this one by a signal too. Of two at once, a
        # thread that Python runs no handlers in often takes both: the main thread sleeps on, and both wait for ever.
        os.setpgrp()
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    return create_app(settings)


def _end_with(parent: int) -> None:
    """End the pages' process when the one that started it was killed: it would hold the port, without a worker."""
    while os.getppid() == parent:
        time.sleep(WATCH_SECONDS)
    os._exit(1)
