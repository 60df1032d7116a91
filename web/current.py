"""What the running request belongs to: the application's services, who is signed in, and the home of the address."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

from flask import abort, current_app, g, request
from flask_login import UserMixin, current_user

from web.services import accesses, audit, clock, homes
from web.services.audit_actions import DOWNLOAD, REFUSED
from web.services.sign_in.delays import SignInDelays
from web.services.uploads import records
from web.store import pending_restore

if TYPE_CHECKING:
    from web.jobs import Jobs
    from web.services.homes import HomeRow
    from web.services.sessions import Visitor
    from web.services.uploads.records import UploadRow
    from web.settings import Settings
    from web.store.access import Access, SystemAccess
    from web.store.databases import Databases


HOME: Final = "haus"
"""The number of the home in an address."""


LARGEST_NUMBER: Final = 2**31 - 1
"""Of a row, in any database."""


class NoHomeError(Exception):
    """Whoever is signed in has no home to look at yet."""


@dataclass(frozen=True, slots=True)
class AppServices:
    """What views need of the application: settings, databases, jobs, and who has to wait before signing in."""

    settings: Settings
    databases: Databases
    jobs: Jobs
    delays: SignInDelays = field(default_factory=SignInDelays)


class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """A visitor as Flask-Login wants one; signed in only once both factors were shown."""

    def __init__(self, token: str, visitor: Visitor) -> None:
        self.token = token
        self.visitor = visitor

    @property
    def is_authenticated(self) -> bool:
        """Whether both factors were shown."""
        return self.visitor.open

    @property
    def fresh(self) -> bool:
        """Whether a factor was shown in the last minutes."""
        return self.visitor.fresh(clock.now())

    @property
    def username(self) -> str:
        """The person's name, as the page's frame shows it."""
        return self.visitor.display_name

    def get_id(self) -> str:
        """Return the session's token: the browser holds nothing else."""
        return self.token


def services() -> AppServices:
    """Return settings, databases and jobs of the application."""
    return cast("AppServices", current_app.extensions["pebem"])


def system() -> SystemAccess:
    """Return the access of the request before it is known who asks; only for signing in."""
    if "system" not in g:
        g.system = accesses.of_request(services().databases, request.endpoint or "", address=request.remote_addr or "")
    return cast("SystemAccess", g.system)


def access() -> Access:
    """Return what the visitor of this request may touch: the homes of the tenant, on the account's behalf.

    Nothing before both factors were shown, whichever page asks.
    """
    if "access" not in g:
        if not visitor().open:
            abort(401)
        g.access = accesses.of_visitor(system(), visitor())
    return cast("Access", g.access)


def record_refusal(endpoint: str) -> None:
    """Log that a page did not open for want of a right (G2)."""
    with access().writing.begin() as session:
        audit.record(session, access(), "seite.verweigert", what=endpoint, result="abgelehnt")


def looked_at(action: str, what: str, purpose: str = "", /, **details: object) -> None:
    """Note that the page shows something about persons: with the answer it goes into the log (G2, T2).

    Parameters
    ----------
    purpose
        What for, where that is said of the page.
    """
    g.setdefault("looked_at", []).append((action, what, purpose, details))


def note_read(action: str, what: str, purpose: str, details: dict[str, object]) -> None:
    """Write such a note into the log."""
    audit.note_read(access(), action, what=what, reason=purpose, details=details)


def record_request(acting: Access, action: str, result: str, details: dict[str, object]) -> None:
    """Log a request of somebody who is signed in, by its page (G2)."""
    told = audit.received(acting, **details) if action.endswith(DOWNLOAD) else details
    with acting.writing.begin() as session:
        audit.record(session, acting, action, what=request.endpoint or "", result=result, details=told)


def record_limit(what: str, whose: str) -> None:
    """Log that somebody did more than is allowed in so short a time (F7, G2).

    Parameters
    ----------
    what, whose
        What is limited, and whose limit that is, in words.
    """
    who, acting = current_user._get_current_object(), system()  # noqa: SLF001
    by = (
        acting.within(who.visitor.tenant_id, account_id=who.visitor.account_id) if isinstance(who, SignedIn) else acting
    )
    details = {"art": what, "grenze": whose}
    with acting.writing.begin() as session:
        audit.record(session, by, "aufrufe.begrenzen", what=request.endpoint or "", result=REFUSED, details=details)


def is_being_restored() -> bool:
    """Return whether a restore of this installation is unfinished."""
    return pending_restore.find(services().databases.work) is not None


def user() -> SignedIn:
    """Return who is signed in; only behind the gate, where a visitor is."""
    if not isinstance(current_user._get_current_object(), SignedIn):  # noqa: SLF001
        abort(404)
    return cast("SignedIn", current_user)


def visitor() -> Visitor:
    """Return the account behind the request."""
    return user().visitor


def home() -> HomeRow:
    """Return the home the address names (``haus``); where it names none, that of its upload, else the tenant's first.

    A home of another tenant is 404, as one that does not exist.

    Raises
    ------
    NoHomeError
        Where there is none.
    """
    if "home" not in g:
        own = homes.of_tenant(access())
        if not own:
            raise NoHomeError
        wanted = request.args.getlist(HOME) or [str(_home_of_upload() or own[0].id)]
        g.home = next((one for one in own if [str(one.id)] == wanted), None) or abort(404)
        g.homes = own
    return cast("HomeRow", g.home)


def upload(upload_id: int) -> UploadRow:
    """Return an upload of the present home; 404 for another's, as for one that does not exist."""
    row = records.find(access(), upload_id)
    if row is None or row.home_id != home().id:
        abort(404)
    return row


def _home_of_upload() -> int | None:
    upload_id = (request.view_args or {}).get("upload_id")
    if upload_id is None or upload_id > LARGEST_NUMBER:  # the error page of such a number asks, too
        return None
    row = records.find(access(), upload_id)
    return row.home_id if row else None
