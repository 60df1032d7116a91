"""What the steps of signing in share: the session's new token, the page to go on to, and who is asking from where."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs, urlsplit

from flask import abort, flash, request, session, url_for
from flask_login import login_user

from web.current import HOME, SignedIn, services, system, user
from web.security import gate, named_purpose, passkeys
from web.services import accesses, clock, homes, sessions

CODES: Final = "codes"
"""Where a session holds, sealed, recovery codes that their owner has not put away yet."""

_PROGRAMS: Final = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def carry(token: str) -> None:
    """Give the browser a new token, and nothing of its session before but where to go on and codes not put away."""
    kept = {
        name: session[name] for name in (gate.ASKED_FOR, CODES, named_purpose.CHOSEN, "_flashes") if session.get(name)
    }
    session.clear()
    session.update(kept)
    who = sessions.visitor(system(), token, clock.now())
    if who is None:
        abort(401)
    login_user(SignedIn(token, who), force=True)


def page_asked_for() -> str:
    """Return the page to go on to: the one asked for before a factor was shown, once nothing stands before it."""
    who = sessions.visitor(system(), user().token, clock.now())
    if who is None or not who.open or who.must_change_password:
        return url_for("home.index")  # the gate leads to what comes first
    address = str(session.pop(gate.ASKED_FOR, None) or url_for("home.index"))
    wanted = parse_qs(urlsplit(address).query).get(HOME, [])
    own = {str(home.id) for home in homes.of_tenant(accesses.of_visitor(system(), who))}
    if set(wanted) <= own:
        return address
    flash("Die Seite, die Sie öffnen wollten, gehört zu keiner Ihrer Einrichtungen.", "warning")
    return url_for("home.index")


def go_on_to(address: str) -> None:
    """Have the way lead to a page of ours after what stands before it."""
    session[gate.ASKED_FOR] = address


def relying_party() -> passkeys.RelyingParty | None:
    """Return who we are to passkeys; None where there can be none."""
    return passkeys.relying_party(services().settings.public_url, request.url_root)


def browser() -> sessions.Browser:
    """Return where the request comes from, for the owner of the account to recognise."""
    said = request.user_agent.string
    program = next((word for mark, word in _PROGRAMS if mark in said), "Browser")
    system = next((word for mark, word in _SYSTEMS if mark in said), "")
    return sessions.Browser(request.remote_addr or "", f"{program} ({system})" if system else program)
