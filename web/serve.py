"""Serve the application: the pages in one process, the worker in another, both under supervision."""

from __future__ import annotations

import logging
import os
import socket
import threading
from typing import TYPE_CHECKING

import structlog

from web.app import create_app, knows_cookie
from web.jobs import start_worker
from web.operation import SettingsError
from web.security import file_modes
from web.services.backups import opening
from web.serving import installation_checks, logs, memory
from web.serving.http_server import BufferingServer
from web.serving.installation_checks import Verdict
from web.serving.supervisor import supervise

if TYPE_CHECKING:
    from web.settings import Settings

_log = structlog.get_logger(__name__)


def prepare(settings: Settings, host: str) -> None:
    """Check the installation, before anything is written, and migrate.

    Raises
    ------
    SettingsError
        Where the installation must not be served like this.
    NotOpenError
        Where a restore is unfinished.
    """
    file_modes.prepare(settings)
    results = installation_checks.check(settings, host)
    log = _log.warning if settings.operation.production else _log.info
    for one in results:
        if one.verdict is not Verdict.GOOD:
            log("installation", check=one.name, verdict=one.verdict, finding=one.finding, remedy=one.remedy)
    if refusals := installation_checks.refusals(results):
        reasons = "\n".join(f"- {one.finding} {one.remedy}".rstrip() for one in refusals)
        raise SettingsError(f"Das Programm startet so nicht:\n{reasons}")
    opening.prepare(settings)


def serve(settings: Settings, host: str = "127.0.0.1", port: int = 8000, log_level: int = logging.INFO) -> None:
    """Serve an installation until the process receives a signal to stop; :func:`prepare` it first.

    Parameters
    ----------
    log_level
        From which level on events are logged.
    """
    logs.configure(log_level)
    # Listened to here, so that whoever asks while the pages are started anew waits instead of being refused.
    with _listening(host, port) as listening:
        supervise(
            {
                "pages": (_serve_pages, (settings, listening, log_level)),
                "worker": (_work, (settings, log_level)),
            }
        )


def is_free(host: str, port: int) -> bool:
    """Return whether this port is free."""
    try:
        _listening(host, port).close()
    except OSError:
        return False
    return True


def _listening(host: str, port: int) -> socket.socket:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    made = socket.socket(found[0][0], socket.SOCK_STREAM)
    try:
        if os.name != "nt":  # there it would let us bind a port that another program listens on
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(found[0][4])
        made.listen(1024)
    except OSError:
        made.close()
        raise
    return made


def _serve_pages(settings: Settings, listening: socket.socket, log_level: int) -> None:
    logs.configure(log_level)
    file_modes.use_own_folder(settings)
    memory.bound(memory.SHARE_OF_PAGES)
    app = create_app(settings)
    BufferingServer(
        app, listening, largest=settings.upload_limit, is_known=lambda header: knows_cookie(app, header)
    ).run()


def _work(settings: Settings, log_level: int) -> None:
    logs.configure(log_level)
    file_modes.use_own_folder(settings)
    memory.bound(memory.SHARE_OF_WORKER)
    memory.ends_first()
    worker = start_worker(settings)
    try:
        threading.Event().wait()
    finally:
        worker.stop()
        worker.close()
