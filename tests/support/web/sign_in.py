"""Steps of signing in, for tests that need another way than :meth:`Person.first_sign_in`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pyotp
from sqlalchemy import update

from tests.support.web.accounts import tenant_of
from tests.support.web.pages import PASSWORD, Person, browser, post, token
from web.security.permissions import AccountRole
from web.services import accesses, accounts, clock, grants, sessions
from web.store import models

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.support.web.authenticator import Authenticator
    from web.store.access import Access


def after_password(who: Person) -> FlaskClient:
    """Return a browser in which the password was shown, and no second factor."""
    client = browser(who.app)
    answer = post(client, "/anmelden", "/anmelden", benutzername=who.user_name, kennwort=who.password)
    assert answer.status_code == 302, answer.text
    return client


def code(who: Person, *, steps: int = 1) -> str:
    """Return a code of the person's app that was not used yet."""
    return pyotp.TOTP(who.secret).at(int(time.time()) + 30 * steps)


def host(who: Person) -> Access:
    """Return what the command line of the host may touch: the tenant of a person."""
    return accesses.of_tenant(accesses.of_command(who.services.databases, "user"), tenant_of(who))


def colleague(
    who: Person, user_name: str, *, administers: bool = False, roles: Sequence[AccountRole] = (AccountRole.CARE_LEAD,)
) -> Person:
    """Make another account of the same tenant."""
    access = host(who)
    once = accounts.create_user(access, user_name=user_name, display_name=user_name.title())
    for role in (*roles, *([AccountRole.ADMINISTRATION] if administers else [])):
        grants.hold(access, user_name, role, held=True)
    return Person(who.app, user_name, once, who.home_id)


def make_stale(who: Person) -> None:
    """Let the last factor that sessions have shown be too long ago for what is grave."""
    with who.services.databases.whole.writing.begin() as session:
        session.execute(update(models.SignIn).values(factor_at=clock.now() - sessions.FRESH))


def new_passkey(client: FlaskClient, device: Authenticator, form_page: str, name: str = "Laptop") -> TestResponse:
    """Set up a passkey from a page that offers it."""
    sent = {"csrf_token": token(client.get(form_page)), "name": name}
    options = client.post("/passkeys/anlegen/frage", data=sent)
    assert options.status_code == 200, options.text
    return client.post("/passkeys/anlegen", data={**sent, "antwort": device.create(options.json)})


def show_passkey(client: FlaskClient, device: Authenticator) -> TestResponse:
    """Show a passkey as the second factor."""
    sent = {"csrf_token": token(client.get("/anmelden/code"))}
    options = client.post("/passkeys/frage", data=sent)
    assert options.status_code == 200, options.text
    return client.post("/passkeys/zeigen", data={**sent, "antwort": device.sign(options.json)})


def own_password(client: FlaskClient, who: Person) -> None:
    """Replace the one-time password."""
    post(client, "/wiederherstellungscodes/", "/wiederherstellungscodes/")
    changed = post(client, "/kennwort", "/kennwort", bisher=who.password, neu=PASSWORD, nochmal=PASSWORD)
    assert changed.status_code == 302, changed.text
    who.password = PASSWORD
