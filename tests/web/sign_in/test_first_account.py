"""An empty installation is set up in the browser, with a code that is good once and for a day."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pyotp
import pytest
from sqlalchemy import select

from tests.support.web.access import system
from tests.support.web.pages import Person, browser, path_of, person, post, token
from web.services import clock
from web.services.sign_in import first_token
from web.store import models

if TYPE_CHECKING:
    from flask import Flask

SAID = {
    "traeger": "Uferweg gGmbH",
    "einrichtung": "Haus am Ufer",
    "name": "Petra Meier",
    "benutzername": "P.Meier",
    "kennwort": "Der Kahn legt um sieben ab",
    "nochmal": "Der Kahn legt um sieben ab",
}


def test_the_first_person_sets_the_installation_up(app: Flask) -> None:
    """A11: operator, home and an account that administers; a second factor comes before anything else."""
    databases = app.extensions["pebem"].databases
    code = first_token.make(system(databases))
    with databases.whole.reading() as session:
        assert code.replace("-", "").encode() not in session.scalars(select(models.FirstToken.token_hash)).one()
    client = browser(app)
    assert "Ersten Zugang einrichten" in client.get("/anmelden").text
    made = post(client, "/erster-zugang", "/erster-zugang", einmalcode=f" {code.upper()} ", **SAID)
    assert made.location == "/anmelden/einrichten"
    page = client.get("/anmelden/einrichten")
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page.text)[1].replace(" ", "")
    client.post("/anmelden/einrichten", data={"csrf_token": token(page), "code": pyotp.TOTP(secret).now()})
    post(client, "/wiederherstellungscodes/", "/wiederherstellungscodes/")
    assert "Haus am Ufer" in client.get("/").text
    assert client.get("/konten/").status_code == 200
    with databases.whole.reading() as session:
        account = session.scalars(select(models.Account)).one()
        logged = session.execute(select(models.AuditEvent.action, models.AuditEvent.reason)).all()
    assert (account.user_name, account.must_change_password) == ("p.meier", False)
    assert ("konto.anlegen", "Erstzugang") in [tuple(row) for row in logged]


def test_a_code_is_good_once(small_app: Flask) -> None:
    """A11: with the first account the page is gone, and no code can be made."""
    databases = small_app.extensions["pebem"].databases
    code = first_token.make(system(databases))
    client = browser(small_app)
    post(client, "/erster-zugang", "/erster-zugang", einmalcode=code, **SAID)
    stranger = browser(small_app)
    assert stranger.get("/erster-zugang").location == "/anmelden"
    assert "Ersten Zugang" not in stranger.get("/anmelden").text
    sent = {"csrf_token": token(stranger.get("/anmelden")), "einmalcode": code, **SAID, "benutzername": "x"}
    assert stranger.post("/erster-zugang", data=sent).location == "/anmelden"
    with pytest.raises(first_token.FirstTokenError, match="schon Konten"):
        first_token.make(system(databases))
    first = first_token.FirstAccount("T", "H", "y", "Y", SAID["kennwort"])
    with pytest.raises(first_token.FirstTokenError, match="stimmt nicht"):
        first_token.redeem(system(databases), code, first)
    with databases.whole.reading() as session:
        assert len(session.scalars(select(models.Account)).all()) == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"einmalcode": "abcd-efgh-jkmn-pqrs-tuvw"}, "stimmt nicht oder gilt nicht mehr"),
        ({"einmalcode": ""}, "stimmt nicht oder gilt nicht mehr"),
        ({"nochmal": "anders"}, "nicht gleich"),
        ({"kennwort": "Uferweg-2026-Uferweg", "nochmal": "Uferweg-2026-Uferweg"}, "Namen"),
        ({"traeger": " "}, "alle Felder"),
        ({"benutzername": " "}, "Benutzernamen"),
    ],
)
def test_what_is_wrong_makes_nothing_and_spends_no_code(small_app: Flask, wrong: dict[str, str], words: str) -> None:
    """A11: and the page keeps what was typed, but for the passwords."""
    databases = small_app.extensions["pebem"].databases
    code, client = first_token.make(system(databases)), browser(small_app)
    page = post(client, "/erster-zugang", "/erster-zugang", **{"einmalcode": code, **SAID, **wrong})
    assert page.status_code == 422
    assert words in page.text
    assert SAID["kennwort"] not in page.text
    with databases.whole.reading() as session:
        assert session.scalars(select(models.Tenant)).all() == []
    assert post(client, "/erster-zugang", "/erster-zugang", einmalcode=code, **SAID).status_code == 302


def test_a_code_ends_after_a_day_and_with_the_next_one(small_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A11."""
    databases = small_app.extensions["pebem"].databases
    first, second, client = first_token.make(system(databases)), first_token.make(system(databases)), browser(small_app)
    assert post(client, "/erster-zugang", "/erster-zugang", einmalcode=first, **SAID).status_code == 422
    later = clock.now() + timedelta(days=1, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert post(client, "/erster-zugang", "/erster-zugang", einmalcode=second, **SAID).status_code == 422


def test_codes_cannot_be_guessed_at_leisure(small_app: Flask) -> None:
    """A6, A11."""
    first_token.make(system(small_app.extensions["pebem"].databases))
    client = browser(small_app)
    answers = [post(client, "/erster-zugang", "/erster-zugang", einmalcode="x", **SAID).status_code for _ in range(7)]
    assert answers == [422] * 5 + [429] * 2


def test_an_installation_with_accounts_has_no_such_page(ben: Person) -> None:
    """A1, A11: for strangers and for whoever is signed in."""
    assert path_of(browser(ben.app).get("/erster-zugang")) == "/anmelden"
    assert person(ben.app, "olga", "Träger Ost", "Haus Ost").first_sign_in().get("/erster-zugang").status_code == 302
