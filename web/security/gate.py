"""The one gate before every page: closed unless a page is on a list, or both factors were shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from flask import abort, flash, make_response, redirect, request, session, url_for
from flask_login import current_user

from web import current
from web.current import LARGEST_NUMBER, SignedIn
from web.security import fresh, named_purpose, permissions

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response

OPEN_TO_ALL: Final = frozenset({"static", "health", "auth.sign_in", "first_account.index"})
"""Answered without a session; the last only while there is no account."""

_SHOWING_A_FACTOR: Final = frozenset(
    {"auth.second_factor", "passkeys.request_options", "passkeys.show", "recovery_codes.use"}
)

AFTER_PASSWORD: Final = _SHOWING_A_FACTOR | {"auth.enrol", "passkeys.creation_options", "passkeys.add", "auth.sign_out"}
"""Answered between the first and the second factor."""

BEFORE_NEW_PASSWORD: Final = _SHOWING_A_FACTOR | {
    "auth.change_password",
    "recovery_codes.index",
    "recovery_codes.file",
    "recovery_codes.done",
    "auth.sign_out",
}
"""Answered while the initial password has not been changed."""

ASKED_FOR: Final = "wohin"
"""Where a session holds the address of the page that was asked for before a factor had to be shown."""

FIRST_PAGE: Final = "home.index"

INSTEAD: Final = ("accounts.index", "uploads.index", "log.index", "own_account.index")
"""Where those are led who may not see the first page."""


class NotEntitledError(Exception):
    """Whoever is signed in has no right to the page asked for (its endpoint)."""


NOT_DONE: Final = (
    "Das ist noch nicht geschehen: Ihre letzte Bestätigung liegt mehr als fünf Minuten zurück. Bitte bestätigen Sie, "
    "dass Sie es sind, und wiederholen Sie dann den Schritt; was Sie eingegeben hatten, ist nicht gespeichert."
)


NO_PURPOSE: Final = "Das ist noch nicht geschehen: Bitte sagen Sie zuerst, wozu, und wiederholen Sie dann den Schritt."


def init_app(app: Flask) -> None:
    """Install the gate before every request of ``app``."""
    app.before_request(_gate)


def init_permissions(app: Flask) -> None:
    """Install what asks for the right to a page; after the addresses, which say the home it is about."""
    app.before_request(_entitled)


def init_confirmation(app: Flask) -> None:
    """Install what asks for a fresh factor; after the addresses, which the way there keeps."""
    app.before_request(_confirm_first)
    app.before_request(_state_purpose_first)


def _gate() -> Response | None:
    _refuse_impossible()
    if request.endpoint == "static":
        return None
    signed_in = isinstance(current_user._get_current_object(), SignedIn)  # noqa: SLF001
    # A restore ends all sessions, so only who has none can meet an unfinished one.
    if not signed_in and current.is_being_restored():
        return _closed()
    if request.endpoint in OPEN_TO_ALL:
        return None
    if not signed_in:
        if _is_a_page():
            session[ASKED_FOR] = request.full_path.rstrip("?")
        return _elsewhere("auth.sign_in")
    visitor = current_user.visitor
    if not visitor.open:
        if request.endpoint in AFTER_PASSWORD:
            return None
        return _elsewhere("auth.second_factor" if visitor.enrolled else "auth.enrol")
    if visitor.must_change_password and request.endpoint not in BEFORE_NEW_PASSWORD:
        return _elsewhere("auth.change_password")
    return None


def _closed() -> Response:
    """Answer while a restore is unfinished: what was deleted since that backup may be there again (H5)."""
    answer = make_response(
        "PeBeM-Analyse wird gerade wiederhergestellt. Bitte versuchen Sie es später noch einmal.\n", 503
    )
    answer.headers["Content-Type"] = "text/plain; charset=utf-8"
    answer.headers["Retry-After"] = "60"
    return answer


def _entitled() -> Response | None:
    """Open a page for those with its right in the home it is about, and log who was refused (B1, G2).

    Whoever asks for the first page without a right to it is led to one that opens.
    """
    who, endpoint = current_user._get_current_object(), request.endpoint or ""  # noqa: SLF001
    if endpoint in OPEN_TO_ALL or not request.endpoint or not isinstance(who, SignedIn) or not who.visitor.open:
        return None
    if may_open(endpoint):
        return None
    if endpoint == FIRST_PAGE and (other := next((one for one in INSTEAD if may_open(one)), None)):
        return redirect(url_for(other))
    access = current.access()
    if not access.rights and not access.rights_in:
        raise current.NoHomeError
    current.record_refusal(endpoint)
    raise NotEntitledError(endpoint)


def may_open(endpoint: str) -> bool:
    """Return whether whoever is signed in may open a page, in the home the request is about; unknown ones never."""
    if endpoint not in permissions.ENDPOINTS:
        return False
    right = permissions.ENDPOINTS[endpoint]
    access = current.access()
    if right is None or access.may(right):
        return True
    return right not in permissions.OPERATOR_WIDE and bool(access.homes) and access.may(right, current.home().id)


def way_to(endpoint: str, **values: Any) -> str | None:
    """Return the address of a page where it opens for whoever is signed in; None elsewhere: no link leads nowhere."""
    return url_for(endpoint, **values) if may_open(endpoint) else None


def _confirm_first() -> Response | None:
    """Before what is grave, lead to the second factor unless one was shown in the last minutes (A10).

    From there the way leads back to the page asked for, or the one a form or file belongs to.
    """
    who = current_user._get_current_object()  # noqa: SLF001
    if not fresh.is_required(request.endpoint) or not isinstance(who, SignedIn) or not who.visitor.open or who.fresh:
        return None
    session[ASKED_FOR] = request.full_path.rstrip("?") if _is_a_page() else _page_before()
    if request.method not in {"GET", "HEAD"}:
        flash(NOT_DONE, "warning")
    return redirect(url_for("auth.second_factor"), 303)


def _state_purpose_first() -> Response | None:
    """Before names are shown, lead to the page that asks what for (C4); from there the way leads back."""
    who = current_user._get_current_object()  # noqa: SLF001
    if not named_purpose.is_required(request.endpoint) or not isinstance(who, SignedIn) or not who.visitor.open:
        return None
    if named_purpose.stated():
        return None
    session[ASKED_FOR] = request.full_path.rstrip("?") if _is_a_page() else _page_before()
    if request.method not in {"GET", "HEAD"}:
        flash(NO_PURPOSE, "warning")
    return redirect(url_for("names.index"), 303)


def _page_before() -> str:
    """Return the page of ours that a request came from, else the first one."""
    before = urlsplit(request.referrer or "")
    if before.netloc != request.host or before.path.startswith("//"):
        return url_for(FIRST_PAGE)
    return before._replace(scheme="", netloc="", fragment="").geturl()


def _refuse_impossible() -> None:
    """Answer 404 for a number no row has, and 400 for text no database takes, before any page meets them."""
    if any(isinstance(value, int) and value > LARGEST_NUMBER for value in (request.view_args or {}).values()):
        abort(404)
    if any("\0" in text for name, texts in request.values.lists() for text in (name, *texts)):
        abort(400)


def _is_a_page() -> bool:
    """Return whether the request asks for a page of ours to look at: no part of one, no file, no foreign address."""
    path = request.path
    if request.method != "GET" or request.endpoint is None or "HX-Request" in request.headers:
        return False
    return not path.startswith("//") and "\\" not in path and "." not in path.rsplit("/", 1)[-1]


def _elsewhere(endpoint: str) -> Response:
    # A page leads to where one can go on; anything that would change something is refused.
    if request.method not in {"GET", "HEAD"}:
        abort(401)
    return redirect(url_for(endpoint))
