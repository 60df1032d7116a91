"""Accounts lead somewhere: the operator of a new account, an account without a home, a reload while enrolling."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.support.web.access import of_tenant
from tests.support.web.pages import Person, post, token
from web.security.permissions import AccountRole
from web.services import accounts, grants, homes, sessions

if TYPE_CHECKING:
    from werkzeug.test import TestResponse


def person_without_home(who: Person) -> Person:
    password = accounts.create_user(
        of_tenant(who.services.databases, "Träger ohne Haus"), user_name="nora", display_name="Nora"
    )
    grants.hold(of_tenant(who.services.databases, "Träger ohne Haus"), "nora", AccountRole.CARE_LEAD, held=True)
    return Person(who.app, "nora", password, 0)


def test_every_page_informs_an_account_without_a_home(ben: Person) -> None:
    client = person_without_home(ben).first_sign_in()
    for address in ("/", "/interventionen", "/entlastung", "/daten/", "/regelwerk"):
        page = client.get(address)
        assert (address, page.status_code) == (address, 403)
        assert "Ihrem Zugang ist noch keine Einrichtung zugeordnet" in page.text
        assert "Zur Startseite" not in page.text  # it would lead here again
        assert "Abmelden" in page.text


def test_home_of_a_new_account_shows_as_soon_as_it_exists(ben: Person) -> None:
    client = person_without_home(ben).first_sign_in()
    homes.create(of_tenant(ben.services.databases, "Träger ohne Haus"), "Haus Neu")
    assert client.get("/").status_code == 200


def secret_of(page: TestResponse) -> str:
    return re.search(r"<code>([A-Z2-7 ]+)</code>", page.text)[1]


def test_reloading_the_enrolment_retains_only_the_key_of_this_sign_in(ben: Person) -> None:
    client = ben.app.test_client()
    post(client, "/anmelden", "/anmelden", benutzername=ben.user_name, kennwort=ben.password)
    first = client.get("/anmelden/einrichten")
    assert secret_of(client.get("/anmelden/einrichten")) == secret_of(first)
    wrong = client.post("/anmelden/einrichten", data={"csrf_token": token(first), "code": "000000"})
    assert (wrong.status_code, secret_of(wrong)) == (401, secret_of(first))
    with client.session_transaction() as session:
        assert secret_of(first).replace(" ", "") not in str(dict(session))  # sealed, not in clear
    other = ben.app.test_client()
    post(other, "/anmelden", "/anmelden", benutzername=ben.user_name, kennwort=ben.password)
    assert secret_of(other.get("/anmelden/einrichten")) != secret_of(first)


def test_wrong_old_passwords_lock_the_account_and_end_its_sessions(ben: Person) -> None:
    """Three mistakes as at sign-in; a right one in between starts the count anew."""
    client = ben.first_sign_in()
    new = "Der blaue Zug hält um neun"

    def change(old: str, to: str) -> TestResponse:
        return post(client, "/kennwort", "/kennwort", bisher=old, neu=to, nochmal=to)

    assert [change("falsch", new).status_code for _ in range(2)] == [422, 422]
    assert change(ben.password, new).status_code == 302
    assert [change("falsch", new).status_code for _ in range(2)] == [422, 422]
    assert "gesperrt" in change("falsch", new).text
    assert client.get("/").location == "/anmelden"
    assert sessions.check_password(ben.system, ben.user_name, new) is None


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/daten/99999999999999999999", 404),
        ("/daten/2147483648", 404),
        ("/?wb=%00", 400),
        ("/festlegungen/?ab=9999-12-31", 200),
        ("/regelwerke/?ab=0001-01-01", 200),
        ("/warum/4.1/B-0?am=0001-01-01", 404),
    ],
)
def test_impossible_numbers_days_and_texts_do_not_crash(ben: Person, address: str, status: int) -> None:
    assert ben.first_sign_in().get(address).status_code == status


def test_stranger_with_impossible_text_is_refused(anna: Person) -> None:
    client = anna.app.test_client()
    page = client.get("/anmelden")
    sent = client.post("/anmelden", data={"csrf_token": token(page), "benutzername": "a\0b", "kennwort": "x"})
    assert sent.status_code == 400
