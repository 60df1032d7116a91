"""What requests leave in the log: what forms and files do not note themselves, pages about persons, and refusals.

Services record what they do in the transaction in which they do it. After the request this module adds what is still
missing: no form, no download and no refusal of somebody who is signed in remains without an entry (G2, T10).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog
from flask import g, request
from flask_login import current_user

from web import current
from web.current import SignedIn

if TYPE_CHECKING:
    from flask import Flask, Response

_UNLOGGED: Final = frozenset({None, "static", "health"})
_UNKNOWN: Final = frozenset({401, 429})
"""Answers to nobody in particular, and to too many requests: of those ``web.rate_limits`` notes the first."""

_log = structlog.get_logger(__name__)


def init_app(app: Flask) -> None:
    """Watch the requests of ``app``; after everything that may refuse one before its page is reached."""
    app.before_request(_reached)
    app.after_request(_complete)


def _reached() -> None:
    """Note who is about to do something; a sign-out leaves nobody to ask afterwards."""
    if _is_signed_in() and request.endpoint not in _UNLOGGED:
        g.acting = current.access()


def _complete(response: Response) -> Response:
    if request.endpoint in _UNLOGGED or ("acting" not in g and not _is_signed_in()):
        return response
    recorded, result = current.system().origin.recorded, _result(response)
    if result == "ok":
        for looked_at in g.pop("looked_at", ()):
            current.note_read(*looked_at)
        if "acting" in g and not recorded and (action := _unnoted(response)):
            _record(action, result)
    elif result not in recorded and response.status_code not in _UNKNOWN:
        _record("formular.absenden" if request.method == "POST" else "seite.aufrufen", result)
    return response


def _result(response: Response) -> str:
    if response.status_code >= 500:
        return "fehler"
    return "abgelehnt" if response.status_code >= 400 or g.get("refused") else "ok"


def _unnoted(response: Response) -> str:
    """Return the action of a request that must not remain without an entry; "" for one that only shows a page."""
    if request.method == "POST":
        return "formular.absenden"
    is_file = "Content-Disposition" in response.headers or response.mimetype not in {"text/html", ""}
    return "datei.herunterladen" if response.status_code == 200 and is_file else ""


def _record(action: str, result: str) -> None:
    # Numbers alone: what else stands in an address was typed by somebody, and may be a name (G4).
    details: dict[str, object] = {name: one for name, one in (request.view_args or {}).items() if isinstance(one, int)}
    current.record_request(g.get("acting") or current.access(), action, result, details)


def _is_signed_in() -> bool:
    who = current_user._get_current_object()  # noqa: SLF001
    return isinstance(who, SignedIn) and who.visitor.open
