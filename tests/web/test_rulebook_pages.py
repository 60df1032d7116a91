"""Pages about rulebooks, overrides and staffing: closed to other tenants, honest about what was refused."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from rules.checks.coverage import CERTAINTY
from tests.support.web import workbooks
from tests.support.web.edited import edited
from tests.support.web.pages import Person, path_of, person, post, token
from web.security.permissions import AccountRole
from web.services import grants
from web.services.rulebooks import holdings, overrides
from web.store.models import Resident, Rulebook

if TYPE_CHECKING:
    from flask.testing import FlaskClient


@pytest.fixture
def client(ben: Person) -> FlaskClient:
    ben.read_in(workbooks.workbook())
    return ben.first_sign_in()


def exported(client: FlaskClient) -> bytes:
    return client.get("/regelwerke/rekonstruktion/regelwerk.xlsx").data


def send(client: FlaskClient, address: str, page: str, content: bytes, name: str) -> Any:
    form = {"csrf_token": token(client.get(page)), "datei": (BytesIO(content), name)}
    return client.post(address, data=form, content_type="multipart/form-data")


@pytest.mark.parametrize("page", ["/regelwerk", "/regelwerke/rekonstruktion"])
def test_a_rulebook_page_begins_with_its_evidence_and_explains_percentages(client: FlaskClient, page: str) -> None:
    text = client.get(page).text
    said = "12 von 142 Einträgen haben eine Quelle, 130 sind eigene Setzungen (im Mittel 66 % sicher)."
    assert said in text
    assert CERTAINTY in text
    if page == "/regelwerk":
        assert text.index(said) == text.index("<p", text.index("</h1>")) + len('<p class="lead">')


def test_percentages_are_explained_where_an_entry_has_one(client: FlaskClient) -> None:
    assert CERTAINTY in client.get("/regelwerk/4.12").text


def test_a_rulebook_of_another_tenant_does_not_exist(ben: Person, client: FlaskClient) -> None:
    """B2: no page, no download, no comparison, and it cannot be laid down."""
    answer = send(client, "/regelwerke/", "/regelwerke/", edited(exported(client)), "a.xlsx")
    assert path_of(answer) == "/regelwerke/r1"
    other = person(ben.app, "olga", "Träger Ost", "Haus Ost").first_sign_in()
    assert "Hausregel Am Wald" not in other.get("/regelwerke/").text
    for path in ("", "/regelwerk.xlsx", "/regelwerk.pdf", "/festlegen"):
        assert client.get(f"/regelwerke/r1{path}").status_code == 200, path
        assert other.get(f"/regelwerke/r1{path}").status_code == 404, path
    for page in ("/regelwerke/vergleich?a=rekonstruktion&b=r1", "/regelwerk?buch=r1", "/regelwerk/1.1?buch=r1"):
        assert client.get(page).status_code == 200, page
        assert other.get(page).status_code == 404, page
    for path in ("festlegen", "entfernen"):
        assert post(other, f"/regelwerke/r1/{path}", "/regelwerke/", ab="2026-02-01").status_code == 404
    with ben.services.databases.whole.reading() as session:
        assert session.scalars(select(Rulebook.first_used_at)).all() == [None]


def test_override_of_another_home_cannot_be_withdrawn(ben: Person, client: FlaskClient) -> None:
    """B2, and the gate of § 4 PflBG: only an account with the role QN 4 may set a level."""
    fields = {"intervention": "1.1", "bewohner": "", "niveau": "3", "ab": "2026-02-01", "bis": "2026-03-31"}
    refused = post(client, "/festlegungen/", "/festlegungen/", grund="Beschluss", **fields)
    assert refused.status_code == 403
    assert overrides.list_(ben.access, ben.home_id) == []
    grants.hold(ben.access, ben.user_name, AccountRole.NURSE, held=True)
    assert post(client, "/festlegungen/", "/festlegungen/", grund="Beschluss", **fields).status_code == 302
    (override,) = overrides.list_(ben.access, ben.home_id)
    other = person(ben.app, "olga", "Träger Ost", "Haus Ost")
    stranger = other.first_sign_in()
    grants.hold(other.access, "olga", AccountRole.NURSE, held=True)
    assert post(stranger, f"/festlegungen/{override.id}/zuruecknehmen", "/festlegungen/").status_code == 404
    (override,) = overrides.list_(ben.access, ben.home_id)
    assert override.withdrawn_at is None
    assert (
        post(client, f"/festlegungen/{override.id}/zuruecknehmen", "/festlegungen/", ab="2026-02-01").status_code == 302
    )
    (override,) = overrides.list_(ben.access, ben.home_id)
    assert override.withdrawn_from == date(2026, 2, 1)


def test_a_resident_of_another_home_cannot_be_overridden(ben: Person, client: FlaskClient) -> None:
    """B2: a pseudonym that is not of this home is refused in words."""
    databases = ben.services.databases
    other = person(ben.app, "olga", "Träger Ost", "Haus Ost")
    other.read_in(workbooks.workbook())
    grants.hold(ben.access, ben.user_name, AccountRole.NURSE, held=True)
    with databases.whole.reading() as session:
        foreign = session.scalars(select(Resident.pseudonym).where(Resident.home_id == other.home_id)).first()
    answer = post(
        client,
        "/festlegungen/",
        "/festlegungen/",
        intervention="1.1",
        bewohner=foreign,
        niveau="3",
        ab="2026-02-01",
        bis="2026-03-31",
        grund="Beschluss",
    )
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize(("name", "content"), [("leer.xlsx", b""), ("text.xlsx", b"no workbook"), ("a.csv", b"a;b\n")])
def test_invalid_rulebook_is_refused_with_a_message(client: FlaskClient, name: str, content: bytes) -> None:
    answer = send(client, "/regelwerke/", "/regelwerke/", content, name)
    assert answer.status_code in {302, 422}
    shown = client.get("/regelwerke/").text if answer.status_code == 302 else answer.text
    assert "Bitte" in shown
    assert "Traceback" not in shown


def test_invalid_day_creates_no_override(ben: Person, client: FlaskClient) -> None:
    send(client, "/regelwerke/", "/regelwerke/", edited(exported(client)), "a.xlsx")
    answer = post(client, "/regelwerke/r1/festlegen", "/regelwerke/r1/festlegen", ab="31.02.2026")
    assert path_of(answer) == "/regelwerke/r1/festlegen"
    (holding,) = holdings.of_home(ben.access, ben.home_id)
    assert holding.entry.key == "rekonstruktion"


def test_the_explanation_of_a_day_uses_the_rulebook_of_that_day(ben: Person, client: FlaskClient) -> None:
    send(client, "/regelwerke/", "/regelwerke/", edited(exported(client), intervention="1.1"), "a.xlsx")
    assert post(client, "/regelwerke/r1/festlegen", "/regelwerke/r1/festlegen", ab="2026-02-06").status_code == 302
    with ben.services.databases.whole.reading() as session:
        pseudonym = session.scalars(select(Resident.pseudonym).where(Resident.known)).first()
    before, after = (client.get(f"/warum/1.1/{pseudonym}?am={day}").text for day in ("2026-02-05", "2026-02-06"))
    assert "Hausregel, nicht amtlich" not in before
    assert "Warum QN\N{NO-BREAK SPACE}4?" in after
    assert "Hausregel Am Wald 2026-1 · Hausregel, nicht amtlich" in after.split("<main")[1]
    figures = client.get("/").text
    assert "Rekonstruktion 2026.1 · nicht amtlich" in figures
    assert "Hausregel Am Wald 2026-1 · Hausregel, nicht amtlich" in figures


IMPOSSIBLE = [
    ({"vollzeit": "acht"}, "Zahlen wie 12,5"),
    ({"agreed_nr3": "-1"}, "Zahlen wie 12,5"),
    ({"agreed_nr3": "NaN"}, "Zahlen wie 12,5"),
    ({"ab": ""}, "einen Tag"),
    ({"vollzeit": "5"}, "Wochenstunden"),
    ({"vollzeit": ""}, "Wochenstunden"),
]


def test_impossible_staffing_inputs_are_refused(client: FlaskClient) -> None:
    for fields, words in IMPOSSIBLE:
        post(client, "/stellen/angaben", "/stellen/", **({"ab": "2026-01-01", "vollzeit": "39"} | fields))
        page = client.get("/stellen/").text
        assert words in page, fields
        assert "Zuletzt eingetragen" not in page, fields


def test_staffing_inputs_are_effective_from_their_day(client: FlaskClient) -> None:
    day = date(2026, 1, 1).isoformat()
    post(client, "/stellen/angaben", "/stellen/", ab=day, vollzeit="39,0", agreed_nr3="1.234,5")
    page = client.get("/stellen/").text
    assert "Zuletzt eingetragen: gültig ab 01.01.2026" in page
    assert 'value="1234,5"' in page
