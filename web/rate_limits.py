"""How often one account, and one address, may do what costs much or takes much away (F7).

Signing in has its own delays, by what went wrong; here every attempt counts. Limits are far above what people do and
far below what a program does.
"""

from __future__ import annotations

import hmac
import math
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import structlog
from flask import Response, render_template, request
from flask_login import current_user

from web import current
from web.current import SignedIn
from web.security.crypto import derive
from web.services import clock
from web.store.rate_table import Rate, RateTable

if TYPE_CHECKING:
    from flask import Flask

    from web.current import AppServices

OF_AN_ADDRESS: Final = 10
"""A home shares one address: it may do so many times as much as one account."""

TOLD: Final = Rate(at_once=1, seconds=600)
"""How often the log says of one account or address that it did too much: an entry for each would be a flood itself."""

FORGET_EVERY: Final = 500
"""Requests after which counts that mean nothing any more are deleted."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit on a kind of request.

    Attributes
    ----------
    rate
        Of one account.
    words
        What the requests do, as the page says it.
    """

    rate: Rate
    words: str


LIMITS: Final = {
    "sign-in": Limit(Rate(at_once=20, seconds=6), "Anmeldungen"),
    "upload": Limit(Rate(at_once=40, seconds=60), "hochgeladene Dateien"),
    "export": Limit(Rate(at_once=60, seconds=20), "Downloads"),
    "report": Limit(Rate(at_once=20, seconds=30), "Sicherheitsberichte"),
    "names": Limit(Rate(at_once=300, seconds=5), "Blicke auf Namen"),
}

KINDS: Final = {
    "auth.sign_in": "sign-in",
    "auth.second_factor": "sign-in",
    "auth.enrol": "sign-in",
    "auth.change_password": "sign-in",
    "first_account.index": "sign-in",
    "passkeys.request_options": "sign-in",
    "passkeys.show": "sign-in",
    "recovery_codes.use": "sign-in",
    "uploads.upload": "upload",
    "rulebook_library.upload": "upload",
    "terms.read": "upload",
    "profiles.read": "upload",
    "acts.table": "export",
    "deletions.table": "export",
    "home.table": "export",
    "interventions.table": "export",
    "interventions.table_of_one": "export",
    "log.affected": "export",
    "log.table": "export",
    "names.resolve": "export",
    "plausibility.table": "export",
    "profiles.export": "export",
    "recovery_codes.file": "export",
    "relief.table": "export",
    "rulebook_library.printed": "export",
    "rulebook_library.workbook": "export",
    "staffing.table": "export",
    "subjects.account_report": "export",
    "subjects.report": "export",
    "terms.table": "export",
    "uploads.template": "export",
    "uploads.findings": "export",
    "uploads.faulty_rows": "export",
    "security.index": "report",
    "uploads.search": "names",
    "uploads.show": "names",
    "unknown_people.index": "names",
    "unknown_people.choose": "names",
}
"""Endpoint -> kind of its limit."""

_WORDS: Final = {"account": "eines Kontos", "address": "einer Adresse"}

SENT_FORMS: Final = frozenset({"sign-in", "upload"})
"""Kinds of which looking at the form is not counted."""


class RateLimits:
    """Counts requests before anything else is done with them."""

    def __init__(self, services: AppServices) -> None:
        self._table = RateTable(services.jobs.queue.storage.engine)
        self._key = derive(services.settings.secret_key, "rate limits")
        self._counted = 0

    def __call__(self) -> Response | None:
        """Return an answer for a request that is one too many."""
        kind = KINDS.get(request.endpoint or "")
        if kind is None or (kind in SENT_FORMS and request.method != "POST"):
            return None
        limit, who = LIMITS[kind], current_user._get_current_object()  # noqa: SLF001
        whole = Rate(limit.rate.at_once * OF_AN_ADDRESS, limit.rate.seconds / OF_AN_ADDRESS)
        counted = [("address", request.remote_addr, whole)]
        if isinstance(who, SignedIn):
            counted.append(("account", str(who.visitor.account_id), limit.rate))
        for subject, name, rate in counted:
            if seconds := self._use(f"{kind} {subject} {name}", rate):
                _log.warning("too many requests", kind=kind, endpoint=request.endpoint, by=subject)
                if not self._use(f"told {kind} {subject} {name}", TOLD):
                    current.record_limit(limit.words, _WORDS[subject])
                return _refused(limit, math.ceil(seconds))
        return None

    def _use(self, subject: str, rate: Rate) -> float:
        now = clock.now().timestamp()
        self._counted += 1
        if self._counted % FORGET_EVERY == 0:
            self._table.forget(now)
        return self._table.use(hmac.digest(self._key, subject.encode(), sha256), rate, now)


def init_app(app: Flask) -> None:
    """Limit the requests of ``app``; after the gate, which lets strangers no further anyway."""
    app.before_request(RateLimits(app.extensions["pebem"]))


def _refused(limit: Limit, seconds: int) -> Response:
    again = (clock.now() + timedelta(seconds=seconds)).astimezone(clock.BERLIN)
    page = render_template(
        "error.html",
        title="Das waren sehr viele auf einmal",
        text="Damit niemand in kurzer Zeit alles mitnehmen oder durchprobieren kann, ist begrenzt, wie oft etwas "
        f"nacheinander geht; hier: {limit.words}. Es wurde nichts geändert.",
        advice=f"Ab {again:%H:%M:%S} Uhr geht es weiter.",
        error_id="",
        homeless=False,
    )
    return Response(page, 429, {"Retry-After": str(seconds)})
