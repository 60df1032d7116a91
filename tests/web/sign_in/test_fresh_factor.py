"""What is grave asks for a factor again after five minutes, leads back, and loses nothing without a word."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.web import workbooks
from tests.support.web.accounts import actions
from tests.support.web.pages import Person, path_of, post, token
from tests.support.web.sign_in import code, make_stale
from web.security import fresh
from web.security.permissions import AccountRole
from web.services import clock, grants, sessions
from web.store import models

GRAVE = {
    "auth.change_password",
    "auth.enrol",
    "passkeys.creation_options",
    "passkeys.add",
    "own_account.change",
    "own_account.new_codes",
    "own_account.remove_app",
    "own_account.remove_passkey",
    "accounts.index",
    "accounts.add",
    "accounts.add_home",
    "accounts.grant",
    "accounts.withdraw_grant",
    "accounts.unlock",
    "accounts.disable",
    "accounts.enable",
    "accounts.end_sessions",
    "accounts.ask_to_reset",
    "accounts.confirm_reset",
    "accounts.withdraw_reset",
    "instructions.give",
    "releases.ask",
    "releases.release",
    "names.index",
    "names.choose",
    "names.resolve",
    "subjects.account_report",
    "subjects.correct",
    "subjects.erase",
    "subjects.erase_account",
    "subjects.find",
    "subjects.lift",
    "subjects.report",
    "subjects.restrict",
    "subjects.withdraw_correction",
    "unknown_people.index",
    "unknown_people.choose",
    "log.affected",
    "log.table",
    "uploads.findings",
    "uploads.faulty_rows",
}
VALUES = {"number": 1, "upload_id": 1, "form": "csv"}


def test_what_is_grave_is_known(ben: Person) -> None:
    """A10: password, factors, accounts of others, and all that shows or exports names."""
    with ben.app.app_context():
        assert {name for name in ben.app.view_functions if fresh.is_required(name)} == GRAVE


def test_nothing_grave_happens_without_a_fresh_factor(ben: Person) -> None:
    """A10: every page, form and file of the list, for an account that may do it all."""
    for role in (AccountRole.ADMINISTRATION, AccountRole.WORKS_COUNCIL, AccountRole.DATA_PROTECTION):
        grants.hold(ben.access, "ben", role, held=True)
    client = ben.first_sign_in()
    make_stale(ben)
    ben.app.config["WTF_CSRF_ENABLED"] = False
    before, walked, adapter = actions(ben), 0, ben.app.url_map.bind("localhost")
    for rule in ben.app.url_map.iter_rules():
        if rule.endpoint not in GRAVE:
            continue
        address = adapter.build(rule.endpoint, {name: VALUES[name] for name in rule.arguments})
        for method in rule.methods - {"OPTIONS", "HEAD"}:
            answer = client.open(address, method=method, data={"grund": "x"})
            assert (answer.status_code, path_of(answer)) == (303, "/anmelden/code"), (method, address)
            walked += 1
    assert walked > 20
    assert actions(ben) == before


@pytest.mark.parametrize(("minutes", "asks"), [(4.9, False), (5.1, True)])
def test_a_factor_is_fresh_for_five_minutes(
    ben: Person, monkeypatch: pytest.MonkeyPatch, minutes: float, *, asks: bool
) -> None:
    """A10."""
    client = ben.first_sign_in()
    now = clock.now() + timedelta(minutes=minutes)
    monkeypatch.setattr(clock, "now", lambda: now)
    assert (client.get("/personen/").status_code == 303) is asks


def test_the_page_asked_for_opens_after_the_confirmation(ben: Person) -> None:
    """A10: with its whole address; a wrong code opens nothing, the session goes on under a new id."""
    client = ben.first_sign_in()
    make_stale(ben)
    assert client.get(f"/personen/?alle=1&haus={ben.home_id}").status_code == 303
    page = client.get("/anmelden/code").text
    assert "Sind Sie es noch?" in page
    assert post(client, "/anmelden/code", "/anmelden/code", code="000000").status_code == 401
    assert client.get("/personen/").status_code == 303
    client.get(f"/personen/?alle=1&haus={ben.home_id}")
    with client.session_transaction() as cookie:
        before = cookie["_user_id"]
    back = post(client, "/anmelden/code", "/anmelden/code", code=code(ben))
    assert back.location == f"/personen/?alle=1&haus={ben.home_id}"
    assert client.get(back.location).status_code == 200
    assert sessions.visitor(ben.system, before, clock.now()) is None
    assert "bestaetigung" in actions(ben)


def test_a_form_is_not_lost_without_a_word(ben: Person) -> None:
    """A10: the page it stood on opens again and says that nothing has happened."""
    client = ben.first_sign_in()
    sent = {"csrf_token": token(client.get("/konto/"))}
    make_stale(ben)
    here = "http://localhost/konto/?haus=1"
    assert client.post("/konto/codes", data=sent, headers={"Referer": here}).status_code == 303
    assert "Das ist noch nicht geschehen" in client.get("/anmelden/code").text
    assert post(client, "/anmelden/code", "/anmelden/code", code=code(ben)).location == "/konto/?haus=1"


@pytest.mark.parametrize("referer", ["https://elsewhere.example/konto/", "http://localhost//elsewhere.example/", ""])
def test_the_way_back_leads_to_no_other_address(ben: Person, referer: str) -> None:
    """A10: what a foreign page sends along is no page of ours."""
    client = ben.first_sign_in()
    make_stale(ben)
    client.get("/daten/1/befunde.xlsx", headers={"Referer": referer} if referer else {})
    assert path_of(post(client, "/anmelden/code", "/anmelden/code", code=code(ben))) == "/"


def test_a_file_leads_back_to_the_page_it_belongs_to(ben: Person) -> None:
    """A10: the browser would stay on the question for the code."""
    ben.read_in(workbooks.workbook())
    client = ben.first_sign_in()
    make_stale(ben)
    client.get("/daten/1/befunde.xlsx", headers={"Referer": "http://localhost/daten/1"})
    assert post(client, "/anmelden/code", "/anmelden/code", code=code(ben)).location == "/daten/1"
    assert client.get("/daten/1/befunde.xlsx").status_code == 200


def test_wrong_codes_at_the_confirmation_lock_the_account_and_end_its_sessions(ben: Person) -> None:
    """A10, T5: a stolen session does not get at a factor by guessing."""
    client = ben.first_sign_in()
    for _ in range(3):
        post(client, "/anmelden/code", "/anmelden/code", code="000000")
    assert client.get("/").location == "/anmelden"
    with ben.services.databases.whole.reading() as session:
        assert session.scalars(select(models.Account.locked_at)).one() is not None
