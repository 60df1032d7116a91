"""Signing in: two factors for everybody, codes that work once, locks, sessions that end."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pyotp
import pytest

from tests.support.web.pages import PASSWORD, Person, person, post, token
from web.security import passwords
from web.services import accounts, clock, sessions

if TYPE_CHECKING:
    from flask import Flask


def _later(monkeypatch: pytest.MonkeyPatch, after: timedelta) -> None:
    now = clock.now() + after
    monkeypatch.setattr(clock, "now", lambda: now)


def test_first_sign_in_leads_through_enrolment_and_new_password_to_the_home(anna: Person) -> None:
    """A2, T4: second factor before anything personal; the initial password must be changed."""
    client = anna.first_sign_in()
    page = client.get("/")
    assert page.status_code == 200
    assert "Haus am Deich" in page.text


def test_the_page_asked_for_opens_after_signing_in(ben: Person) -> None:
    client = ben.app.test_client()
    address = "/plausibilitaet?haus=1&von=2026-01-01&bis=2026-01-31"
    client.get(address)
    client.get("/daten/vorlage.xlsx")  # a file, a part of a page and a foreign address are nothing to go on to
    client.get("/daten/1/stand", headers={"HX-Request": "true"})
    client.get("//elsewhere.example/")
    first = post(client, "/anmelden", "/anmelden", benutzername="ben", kennwort=ben.password)
    assert first.location == "/anmelden/code"
    page = client.get("/anmelden/einrichten")
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page.text).group(1).replace(" ", "")
    code = pyotp.TOTP(secret).now()
    sent = client.post("/anmelden/einrichten", data={"csrf_token": token(page), "code": code})
    assert sent.location == "/wiederherstellungscodes/"
    assert post(client, "/wiederherstellungscodes/", "/wiederherstellungscodes/").location == "/?haus=1"
    assert client.get("/").location.startswith("/kennwort")  # the initial password comes first
    changed = post(client, "/kennwort", "/kennwort", bisher=ben.password, neu=PASSWORD, nochmal=PASSWORD)
    assert changed.location == address
    client.post("/abmelden", data={"csrf_token": token(client.get("/daten/"))})
    with client.session_transaction() as cookie:
        assert "wohin" not in cookie


def test_a_link_to_a_home_of_others_leads_to_ones_own_and_says_so(ben: Person) -> None:
    emil = person(ben.app, "emil", "Träger Ost", "Haus am See")
    client = emil.first_sign_in()
    client.post("/abmelden", data={"csrf_token": token(client.get("/daten/"))})
    client.get(f"/plausibilitaet?haus={ben.home_id}")
    post(client, "/anmelden", "/anmelden", benutzername="emil", kennwort=PASSWORD)
    ahead = pyotp.TOTP(emil.secret).at(int(time.time()) + 30)
    assert post(client, "/anmelden/code", "/anmelden/code", code=ahead).location == "/"
    assert "gehört zu keiner Ihrer Einrichtungen" in client.get("/", follow_redirects=True).text


def test_a_fresh_installation_has_no_account(small_app: Flask) -> None:
    """A11: no one can sign in before an administrator has created an account, and its password is good for once."""
    with small_app.extensions["pebem"].databases.whole.reading() as session:
        assert session.query(accounts.Account).count() == 0
    emil = person(small_app, "emil", "Träger", "Haus")
    once = emil.password
    emil.first_sign_in()
    assert sessions.check_password(emil.system, "emil", once) is None


def test_nothing_opens_between_the_factors(ben: Person) -> None:
    """A2: a password alone opens no page."""
    client = ben.app.test_client()
    post(client, "/anmelden", "/anmelden", benutzername="ben", kennwort=ben.password)
    for address in ("/", "/daten/", "/regelwerk", "/kennwort"):
        answer = client.get(address)
        assert (answer.status_code, answer.location) == (302, "/anmelden/einrichten")
    assert client.post("/daten/", data={"csrf_token": token(client.get("/anmelden/einrichten"))}).status_code == 401


def test_initial_password_opens_nothing_but_its_change(ben: Person) -> None:
    """T4: the password an administrator set is good for one thing only."""
    client = ben.first_sign_in()
    with ben.services.databases.whole.writing.begin() as session:
        session.query(accounts.Account).update({"must_change_password": True})
    assert client.get("/").location == "/kennwort"
    assert client.get("/daten/").location == "/kennwort"


def test_code_works_once(ben: Person) -> None:
    """A3: a replayed code is refused, in the same session and in another."""
    ben.first_sign_in()
    code = pyotp.TOTP(ben.secret).at(int(time.time()) + 30)  # a step ahead: within the drift, not yet used
    first, second = ben.app.test_client(), ben.app.test_client()
    for client in (first, second):
        post(client, "/anmelden", "/anmelden", benutzername="ben", kennwort=PASSWORD)
    assert post(first, "/anmelden/code", "/anmelden/code", code=code).status_code == 302
    refused = post(second, "/anmelden/code", "/anmelden/code", code=code)
    assert refused.status_code == 401
    assert "schon benutzt" in refused.text
    assert second.get("/").location == "/anmelden/code"


@pytest.mark.parametrize(("steps", "works"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_code_may_be_one_step_off(steps: int, works: bool) -> None:  # noqa: FBT001
    """A3: drift of at most one step."""
    from web.security import totp  # noqa: PLC0415

    secret, now = totp.new_secret(), clock.now()
    code = pyotp.TOTP(secret).at(int(now.timestamp()) + 30 * steps)
    assert (totp.accepted_step(secret, code, now, 0) is not None) is works


def test_three_wrong_passwords_lock_the_account(ben: Person) -> None:
    """T5: the right password no longer helps; an administrator unlocks, with a reason."""
    client = ben.app.test_client()
    for _ in range(3):
        assert post(client, "/anmelden", "/anmelden", benutzername="ben", kennwort="falsch").status_code == 401
    assert post(client, "/anmelden", "/anmelden", benutzername="ben", kennwort=ben.password).status_code == 401
    with pytest.raises(accounts.AccountError, match="warum"):
        accounts.unlock(ben.access, "ben", reason=" ")
    ben.password = accounts.unlock(ben.access, "ben", reason="am Telefon erkannt")
    with ben.services.databases.whole.reading() as session:
        events = session.query(accounts.audit.AuditEvent).order_by(accounts.audit.AuditEvent.id).all()
    seen = [(event.action, event.result, event.reason) for event in events]
    assert seen.count(("anmeldung", "abgelehnt", "")) == 4
    assert seen[-1] == ("konto.entsperren", "ok", "am Telefon erkannt")
    assert ben.first_sign_in().get("/").status_code == 200


def test_three_wrong_codes_lock_the_account(ben: Person) -> None:
    """T5, A6: the second factor cannot be guessed at leisure."""
    ben.first_sign_in()
    client = ben.app.test_client()
    post(client, "/anmelden", "/anmelden", benutzername="ben", kennwort=PASSWORD)
    for _ in range(3):
        post(client, "/anmelden/code", "/anmelden/code", code="000000")
        if client.get("/anmelden/code").status_code != 200:
            break
    fresh = ben.app.test_client()
    assert post(fresh, "/anmelden", "/anmelden", benutzername="ben", kennwort=PASSWORD).status_code == 401


def test_unknown_user_gets_the_same_answer(ben: Person) -> None:
    """A6: answers do not reveal which user names exist."""
    client = ben.app.test_client()
    answers = []
    for name in ("ben", "niemand"):
        page = post(client, "/anmelden", "/anmelden", benutzername=name, kennwort="falsch")
        answers.append((page.status_code, re.sub(r'value="[^"]*"|<!-- \w* -->', "", page.text)))
    assert answers[0] == answers[1]


def test_unknown_user_costs_the_same_work(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """A6: no shorter way for unknown names, hence no telling time difference."""
    seen = []
    real = passwords._HASHER.verify
    monkeypatch.setattr(
        type(passwords._HASHER), "verify", lambda _, stored, password: seen.append(stored) or real(stored, password)
    )
    sessions.check_password(ben.system, "niemand", "falsch")
    assert len(seen) == 1


def test_session_id_changes_and_the_old_one_is_dead(ben: Person) -> None:
    """A7: the id from before the second factor opens nothing, however the session goes on."""
    ben.first_sign_in()
    client = ben.app.test_client()
    post(client, "/anmelden", "/anmelden", benutzername="ben", kennwort=ben.password)
    with client.session_transaction() as session:
        before = session["_user_id"]
    assert sessions.visitor(ben.system, before, clock.now()) is not None
    ahead = pyotp.TOTP(ben.secret).at(int(time.time()) + 30)  # the present code was used up before
    assert post(client, "/anmelden/code", "/anmelden/code", code=ahead).status_code == 302
    with client.session_transaction() as session:
        after = session["_user_id"]
    assert before != after
    now = clock.now()
    assert sessions.visitor(ben.system, before, now) is None
    assert sessions.visitor(ben.system, after, now).open


def test_signing_out_kills_the_session_on_the_server(ben: Person) -> None:
    """A7: a copied cookie is worth nothing afterwards."""
    client = ben.first_sign_in()
    with client.session_transaction() as session:
        copied = session["_user_id"]
    assert post(client, "/abmelden", "/").status_code == 302
    assert sessions.visitor(ben.system, copied, clock.now()) is None
    assert client.get("/").location == "/anmelden"


def test_idle_session_ends(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """A8, T14: after 15 minutes without use."""
    client = ben.first_sign_in()
    _later(monkeypatch, timedelta(minutes=16))
    assert client.get("/").location == "/anmelden"


def test_busy_session_ends_after_ten_hours(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """A8: however busy."""
    client = ben.first_sign_in()
    start = clock.now()
    for minutes in range(10, 600, 10):
        monkeypatch.setattr(clock, "now", lambda m=minutes: start + timedelta(minutes=m))
        assert client.get("/daten/").status_code == 200, minutes
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(hours=10, minutes=1))
    assert client.get("/daten/").location == "/anmelden"


def test_disabled_account_is_out_at_once(ben: Person) -> None:
    """A9: on the next request."""
    client = ben.first_sign_in()
    with ben.services.databases.whole.writing.begin() as session:
        session.query(accounts.Account).update({"active": False})
    assert client.get("/").location == "/anmelden"


def test_password_rules() -> None:
    """T4, A4: long, of three kinds, not guessable, never cut."""
    assert passwords.objection("Kurz1!kurz1")
    assert passwords.objection("nurkleinebuchstaben")
    assert passwords.objection("Passwort2026!")
    assert passwords.objection("Aa1!" * 100)
    assert passwords.objection("Deichhaus-17!x", ("Haus am Deich", "deichhaus"))
    assert not passwords.objection(PASSWORD)
    assert not passwords.objection("Ä" + "z9 " * 60 + "Ende")
    assert all(not passwords.objection(passwords.one_time()) for _ in range(50))
    tail = "Ein langer Satz mit 71 Zeichen, damit manche Verfahren ihn abschneiden!"
    assert not passwords.matches(passwords.hashed(tail + "A"), tail + "B")
    assert passwords.hashed("x").startswith("$argon2id$")


def test_outdated_hash_is_renewed_at_sign_in(ben: Person) -> None:
    """A5: raised parameters reach old accounts."""
    from argon2 import PasswordHasher  # noqa: PLC0415

    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("Morgens um 6 Kaffee")
    with ben.services.databases.whole.writing.begin() as session:
        session.query(accounts.Account).update({"password_hash": weak})
    assert sessions.check_password(ben.system, "ben", "Morgens um 6 Kaffee")
    with ben.services.databases.whole.reading() as session:
        assert session.query(accounts.Account.password_hash).scalar() != weak


def test_user_names_are_unique_regardless_of_case(small_app: Flask) -> None:
    """T6: one person, one name."""
    person(small_app, "carla", "Träger", "Haus 1")
    with pytest.raises(accounts.AccountError, match="carla"):
        person(small_app, "Carla ", "Träger", "Haus 2")


def test_every_attempt_is_in_the_log(ben: Person) -> None:
    """T2, T5, G2: sign-ins that worked and those that did not, without the name that was typed."""
    client = ben.app.test_client()
    post(client, "/anmelden", "/anmelden", benutzername="ben", kennwort="falsch")
    post(client, "/anmelden", "/anmelden", benutzername="niemand", kennwort="falsch")
    ben.first_sign_in()
    with ben.services.databases.whole.reading() as session:
        events = session.query(accounts.audit.AuditEvent).order_by(accounts.audit.AuditEvent.id).all()
    seen = [(event.action, event.result) for event in events]
    assert ("anmeldung", "abgelehnt") in seen
    assert ("zweiter-faktor.einrichten", "ok") in seen
    assert ("anmeldung", "ok") in seen
    assert ("kennwort.aendern", "ok") in seen
    assert not any("niemand" in f"{event.object}{event.reason}" for event in events)
