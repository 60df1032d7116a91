"""Roles: granted for a time and a home, withdrawn at once, each step in the log; made on the page of accounts."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from tests.support.web import workbooks
from tests.support.web.accounts import account_of
from tests.support.web.pages import Person, person, post
from tests.support.web.sign_in import after_password, colleague, host
from web.security.permissions import AccountRole, Right
from web.services import clock, grants, homes
from web.services.grants import GrantError
from web.store.access import ForeignHomeError
from web.store.models import AuditEvent, Grant

if TYPE_CHECKING:
    from flask.testing import FlaskClient

TODAY = clock.today()


@pytest.fixture
def chief(ben: Person) -> Person:
    """Somebody who administers Ben's tenant, and nothing else."""
    return colleague(ben, "chief", roles=[], administers=True)


@pytest.fixture
def admin(chief: Person) -> FlaskClient:
    return chief.first_sign_in()


def grant_of(who: Person, role: AccountRole) -> int:
    with who.services.databases.whole.reading() as session:
        query = select(Grant.id).where(Grant.account_id == account_of(who), Grant.role == role.value)
        return session.scalars(query.where(Grant.withdrawn_at.is_(None))).one()


def log_of_roles(who: Person) -> list[tuple[str, str, str]]:
    with who.services.databases.whole.reading() as session:
        event = AuditEvent
        query = select(event.action, event.object, event.reason).where(event.action.startswith("rolle"))
        return [tuple(row) for row in session.execute(query.order_by(event.id))]


def test_a_role_in_one_home_opens_that_home_alone(ben: Person) -> None:
    """B2, B7: the other home does not exist for the account, neither for pages nor for services."""
    ben.read_in(workbooks.workbook())
    second = homes.create(host(ben), "Zweites Haus")
    guest = colleague(ben, "gast", roles=[])
    grants.give(host(ben), account_of(guest), AccountRole.CARE_LEAD, reason="Vertretung", home_id=second)
    assert guest.access.homes == {second}
    client = guest.first_sign_in()
    assert [client.get(f"/?haus={number}").status_code for number in (ben.home_id, second)] == [404, 200]
    assert "Zweites Haus" in client.get("/").text
    assert client.get(f"/daten/1?haus={second}").status_code == 404
    with pytest.raises(ForeignHomeError):
        guest.access.check_home(ben.home_id)


def test_rights_differ_between_homes(ben: Person) -> None:
    """B5: figures in both, reading in only where the role says so."""
    second = homes.create(host(ben), "Zweites Haus")
    guest = colleague(ben, "gast", roles=[])
    grants.give(host(ben), account_of(guest), AccountRole.CARE_LEAD, reason="Leitung", home_id=ben.home_id)
    grants.give(host(ben), account_of(guest), AccountRole.ANALYST, reason="Vergleich", home_id=second)
    client = guest.first_sign_in()
    answers = [
        client.get(f"{path}?haus={home}").status_code for path in ("/", "/daten/") for home in (ben.home_id, second)
    ]
    assert answers == [200, 200, 200, 403]
    refused = client.get(f"/daten/?haus={second}").text
    assert "Sie gehört zu: Pflegeleitung." in refused
    assert f'href="/daten/?haus={second}"' not in refused, "nor does the navigation lead there"


@pytest.mark.parametrize(
    ("first", "until", "counts"),
    [(0, 0, True), (-9, None, True), (1, None, False), (-9, -1, False), (-9, 0, True), (1, 5, False)],
)
def test_a_grant_counts_on_its_days_alone(ben: Person, first: int, until: int | None, *, counts: bool) -> None:
    """B6: from the first day to the last one, both included."""
    guest = colleague(ben, "gast", roles=[])
    last = None if until is None else TODAY + timedelta(days=until)
    with ben.services.databases.whole.writing.begin() as session:
        session.add(
            Grant(
                tenant_id=ben.access.tenant_id,
                account_id=account_of(guest),
                role=AccountRole.ANALYST.value,
                first_day=TODAY + timedelta(days=first),
                until=last,
                reason="Probe",
                granted_at=clock.now(),
            )
        )
    assert guest.access.may(Right.SEE_FIGURES) == counts
    assert (guest.access.homes == {ben.home_id}) == counts


def test_a_withdrawn_role_ends_with_the_next_request(ben: Person, admin: FlaskClient) -> None:
    """B5, B6: given and withdrawn in the browser; who, what and why are in the log."""
    client, number = ben.first_sign_in(), grant_of(ben, AccountRole.CARE_LEAD)
    assert client.get("/daten/").status_code == 200
    refused = post(admin, f"/konten/rollen/{number}/entziehen", "/konten/", grund=" ")
    assert "warum die Rolle entzogen wird" in admin.get(refused.location).text
    assert client.get("/daten/").status_code == 200
    post(admin, f"/konten/rollen/{number}/entziehen", "/konten/", grund="Wechsel der Stelle")
    answer = client.get("/daten/")
    assert answer.status_code == 403
    assert "noch keine Einrichtung" in answer.text
    assert log_of_roles(ben)[-1] == ("rolle.entziehen", f"konto {account_of(ben)} pflegeleitung", "Wechsel der Stelle")
    again = post(admin, f"/konten/rollen/{number}/entziehen", "/konten/", grund="noch einmal")
    assert again.status_code == 404


def test_a_role_is_granted_in_the_browser(ben: Person, admin: FlaskClient) -> None:
    """B6, T6: with home, days and reason; the page tells them, and who gave it."""
    guest = colleague(ben, "gast", roles=[])
    until = (TODAY + timedelta(days=30)).isoformat()
    form = {"rolle": "analyse", "einrichtung": str(ben.home_id), "bis": until, "grund": "Projekt Frühjahr"}
    post(admin, f"/konten/{account_of(guest)}/rollen", "/konten/", **form)
    page = admin.get("/konten/").text
    assert all(words in page for words in ("Analyse in ", "Projekt Frühjahr", "von Chief"))
    assert guest.access.may(Right.SEE_FIGURES, ben.home_id)
    assert not guest.access.may(Right.SEE_FIGURES)
    told = post(admin, f"/konten/{account_of(guest)}/rollen", "/konten/", **form)
    assert "hat diese Rolle dort schon" in admin.get(told.location).text


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"grund": ""}, "warum die Rolle vergeben wird"),
        ({"bis": "2020-01-01"}, "liegt vor dem ersten"),
        ({"ab": "31.12.2026"}, "so an: 2026-12-01"),
        ({"rolle": "verwaltung", "einrichtung": "1"}, "gilt immer für den ganzen Träger"),
    ],
)
def test_what_makes_no_sense_is_refused(ben: Person, admin: FlaskClient, form: dict[str, str], says: str) -> None:
    guest = colleague(ben, "gast", roles=[])
    whole = {"rolle": "analyse", "grund": "Probe", **form}
    answer = post(admin, f"/konten/{account_of(guest)}/rollen", "/konten/", **whole)
    assert says in admin.get(answer.location).text
    assert not guest.access.rights


def test_a_role_nobody_knows_or_a_foreign_home_is_refused(ben: Person, admin: FlaskClient) -> None:
    """B2: another tenant's home, account and grant do not exist."""
    olga = person(ben.app, "olga", "Träger Ost", "Haus Ost")
    number = account_of(ben)
    wrong = [
        post(admin, f"/konten/{number}/rollen", "/konten/", rolle="kaiser", grund="x"),
        post(admin, f"/konten/{number}/rollen", "/konten/", rolle="analyse", einrichtung=str(olga.home_id), grund="x"),
        post(admin, f"/konten/{account_of(olga)}/rollen", "/konten/", rolle="analyse", grund="x"),
        post(admin, f"/konten/rollen/{grant_of(olga, AccountRole.CARE_LEAD)}/entziehen", "/konten/", grund="x"),
    ]
    assert [answer.status_code for answer in wrong] == [400, 404, 404, 404]
    with pytest.raises(GrantError):
        grants.give(host(ben), account_of(olga), AccountRole.ANALYST, reason="x")
    with pytest.raises(GrantError):
        grants.withdraw(host(ben), grant_of(olga, AccountRole.CARE_LEAD), reason="x")


def test_an_account_and_a_home_are_made_in_the_browser(ben: Person, admin: FlaskClient) -> None:
    """T6: no shell is needed; the one-time password is shown once, and opens what the role says."""
    made = post(admin, "/konten/einrichtungen", "/konten/", einrichtung="Haus Neu")
    assert "Haus Neu ist angelegt" in admin.get(made.location).text
    twice = post(admin, "/konten/einrichtungen", "/konten/", einrichtung="haus neu")
    assert "gibt es schon" in admin.get(twice.location).text
    form = {"name": "Nora Neu", "benutzername": "N.Neu", "rolle": "analyse", "grund": "Einstellung"}
    page = post(admin, "/konten/", "/konten/", **form).text
    password = re.search(r"\(n\.neu\):</b> <code>([^<]+)</code>", page).group(1)
    client = after_password(Person(ben.app, "n.neu", password, ben.home_id))
    assert client.get("/").location == "/anmelden/einrichten"
    assert log_of_roles(ben)[-1][1].endswith("analyse")
    again = post(admin, "/konten/", "/konten/", **form)
    assert "gibt es schon" in admin.get(again.location).text


def test_who_administers_alone_sees_no_figure(ben: Person, admin: FlaskClient) -> None:
    """T15: and is led to what the role is for."""
    ben.read_in(workbooks.workbook())
    assert admin.get("/").location == "/konten/?haus=1"
    page = admin.get("/konten/").text
    assert "/interventionen" not in page
    assert admin.get("/interventionen").status_code == 403


def test_the_last_administrator_stays(ben: Person, chief: Person, admin: FlaskClient) -> None:
    number = grant_of(chief, AccountRole.ADMINISTRATION)
    answer = post(admin, f"/konten/rollen/{number}/entziehen", "/konten/", grund="x")
    assert "einzige Verwaltung" in admin.get(answer.location).text
    grants.hold(host(ben), "ben", AccountRole.ADMINISTRATION, held=True)
    post(admin, f"/konten/rollen/{number}/entziehen", "/konten/", grund="x")
    assert admin.get("/konten/").status_code == 403
