"""Looking at names is an act: right, purpose, a fresh factor, and an entry in the log that says what for (C4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from tests.support.web import foreign, workbooks
from tests.support.web.pages import path_of, post, token
from tests.support.web.sign_in import colleague, make_stale
from web.security import named_purpose
from web.security.named_purpose import PURPOSES
from web.security.permissions import AccountRole
from web.services import accounts
from web.store import models

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.support.web.pages import Person

SHOWING = ("/personen/", "/daten/1/befunde.xlsx", "/daten/1/fehlerhafte-zeilen.xlsx")
QUOTED = "Zauberei"


@pytest.fixture
def client(ben: Person) -> FlaskClient:
    """A browser that is signed in, and has stated no purpose."""
    ben.read_in(workbooks.workbook())
    return ben.with_purpose(ben.first_sign_in(), "")


def looks(who: Person) -> list[tuple[str, str, str, int | None]]:
    """Return what the log says about names: action, what, what for, who."""
    with who.services.databases.whole.reading() as session:
        query = select(models.AuditEvent).where(
            models.AuditEvent.action.in_(("namen.ansehen", "befunde.herunterladen", "fehlerzeilen.herunterladen"))
        )
        return [
            (one.action, one.object, one.reason, one.account_id)
            for one in session.scalars(query.order_by(models.AuditEvent.id))
        ]


@pytest.mark.parametrize("address", SHOWING)
def test_nothing_is_shown_before_a_purpose_is_stated(ben: Person, client: FlaskClient, address: str) -> None:
    """C4: pages and files; then the way leads on, and every look is logged with the purpose."""
    answer = client.get(address)
    assert (answer.status_code, path_of(answer)) == (303, "/namen/")
    assert looks(ben) == []
    chosen = post(client, "/namen/", "/namen/", zweck="auskunft")
    assert chosen.status_code == 302
    assert path_of(chosen) == (address if address == "/personen/" else "/")
    for _ in range(2):
        assert client.get(address).status_code == 200
    entries = looks(ben)
    assert len(entries) == 2
    account = accounts.find_id(ben.system, "ben")
    assert {(reason, who) for _, _, reason, who in entries} == {(PURPOSES["auskunft"], account)}


def test_an_answer_needs_a_purpose_too(ben: Person, client: FlaskClient) -> None:
    """C4: the page that asks whether two are one shows both."""
    form = {"csrf_token": token(client.get("/namen/")), "art": "bewohner", "wer": "B-XXXXX", "andere": "77"}
    answer = client.post("/personen/", data=form)
    assert (answer.status_code, path_of(answer)) == (303, "/namen/")
    assert looks(ben) == []


def test_findings_quote_cells_only_in_an_act(ben: Person, client: FlaskClient) -> None:
    """C4, X10: before it the page says where and of which kind they are."""
    before = client.get("/daten/1").text
    assert QUOTED not in before
    assert workbooks.told(before.split('id="befunde"')[1]) == []
    assert "intervention-unbekannt" in before
    assert "Interventionen, Zeile 9" in before
    assert looks(ben) == []
    assert "/namen/?" in before
    client.get("/namen/?lieferung=1")
    chosen = post(client, "/namen/", "/namen/", zweck="berichtigen")
    assert path_of(chosen).startswith("/daten/1")
    assert QUOTED in client.get("/daten/1").text
    assert [one[:3] for one in looks(ben)] == [("namen.ansehen", "lieferung 1", PURPOSES["berichtigen"])]
    found = post(client, "/daten/1/suche", "/daten/1", suche=QUOTED)
    assert QUOTED in found.text
    assert len(looks(ben)) == 3, "the page with the form, and the answer"


def test_pages_that_ask_are_for_a_fixed_purpose(ben: Person, client: FlaskClient) -> None:
    """C4: cells of the file being read in are shown for what the page says; every look is logged with it, no click."""
    upload_id = ben.read_in(foreign.csv(), name="a.csv", store=False)
    for address, purpose in (
        (f"/daten/{upload_id}/blatt/0", "Blätter und Spalten einer Datenlieferung zuordnen"),
        (f"/daten/{upload_id}/spalten/0", "Blätter und Spalten einer Datenlieferung zuordnen"),
        ("/daten/1/werte/intervention", "Wörter einer Datenlieferung zuordnen"),
    ):
        page = client.get(address)
        assert page.status_code == 200, address
        assert f"Auszüge der Datei zeigen wir hier zu einem Zweck: {purpose}." in page.text
        with ben.services.databases.whole.reading() as session:
            query = select(models.AuditEvent).where(models.AuditEvent.action == "dateiinhalt.ansehen")
            told = session.scalars(query.order_by(models.AuditEvent.id.desc())).first()
        assert told
        assert (told.reason, told.object) == (purpose, f"lieferung {address.split('/')[2]}")
        assert purpose in named_purpose.FIXED.values()


def test_an_old_factor_shows_places_alone(ben: Person, client: FlaskClient) -> None:
    """C4, A10: after five minutes the factor is asked for again, the purpose is not."""
    ben.with_purpose(client)
    assert QUOTED in client.get("/daten/1").text
    make_stale(ben)
    page = client.get("/daten/1").text
    assert QUOTED not in page
    assert "intervention-unbekannt" in page
    assert path_of(client.get("/personen/")) == "/anmelden/code"


def test_a_purpose_is_of_one_account(ben: Person, client: FlaskClient) -> None:
    """C4: whoever signs in next in the same browser states one of their own."""
    ben.with_purpose(client)
    other = colleague(ben, "carla")
    with client.session_transaction() as kept:
        stated = kept["zweck"]
    with other.first_sign_in() as hers:
        with hers.session_transaction() as kept:
            kept["zweck"] = stated
        assert path_of(hers.get("/personen/")) == "/namen/"


def test_signing_out_ends_it(ben: Person, client: FlaskClient) -> None:
    """C4: the statement is of one session."""
    ben.with_purpose(client)
    post(client, "/abmelden", "/")
    with client.session_transaction() as kept:
        assert "zweck" not in kept


@pytest.mark.parametrize("key", ["", "neugier", "zuordnen\x00"])
def test_a_purpose_is_one_of_the_list(ben: Person, client: FlaskClient, key: str) -> None:
    """C4: and not a text that could hold anything."""
    form = {"csrf_token": token(client.get("/namen/")), "zweck": key}
    assert client.post("/namen/", data=form).status_code == 400
    assert path_of(client.get("/personen/")) == "/namen/"
    assert ben.services


def test_who_may_not_see_names_cannot_state_a_purpose(ben: Person) -> None:
    """C4, B4: the right comes first."""
    ben.read_in(workbooks.workbook())
    analyst = colleague(ben, "doro", roles=[AccountRole.ANALYST])
    client = analyst.first_sign_in()
    for address in ("/namen/", *SHOWING, "/daten/1"):
        assert client.get(address).status_code == 403, address
    assert looks(ben) == []


def test_places_quote_nothing(ben: Person) -> None:
    """X10, X2: no cell, no heading, no name of a file or sheet of the home is in the work database."""
    rows = [*workbooks.WORK, ("77", "P1", "Frau Żeromska ruft", "08.02.2026", "", "5", "", "", "")]
    sheets = workbooks.home() | {"Zimmer Blaschke": [("Halina",), ("x",)], "Interventionen": rows}
    upload_id = ben.read_in(workbooks.workbook(**sheets), name="Quast.xlsx")
    with ben.services.databases.whole.reading() as session:
        places = session.get_one(models.FindingPlaces, upload_id).places
    assert len(places) > 3
    assert workbooks.told(str(places)) == []
    assert {one[3] for one in places} <= {"", *workbooks.home()}
