"""Who asks, and how they reached us: what a server in front of us says, where we believe it (T14).

Only the addresses in ``PEBEM_TRUSTED_PROXIES`` are believed; from everybody else the headers are dropped. Where the
installation has an https address, nobody else is answered: who reaches our own port directly has no encryption.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from collections.abc import Iterable
    from ipaddress import IPv4Address, IPv6Address
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from web.operation import Network

FORWARDED: Final = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PREFIX",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REAL_IP",
)
HEALTH: Final = "/bereit"
"""Answered to anybody who reaches the port: it tells nothing."""

_NOT_ENCRYPTED: Final = (
    "Diese Anfrage kam nicht über die verschlüsselte Adresse {address}. Bitte rufen Sie diese auf. "
    "Für die Administration: Steht der Server, der die Verschlüsselung übernimmt, in PEBEM_TRUSTED_PROXIES?\n"
)


class TrustedProxies:
    """Puts client, scheme and host right before the application sees a request."""

    def __init__(self, app: WSGIApplication, networks: Iterable[Network], public_url: str) -> None:
        """Wrap ``app``.

        Parameters
        ----------
        networks
            Where servers in front of us are.
        public_url
            The address browsers use; with https it is also the only one there is.
        """
        self._app = app
        self._networks = tuple(networks)
        self._public = public_url if public_url.startswith("https://") else ""
        self._by_hops = lru_cache(maxsize=16)(lambda hops: ProxyFix(self._note_scheme, x_for=hops, x_proto=1, x_host=0))

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        peer = _address(environ.get("REMOTE_ADDR", ""))
        if peer is None or not self._trusts(peer):
            for name in FORWARDED:
                environ.pop(name, None)
            if self._public and environ.get("PATH_INFO") != HEALTH and environ["wsgi.url_scheme"] != "https":
                return self._refuse(environ, start)
            return self._app(environ, start)
        if self._public and "HTTP_X_FORWARDED_PROTO" not in environ:
            environ["HTTP_X_FORWARDED_PROTO"] = "https"
        hops = self._hops(environ)
        return self._by_hops(hops)(environ, start)

    def _hops(self, environ: WSGIEnvironment) -> int:
        """Return which entry of X-Forwarded-For, from the right, is the first that no server of ours has written."""
        chain = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
        for hops, entry in enumerate(reversed(chain), start=1):
            address = _address(entry.strip())
            if address is None:
                environ.pop("HTTP_X_FORWARDED_FOR", None)
                return 1
            if not self._trusts(address):
                return hops
        return len(chain)

    def _trusts(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self._networks)

    def _note_scheme(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if self._public:
            if environ["wsgi.url_scheme"] != "https" and environ.get("PATH_INFO") != HEALTH:
                return self._refuse(environ, start)
            environ["HTTP_HOST"] = urlsplit(self._public).netloc  # whatever the server in front calls us
        return self._app(environ, start)

    def _refuse(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] in {"GET", "HEAD"} and environ.get("HTTP_X_FORWARDED_PROTO") == "http":
            answer = Response(status=308, headers={"Location": self._public + "/"})
        else:
            answer = Response(_NOT_ENCRYPTED.format(address=self._public), status=403)
        return answer(environ, start)


def _address(written: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(written)
    except ValueError:
        return None
