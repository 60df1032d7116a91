"""Pages and tables leave compressed, and the length of a page tells nothing about the secrets in it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from flask_compress import Compress

if TYPE_CHECKING:
    from flask import Flask, Response

MIMETYPES: Final = ("text/html", "text/csv", "text/plain", "application/json", "image/svg+xml")
LONGEST_PADDING: Final = 48
"""Random bytes, at most, by which a page grows."""


def init_app(app: Flask) -> None:
    """Compress the answers of ``app`` by brotli or gzip; static files bring their own encoding."""
    app.config.update(
        COMPRESS_MIMETYPES=list(MIMETYPES), COMPRESS_ALGORITHM=["br", "gzip"], COMPRESS_ALGORITHM_STREAMING=["br"]
    )
    Compress(app)
    app.after_request(_pad)  # of functions after a request the last one comes first


def _pad(response: Response) -> Response:
    """Add a comment of random length to a page.

    A page that repeats a part of its address (a filter) beside a secret (the token of its forms) gets shorter, once
    compressed, the more of the secret the address repeats: the attack called BREACH. The random length hides that.
    """
    if response.mimetype == "text/html" and not response.is_streamed and not response.direct_passthrough:
        padding = secrets.token_hex(secrets.randbelow(LONGEST_PADDING + 1))
        response.set_data(response.get_data() + f"<!-- {padding} -->\n".encode())
    return response
