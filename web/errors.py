"""Refusals of services, and error pages: what happened, what to do, an id for the log; never a trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar
from uuid import uuid4

import structlog
from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from web.current import NoHomeError
from web.security import gate, permissions
from web.security.passwords import HashingBusyError
from web.services.errors import ServiceError
from web.services.open_vault import VaultClosedError
from web.settings import UPLOAD_LIMIT
from web.store.access import ForeignHomeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from werkzeug.wrappers import Response

_log = structlog.get_logger(__name__)

View = TypeVar("View", bound="Callable[..., Any]")


class _Words(NamedTuple):
    title: str
    text: str
    advice: str


_NO_HOME: Final = _Words(
    "Ihrem Zugang ist noch keine Einrichtung zugeordnet",
    "Die Anmeldung hat geklappt, aber es gibt noch keine Einrichtung, die Sie ansehen könnten.",
    "Bitte geben Sie Ihrer Administration Bescheid: Sie legt die Einrichtung an oder ordnet sie Ihnen zu.",
)
_STALE: Final = _Words(
    "Diese Seite war zu lange offen",
    "Zur Sicherheit wurde nichts geändert.",
    "Laden Sie die Seite neu und wiederholen Sie den letzten Schritt.",
)
_BUSY: Final = _Words(
    "Gerade melden sich sehr viele an",
    "Damit die Seiten für alle erreichbar bleiben, nehmen wir im Augenblick keine weitere Anmeldung an.",
    "Bitte versuchen Sie es in einigen Sekunden noch einmal.",
)
_WORDS: Final = {
    401: _Words(
        "Ihre Sitzung ist abgelaufen", "Es wurde nichts geändert.", "Bitte melden Sie sich an und versuchen Sie es neu."
    ),
    404: _Words(
        "Diese Seite gibt es nicht",
        "Die Adresse stimmt nicht, oder die Seite gehört nicht zu Ihrer Einrichtung.",
        "Gehen Sie zur Startseite und wählen Sie von dort aus.",
    ),
    405: _Words("So geht das nicht", "Diese Adresse nimmt eine solche Anfrage nicht an.", "Gehen Sie zur Startseite."),
    503: _Words(
        "Der Namensspeicher öffnet sich nicht",
        "Auswertungen gehen weiter; Befunde und neue Datenlieferungen brauchen ihn.",
        "Versuchen Sie es später noch einmal, und geben Sie Ihrer Administration Bescheid.",
    ),
    413: _Words(
        "Die Dateien sind zu groß",
        f"Zusammen dürfen sie {UPLOAD_LIMIT // 1024**2} MB haben; es wurde nichts eingelesen.",
        "Teilen Sie die Interventionen nach Monaten auf mehrere Dateien auf.",
    ),
}
_OTHER: Final = _Words(
    "Das hat nicht geklappt",
    "Das Programm konnte die Seite nicht zeigen. Ihre Daten sind unverändert.",
    "Versuchen Sie es noch einmal.",
)


class _PageBack(NamedTuple):
    endpoint: str
    arguments: tuple[str, ...]
    anchor: str | None


def back_to(endpoint: str, *arguments: str, anchor: str | None = None) -> Callable[[View], View]:
    """Name the page that shows the objection where a service refuses what a view asks for.

    Parameters
    ----------
    arguments
        Arguments of the view's own address that the page's address takes too.
    """

    def decorate(view: View) -> View:
        view.page_back = _PageBack(endpoint, arguments, anchor)  # type: ignore[attr-defined]
        return view

    return decorate


def init_app(app: Flask) -> None:
    """Give ``app`` our error pages."""
    app.register_error_handler(ServiceError, _refused)
    app.register_error_handler(VaultClosedError, _vault_closed)
    app.register_error_handler(HashingBusyError, lambda _: (*_page(_BUSY, 503), {"Retry-After": "5"}))
    app.register_error_handler(gate.NotEntitledError, _not_entitled)
    app.register_error_handler(NoHomeError, lambda _: _page(_NO_HOME, 403))
    app.register_error_handler(ForeignHomeError, lambda _: _page(_WORDS[404], 404))
    app.register_error_handler(CSRFError, lambda _: _page(_STALE, 400))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _refused(error: ServiceError) -> Response | tuple[str, int]:
    page = getattr(current_app.view_functions.get(request.endpoint or ""), "page_back", None)
    if page is None:
        return _unexpected(error)
    g.refused = True
    flash(str(error), "warning")
    values = {name: (request.view_args or {})[name] for name in page.arguments}
    return redirect(url_for(page.endpoint, _anchor=page.anchor, **values))


def _vault_closed(error: VaultClosedError) -> Response | tuple[str, int]:
    """Say why names do not open; where a form was sent, on the page it is on."""
    if request.method == "POST" and getattr(current_app.view_functions.get(request.endpoint or ""), "page_back", None):
        return _refused(error)
    return _page(_WORDS[503]._replace(text=f"{error} {_WORDS[503].text}"), 503)


def _not_entitled(error: gate.NotEntitledError) -> tuple[str, int]:
    right = permissions.ENDPOINTS.get(str(error))
    roles = ", ".join(permissions.roles_with(right)) if right else ""
    words = _Words(
        "Das gehört zu einer anderen Aufgabe",
        "Diese Seite öffnet sich nicht mit den Rollen, die Ihr Konto in dieser Einrichtung hat. "
        "Es wurde nichts geändert.",
        f"Sie gehört zu: {roles}. Wenn das Ihre Aufgabe ist, bitten Sie Ihre Verwaltung um diese Rolle.",
    )
    return _page(words, 403)


def _http(error: HTTPException) -> tuple[str, int] | HTTPException:
    code = error.code or 500
    return error if code < 400 else _page(_WORDS.get(code, _OTHER), code)


def _unexpected(error: Exception) -> tuple[str, int]:
    incident = uuid4().hex[:8]
    # The error's text may quote values: the log gets its kind and where it arose.
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    _log.error("page failed", incident=incident, endpoint=request.endpoint, error=type(error).__name__, at=place)
    return _page(_OTHER, 500, incident)


def _page(words: _Words, code: int, incident: str = "") -> tuple[str, int]:
    homeless = words is _NO_HOME
    return render_template("error.html", **words._asdict(), error_id=incident, homeless=homeless), code
