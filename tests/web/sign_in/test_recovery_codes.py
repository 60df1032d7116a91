"""Recovery codes: ten, random, shown once, stored as hashes, each good once; using one is logged."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from tests.support.web.pages import Person, path_of, post
from tests.support.web.sign_in import after_password
from web.services import clock, sessions
from web.services.sign_in import recovery_codes
from web.store import models

CODE = re.compile(r"<code>(\d+-[a-z0-9-]{14})</code>")


def log(who: Person) -> list[tuple[str, str]]:
    with who.services.databases.whole.reading() as session:
        return [tuple(row) for row in session.execute(select(models.AuditEvent.action, models.AuditEvent.object))]


def test_ten_codes_are_shown_until_they_are_put_away_and_never_again(ben: Person) -> None:
    """A3: on the page and as a file; the browser holds them sealed, the database as hashes."""
    client = ben.first_sign_in()
    page = client.get("/wiederherstellungscodes/").text
    codes = CODE.findall(page)
    assert len(set(codes)) == 10
    assert CODE.findall(client.get("/wiederherstellungscodes/").text) == codes
    file = client.get("/wiederherstellungscodes/codes.txt")
    assert "attachment" in file.headers["Content-Disposition"]
    assert all(code in file.text for code in codes)
    with client.session_transaction() as cookie:
        assert codes[0] not in str(dict(cookie))
    with ben.services.databases.whole.reading() as session:
        stored = session.scalars(select(models.RecoveryCode.code_hash)).all()
    assert all(one.startswith("$argon2id$") for one in stored)
    assert len(set(stored)) == 10
    assert post(client, "/wiederherstellungscodes/", "/wiederherstellungscodes/").status_code == 302
    assert path_of(client.get("/wiederherstellungscodes/")) == "/konto/"
    assert client.get("/wiederherstellungscodes/codes.txt").status_code == 404


def test_a_code_stands_in_for_the_second_factor_once(anna: Person) -> None:
    """A3: with its number, however it is typed; the log says which, and how many are left."""
    codes = CODE.findall(anna.first_sign_in().get("/wiederherstellungscodes/").text)
    client = after_password(anna)
    with client.session_transaction() as cookie:
        before = cookie["_user_id"]
    used = post(client, "/anmelden/wiederherstellung", "/anmelden/wiederherstellung", code=f" {codes[2].upper()} ")
    assert used.location == "/"
    assert "Sie haben noch 9\N{NO-BREAK SPACE}Codes" in client.get("/").text
    assert ("anmeldung", "wiederherstellungscode 3, noch 9") in log(anna)
    assert sessions.visitor(anna.system, before, clock.now()) is None
    again = post(after_password(anna), "/anmelden/wiederherstellung", "/anmelden/wiederherstellung", code=codes[2])
    assert again.status_code == 401
    assert "schon benutzt" in again.text
    assert ("zweiter-faktor", "") in log(anna)


def test_wrong_codes_lock_the_account(ben: Person) -> None:
    """T5: they are guessed no better than passwords, also with the number of another code before a right one."""
    codes = CODE.findall(ben.first_sign_in().get("/wiederherstellungscodes/").text)
    client = after_password(ben)
    for wrong in ("", f"2{codes[0][1:]}", f"11{codes[0][1:]}"):
        post(client, "/anmelden/wiederherstellung", "/anmelden/wiederherstellung", code=wrong)
    assert client.get("/anmelden/wiederherstellung").location == "/anmelden"


def test_new_codes_make_the_old_ones_worthless(ben: Person) -> None:
    """A3: made on one's own account, after a fresh confirmation."""
    client = ben.first_sign_in()
    old = CODE.findall(client.get("/wiederherstellungscodes/").text)
    post(client, "/wiederherstellungscodes/", "/wiederherstellungscodes/")
    assert "10\N{NO-BREAK SPACE}unbenutzte Codes" in client.get("/konto/").text
    made = post(client, "/konto/codes", "/konto/")
    assert path_of(made) == "/wiederherstellungscodes/"
    new = CODE.findall(client.get("/wiederherstellungscodes/").text)
    assert not set(new) & set(old)
    assert path_of(post(client, "/wiederherstellungscodes/", "/wiederherstellungscodes/")) == "/konto/"
    used = post(after_password(ben), "/anmelden/wiederherstellung", "/anmelden/wiederherstellung", code=old[0])
    assert used.status_code == 401
    used = post(after_password(ben), "/anmelden/wiederherstellung", "/anmelden/wiederherstellung", code=new[0])
    assert used.location == "/"


def test_codes_are_random_and_easy_to_read(ben: Person) -> None:
    """A3: twelve signs of 31, none that looks like another."""
    ben.first_sign_in()
    codes = [one for _ in range(3) for one in recovery_codes.renew(ben.access)]
    signs = {sign for code in codes for sign in code.partition("-")[2]} - {"-"}
    assert not signs & set("0o1il")
    assert len(signs) > 20
    assert len({code.partition("-")[2] for code in codes}) == 30


def test_a_code_is_compared_with_one_hash_only(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """X3: a wrong one costs no more than a wrong password."""
    ben.first_sign_in()
    client, seen = after_password(ben), []
    real = recovery_codes.passwords.matches
    monkeypatch.setattr(recovery_codes.passwords, "matches", lambda *said: seen.append(said) or real(*said))
    for wrong in ("3-abcd-efgh-jkmn", "nichts"):
        post(client, "/anmelden/wiederherstellung", "/anmelden/wiederherstellung", code=wrong)
    assert len(seen) == 2
