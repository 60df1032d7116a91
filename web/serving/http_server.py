"""The HTTP server: whole requests only reach the application, and clients that stall are let go (X3).

Waitress reads requests and sends answers in one thread that never blocks, so a slow client costs a connection and no
thread. What it lacks is a time for a whole request: one byte now and then would keep a connection for ever, and all
of them together would close the door. So whoever is sending or reading has to keep up a pace.
"""

from __future__ import annotations

import copy
import logging
import os
import select
import socket
import struct
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import RequestEntityTooLarge

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication

try:
    import resource
except ImportError:  # Windows, which has no such limits
    resource = None  # type: ignore[assignment]

THREADS: Final = 8
MOST_CONNECTIONS: Final = 1000
PACE: Final = 32 * 1024
"""Bytes a second, on average, that a client has to send or take: a tenth of a slow line."""
GRACE_SECONDS: Final = 30.0
"""Before the pace counts, and longest pause in which nothing moves at all."""
GRACE_WHEN_FULL: Final = 5.0
FULL: Final = MOST_CONNECTIONS * 3 // 4
IDLE_SECONDS: Final = 60.0
"""Between two requests of one connection."""
STRANGERS_BYTES: Final = 64 * 1024
"""Of a request by somebody who is not signed in: a form with name and password."""
HEADER_BYTES: Final = 32 * 1024
IN_MEMORY: Final = 64 * 1024
"""Of a request; what is longer waits in a file of our own folder for temporary files."""
_FORGET_THE_REST: Final = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
"""For SO_LINGER: what the client has not taken is not kept by the system either."""
AROUND_FILES: Final = 1024 * 1024
"""What a form may have beside its files."""


class _Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """One request. A body that is too long is not received: the application refuses it by its length, in German."""

    adj: Adjustments
    error: Any
    is_known: Callable[[str], bool]

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if not self.is_known(self.headers.get("COOKIE", "")):
            self.adj = copy.copy(self.adj)
            self.adj.max_request_body_size = STRANGERS_BYTES

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if isinstance(self.error, RequestEntityTooLarge):
            self.headers["CONTENT_LENGTH"] = str(max(self.content_length, self.body_bytes_received))
            self.error = None
            self.connection_close = True
            self.close()
            self.body_rcv = None
        return consumed


class _Channel(HTTPChannel):  # type: ignore[misc]
    """A connection that knows since when its client has been busy sending or reading, and with how many bytes."""

    def __init__(self, server: BufferingServer, *arguments: Any, **named: Any) -> None:
        self.parser_class = server.parser_class
        self._begin()
        self.is_new = True
        super().__init__(server, *arguments, **named)

    def handle_read(self) -> None:
        if self.request is None and not self.requests and not self.is_new:
            self._begin()
        super().handle_read()

    def recv(self, size: int) -> bytes:
        data: bytes = super().recv(size)
        self._note(len(data))
        return data

    def send(self, data: bytes, **named: Any) -> int:
        sent: int = super().send(data, **named)
        self._note(sent or 0)
        return sent

    def write_soon(self, data: Any) -> int:
        if not self.total_outbufs_len:
            self._begin()
        written: int = super().write_soon(data)
        return written

    def service(self) -> None:
        self.is_new = False
        super().service()
        if not self.total_outbufs_len:
            self._begin()

    def handle_close(self) -> None:
        super().handle_close()
        if self.request is not None:
            self.request.close()

    def is_too_slow(self, now: float, grace: float) -> bool:
        """Return whether the client has had its time; while the application works it is not the client we wait for."""
        if self.requests and not self.total_outbufs_len:
            return False
        if self.total_outbufs_len or self.request is not None or self.is_new:
            return now - self.last > grace or now - self.since > grace + self.moved / PACE
        return now - self.last > min(IDLE_SECONDS, 3 * grace)

    def let_go(self) -> None:
        """Close, also where the client takes nothing: such a connection never becomes writable, and waits for that."""
        self.will_close = True
        with suppress(OSError):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _FORGET_THE_REST)
            self.socket.shutdown(socket.SHUT_RDWR)

    def _begin(self) -> None:
        self.since = self.last = time.monotonic()
        self.moved = 0

    def _note(self, size: int) -> None:
        if size:
            self.moved += size
            self.last = time.monotonic()


class BufferingServer(TcpWSGIServer):  # type: ignore[misc]
    """Serves an application on a socket that listens already."""

    channel_class = _Channel

    def __init__(
        self, application: WSGIApplication, listening: socket.socket, *, largest: int, is_known: Callable[[str], bool]
    ) -> None:
        """Serve on ``listening``.

        Parameters
        ----------
        largest
            Bytes the files of a request may have.
        is_known
            Whether a Cookie header is one that this installation gave to somebody who signed in; all others may send
            no more than a short form.
        """
        _allow_files(MOST_CONNECTIONS * 2)
        logging.getLogger("waitress").setLevel(logging.ERROR)
        self.parser_class = type("_BoundParser", (_Parser,), {"is_known": staticmethod(is_known)})
        adjustments = Adjustments(
            sockets=[listening],
            threads=THREADS,
            connection_limit=MOST_CONNECTIONS,
            cleanup_interval=1,
            asyncore_use_poll=hasattr(select, "poll"),
            max_request_header_size=HEADER_BYTES,
            max_request_body_size=largest + AROUND_FILES,
            inbuf_overflow=IN_MEMORY,
            outbuf_high_watermark=2**30,  # no thread waits for a client that reads slowly
            ident=None,
            clear_untrusted_proxy_headers=False,  # web.security.proxies does, which knows whom to trust
        )
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(THREADS)
        place = (listening.family, listening.type, listening.proto, listening.getsockname())
        super().__init__(
            application,
            map={},
            _sock=listening,
            dispatcher=dispatcher,
            adj=adjustments,
            bind_socket=False,
            sockinfo=place,
        )

    def maintenance(self, now: float) -> None:  # noqa: ARG002 - waitress goes by the clock on the wall, which may jump
        """Close the connections whose clients stall."""
        moment = time.monotonic()
        grace = GRACE_WHEN_FULL if len(self.active_channels) > FULL else GRACE_SECONDS
        for channel in self.active_channels.values():
            if channel.is_too_slow(moment, grace):
                channel.let_go()

    def run(self) -> None:
        """Serve until the process is told to end."""
        super().run()
        for channel in list(self.active_channels.values()):
            channel.handle_close()
        wasyncore.close_all(self._map)


def _allow_files(most: int) -> None:
    """Raise the number of open files as far as the system allows."""
    if resource:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
