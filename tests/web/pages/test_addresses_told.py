"""What an address asks for is shown, or said to be missing or not meant: never something else without a word."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from tests.support.web import workbooks
from tests.support.web.links import links
from tests.support.web.pages import Person
from web.security.permissions import AccountRole
from web.services import accounts, grants
from web.store.models import Resident

if TYPE_CHECKING:
    from flask.testing import FlaskClient

ALL = {"von": "2026-01-05", "bis": "2026-02-08"}
NOT_MEANT: tuple[tuple[dict[str, str], str], ...] = (
    ({"wb": "Nirgends"}, "Wohnbereich „Nirgends“ gibt es in dieser Einrichtung nicht; gezeigt: alle Wohnbereiche."),
    ({"schicht": "<b>"}, "Schicht „<b>“ gibt es in dieser Einrichtung nicht; gezeigt: alle Schichten."),
    ({"gruppe": "99"}, "Gruppe von Interventionen „99“ gibt es in dieser Einrichtung nicht; gezeigt: alle Interv"),
    ({"von": "5.1.26"}, "„5.1.26“ ist kein Tag"),
    ({"bis": "2026-02-30"}, "„2026-02-30“ ist kein Tag"),
    ({"bis": ""}, "keinen vollständigen Zeitraum; gezeigt: 05.01.2026 – 08.02.2026."),
    ({"von": "2026-02-08", "bis": "2026-01-05"}, "beide sind vertauscht"),
)
"""What an address may say in place of something that can be meant, and what the page answers."""

PAGES = ("/", "/interventionen", "/interventionen/1.1", "/entlastung", "/plausibilitaet")


@pytest.fixture
def client(ben: Person) -> FlaskClient:
    """A browser in the small home: work from 5 January to 8 February 2026."""
    ben.read_in(workbooks.workbook())
    return ben.first_sign_in()


def words(client: FlaskClient, path: str, **asked: str) -> str:
    """Return a page with plain spaces."""
    answer = client.get(f"{path}?{urlencode({**ALL, **asked})}")
    assert answer.status_code == 200
    return unescape(answer.text).replace("\N{NO-BREAK SPACE}", " ")


def test_days_without_data_are_said_to_have_none_and_the_nearest_month_is_offered(client: FlaskClient) -> None:
    for path in PAGES:
        for days, nearest in ((("2027-02-01", "2027-02-28"), ("2026-02-01", "2026-02-28")),
                              (("2020-01-01", "2025-12-31"), ("2026-01-01", "2026-01-31"))):  # fmt: skip
            page = words(client, path, von=days[0], bis=days[1], wb="WB 1", sort="titel")
            assert "Hier liegt nichts vor" in page, path
            assert "Daten liegen vor für 05.01.2026 bis 08.02.2026" in page
            assert "<h1>" in page
            assert page.count("<h1>Wo stehen wir?</h1>") == (path == "/")
            (link,) = [one for one in links(page[page.index("Hier liegt") :]) if one.sent.get("von") == [nearest[0]]]
            assert link.sent == {
                "haus": ["1"], "von": [nearest[0]], "bis": [nearest[1]], "wb": ["WB 1"], "sort": ["titel"]
            }  # fmt: skip
            assert link.path == path


def test_days_and_shifts_without_work_are_named_and_not_filled_with_others(client: FlaskClient) -> None:
    page = words(client, "/", von="2026-01-01", bis="2026-02-28")
    assert "Für 01.01.2026 – 04.01.2026 und 09.02.2026 – 28.02.2026 liegen keine Daten vor." in page
    assert "Januar – Februar 2026 · alle Wohnbereiche" in page
    assert "liegen keine Daten vor." not in words(client, "/")
    page = words(client, "/", bis="2026-01-31", schicht="Spät")
    assert "Hier liegt nichts vor" in page
    assert "05.01.2026 – 31.01.2026 · alle Wohnbereiche · Schicht Spät" in page
    assert "Dieselbe Zeit ohne Auswahl zeigen" in page


def test_what_cannot_be_meant_is_told_and_no_file_is_made_of_it(client: FlaskClient) -> None:
    for asked, told in NOT_MEANT:
        page = words(client, "/", **asked)
        assert told in page
        assert "(6 Interventionen," in page
        kept = [link for link in links(page) if link.in_navigation]
        assert all(link.sent == {"haus": ["1"], "von": [ALL["von"]], "bis": [ALL["bis"]]} for link in kept)
        refused = client.get(f"/interventionen.csv?{urlencode({**ALL, **asked})}")
        assert refused.status_code == 302
        assert told in unescape(client.get(refused.location).text)


def test_levels_and_days_of_single_pages_are_told_too(client: FlaskClient, ben: Person) -> None:
    assert "„soll“ ist ein Niveau von 0 (unbekannt) bis 4" in words(client, "/interventionen", soll="5")
    with ben.services.databases.whole.reading() as session:
        resident = session.scalars(select(Resident.pseudonym).where(Resident.known)).first()
    assert "„gestern“ ist kein Tag" in words(client, f"/warum/1.1/{resident}", am="gestern")
    assert "ist kein Tag" not in words(client, f"/warum/1.1/{resident}", am="2026-02-05")


def test_what_a_page_cannot_tell_apart_is_said(client: FlaskClient) -> None:
    for path, said in (
        ("/plausibilitaet", "WB 1, Schicht Früh, 1 Mobilität"),
        ("/entlastung", "Schicht Früh"),
        ("/interventionen/1.1", "1 Mobilität"),
    ):
        page = words(client, path, wb="WB 1", schicht="Früh", gruppe="1 Mobilität")
        assert f"Diese Seite unterscheidet nicht nach der Auswahl „{said}“" in page
    assert "Diese Seite unterscheidet nicht" not in words(client, "/", wb="WB 1", schicht="Früh", gruppe="1 Mobilität")


def test_a_link_shows_the_same_to_everybody_of_the_tenant(client: FlaskClient, ben: Person) -> None:
    password = accounts.create_user(ben.access, user_name="cem", display_name="Ben")
    grants.hold(ben.access, "cem", AccountRole.CARE_LEAD, held=True)
    other = Person(ben.app, "cem", password, ben.home_id).first_sign_in()
    address = client.get("/").request.full_path
    assert address == "/?von=2026-01-05&bis=2026-02-08&haus=1", "an address without a period names one"
    other.get("/")  # says once that the new password is in use
    mine, theirs = (re.search(r"<h1>.*</main>", one.get(address).text, re.DOTALL)[0] for one in (client, other))
    assert mine == theirs
    assert "Interventionen" in mine
