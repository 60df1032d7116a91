"""The page of unknown people: asks, confirms before two become one, logs each visit, and says when it cannot."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import make_url

from tests.support.web import workbooks
from tests.support.web.accounts import actions
from tests.support.web.pages import Person, person, post
from tests.support.web.unknown_people import asked, monthly, pseudonym, queue, stored
from web.services.people.aliases import LATER, NEW, SAME
from web.store.vault import RESIDENT, STAFF

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from web.services.uploads.unknown_people import PersonQuestion
    from web.settings import Settings


def choose(client: FlaskClient, question: PersonQuestion, **fields: str) -> TestResponse:
    """Send one of the forms of a question."""
    return post(client, "/personen/", "/personen/", art=question.kind, wer=question.pseudonym, **fields)


def test_page_without_unknown_people_shows_a_note_and_a_link(ben: Person) -> None:
    page = ben.first_sign_in().get("/personen/")
    assert page.status_code == 200
    assert "gehören zu einer bekannten Person" in page.text
    assert 'href="/daten/?haus=1"' in page.text


def test_way_from_question_to_one_person(ben: Person) -> None:
    ben.read_in(workbooks.workbook())
    ben.read_in(monthly())
    client = ben.first_sign_in()
    page = client.get("/personen/")
    assert "Nummern oder Namen gehören" in page.text
    assert "sehr wahrscheinlich: gleiche Nummer, anders geschrieben" in page.text
    assert page.text.index("<b>42</b>") < page.text.index("<b>Ay?e Müller-Özdemir</b>") < page.text.index("<b>0815</b>")
    before, question = stored(ben), asked(ben, "42")
    sure = choose(client, question, ist=pseudonym(ben, RESIDENT, "0042"))
    assert sure.status_code == 200
    assert "Das lässt sich später zurücknehmen" in sure.text
    assert stored(ben) == before, "asked first"
    done = choose(client, question, ist=pseudonym(ben, RESIDENT, "0042"), sicher="ja")
    assert "neu ausgewertet" in client.get(done.location).text
    assert asked_labels(ben) == {"Ay?e Müller-Özdemir", "Quast, Ute", "0815", "P9"}
    parted = choose(client, question, antwort=LATER)
    assert "Wieder getrennt; die betroffenen Tage sind neu ausgewertet." in client.get(parted.location).text
    assert stored(ben) == before
    choose(client, question, ist=pseudonym(ben, RESIDENT, "0042"), sicher="ja")
    ute = asked(ben, "Quast, Ute")
    written = queue(ben).people[STAFF][pseudonym(ben, STAFF, "P1")]
    assert "P1 Quast, Ute" in choose(client, ute, andere=written).text
    choose(client, asked(ben, "0815"), antwort=NEW)
    assert [(row.label, row.answer, row.same_as) for row in queue(ben).answered] == [
        ("0815", NEW, ""),
        ("42", SAME, "0042 Müller-Özdemir, Ayşe"),
    ]
    assert "Wieder öffnen" in client.get("/personen/").text


def asked_labels(who: Person) -> set[str]:
    """Return what is still open."""
    return {one.label for one in queue(who).questions}


def test_wrong_forms_lead_back_with_a_sentence(ben: Person) -> None:
    ben.read_in(workbooks.workbook())
    client = ben.first_sign_in()
    question = asked(ben, "0815")
    wrong: list[dict[str, Any]] = [
        {"andere": "Niemand"},
        {"ist": "B-XXXXX"},
        {"ist": pseudonym(ben, STAFF, "P1")},
        {},
        {"antwort": "nie"},
        {"ist": "B-XXXXX", "sicher": "ja"},
        {"wer": "B-XXXXX", "antwort": NEW},
        {"art": "haustier", "antwort": NEW},
        {"art": "haustier", "ist": "x"},
        {"art": "haustier", "wer": asked(ben, "P9").pseudonym, "antwort": NEW},
    ]
    for fields in wrong:
        sent = post(client, "/personen/", "/personen/", **{"art": question.kind, "wer": question.pseudonym, **fields})
        assert sent.status_code == 302, fields
        assert 'class="box warning"' in client.get("/personen/").text, fields
    assert asked_labels(ben) == {"0815", "P9"}
    assert not queue(ben).answered


def test_names_of_a_file_are_text_on_the_page(ben: Person) -> None:
    row = ("P1", "1.1", "05.03.2026", "08:00", "10", "Früh", "", "")
    ben.read_in(monthly([workbooks.WORK[0], ("<script>alert(1)</script>", *row), ('"><b>x', *row)]))
    page = ben.first_sign_in().get("/personen/").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert '"><b>x' not in page


def test_every_look_at_names_is_logged(ben: Person) -> None:
    """T2: who saw names, when."""
    ben.read_in(workbooks.workbook())
    client = ben.first_sign_in()
    client.get("/personen/")
    client.get("/personen/?alle=1")
    assert actions(ben).count("namen.ansehen") == 2


def test_another_tenant_sees_and_answers_only_its_own(ben: Person) -> None:
    """B2, T8."""
    ben.read_in(workbooks.workbook())
    other = person(ben.app, "olga", "Träger Ost", "Haus Ost")
    other.read_in(monthly())
    client = other.first_sign_in()
    assert "0815" not in client.get("/personen/").text
    choose(client, asked(ben, "0815"), antwort=NEW)
    assert asked_labels(ben) == {"0815", "P9"}
    assert not queue(ben).answered


def test_page_reports_an_unreachable_vault(ben: Person, make_app: Callable[[Settings], Flask]) -> None:
    """C2: no name, no question, a way on."""
    ben.read_in(workbooks.workbook())
    ben.first_sign_in()
    blind = replace(ben.services.settings, vault_url=make_url("postgresql+psycopg://nobody@127.0.0.1:1/gone"))
    page = replace(ben, app=make_app(blind)).again_signed_in().get("/personen/")
    assert page.status_code == 503
    assert "nicht erreichbar" in page.text
    assert 'href="/personen/?haus=1"' in page.text
