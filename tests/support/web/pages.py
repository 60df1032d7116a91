"""A browser for tests: signs in as a person would, with a one-time password, an app and a password of one's own."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pyotp
from flask.testing import FlaskClient

from tests.support.web import access as accesses
from web.security import named_purpose
from web.security.permissions import AccountRole
from web.services import accounts, grants, homes
from web.services.uploads import records, steps, undo_job

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from web.current import AppServices
    from web.store.access import Access, SystemAccess

PASSWORD = "Der Frühdienst beginnt um 6 Uhr"


class Browser(FlaskClient):
    """A client that goes on where a page completes its own address: to the same page, with home and period named."""

    def get(self, address: str, *arguments: Any, **named: Any) -> TestResponse:
        """Ask for a page."""
        answer = super().get(address, *arguments, **named)
        path = address.partition("?")[0]
        while answer.status_code == 302 and answer.location.startswith(f"{path}?"):
            answer = super().get(answer.location, *arguments, **named)
        return answer


def token(page: TestResponse) -> str:
    """Return the CSRF token of a page."""
    match = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert match, page.text
    return match.group(1)


def browser(app: Flask) -> FlaskClient:
    """Return a client that nobody has signed in with yet."""
    return Browser(app, app.response_class, use_cookies=True)


def path_of(answer: TestResponse) -> str:
    """Return where an answer leads, without what every address keeps."""
    return (answer.location or "").partition("?")[0]


def post(client: FlaskClient, address: str, form_page: str, **fields: Any) -> TestResponse:
    """Fill in the form on a page and send it."""
    return client.post(address, data={"csrf_token": token(client.get(form_page)), **fields})


def upload(client: FlaskClient, *files: tuple[bytes, str]) -> Any:
    """Send files through the form."""
    form = {
        "csrf_token": token(client.get("/daten/")),
        "dateien": [(BytesIO(content), name) for content, name in files],
    }
    return client.post("/daten/", data=form, content_type="multipart/form-data")


@dataclass
class Person:
    """An account with its home, and what its owner knows."""

    app: Flask
    user_name: str
    password: str
    home_id: int
    secret: str = ""

    @property
    def services(self) -> AppServices:
        """Settings, databases and jobs of the application."""
        return self.app.extensions["pebem"]

    @property
    def access(self) -> Access:
        """What the account may touch now: all homes of its tenant."""
        return accesses.of_user(self.services.databases, self.user_name)

    @property
    def system(self) -> SystemAccess:
        """What signing in and the worker use."""
        return accesses.system(self.services.databases)

    def first_sign_in(self) -> FlaskClient:
        """Sign in for the first time: enrol the app, choose a password."""
        client = browser(self.app)
        assert (
            post(client, "/anmelden", "/anmelden", benutzername=self.user_name, kennwort=self.password).status_code
            == 302
        )
        page = client.get("/anmelden/einrichten")
        self.secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page.text).group(1).replace(" ", "")
        sent = client.post(
            "/anmelden/einrichten", data={"csrf_token": token(page), "code": pyotp.TOTP(self.secret).now()}
        )
        assert sent.status_code == 302, sent.text
        changed = post(client, "/kennwort", "/kennwort", bisher=self.password, neu=PASSWORD, nochmal=PASSWORD)
        assert changed.status_code == 302, changed.text
        self.password = PASSWORD
        return self.with_purpose(client)

    def with_purpose(self, client: FlaskClient, key: str = "zuordnen") -> FlaskClient:
        """State what names are looked at for; "" takes the statement back."""
        with client.session_transaction() as kept:
            kept[named_purpose.CHOSEN] = [accounts.find_id(self.system, self.user_name), key]
        return client

    def again_signed_in(self) -> FlaskClient:
        """Sign in with both factors, as every day."""
        client = browser(self.app)
        post(client, "/anmelden", "/anmelden", benutzername=self.user_name, kennwort=self.password)
        ahead = pyotp.TOTP(self.secret).at(int(time.time()) + 30)  # the present code was used up before
        assert post(client, "/anmelden/code", "/anmelden/code", code=ahead).status_code == 302
        return self.with_purpose(client)

    def read_in(self, content: bytes, *, name: str = "haus.xlsx", store: bool = True) -> int:
        """Read a file in through the services, without pages, and return the upload's number."""
        services = self.services
        upload_id = steps.start(self.access, services.settings, home_id=self.home_id, files=[(name, content)])
        steps.read(self.access, services.settings, services.jobs.queue, upload_id)
        if store:
            self.store(upload_id)
        return upload_id

    def store(self, upload_id: int, *, sure_of_home: bool = False) -> None:
        """Release an upload as it was shown, and store it."""
        services = self.services
        steps.commit(self.access, upload_id, sure_of_home=sure_of_home)
        steps.store(self.access, services.settings, services.jobs.queue, upload_id)

    def undo(self, upload_id: int) -> None:
        """Take a stored upload back, as it was shown."""
        services, effects = self.services, undo_job.preview_undo(self.access, upload_id)
        undo_job.release(self.access, upload_id, digest=effects.digest)
        steps.undo(self.access, services.settings, services.jobs.queue, upload_id)

    def state(self, upload_id: int) -> str:
        """Return the state of an upload."""
        rows = records.of_home(self.access, self.home_id)
        return next(row.state for row in rows if row.id == upload_id)


def person(app: Flask, user_name: str, tenant: str, home: str) -> Person:
    """Make a tenant with a home and an account."""
    access = accesses.of_tenant(app.extensions["pebem"].databases, tenant)
    home_id = homes.create(access, home)
    password = accounts.create_user(access, user_name=user_name, display_name=user_name.title())
    grants.hold(access, user_name, AccountRole.CARE_LEAD, held=True)
    return Person(app, user_name, password, home_id)
