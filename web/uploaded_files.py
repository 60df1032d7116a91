"""Files that come with a request: read into memory by few at a time, and looked at by the virus scanner first."""

from __future__ import annotations

from pathlib import Path
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Final

from flask import g, request

from web.current import services
from web.security import virus_scanner
from web.services.errors import ServiceError

if TYPE_CHECKING:
    from flask import Flask

LARGE: Final = 5 * 1024**2
"""Bytes of a request from which on it counts: its files are in memory several times before they are sealed."""
LARGE_AT_ONCE: Final = 2
PATIENCE: Final = 20.0
"""Seconds a large request waits for its turn."""

_turns: Final = BoundedSemaphore(LARGE_AT_ONCE)


class FileRefusedError(ServiceError):
    """Files are not taken in."""


def init_app(app: Flask) -> None:
    """Give back the turn of a large request when it is over."""
    app.teardown_request(_give_back)


def take(field: str, most_bytes: int | None = None) -> list[tuple[str, bytes]]:
    """Return the files of a field with their names, without folders; none where none were chosen.

    Parameters
    ----------
    most_bytes
        Read no more than one byte above this of each; what is longer, the caller refuses.

    Raises
    ------
    FileRefusedError
        Where the virus scanner finds something or does not answer, or too many large files come at once.
    """
    if (request.content_length or 0) > LARGE and "large_turn" not in g:
        if not _turns.acquire(timeout=PATIENCE):
            raise FileRefusedError(
                "Gerade werden schon mehrere große Dateien hochgeladen, deshalb wurde nichts angenommen. "
                "Bitte versuchen Sie es in einer Minute noch einmal."
            )
        g.large_turn = True
    most = -1 if most_bytes is None else most_bytes + 1
    files = [
        (Path(file.filename or "").name, file.read(most)) for file in request.files.getlist(field) if file.filename
    ]
    try:
        virus_scanner.refuse_infected(services().settings.operation, files)
    except virus_scanner.ScanError as error:
        raise FileRefusedError(str(error)) from error
    return files


def _give_back(_: BaseException | None) -> None:
    if g.pop("large_turn", False):
        _turns.release()
