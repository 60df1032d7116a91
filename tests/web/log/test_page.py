"""The page of the log: for one role, of one operator, to be filtered, and to be taken along as a file (G5, T2, I3)."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.support.web import access as accesses
from tests.support.web.log_chains import write
from tests.support.web.pages import Person, person
from tests.support.web.sign_in import colleague
from web.security.permissions import AccountRole
from web.services import audit, clock, grants
from web.services.log import reading
from web.services.log.reading import LogFilter
from web.views.account.log import ROWS_SHOWN

if TYPE_CHECKING:
    from flask.testing import FlaskClient


@pytest.fixture
def officer(anna: Person) -> FlaskClient:
    """A data protection officer of Anna's operator."""
    return colleague(anna, "dora", roles=[AccountRole.DATA_PROTECTION]).first_sign_in()


def numbers(page: str) -> list[int]:
    """Return the numbers of the entries a page shows."""
    return [int(number.replace(".", "")) for number in re.findall(r'<th scope="row" class="whole">([\d.]+)<', page)]


def test_only_the_role_meant_for_it_opens_the_log(anna: Person, officer: FlaskClient) -> None:
    """T2, G5: neither administration nor care lead; and a role in one home alone does not give it."""
    assert officer.get("/protokoll/").status_code == 200
    assert 'href="/protokoll/"' in re.sub(r"\?haus=\d+", "", officer.get("/").text)
    others = [role for role in AccountRole if role is not AccountRole.DATA_PROTECTION]
    client = colleague(anna, "alle", roles=others).first_sign_in()
    for address in ("/protokoll/", "/protokoll/protokoll.csv"):
        assert client.get(address).status_code == 403
    one_home = colleague(anna, "eine", roles=[])
    number = next(one for one, name in reading.accounts(anna.access) if name == "Eine")
    grants.give(anna.access, number, AccountRole.DATA_PROTECTION, reason="x", home_id=anna.home_id)
    assert one_home.first_sign_in().get("/protokoll/").status_code == 403


def test_an_operator_reads_its_own_log_alone(anna: Person, officer: FlaskClient) -> None:
    """T8, G5: nothing of another one, and nothing of the installation, whatever the filter."""
    olga = person(anna.app, "olga", "Träger Ost", "Haus Ost")
    with olga.access.writing.begin() as session:
        audit.record(session, olga.access, "konto.sperren", what="konto 77", reason="Fremdgrund")
    with anna.system.writing.begin() as session:
        audit.record(session, anna.system, "sicherung.erstellen", what="pebem-fremd")
    for asked in ("", "?bezug=konto+77", "?konto=77", "?wer-was=ja", "?art=Betrieb"):
        page = officer.get(f"/protokoll/{asked}")
        assert page.status_code == 200
        assert "Fremdgrund" not in page.text
        assert "pebem-fremd" not in page.text
        assert "Olga" not in page.text
    assert not [one for one in reading.load(anna.access, LogFilter()) if "Fremdgrund" in one.reason]


def test_entries_are_sentences_with_names_of_accounts_and_homes(anna: Person, officer: FlaskClient) -> None:
    """G1: who, on whose behalf, what, about what, from what to what, how it ended, where from."""
    number = {name: one for one, name in reading.accounts(anna.access)}["Dora"]
    grants.give(
        anna.access, number, AccountRole.ANALYST, reason="Vertretung", home_id=anna.home_id, until=clock.today()
    )
    page = officer.get("/protokoll/").text
    assert "Eine Rolle wurde vergeben." in page
    assert "konto: Dora (konto" in page
    assert f"rolle: – → analyse; haus: – → {anna.home_id}" in page
    assert f"bis: – → {clock.today().isoformat()}" in page
    assert "Vertretung" in page
    with anna.access.writing.begin() as session:
        audit.record(session, anna.access, "konto.oeffnen", what="konto 1", result="abgelehnt")
    page = officer.get("/protokoll/").text
    assert "Ein Konto sollte wieder geöffnet werden." in page
    assert "abgelehnt" in page


def test_filters_are_those_of_time_account_kind_record_and_result(anna: Person) -> None:
    """G5: each by itself, and together."""
    access = anna.access
    with access.writing.begin() as session:
        audit.record(session, access, "begruendung.ansehen", what="haus 1", details={"bewohner": "B-23456"})
        audit.record(session, access, "home.herunterladen", what="haus 1", details=audit.received(access, form="csv"))
        audit.record(session, access, "rolle.geben", what="konto 9 analyse", result="abgelehnt")
        audit.record(session, access.for_account(None), "einlesen.verwerfen", what="lieferung 3")

    def found(**wanted: object) -> list[str]:
        return [one.action for one in reading.load(access, LogFilter(**wanted))]

    assert found(record="B-23456") == ["begruendung.ansehen"]
    assert found(record="B-2345") == []
    assert found(record="B-23_56") == []
    assert found(record="konto 9") == ["rolle.geben"]
    assert found(record="konto 99") == []
    assert found(result="abgelehnt") == ["rolle.geben"]
    assert found(kind="Downloads") == ["home.herunterladen"]
    assert found(seen_or_exported=True) == ["home.herunterladen", "begruendung.ansehen"]
    assert "einlesen.verwerfen" not in found(account=access.account_id)
    assert "einlesen.verwerfen" in found()
    today = clock.today()
    assert found(first_day=today + timedelta(days=1)) == []
    assert found(last_day=today - timedelta(days=1)) == []
    assert found(first_day=today, last_day=today) == found()
    assert found(record="konto 9", result="ok") == []


def test_pages_go_on_where_the_one_before_ended(anna: Person, officer: FlaskClient) -> None:
    """G5: by number, so that what comes in meanwhile moves nothing."""
    write(anna.access, 2 * ROWS_SHOWN, "anmeldung")
    first = officer.get("/protokoll/?art=Anmeldung")
    older = re.search(r'href="([^"]*vor=\d+[^"]*)">Ältere', first.text)[1].replace("&amp;", "&")
    write(anna.access, 7, "anmeldung")
    second = officer.get(older)
    shown = numbers(first.text) + numbers(second.text)
    assert len(shown) == len(set(shown)) == 2 * ROWS_SHOWN
    assert shown == sorted(shown, reverse=True)
    for wrong in ("vor=0", "vor=x", f"vor={2**40}", "konto=²", f"konto={10**30}", "seit=gestern", "art=x", "bezug=%25"):
        assert officer.get(f"/protokoll/?{wrong}").status_code == 200


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_the_log_leaves_as_a_file_and_says_so(anna: Person, officer: FlaskClient, form: str) -> None:
    """T10, G5: all that fits, not only a page of it; who took it, by which filter, how many rows."""
    write(anna.access, ROWS_SHOWN + 5, "anmeldung")
    answer = officer.get(f"/protokoll/protokoll.{form}?art=Anmeldung&ergebnis=ok")
    assert answer.status_code == 200
    expected = reading.load(anna.access, LogFilter(kind="Anmeldung", result="ok"))
    if form == "csv":
        rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
        assert len(rows) == len(expected) + 1
        assert rows[0][:4] == ["Nr.", "Zeitpunkt", "Wer", "Durch"]
    elif form == "json":
        assert str(expected[0].number) in json.dumps(answer.json)
    last = reading.load(anna.access, LogFilter(), limit=1)[0]
    assert last.action == "protokoll.herunterladen"
    assert f"zeilen: {len(expected)}" in last.details
    assert "art Anmeldung" in last.details
    assert "Dora" in last.details


def test_reading_the_log_is_in_the_log(anna: Person, officer: FlaskClient) -> None:
    """T2: also with what it was filtered by."""
    officer.get("/protokoll/?bezug=B-23456&wer-was=ja")
    last = reading.load(anna.access, LogFilter(), limit=1)[0]
    assert (last.action, last.who.partition(" (")[0]) == ("protokoll.ansehen", "Dora")
    assert "B-23456" in last.details


def test_a_formula_in_a_reason_is_none_in_a_file(anna: Person, officer: FlaskClient) -> None:
    """F6: reasons are typed by people."""
    with anna.access.writing.begin() as session:
        audit.record(session, anna.access, "konto.sperren", what="konto 1", reason='=HYPERLINK("x")')
    content = officer.get("/protokoll/protokoll.csv").data.decode("utf-8-sig")
    assert not re.search(r'(^|;)"?=HYPERLINK', content, re.MULTILINE)
    assert "HYPERLINK" in content


def test_the_system_reads_no_operator_by_accident(anna: Person) -> None:
    """B2: the access decides, not an argument."""
    other = accesses.of_tenant(anna.services.databases, "Träger Ohne")
    assert reading.load(other, LogFilter()) == []
    assert reading.accounts(other) == []
