"""The page of accounts: for administrators of the tenant alone; each step with its reason in the log."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.web.accounts import account_of
from tests.support.web.pages import PASSWORD, Person, person, post
from tests.support.web.sign_in import after_password, colleague, host
from web.security.permissions import AccountRole
from web.services import accounts, clock, grants, sessions
from web.services.sign_in import own_password
from web.store import models


@pytest.fixture
def chief(ben: Person) -> Person:
    """Somebody who administers the accounts of Ben's tenant."""
    return colleague(ben, "chief", administers=True)


def state(who: Person) -> models.Account:
    with who.services.databases.whole.reading() as session:
        return session.get_one(models.Account, account_of(who))


def last_entry(who: Person) -> tuple[str, int | None, str, str]:
    with who.services.databases.whole.reading() as session:
        event = models.AuditEvent
        query = select(event.action, event.account_id, event.object, event.reason).order_by(event.id.desc())
        return tuple(session.execute(query).first())


def test_only_administrators_open_the_page(ben: Person, chief: Person) -> None:
    """T6: from the next request on, and nobody else sees it in the navigation."""
    client = ben.first_sign_in()
    assert client.get("/konten/").status_code == 403
    assert "/konten/" not in client.get("/daten/").text
    assert post(client, f"/konten/{account_of(chief)}/stilllegen", "/daten/", grund="x").status_code == 403
    grants.hold(ben.access, "ben", AccountRole.ADMINISTRATION, held=True)
    assert client.get("/konten/").status_code == 200
    assert "/konten/" in client.get("/daten/").text
    grants.hold(ben.access, "ben", AccountRole.ADMINISTRATION, held=False)
    assert client.get("/konten/").status_code == 403


def test_an_administrator_unlocks_with_a_reason(ben: Person, chief: Person) -> None:
    """T5, A3: a one-time password, shown once; the second factor stays."""
    ben.first_sign_in()
    admin, client = chief.first_sign_in(), ben.app.test_client()
    for _ in range(3):
        post(client, "/anmelden", "/anmelden", benutzername="ben", kennwort="falsch")
    assert "ist gesperrt" in admin.get("/konten/").text
    address = f"/konten/{account_of(ben)}/entsperren"
    refused = post(admin, address, "/konten/", grund=" ")
    assert "warum das Konto entsperrt wird" in admin.get(refused.location).text
    page = post(admin, address, "/konten/", grund="am Telefon erkannt").text
    once = re.search(r"<code>([^<]+)</code>", page)[1]
    assert once not in admin.get("/konten/").text
    assert last_entry(ben) == ("konto.entsperren", account_of(chief), f"konto {account_of(ben)}", "am Telefon erkannt")
    ben.password = once
    assert after_password(ben).get("/").location == "/anmelden/code"


def test_disabling_ends_the_sessions_at_once(ben: Person, chief: Person) -> None:
    """A9: with the reason in the log; opened again, the account is what it was."""
    client, admin = ben.first_sign_in(), chief.first_sign_in()
    post(admin, f"/konten/{account_of(ben)}/stilllegen", "/konten/", grund="ausgeschieden")
    assert client.get("/").location == "/anmelden"
    assert last_entry(ben) == ("konto.stilllegen", account_of(chief), f"konto {account_of(ben)}", "ausgeschieden")
    refused = post(client, "/anmelden", "/anmelden", benutzername="ben", kennwort=ben.password)
    assert refused.status_code == 401
    assert "stillgelegt" in admin.get("/konten/").text
    post(admin, f"/konten/{account_of(ben)}/oeffnen", "/konten/", grund="kommt zurück")
    assert last_entry(ben)[0] == "konto.oeffnen"
    assert after_password(ben).get("/").location == "/anmelden/code"


def test_an_administrator_ends_the_sessions_of_others(ben: Person, chief: Person) -> None:
    """A9."""
    client, admin = ben.first_sign_in(), chief.first_sign_in()
    post(admin, f"/konten/{account_of(ben)}/sitzungen-beenden", "/konten/")
    assert client.get("/").location == "/anmelden"
    assert last_entry(ben) == ("sitzung.beenden", account_of(chief), f"konto {account_of(ben)}", "")
    assert admin.get("/konten/").status_code == 200


def test_one_administrator_stays(ben: Person, chief: Person) -> None:
    of_host = host(ben)
    for act in (
        lambda: accounts.disable(of_host, "chief", reason="x"),
        lambda: grants.hold(of_host, "chief", AccountRole.ADMINISTRATION, held=False),
    ):
        with pytest.raises(grants.GrantError, match="einzige Verwaltung"):
            act()
    with pytest.raises(accounts.AccountError, match="eigene Konto"):
        accounts.disable(chief.access, "chief", reason="x")
    grants.hold(of_host, "ben", AccountRole.ADMINISTRATION, held=True)
    accounts.disable(ben.access, "chief", reason="x")
    assert not state(chief).active


def test_the_way_back_of_a_lost_factor_on_the_page(ben: Person, chief: Person) -> None:
    """X8: who asks cannot confirm; the second person gets the one-time password to hand over."""
    ben.first_sign_in()
    second = colleague(ben, "dora", administers=True).first_sign_in()
    first = chief.first_sign_in()
    post(first, f"/konten/{account_of(ben)}/faktor-verloren", "/konten/", grund="Telefon im See")
    assert "Bestätigen muss jemand anders" in first.get("/konten/").text
    refused = post(first, "/konten/antraege/1/bestaetigen", "/konten/")
    assert "eine zweite Person" in first.get(refused.location).text
    assert "Telefon im See" in second.get("/konten/").text
    ben.password = re.search(r"<code>([^<]+)</code>", post(second, "/konten/antraege/1/bestaetigen", "/konten/").text)[
        1
    ]
    assert ben.first_sign_in().get("/").status_code == 200
    assert post(second, "/konten/antraege/1/zurueckziehen", "/konten/").status_code == 404
    post(first, f"/konten/{account_of(ben)}/faktor-verloren", "/konten/", grund="noch einmal")
    post(second, "/konten/antraege/2/zurueckziehen", "/konten/")
    assert last_entry(ben)[0] == "faktor-verlust.zurueckziehen"


def test_accounts_of_another_tenant_do_not_exist(ben: Person, chief: Person) -> None:
    """B2, T8: neither shown, nor changed, nor their requests."""
    ben.first_sign_in()
    mine = chief.first_sign_in()
    post(mine, f"/konten/{account_of(ben)}/faktor-verloren", "/konten/", grund="verloren")
    olga = person(ben.app, "olga", "Träger Ost", "Haus Ost")
    grants.hold(olga.access, "olga", AccountRole.ADMINISTRATION, held=True)
    client = olga.first_sign_in()
    before = _of_operator(ben)
    assert "Chief" not in client.get("/konten/").text
    actions = ("entsperren", "stilllegen", "oeffnen", "sitzungen-beenden", "faktor-verloren")
    addresses = [f"/konten/{account_of(ben)}/{action}" for action in actions]
    for address in (*addresses, "/konten/antraege/1/bestaetigen", "/konten/antraege/1/zurueckziehen"):
        assert post(client, address, "/konten/", grund="x").status_code == 404, address
    assert state(ben).active
    assert last_entry(ben)[0] == "formular.absenden", "olga's attempts are in the log of her own operator"
    assert _of_operator(ben) == before


def _of_operator(who: Person) -> list[str]:
    with who.access.reading() as session:
        event = models.AuditEvent
        return list(session.scalars(select(event.action).where(event.tenant_id == who.access.tenant_id)))


def test_a_one_time_password_expires(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """T4, A11: after the days of the setting; only whoever types it right is told so."""
    client, start = ben.app.test_client(), clock.now()
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(days=7, minutes=1))
    late = post(client, "/anmelden", "/anmelden", benutzername="ben", kennwort=ben.password)
    assert (late.status_code, "abgelaufen" in late.text) == (401, True)
    wrong = post(client, "/anmelden", "/anmelden", benutzername="ben", kennwort="falsch")
    assert (wrong.status_code, "abgelaufen" in wrong.text) == (401, False)
    system = ben.system
    once = accounts.unlock(host(ben), "ben", reason="zu spät", days=1)
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(days=8))
    token = sessions.check_password(system, "ben", once)
    assert own_password.change(system, token, once, PASSWORD, clock.now()) == ""
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(days=100))
    assert sessions.check_password(system, "ben", PASSWORD)
