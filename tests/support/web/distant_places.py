"""Servers on this machine that stand for distant places: an S3-compatible store and an SFTP server.

The store knows what our client uses of S3: objects whole and in parts, only if there is none, lists and deletions. That
it answers as others do was compared with moto's server; ``PEBEM_TEST_S3`` names another one to test against.
"""

from __future__ import annotations

import os
import re
import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

import paramiko

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

USER, PASSWORD = "pebem", "ein Passwort für den Server"


@dataclass
class Bucket:
    """What is in a store."""

    objects: dict[str, bytes] = field(default_factory=dict)
    parts: dict[str, dict[int, bytes]] = field(default_factory=dict)
    broken: bool = False


class _Store(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.bucket: Bucket = self.server.bucket  # type: ignore[attr-defined]

    def do_GET(self) -> None:
        key, query = self._asked()
        if "list-type" in query:
            prefix = query.get("prefix", [""])[0]
            entries = "".join(
                f"<Contents><Key>{escape(name)}</Key><Size>{len(content)}</Size><ETag>&quot;x&quot;</ETag>"
                "<LastModified>2026-11-29T01:00:00.000Z</LastModified></Contents>"
                for name, content in sorted(self.bucket.objects.items())
                if name.startswith(prefix)
            )
            self._answer(200, f"<ListBucketResult><IsTruncated>false</IsTruncated>{entries}</ListBucketResult>")
        elif key in self.bucket.objects:
            self._answer(200, self.bucket.objects[key])
        else:
            self._answer(404, "<Error><Code>NoSuchKey</Code></Error>")

    def do_PUT(self) -> None:
        key, query = self._asked()
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.bucket.broken:
            self._answer(400, "<Error><Code>Broken</Code></Error>")
        elif "partNumber" in query:
            self.bucket.parts[query["uploadId"][0]][int(query["partNumber"][0])] = body
            self._answer(200, "")
        elif self.headers.get("If-None-Match") == "*" and key in self.bucket.objects:
            self._answer(412, "<Error><Code>PreconditionFailed</Code></Error>")
        else:
            self.bucket.objects[key] = body
            self._answer(200, "")

    def do_POST(self) -> None:
        key, query = self._asked()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "uploads" in query:
            upload = f"upload-{len(self.bucket.parts)}"
            self.bucket.parts[upload] = {}
            self._answer(
                200,
                f"<InitiateMultipartUploadResult><UploadId>{upload}</UploadId></InitiateMultipartUploadResult>",
            )
        elif "uploadId" in query:
            parts = self.bucket.parts.pop(query["uploadId"][0])
            self.bucket.objects[key] = b"".join(parts[number] for number in sorted(parts))
            self._answer(
                200,
                "<CompleteMultipartUploadResult><ETag>&quot;x&quot;</ETag></CompleteMultipartUploadResult>",
            )
        else:
            names = re.findall(r"<Key>(.*?)</Key>", body.decode())
            for name in names:
                self.bucket.objects.pop(name, None)
            gone = "".join(f"<Deleted><Key>{escape(name)}</Key></Deleted>" for name in names)
            self._answer(200, f"<DeleteResult>{gone}</DeleteResult>")

    def do_DELETE(self) -> None:
        key, query = self._asked()
        self.bucket.parts.pop(query.get("uploadId", [""])[0], None)
        self.bucket.objects.pop(key, None)
        self._answer(204, "")

    def log_message(self, *_: Any) -> None:
        pass

    def _asked(self) -> tuple[str, dict[str, list[str]]]:
        parts = urlsplit(self.path)
        key = unquote(parts.path).removeprefix("/bucket").lstrip("/")
        return key, parse_qs(parts.query, keep_blank_values=True)

    def _answer(self, code: int, body: bytes | str) -> None:
        content = body.encode() if isinstance(body, str) else body
        self.send_response(code)
        self.send_header("ETag", '"x"')
        self.send_header("Last-Modified", "Sun, 29 Nov 2026 01:00:00 GMT")
        if code != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if code != 204:
            self.wfile.write(content)


@contextmanager
def s3() -> Iterator[tuple[str, Bucket]]:
    """Serve a store; yield the address of a folder in it, and what is in it."""
    bucket = Bucket()
    if "PEBEM_TEST_S3" in os.environ:
        yield os.environ["PEBEM_TEST_S3"], bucket
        return
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Store)
    server.bucket = bucket  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"s3://bucket/ordner?endpoint=http://127.0.0.1:{server.server_address[1]}", bucket
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Entrance(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        return paramiko.AUTH_SUCCESSFUL if (username, password) == (USER, PASSWORD) else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:  # noqa: ARG002
        return paramiko.OPEN_SUCCEEDED if kind == "session" else paramiko.OPEN_FAILED_UNKNOWN_CHANNEL_TYPE

    def get_allowed_auths(self, username: str) -> str:  # noqa: ARG002
        return "password"


class _Files(paramiko.SFTPServerInterface):
    """A folder; renaming does not replace, as the protocol has it."""

    root: Path

    def list_folder(self, path: str) -> Any:
        found = []
        for one in self._of(path).iterdir():
            entry = paramiko.SFTPAttributes.from_stat(one.stat())
            entry.filename = one.name
            found.append(entry)
        return found

    def stat(self, path: str) -> Any:
        try:
            return paramiko.SFTPAttributes.from_stat(self._of(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)

    lstat = stat

    def open(self, path: str, flags: int, attr: Any) -> Any:  # noqa: ARG002
        try:
            handle = os.open(self._of(path), flags, 0o600)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
        file = os.fdopen(handle, "wb" if flags & os.O_WRONLY else "rb")
        opened = paramiko.SFTPHandle(flags)
        opened.readfile = opened.writefile = file
        return opened

    def remove(self, path: str) -> int:
        try:
            self._of(path).unlink()
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
        return paramiko.SFTP_OK

    def rename(self, oldpath: str, newpath: str) -> int:
        if self._of(newpath).exists():
            return paramiko.SFTP_FAILURE
        return self.posix_rename(oldpath, newpath)

    def posix_rename(self, oldpath: str, newpath: str) -> int:
        self._of(oldpath).replace(self._of(newpath))
        return paramiko.SFTP_OK

    def _of(self, path: str) -> Path:
        return self.root / path.lstrip("/")


@contextmanager
def sftp(root: Path) -> Iterator[tuple[str, str]]:
    """Serve a folder; yield its address and the public key of the server."""
    host_key = paramiko.ECDSAKey.generate()
    files = type("Files", (_Files,), {"root": root})
    listener = socket.create_server(("127.0.0.1", 0))
    transports: list[paramiko.Transport] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                transport = paramiko.Transport(connection)
                transport.add_server_key(host_key)
                transport.set_subsystem_handler("sftp", paramiko.SFTPServer, files)
                transports.append(transport)
                with suppress(paramiko.SSHException, EOFError):
                    transport.start_server(server=_Entrance())

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        address = f"sftp://{USER}@127.0.0.1:{listener.getsockname()[1]}/sicherung"
        yield address, f"{host_key.get_name()} {host_key.get_base64()}"
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        for transport in transports:
            transport.close()
            transport.join()
